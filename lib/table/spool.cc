// See spool.h.  A column of a block is a head of eight bytes (how it is kept,
// whether a mask follows, bytes of a value, format of moments, whose codes),
// the mask (a byte a row), the values, or the ends of the texts (4 bytes each)
// and their bytes.  Whole numbers and codes take 1, 2, 4 or 8 bytes each, as
// few as the block needs.
#include "table/spool.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <type_traits>

namespace mlb::table {
namespace {

constexpr std::uint64_t kMostMemory = 16u << 20;
/// What is shorter is copied, not written from where it is.
constexpr std::size_t kLent = 16u << 10;

struct Head {
  Kept kept = Kept::nothing;
  bool mask = false;
  std::uint8_t width = 0;
  unsigned char format = 0;
  std::uint32_t coder = 0;
};
static_assert(sizeof(Head) == 8 && std::is_trivially_copyable_v<Head>);

/// Bytes from many places, in order.
class Parts {
 public:
  /// `scratch`: for what does not stay where it is.
  explicit Parts(std::string& scratch) : scratch_(scratch) { scratch_.clear(); }

  void copy(const void* data, std::size_t size) {
    own(size);
    scratch_.append(static_cast<const char*>(data), size);
  }
  /// `data` stays until the parts are used.
  void lend(const void* data, std::size_t size) {
    if (size < kLent) return copy(data, size);
    parts_.push_back({static_cast<const char*>(data), 0, size});
  }
  /// The values, each in so few bytes.
  template <class Narrow, class Wide>
  void narrow(const std::vector<char>& values, std::size_t rows) {
    own(rows * sizeof(Narrow));
    const std::size_t begin = scratch_.size();
    scratch_.resize(begin + rows * sizeof(Narrow));
    for (std::size_t row = 0; row < rows; ++row) {
      Wide wide = 0;
      std::memcpy(&wide, values.data() + row * sizeof wide, sizeof wide);
      const auto value = static_cast<Narrow>(wide);
      std::memcpy(scratch_.data() + begin + row * sizeof value, &value,
                  sizeof value);
    }
  }
  std::size_t size() const {
    std::size_t out = 0;
    for (const Part& p : parts_) out += p.size;
    return out;
  }
  std::vector<std::string_view> views() const {
    std::vector<std::string_view> out;
    for (const Part& p : parts_) {
      const char* const own = scratch_.data() + p.begin;
      out.emplace_back(p.data == nullptr ? own : p.data, p.size);
    }
    return out;
  }

 private:
  struct Part {
    const char* data = nullptr;  ///< none: in the scratch, from `begin`
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  void own(std::size_t size) {
    if (parts_.empty() || parts_.back().data != nullptr) {
      parts_.push_back({nullptr, scratch_.size(), 0});
    }
    parts_.back().size += size;
  }

