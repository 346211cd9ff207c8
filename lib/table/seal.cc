// See seal.h and docs/dataset-format.md.
#include "table/seal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/digest.h"
#include "base/file.h"

namespace mlb::table {
namespace {

constexpr std::string_view kMagic = "MLBSEAL1";
constexpr std::size_t kBlock = 1u << 20;

Error failed(int number) {
  return {Fault::data, "cannot be read or written: " + errno_text(number)};
}

/// Up to `size` bytes from the descriptor's position.
Result<Bytes> read_some(int fd, std::size_t size) {
  Bytes out(size);
  ssize_t got = -1;
  do {
    got = ::read(fd, out.data(), out.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return failed(errno);
  out.resize(static_cast<std::size_t>(got));
  return out;
}

/// SHA-256 of the next `length` bytes; an error when there are fewer.
Result<Digest> digest_of(int fd, std::uint64_t length) {
  Sha256 hash;
  while (length > 0) {
    auto bytes = read_some(fd, std::min<std::uint64_t>(length, kBlock));
    if (!bytes) return std::move(bytes).fail();
    if (bytes->empty()) return Error{Fault::data, "ends too early"};
    hash.add(*bytes);
    length -= bytes->size();
  }
  return hash.finish();
}

Bytes seal_of(std::uint64_t length, const Digest& digest) {
  Writer out;
  out.raw(view_of(kMagic));
  out.number(length);
  out.raw(digest.raw);
  return out.take();
}

std::uint64_t size_of(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

/// What stands where the seal should, and how much is before it.
struct Last {
  std::uint64_t length = 0;
  Bytes seal;  ///< shorter than a seal in a short file
};

Result<Last> last_bytes(int fd) {
  Last out;
  const std::uint64_t size = size_of(fd);
  out.length = size < kSealBytes ? 0 : size - kSealBytes;
  if (::lseek(fd, static_cast<off_t>(out.length), SEEK_SET) < 0) {
    return failed(errno);
  }
  while (out.seal.size() < kSealBytes) {
    auto bytes = read_some(fd, kSealBytes - out.seal.size());
    if (!bytes) return std::move(bytes).fail();
    if (bytes->empty()) break;
    out.seal.insert(out.seal.end(), bytes->begin(), bytes->end());
  }
  return out;
}

}  // namespace

Result<> seal_file(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd) return failed(errno);
  const std::uint64_t length = size_of(fd.get());
  auto digest = digest_of(fd.get(), length);
  if (!digest) return std::move(digest).fail();
  auto written = write_all(fd.get(), seal_of(length, *digest));
  if (!written) return written;
  if (::fsync(fd.get()) != 0) return failed(errno);
  return {};
}

Result<bool> has_seal(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return failed(errno);
  auto last = last_bytes(fd.get());
  if (!last) return std::move(last).fail();
  if (last->seal.size() < kSealBytes) return false;
  Reader length(ByteView(last->seal).subspan(kMagic.size()));
  return text_of(last->seal).starts_with(kMagic) ||
         length.number<std::uint64_t>().value() == last->length;
}

Result<> check_seal(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return failed(errno);
  auto last = last_bytes(fd.get());
  if (!last) return std::move(last).fail();
  if (!text_of(last->seal).starts_with(kMagic)) {
    return Error{Fault::data,
                 "is no data set of mlbatch, or was cut or changed after it "
                 "was written"};
  }
  if (::lseek(fd.get(), 0, SEEK_SET) < 0) return failed(errno);
  auto digest = digest_of(fd.get(), last->length);
  if (!digest) return std::move(digest).fail();
  if (last->seal != seal_of(last->length, *digest)) {
    return Error{Fault::data, "is damaged: its SHA-256 differs"};
  }
  return {};
}

}  // namespace mlb::table
