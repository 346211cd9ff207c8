// See spool.h.
#include "spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "wire/wire.h"

namespace mlb::worker {
namespace {

/// Of the items in one Progress, so that it stays under its limit.
constexpr std::size_t kProgressBytes = 56 * 1024;
constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::size_t kLongestItem = 1u << 20;

Error spool_error(const std::string& path, const std::string& what) {
  return {Fault::data, path + ": " + what + errno_text(errno)};
}

}  // namespace

Result<> append_to_spool(const std::string& path,
                         const std::vector<Item>& items) {
  Writer w;
  for (const auto& item : items) {
    const Bytes encoded = wire::encode_item(item);
    w.number(static_cast<std::uint32_t>(encoded.size()));
    w.raw(encoded);
  }
  const Fd fd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!fd) return spool_error(path, "");
  const off_t before = ::lseek(fd.get(), 0, SEEK_END);
  Result<> done = write_all(fd.get(), w.bytes());
  if (done && ::fdatasync(fd.get()) != 0) done = spool_error(path, "sync: ");
  if (done) return done;
  (void)!::ftruncate(fd.get(), before);
  return std::move(done).context(path);
}

/// The bytes of the item at offset_; empty at the end of the file, which may
/// be torn: what stands there was never acknowledged to anyone.
Result<Bytes> SpoolReader::next_frame() {
  for (bool read = false;; read = true) {
    Reader reader(ByteView(chunk_).subspan(chunk_at_));
    const auto size = reader.number<std::uint32_t>();
    if (size && *size > kLongestItem) {
      return Error{Fault::integrity,
                   path_ + ": an item of " + std::to_string(*size) + " bytes"};
    }
    if (size && reader.left() >= *size) {
      const ByteView frame = *reader.raw(*size);
      chunk_at_ += sizeof(std::uint32_t) + *size;
      offset_ += sizeof(std::uint32_t) + *size;
      return Bytes(frame.begin(), frame.end());
    }
    if (read) return Bytes();
    chunk_.resize(std::max<std::size_t>(kReadBytes, size ? *size + 4u : 0));
    chunk_at_ = 0;
    const ssize_t got = ::pread(fd_.get(), chunk_.data(), chunk_.size(),
                                static_cast<off_t>(offset_));
    if (got < 0) return spool_error(path_, "");
    chunk_.resize(static_cast<std::size_t>(got));
  }
}

Result<std::vector<Item>> SpoolReader::read(std::uint64_t from,
                                            std::uint64_t upto) {
  if (!fd_) fd_ = Fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd_) return spool_error(path_, "");
  if (from < number_) {
    number_ = 1;
    offset_ = 0;
  }
  chunk_.clear();
  chunk_at_ = 0;
  std::vector<Item> out;
  std::size_t bytes = 0;
  while (number_ <= upto) {
    const std::uint64_t here = offset_;
    auto frame = next_frame();
    if (!frame) return std::move(frame).fail();
    if (frame->empty()) break;
    if (number_ >= from) {
      bytes += frame->size() + 8;
      if (!out.empty() && bytes > kProgressBytes) {
        offset_ = here;
        break;
      }
      auto item = wire::decode_item(*frame);
      if (!item) return std::move(item).context(path_);
      if (item->number != number_) {
        return Error{Fault::integrity, path_ + ": item " +
                                           std::to_string(item->number) +
                                           " stands where " +
                                           std::to_string(number_) + " should"};
      }
      out.push_back(std::move(*item));
    }
    ++number_;
  }
  return out;
}

}  // namespace mlb::worker
