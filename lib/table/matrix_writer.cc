// See matrix_writer.h.
#include "table/matrix_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "table/h5.h"

namespace mlb::table {
namespace {

constexpr std::int64_t kFormatVersion = 1;
constexpr std::size_t kChunkBytes = 512u << 10;
constexpr std::uint64_t kLeastChunk = 64;
constexpr std::uint64_t kMostChunk = 16384;

Error failed(const std::string& what) {
  return {Fault::data, "HDF5: cannot " + what};
}

/// rows x columns, or rows when `columns` is 0.
h5::Handle create_array(hid_t parent, const char* name, hid_t type,
                        std::uint64_t rows, std::size_t columns,
                        std::uint64_t chunk_rows) {
  const h5::Handle create(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(create.get(), false);
  const int rank = columns > 0 ? 2 : 1;
  const std::array<hsize_t, 2> size{rows, columns};
  const std::array<hsize_t, 2> chunk{std::min(chunk_rows, rows), columns};
  if (rows > 0) H5Pset_chunk(create.get(), rank, chunk.data());
  const h5::Handle space(H5Screate_simple(rank, size.data(), nullptr));
  return h5::Handle(H5Dcreate2(parent, name, type, space.get(), H5P_DEFAULT,
                               create.get(), H5P_DEFAULT));
}

Result<> write_matrix_rows(hid_t array, std::uint64_t first, std::uint64_t rows,
                           std::size_t columns, const float* data) {
  const std::array<hsize_t, 2> start{first, 0};
  const std::array<hsize_t, 2> size{rows, columns};
  const h5::Handle in_file(H5Dget_space(array));
  const h5::Handle in_memory(H5Screate_simple(2, size.data(), nullptr));
  H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, start.data(), nullptr,
                      size.data(), nullptr);
  if (H5Dwrite(array, H5T_NATIVE_FLOAT, in_memory.get(), in_file.get(),
               H5P_DEFAULT, data) < 0) {
    return failed("write rows; is the disk full?");
  }
  return {};
}

/// Makes a closed file durable.
Result<> sync_file(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd && ::fsync(fd.get()) == 0) return {};
  return Error{Fault::data, "cannot be written: " + errno_text(errno)};
}

}  // namespace

struct MatrixWriter::Impl {
  std::string path;
  std::string temporary;
  std::size_t width = 0;
  h5::Handle file;
  h5::Handle x;
  h5::Handle y;
  h5::Handle row;
  std::uint64_t rows = 0;
  std::uint64_t written = 0;

  ~Impl() {
    close_part();
    file.reset();
    if (!temporary.empty()) ::unlink(temporary.c_str());
  }
  void close_part() {
    x.reset();
    y.reset();
    row.reset();
  }
  Result<> describe(const MatrixInfo& info) const {
    const hid_t root = file.get();
    auto done =
        h5::write_attribute(root, "format", std::string("mlbatch-matrix"));
    if (done) done = h5::write_attribute(root, "version", kFormatVersion);
    if (done) done = h5::write_attribute(root, "features", info.features);
    if (done) done = h5::write_attribute(root, "target", info.target);
    if (done && !info.classes.empty()) {
      done = h5::write_attribute(root, "classes", info.classes);
    }
    if (done) done = h5::write_attribute(root, "source", info.source);
    if (!done) return done;
    return h5::write_attribute(root, "seed",
                               static_cast<std::int64_t>(info.seed));
  }
};

std::uint64_t matrix_chunk_rows(std::size_t features) {
  std::uint64_t rows = kMostChunk;
  while (rows > kLeastChunk && rows * features * sizeof(float) > kChunkBytes) {
    rows /= 2;
  }
  return rows;
}

MatrixWriter::MatrixWriter(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
MatrixWriter::~MatrixWriter() = default;
MatrixWriter::MatrixWriter(MatrixWriter&&) noexcept = default;
MatrixWriter& MatrixWriter::operator=(MatrixWriter&&) noexcept = default;

Result<MatrixWriter> MatrixWriter::create(const std::string& path,
                                          const MatrixInfo& info) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->width = info.features.size();
  impl->temporary = path + ".tmp." + std::to_string(::getpid());
  impl->file = h5::create_file(impl->temporary);
  if (!impl->file) return Error{Fault::data, path + ": cannot be written"};
  auto done = impl->describe(info);
  if (!done) return std::move(done).context(path);
  return MatrixWriter(std::move(impl));
}

Result<> MatrixWriter::begin_part(const std::string& name, std::uint64_t rows) {
  check_that(impl_->written == impl_->rows, "the last part is complete");
  impl_->close_part();
  impl_->rows = rows;
  impl_->written = 0;
  const h5::Handle group = h5::create_group(impl_->file.get(), name);
  const std::uint64_t chunk = matrix_chunk_rows(impl_->width);
  impl_->x =
      create_array(group.get(), "X", H5T_IEEE_F32LE, rows, impl_->width, chunk);
  impl_->y =
      create_array(group.get(), "y", H5T_IEEE_F32LE, rows, 0, kMostChunk);
  impl_->row =
      create_array(group.get(), "row", H5T_STD_I64LE, rows, 0, kMostChunk);
  if (impl_->x && impl_->y && impl_->row) return {};
  return failed("begin " + name).context(impl_->path);
}

Result<> MatrixWriter::append(std::span<const float> x,
                              std::span<const float> y,
                              std::span<const std::int64_t> row) {
  const std::uint64_t rows = row.size();
  check_that(y.size() == rows && x.size() == rows * impl_->width &&
                 impl_->written + rows <= impl_->rows,
             "rows that fit into the part");
  if (rows == 0) return {};
  auto done = write_matrix_rows(impl_->x.get(), impl_->written, rows,
                                impl_->width, x.data());
  if (done) {
    done = h5::write_rows(impl_->y.get(), H5T_NATIVE_FLOAT, impl_->written,
                          rows, y.data());
  }
  if (done) {
    done = h5::write_rows(impl_->row.get(), H5T_NATIVE_INT64, impl_->written,
                          rows, row.data());
  }
  impl_->written += rows;
  if (!done) return std::move(done).context(impl_->path);
  return done;
}

Result<> MatrixWriter::finish() {
  check_that(impl_->written == impl_->rows, "the last part is complete");
  impl_->close_part();
  const bool flushed = H5Fflush(impl_->file.get(), H5F_SCOPE_GLOBAL) >= 0;
  impl_->file.reset();
  if (!flushed) {
    return failed("write the file; is the disk full?").context(impl_->path);
  }
  auto synced = sync_file(impl_->temporary);
  if (!synced) return std::move(synced).context(impl_->path);
  if (std::rename(impl_->temporary.c_str(), impl_->path.c_str()) != 0) {
    return Error{Fault::data,
                 impl_->path + ": cannot be written: " + errno_text(errno)};
  }
  impl_->temporary.clear();
  const auto parent = std::filesystem::path(impl_->path).parent_path().string();
  return sync_directory(parent.empty() ? "." : parent);
}

}  // namespace mlb::table