  std::string& scratch_;
  std::vector<Part> parts_;
};

/// Bytes that every one of the whole numbers fits into.
std::uint8_t width_of_integers(const Piece& piece, std::size_t rows) {
  std::int64_t least = 0;
  std::int64_t most = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    std::int64_t value = 0;
    std::memcpy(&value, piece.values.data() + row * sizeof value, sizeof value);
    least = std::min(least, value);
    most = std::max(most, value);
  }
  const auto fits = [&]<class T>(T) {
    using Limits = std::numeric_limits<T>;
    return least >= Limits::min() && most <= Limits::max();
  };
  if (fits(std::int8_t{})) return 1;
  if (fits(std::int16_t{})) return 2;
  return fits(std::int32_t{}) ? 4 : 8;
}

/// The same of codes, whose greatest value means that there is none.
std::uint8_t width_of_codes(std::size_t codes) {
  return codes < 0xff ? 1 : codes < 0xffff ? 2 : 4;
}

std::uint8_t width_of(const ColumnSlice& slice, std::size_t rows) {
  switch (slice.kept) {
    case Kept::nothing:
    case Kept::missing:
    case Kept::texts: return 0;
    case Kept::booleans: return 1;
    case Kept::integers: return width_of_integers(slice.piece, rows);
    case Kept::coded: return width_of_codes(slice.codes);
    case Kept::reals:
    case Kept::moments: return 8;
  }
  return 0;
}

void add_values(const ColumnSlice& slice, std::size_t width, std::size_t rows,
                Parts& out) {
  const auto& values = slice.piece.values;
  using Code = std::uint32_t;
  using Whole = std::int64_t;
  const bool coded = slice.kept == Kept::coded;
  if (coded && width == 1) return out.narrow<std::uint8_t, Code>(values, rows);
  if (coded && width == 2) return out.narrow<std::uint16_t, Code>(values, rows);
  if (slice.kept == Kept::integers) {
    if (width == 1) return out.narrow<std::int8_t, Whole>(values, rows);
    if (width == 2) return out.narrow<std::int16_t, Whole>(values, rows);
    if (width == 4) return out.narrow<std::int32_t, Whole>(values, rows);
  }
  out.lend(values.data(), rows * width);
}

void add_column(const ColumnSlice& slice, std::size_t rows, Parts& out) {
  const Piece& piece = slice.piece;
  const bool kept = slice.kept != Kept::nothing && slice.kept != Kept::missing;
  const Head head{.kept = slice.kept,
                  .mask = kept && slice.missing > 0,
                  .width = width_of(slice, rows),
                  .format = static_cast<unsigned char>(slice.format),
                  .coder = slice.coder};
  out.copy(&head, sizeof head);
  if (head.mask) out.lend(piece.missing.data(), rows);
  add_values(slice, head.width, rows, out);
  if (slice.kept != Kept::texts) return;
  out.lend(piece.ends.data(), rows * sizeof(std::uint32_t));
  out.lend(piece.texts.data(), piece.texts.size());
}

Error failed(const std::string& path, int number) {
  return {Fault::data, path + ": cannot be written: " + errno_text(number)};
}

}  // namespace

Result<Spooled> Spool::store(const std::vector<ColumnSlice>& slices,
                             std::size_t rows, std::string& buffer,
                             unsigned worker) {
  Parts parts(buffer);
  for (const auto& slice : slices) add_column(slice, rows, parts);
  Spooled out{.rows = rows,
              .worker = worker,
              .offset = 0,
              .size = parts.size(),
              .bytes = {}};
  const auto views = parts.views();
  if (memory_.fetch_add(out.size) + out.size <= kMostMemory) {
    out.bytes.reserve(out.size);
    for (const auto view : views) out.bytes += view;
    return out;
  }
  File& file = files_[worker];
  out.offset = file.end;
  auto written = append(file, views);
  if (!written) return std::move(written).fail();
  return out;
}

Result<> Spool::append(File& file,
                       std::span<const std::string_view> parts) const {
  auto opened = file.fd ? Result<>() : open(file);
  if (!opened) return opened;
  constexpr std::size_t kMost = 256;  // at once; IOV_MAX is 1024
  std::vector<iovec> some;
  while (!parts.empty()) {
    some.clear();
    for (const auto part : parts.first(std::min(parts.size(), kMost))) {
      // pwritev() does not write to it.
      some.push_back({const_cast<char*>(part.data()), part.size()});
    }
    parts = parts.subspan(some.size());
    for (std::size_t next = 0; next < some.size();) {
      const ssize_t wrote = ::pwritev(file.fd.get(), &some[next],
                                      static_cast<int>(some.size() - next),
                                      static_cast<off_t>(file.end));
      if (wrote < 0 && errno != EINTR) return failed(beside_, errno);
      auto left = static_cast<std::size_t>(std::max<ssize_t>(wrote, 0));
      file.end += left;
      for (; next < some.size() && left >= some[next].iov_len; ++next) {
        left -= some[next].iov_len;
      }
      if (next == some.size()) break;
      some[next].iov_base = static_cast<char*>(some[next].iov_base) + left;
      some[next].iov_len -= left;
    }
  }
  return {};
}

Result<> Spool::open(File& file) const {
  auto folder = std::filesystem::path(beside_).parent_path().string();
  if (folder.empty()) folder = ".";
  file.fd = Fd(::open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600));
  if (file.fd) return {};
  // Some file systems have no files without a name.
  std::string path = beside_ + ".XXXXXX";
  file.fd = Fd(::mkostemp(path.data(), O_CLOEXEC));
  if (!file.fd) return failed(beside_, errno);
  ::unlink(path.c_str());
  return {};
}

void Spool::add(Spooled block, const std::vector<ColumnSlice>& slices) {
  stored_.resize(slices.size());
  for (std::size_t i = 0; i < slices.size(); ++i) {
    StoredAs as{.kept = slices[i].kept, .format = 0};
    if (as.kept == Kept::moments) {
      as.format = static_cast<unsigned char>(slices[i].format);
    }
    auto& all = stored_[i];
    if (std::find(all.begin(), all.end(), as) == all.end()) all.push_back(as);
  }
  blocks_.push_back(std::move(block));
}

void Spool::restart() {
  blocks_.clear();
  stored_.clear();
  memory_ = 0;
  for (File& file : files_) file = {};
}

Result<std::string_view> Spool::bytes(std::size_t number,
                                      std::string& buffer) const {
  const Spooled& block = blocks_[number];
  if (block.bytes.size() == block.size) return std::string_view(block.bytes);
  buffer.resize(block.size);
  for (std::size_t done = 0; done < block.size;) {
    const ssize_t got =
        ::pread(files_[block.worker].fd.get(), buffer.data() + done,
                block.size - done, static_cast<off_t>(block.offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failed(beside_, got < 0 ? errno : EIO);
    done += static_cast<std::size_t>(got);
  }
  return std::string_view(buffer);
}

const char* SpoolReader::take(std::size_t size) {
  const char* const out = rest_.data();
  rest_.remove_prefix(size);
  return out;
}

StoredColumn SpoolReader::next() {
  Head head;
  std::memcpy(&head, take(sizeof head), sizeof head);
  StoredColumn out;
  out.as = {.kept = head.kept, .format = head.format};
  out.width = head.width;
  out.coder = head.coder;
  if (head.mask) out.cells.missing = take(rows_);
  out.cells.values = take(rows_ * head.width);
  if (head.kept != Kept::texts) return out;
  out.cells.ends = take(rows_ * sizeof(std::uint32_t));
  out.cells.texts = take(rows_ == 0 ? 0 : out.cells.end(rows_ - 1));
  return out;
}

}  // namespace mlb::table
