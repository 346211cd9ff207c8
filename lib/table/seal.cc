// See seal.h and docs/dataset-format.md.
#include "table/seal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/file.h"
#include "table/checksum.h"

namespace mlb::table {
namespace {

constexpr std::string_view kMagic = "MLBSEAL2";
constexpr std::size_t kBlock = 256u << 10;
constexpr std::uint64_t kPiece = 4u << 20;

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

/// CRC-64 of `length` bytes from `offset` on; an error when there are fewer.
Result<std::uint64_t> sum_of_piece(int fd, std::uint64_t offset,
                                   std::uint64_t length, Bytes& buffer) {
  std::uint64_t sum = 0;
  buffer.resize(kBlock);
  while (length > 0) {
    ssize_t got = -1;
    do {
      got = ::pread(fd, buffer.data(), std::min<std::uint64_t>(length, kBlock),
                    static_cast<off_t>(offset));
    } while (got < 0 && errno == EINTR);
    if (got < 0) return failed(errno);
    if (got == 0) return Error{Fault::data, "ends too early"};
    const auto size = static_cast<std::uint64_t>(got);
    sum = checksum(ByteView(buffer).first(size), sum);
    offset += size;
    length -= size;
  }
  return sum;
}

/// The CRC-64 of the CRC-64s of all pieces of the first `length` bytes, which
/// two threads make.
Result<std::uint64_t> sum_of(int fd, std::uint64_t length) {
  const std::uint64_t pieces = (length + kPiece - 1) / kPiece;
  std::vector<std::uint64_t> sums(pieces);
  std::array<Result<>, 2> done;
  const auto work = [&](std::size_t first) {
    Bytes buffer;
    for (std::uint64_t i = first; i < pieces && done[first]; i += done.size()) {
      const std::uint64_t offset = i * kPiece;
      auto sum =
          sum_of_piece(fd, offset, std::min(kPiece, length - offset), buffer);
      if (sum) sums[i] = *sum;
      if (!sum) done[first] = std::move(sum).fail();
    }
  };
  if (pieces > 1) {
    std::jthread other(work, std::size_t{1});
    work(0);
  } else {
    work(0);
  }
  for (auto& one : done) {
    if (!one) return std::move(one).fail();
  }
  Writer all;
  for (const std::uint64_t sum : sums) all.number(sum);
  return checksum(all.bytes());
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
  const Fd fd(::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
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
  auto sum = sum_of(fd.get(), last->length);
  if (!sum) return std::move(sum).fail();
  if (last->seal != seal_of(last->length, *sum)) {
    return Error{Fault::data, "is damaged: its checksum differs"};
  }
  return {};
}

}  // namespace mlb::table
