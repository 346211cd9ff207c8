// See spool.h.  A column of a block is: what it was kept as, whether a mask
// follows (a byte each), the mask, then 8 bytes a row, or for texts the ends
// of all (4 bytes a row) and their bytes.
#include "table/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace mlb::table {
namespace {

constexpr std::uint64_t kMostMemory = 16u << 20;
constexpr std::size_t kWidth = 8;

void add_column(const ColumnSlice& slice, std::size_t rows, std::string& out) {
  const Piece& piece = slice.piece;
  const bool kept = slice.kept != Kept::nothing && slice.kept != Kept::missing;
  const bool mask = kept && slice.missing > 0;
  out += static_cast<char>(slice.kept);
  out += mask ? '\1' : '\0';
  if (mask) {
    out.append(reinterpret_cast<const char*>(piece.missing.data()), rows);
  }
  if (!kept) return;
  if (slice.kept != Kept::texts) {
    out.append(piece.values.data(), rows * kWidth);
    return;
  }
  out.append(reinterpret_cast<const char*>(piece.ends.data()),
             rows * sizeof(std::uint32_t));
  out += piece.texts;
}

Error failed(const std::string& path, int number) {
  return {Fault::data, path + ": cannot be written: " + errno_text(number)};
}

}  // namespace

Result<Spooled> Spool::store(const std::vector<ColumnSlice>& slices,
                             std::size_t rows, std::string& bytes) {
  Spooled out{.rows = rows, .offset = 0, .size = 0, .bytes = {}};
  bytes.clear();
  for (const auto& slice : slices) add_column(slice, rows, bytes);
  out.size = bytes.size();
  {
    const std::lock_guard lock(mutex_);
    if (memory_ + out.size <= kMostMemory) {
      memory_ += out.size;
      out.bytes = bytes;
      return out;
    }
    auto opened = fd_ ? Result<>() : open();
    if (!opened) return std::move(opened).fail();
    out.offset = end_;
    end_ += out.size;
  }
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t wrote =
        ::pwrite(fd_.get(), bytes.data() + done, bytes.size() - done,
                 static_cast<off_t>(out.offset + done));
    if (wrote < 0 && errno != EINTR) return failed(beside_, errno);
    if (wrote > 0) done += static_cast<std::size_t>(wrote);
  }
  return out;
}

Result<> Spool::open() {
  auto folder = std::filesystem::path(beside_).parent_path().string();
  if (folder.empty()) folder = ".";
  fd_ = Fd(::open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600));
  if (fd_) return {};
  // Some file systems have no files without a name.
  std::string path = beside_ + ".XXXXXX";
  fd_ = Fd(::mkostemp(path.data(), O_CLOEXEC));
  if (!fd_) return failed(beside_, errno);
  ::unlink(path.c_str());
  return {};
}

void Spool::add(Spooled block, const std::vector<ColumnSlice>& slices) {
  kinds_.resize(slices.size());
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const unsigned bit = 1u << static_cast<unsigned>(slices[i].kept);
    kinds_[i] = static_cast<unsigned char>(kinds_[i] | bit);
  }
  blocks_.push_back(std::move(block));
}

Result<std::string_view> Spool::bytes(std::size_t number,
                                      std::string& buffer) const {
  const Spooled& block = blocks_[number];
  if (block.bytes.size() == block.size) return std::string_view(block.bytes);
  buffer.resize(block.size);
  for (std::size_t done = 0; done < block.size;) {
    const ssize_t got =
        ::pread(fd_.get(), buffer.data() + done, block.size - done,
                static_cast<off_t>(block.offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failed(beside_, got < 0 ? errno : EIO);
    done += static_cast<std::size_t>(got);
  }
  return std::string_view(buffer);
}

std::string_view SpoolReader::take(std::size_t size) {
  const std::string_view out = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return out;
}

Kept SpoolReader::next(Piece& piece) {
  const std::string_view head = take(2);
  const auto kept = static_cast<Kept>(head[0]);
  piece.clear();
  if (kept == Kept::nothing || kept == Kept::missing) return kept;
  piece.missing.assign(rows_, 0);
  if (head[1] != '\0') {
    std::memcpy(piece.missing.data(), take(rows_).data(), rows_);
  }
  if (kept != Kept::texts) {
    const std::string_view values = take(rows_ * kWidth);
    piece.values.assign(values.begin(), values.end());
    return kept;
  }
  piece.ends.resize(rows_);
  const std::size_t size = rows_ * sizeof(std::uint32_t);
  if (rows_ > 0) {
    std::memcpy(piece.ends.data(), take(size).data(), size);
    piece.texts = take(piece.ends.back());
  }
  return kept;
}

}  // namespace mlb::table
