// See seal.h and docs/dataset-format.md.
#include "table/seal.h"

#include <fcntl.h>
#include <isa-l/crc64.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "base/bytes.h"
#include "base/file.h"

namespace mlb::table {
namespace {

constexpr std::string_view kMagic = "MLBSEAL2";
constexpr std::size_t kBlock = 256u << 10;

Error failed(int number) {
  return {Fault::data, "cannot be read or written: " + errno_text(number)};
}

/// Up to bytes.size() bytes from the descriptor's position, of which it gives
/// the number.
Result<std::size_t> read_some(int fd, std::span<std::uint8_t> bytes) {
  ssize_t got = -1;
  do {
    got = ::read(fd, bytes.data(), bytes.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return failed(errno);
  return static_cast<std::size_t>(got);
}

/// CRC-64 of the next `length` bytes; an error when there are fewer.
Result<std::uint64_t> sum_of(int fd, std::uint64_t length) {
  std::uint64_t sum = 0;
  Bytes bytes(std::min<std::uint64_t>(length, kBlock));
  while (length > 0) {
    const std::size_t most = std::min<std::uint64_t>(length, bytes.size());
    auto got = read_some(fd, std::span(bytes).first(most));
    if (!got) return std::move(got).fail();
    if (*got == 0) return Error{Fault::data, "ends too early"};
    sum = crc64_ecma_refl(sum, bytes.data(), *got);
    length -= *got;
  }
  return sum;
}

Bytes seal_of(std::uint64_t length, std::uint64_t sum) {
  Writer out;
  out.raw(view_of(kMagic));
  out.number(length);
  out.number(sum);
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
  out.seal.resize(kSealBytes);
  std::size_t done = 0;
  while (done < kSealBytes) {
    auto got = read_some(fd, std::span(out.seal).subspan(done));
    if (!got) return std::move(got).fail();
    if (*got == 0) break;
    done += *got;
  }
  out.seal.resize(done);
  return out;
}

}  // namespace

Result<> seal_file(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd) return failed(errno);
  const std::uint64_t length = size_of(fd.get());
  auto sum = sum_of(fd.get(), length);
  if (!sum) return std::move(sum).fail();
  auto written = write_all(fd.get(), seal_of(length, *sum));
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
  auto sum = sum_of(fd.get(), last->length);
  if (!sum) return std::move(sum).fail();
  if (last->seal != seal_of(last->length, *sum)) {
    return Error{Fault::data, "is damaged: its checksum differs"};
  }
  return {};
}

}  // namespace mlb::table
