// See csv_source.h.
#include "table/csv_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "table/checksum.h"

namespace mlb::table {
namespace {

constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
constexpr std::string_view kUtf16LeMark = "\xff\xfe";
constexpr std::string_view kUtf16BeMark = "\xfe\xff";
constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::size_t kDecoded = 64u << 10;

Error failed(const std::string& name, int number) {
  return {Fault::data, name + ": " + errno_text(number)};
}

/// A file without a name, gone with its descriptor.
Fd unlinked_file() {
  const char* asked = std::getenv("TMPDIR");
  std::string path = asked == nullptr || *asked == '\0' ? "/tmp" : asked;
  path += "/mlprep.XXXXXX";
  Fd out(::mkostemp(path.data(), O_CLOEXEC));
  if (out) ::unlink(path.c_str());
  return out;
}

}  // namespace

Result<CsvSource> CsvSource::open(const std::string& path, Encoding encoding,
                                  SourceReads reads) {
  CsvSource out;
  const bool standard_input = path == "-";
  out.name_ = standard_input ? "standard input" : path;
  out.asked_ = encoding;
  Fd opened(standard_input ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                           : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) return failed(out.name_, errno);
  struct stat info {};
  if (::fstat(opened.get(), &info) != 0) return failed(out.name_, errno);
  if (S_ISDIR(info.st_mode) || S_ISBLK(info.st_mode)) {
    return Error{Fault::data, out.name_ + ": is not a regular file"};
  }
  const bool seeks = S_ISREG(info.st_mode) && !standard_input;
  if (!seeks && reads == SourceReads::once) {
    out.streamed_ = true;
    out.fd_ = std::move(opened);
    auto any = out.look_at(1);
    if (!any) return std::move(any).fail();
    info.st_size = static_cast<off_t>(any->size());
  } else if (!seeks) {
    auto spooled = out.spool(opened.get());
    if (!spooled) return std::move(spooled).fail();
    ::fstat(out.fd_.get(), &info);
  } else {
    out.fd_ = std::move(opened);
  }
  if (info.st_size == 0) return Error{Fault::data, out.name_ + ": is empty"};
  out.size_ = out.streamed_ ? 0 : static_cast<std::uint64_t>(info.st_size);
  auto begun = out.rewind();
  if (!begun) return std::move(begun).fail();
  return out;
}

Result<> CsvSource::spool(int from) {
  fd_ = unlinked_file();
  if (!fd_) {
    return failed(name_ + ": cannot be kept in a temporary file", errno);
  }
  std::array<char, 64u << 10> buffer{};
  for (;;) {
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    // The signals that are handled ask to stop.
    if (got < 0 && errno == EINTR) {
      return Error{Fault::cancelled, "interrupted"};
    }
    if (got < 0) return failed(name_, errno);
    if (got == 0) return {};
    auto written = write_all(
        fd_.get(), view_of({buffer.data(), static_cast<std::size_t>(got)}));
    if (!written) {
      return std::move(written).context(
          name_ + ": cannot be kept in a temporary file (TMPDIR)");
    }
  }
}

Result<> CsvSource::rewind() {
  read_ = 0;
  skipped_ = 0;
  ahead_.clear();
  decoder_.reset();
  gunzip_.reset();
  checksum_ = 0;
  hash_ = digest_.is_none() ? std::make_unique<Sha256>() : nullptr;
  auto magic = look_at(kGzipMagic.size());
  if (!magic) return std::move(magic).fail();
  gzip_ = *magic == kGzipMagic;
  if (gzip_) gunzip_ = std::make_unique<Gunzip>();
  return look_at_mark();
}

/// Of a stream: what is kept of its beginning, then what comes.
Result<std::size_t> CsvSource::read_stream(char* to, std::size_t most) {
  if (read_ < begin_.size()) {
    const std::size_t size = std::min<std::size_t>(most, begin_.size() - read_);
    std::memcpy(to, begin_.data() + read_, size);
    return size;
  }
  if (!keeps_) std::string().swap(begin_);
  const ssize_t got = ::read(fd_.get(), to, most);
  // The signals that are handled ask to stop.
  if (got < 0 && errno == EINTR) return Error{Fault::cancelled, "interrupted"};
  if (got < 0) return failed(name_, errno);
  const auto size = static_cast<std::size_t>(got);
  if (keeps_) begin_.append(to, size);
  return size;
}

Result<std::size_t> CsvSource::read_raw(char* to, std::size_t most) {
  if (streamed_) return read_stream(to, most);
  ssize_t got = -1;
  do {
    got = ::pread(fd_.get(), to, most, static_cast<off_t>(read_));
  } while (got < 0 && errno == EINTR);
  if (got < 0) return failed(name_, errno);
  return static_cast<std::size_t>(got);
}

/// The first bytes, before any is read.
Result<std::string> CsvSource::look_at(std::size_t most) {
  std::string out(most, '\0');
  std::size_t done = 0;
  for (; done < most;) {
    read_ = done;
    auto got = read_raw(out.data() + done, most - done);
    read_ = 0;
    if (!got) return std::move(got).fail();
    if (*got == 0) break;
    done += *got;
  }
  out.resize(done);
  return out;
}

/// Bytes of the file, counted and hashed.
Result<std::size_t> CsvSource::read_stored(char* to, std::size_t most) {
  auto got = read_raw(to, most);
  if (!got) return got;
  const std::size_t size = *got;
  read_ += size;
  checksum_ = table::checksum(view_of({to, size}), checksum_);
  if (hash_) hash_->add(view_of({to, size}));
  if (streamed_) {
    size_ = size == 0 ? read_ : 0;
  } else if (read_ > size_ || (size == 0 && read_ < size_)) {
    return Error{Fault::data, name_ + ": changed while it was read"};
  }
  if (size > 0) return size;
  if (hash_) {
    digest_ = hash_->finish();
    digest_checksum_ = checksum_;
    hash_.reset();
  } else if (!digest_.is_none() && checksum_ != digest_checksum_) {
    return Error{Fault::data, name_ + ": changed while it was read"};
  }
  return size;
}

/// Bytes of the text as it is encoded.
Result<std::size_t> CsvSource::read_bytes(char* to, std::size_t most) {
  if (!ahead_.empty()) {
    const std::size_t size = std::min(most, ahead_.size());
    std::memcpy(to, ahead_.data(), size);
    ahead_.erase(0, size);
    return size;
  }
  if (!gunzip_) return read_stored(to, most);
  auto got = gunzip_->read(
      [&](char* where, std::size_t room) { return read_stored(where, room); },
      to, most);
  const bool ours =
      !got && got.error().message.compare(0, name_.size(), name_) == 0;
  if (!got && !ours) return std::move(got).context(name_);
  return got;
}

Result<> CsvSource::look_at_mark() {
  std::string begin;
  while (begin.size() < kUtf8Mark.size()) {
    std::array<char, 3> some{};
    auto got = read_bytes(some.data(), kUtf8Mark.size() - begin.size());
    if (!got) return std::move(got).fail();
    if (*got == 0) break;
    begin.append(some.data(), *got);
  }
  const bool utf8 = begin.starts_with(kUtf8Mark);
  const bool little = begin.starts_with(kUtf16LeMark);
  const bool big = begin.starts_with(kUtf16BeMark);
  encoding_ = asked_ != Encoding::automatic ? asked_
              : little || big               ? Encoding::utf16
                                            : Encoding::utf8;
  using From = Decoder::From;
  if (encoding_ == Encoding::utf16) {
    skipped_ = little || big ? 2 : 0;
    decoder_ = std::make_unique<Decoder>(big ? From::utf16_be : From::utf16_le,
                                         skipped_);
  } else if (encoding_ == Encoding::utf8) {
    skipped_ = utf8 ? kUtf8Mark.size() : 0;
  } else {
    decoder_ = std::make_unique<Decoder>(
        encoding_ == Encoding::latin1 ? From::latin1 : From::cp1252, 0);
  }
  ahead_ = begin.substr(skipped_);
  if (skipped_ > 0 && ahead_.empty()) {
    auto more = begin.size() < kUtf8Mark.size() || utf8;
    std::array<char, 1> byte{};
    auto got = more ? read_bytes(byte.data(), 1) : Result<std::size_t>(1u);
    if (!got) return std::move(got).fail();
    if (*got == 0) {
      return Error{Fault::data,
                   name_ + ": holds nothing but a byte order mark"};
    }
    ahead_.assign(byte.data(), 1);
  }
  return {};
}

Result<std::size_t> CsvSource::read(char* to, std::size_t most) {
  if (!decoder_) return read_bytes(to, most);
  std::string bytes;
  while (decoder_->is_empty()) {
    bytes.resize(kDecoded);
    auto got = read_bytes(bytes.data(), bytes.size());
    if (!got) return got;
    auto added =
        decoder_->add(std::string_view(bytes).substr(0, *got), *got == 0);
    if (!added) {
      // "1:2: byte ..." stands behind the name without a blank.
      return Error{Fault::data, name_ + ":" + added.error().message};
    }
    if (*got == 0) return *got;
  }
  return decoder_->take(to, most);
}

}  // namespace mlb::table
