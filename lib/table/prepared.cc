// See prepared.h and docs/dataset-format.md.
#include "table/prepared.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "table/h5.h"
#include "table/seal.h"

namespace mlb::table {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostChunkRows = 65536;
constexpr std::uint64_t kChunkBytes = 1u << 20;
constexpr unsigned kDeflateLevel = 1;

Error failed(const std::string& what) {
  return {Fault::data, "HDF5 cannot write " + what + "; is the disk full?"};
}

/// A file that goes with its owner unless it was renamed.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_(std::move(path)) {}
  ~Temporary() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  const std::string& path() const { return path_; }
  Result<> become(const std::string& to) {
    if (std::rename(path_.c_str(), to.c_str()) != 0) {
      return Error{Fault::data, "cannot be written: " + errno_text(errno)};
    }
    path_.clear();
    const auto parent = fs::path(to).parent_path().string();
    return sync_directory(parent.empty() ? "." : parent);
  }

 private:
  std::string path_;
};

h5::Handle open_to_write(const std::string& path) {
  h5::be_quiet();
  const h5::Handle access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_V110);
  return h5::Handle(H5Fopen(path.c_str(), H5F_ACC_RDWR, access.get()));
}

Result<> describe(hid_t object) {
  auto done =
      h5::write_attribute(object, "encoding-type", std::string("array"));
  if (!done) return done;
  return h5::write_attribute(object, "encoding-version", std::string("0.2.0"));
}

/// A chunk is not larger than the column.
h5::ColumnShape chunked(std::uint64_t rows, bool compress) {
  return {rows, std::min(rows, kMostChunkRows), compress};
}

Result<> write_split(hid_t file, const Prepared& p, bool compress) {
  const h5::Handle column = h5::create_column(
      file, "split", H5T_STD_U8LE, chunked(p.split.size(), compress));
  auto done = describe(column.get());
  const std::vector<std::string> parts{"train", "valid", "test"};
  if (done) done = h5::write_attribute(column.get(), "parts", parts);
  if (!done) return done;
  return h5::write_rows(column.get(), H5T_NATIVE_UINT8, 0, p.split.size(),
                        p.split.data());
}

Result<> write_target(hid_t file, const Prepared& p, bool compress) {
  if (p.target.empty()) return {};
  const h5::Handle column = h5::create_column(
      file, "target", H5T_IEEE_F32LE, chunked(p.targets.size(), compress));
  auto done = describe(column.get());
  if (done) done = h5::write_attribute(column.get(), "name", p.target);
  if (done && !p.classes.empty()) {
    done = h5::write_attribute(column.get(), "classes", p.classes);
  }
  if (!done) return done;
  return h5::write_rows(column.get(), H5T_NATIVE_FLOAT, 0, p.targets.size(),
                        p.targets.data());
}

/// rows x names; a chunk holds whole rows.
h5::Handle create_features(hid_t file, const hsize_t (&size)[2],
                           bool compress) {
  const h5::Handle create(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(create.get(), false);
  const std::uint64_t fit = kChunkBytes / (size[1] * sizeof(float));
  const hsize_t chunk[2] = {
      std::clamp<std::uint64_t>(fit, 1, std::max<hsize_t>(size[0], 1)),
      size[1]};
  H5Pset_chunk(create.get(), 2, chunk);
  if (compress) {
    H5Pset_shuffle(create.get());
    H5Pset_deflate(create.get(), kDeflateLevel);
  }
  const h5::Handle space(H5Screate_simple(2, size, nullptr));
  return h5::Handle(H5Dcreate2(file, "features", H5T_IEEE_F32LE, space.get(),
                               H5P_DEFAULT, create.get(), H5P_DEFAULT));
}

Result<> write_features(hid_t file, const Prepared& p, bool compress) {
  const hsize_t size[2] = {p.split.size(), p.feature_names.size()};
  const h5::Handle matrix = create_features(file, size, compress);
  if (!matrix) return failed("/features");
  auto done = describe(matrix.get());
  if (!done) return done;
  // An attribute holds 64 KiB: many long names stand beside the matrix.
  const h5::Handle names =
      h5::create_column(file, "feature_names", h5::text_type().get(),
                        {p.feature_names.size(), 0, false});
  done = h5::write_texts(names.get(), 0, p.feature_names);
  if (!done) return done;
  if (H5Dwrite(matrix.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
               p.features.data()) < 0) {
    return failed("/features");
  }
  return {};
}

Result<> write_all_of(hid_t file, const Prepared& p, bool compress) {
  auto done = write_split(file, p, compress);
  if (done) done = write_features(file, p, compress);
  if (done) done = write_target(file, p, compress);
  if (done) {
    done = h5::write_attribute(file, "seed", static_cast<std::int64_t>(p.seed));
  }
  if (done && H5Fflush(file, H5F_SCOPE_GLOBAL) < 0) done = failed("the file");
  return done;
}

/// The HDF5 part of a sealed file, without its seal.
Result<> copy_unsealed(const std::string& from, const std::string& to) {
  auto whole = check_seal(from);
  if (!whole) return std::move(whole).context(from);
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (!error) fs::permissions(to, fs::perms(0644), error);
  if (!error) fs::resize_file(to, fs::file_size(to) - kSealBytes, error);
  if (error) return Error{Fault::data, to + ": " + error.message()};
  return {};
}

}  // namespace

Result<> add_prepared(const std::string& from, const std::string& to,
                      const Prepared& prepared, bool compress) {
  Temporary temporary(to + ".tmp." + std::to_string(::getpid()));
  auto done = copy_unsealed(from, temporary.path());
  if (!done) return done;
  h5::Handle file = open_to_write(temporary.path());
  if (!file) return Error{Fault::data, to + ": cannot be written"};
  done = write_all_of(file.get(), prepared, compress);
  file.reset();
  if (done) done = seal_file(temporary.path());
  if (done) done = temporary.become(to);
  if (!done) return std::move(done).context(to);
  return done;
}

Result<std::vector<std::uint8_t>> read_split(const std::string& path) {
  auto whole = check_seal(path);
  if (!whole) return std::move(whole).context(path);
  h5::be_quiet();
  const h5::Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  if (!file || H5Lexists(file.get(), "split", H5P_DEFAULT) <= 0) {
    return std::vector<std::uint8_t>{};
  }
  const h5::Handle column(H5Dopen2(file.get(), "split", H5P_DEFAULT));
  auto length = h5::length_of(column.get());
  if (!length) return std::move(length).context(path + ": /split");
  std::vector<std::uint8_t> out(*length);
  auto read =
      h5::read_rows(column.get(), H5T_NATIVE_UINT8, *length, out.data());
  if (!read) return std::move(read).context(path + ": /split");
  return out;
}

}  // namespace mlb::table
