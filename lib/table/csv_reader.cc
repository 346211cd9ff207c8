// The exact scalar machine behind CsvReader.  See csv.h.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "table/csv.h"

namespace mlb::table {
namespace {

constexpr std::string_view kBom = "\xef\xbb\xbf";
/// Bytes that the dialect is judged by, whatever the block size.
constexpr std::size_t kSniffed = 64u << 10;

/// Length of the valid UTF-8 sequence at `at`, 0 when there is none (RFC
/// 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf && tail(1)) return 2;
  if (lead >= 0xe0 && lead <= 0xef && tail(1) && tail(2)) {
    const unsigned low = lead == 0xe0 ? 0xa0u : 0x80u;
    const unsigned high = lead == 0xed ? 0x9fu : 0xbfu;
    return byte(1) >= low && byte(1) <= high ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4 && tail(1) && tail(2) && tail(3)) {
    const unsigned low = lead == 0xf0 ? 0x90u : 0x80u;
    const unsigned high = lead == 0xf4 ? 0x8fu : 0xbfu;
    return byte(1) >= low && byte(1) <= high ? 4 : 0;
  }
  return 0;
}

std::string hex(unsigned char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  return {'0', 'x', digits[byte >> 4], digits[byte & 15]};
}

}  // namespace

Result<CsvReader> CsvReader::open(const std::string& path,
                                  const CsvOptions& options) {
  CsvReader out;
  out.path_ = path;
  out.fd_ = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!out.fd_) {
    return Error{Fault::data, path + ": " + errno_text(errno)};
  }
  struct stat info {};
  if (::fstat(out.fd_.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return Error{Fault::data, path + ": is not a regular file"};
  }
  if (info.st_size == 0) return Error{Fault::data, path + ": is empty"};
  out.size_ = static_cast<std::uint64_t>(info.st_size);
  out.block_ = options.block;
  out.max_record_ = options.max_field;
  out.dialect_.quote = options.quote;
  auto begun = out.rewind();
  if (!begun) return std::move(begun).fail();
  if (options.delimiter) {
    out.dialect_.delimiter = *options.delimiter;
    return out;
  }
  auto sniffed = out.sniff();
  if (!sniffed) return std::move(sniffed).fail();
  begun = out.rewind();
  if (!begun) return std::move(begun).fail();
  return out;
}

Result<> CsvReader::sniff() {
  while (buffer_.size() - at_ < kSniffed && !end_of_file_) {
    auto filled = fill();
    if (!filled) return filled;
  }
  auto found = sniff_delimiter(std::string_view(buffer_).substr(at_, kSniffed),
                               dialect_.quote);
  if (!found) return std::move(found).context(path_);
  dialect_.delimiter = *found;
  return {};
}

Result<> CsvReader::rewind() {
  buffer_.clear();
  at_ = 0;
  offset_ = 0;
  read_ = 0;
  line_ = 1;
  end_of_file_ = false;
  hash_ = std::make_unique<Sha256>();
  if (::lseek(fd_.get(), 0, SEEK_SET) < 0) {
    return Error{Fault::data, path_ + ": " + errno_text(errno)};
  }
  while (buffer_.size() < kBom.size() && !end_of_file_) {
    auto filled = fill();
    if (!filled) return filled;
  }
  if (std::string_view(buffer_).substr(0, kBom.size()) == kBom) {
    dialect_.bom = true;
    at_ = kBom.size();
  } else if (buffer_.size() >= 2 && (buffer_.substr(0, 2) == "\xff\xfe" ||
                                     buffer_.substr(0, 2) == "\xfe\xff")) {
    return Error{Fault::data,
                 path_ +
                     ":1:1: is UTF-16; this version reads UTF-8 only: "
                     "convert it with iconv -f utf-16 -t utf-8"};
  }
  if (at_ >= size_) {
    return Error{Fault::data, path_ + ": holds nothing but a byte order mark"};
  }
  return {};
}

/// Reads one block behind what is left of the last.
Result<> CsvReader::fill() {
  if (at_ > 0) {
    offset_ += at_;
    buffer_.erase(0, at_);
    at_ = 0;
  }
  const std::size_t before = buffer_.size();
  buffer_.resize(before + block_);
  ssize_t got = -1;
  do {
    got = ::read(fd_.get(), buffer_.data() + before, block_);
  } while (got < 0 && errno == EINTR);
  buffer_.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
  if (got < 0) return Error{Fault::data, path_ + ": " + errno_text(errno)};
  read_ += static_cast<std::uint64_t>(got);
  hash_->add(view_of(std::string_view(buffer_).substr(before)));
  if (read_ > size_ || (got == 0 && read_ < size_)) {
    return Error{Fault::data, path_ + ": changed while it was read"};
  }
  end_of_file_ = got == 0;
  if (progress_ && !progress_(read_, size_)) {
    return Error{Fault::cancelled, "interrupted"};
  }
  return {};
}

Error CsvReader::error_at(std::uint64_t line, std::size_t at,
                          const std::string& what) const {
  const std::size_t newline =
      at == 0 ? std::string::npos : buffer_.find_last_of("\r\n", at - 1);
  // The record begins a line; what stands before it may be a byte order mark.
  const std::size_t begin =
      std::max(at_, newline == std::string::npos ? 0 : newline + 1);
  return {Fault::data, path_ + ":" + std::to_string(line) + ":" +
                           std::to_string(at - begin + 1) + ": " + what};
}

Error CsvReader::too_long() const {
  return error_at(line_, at_,
                  "this record is longer than --max-field (" +
                      std::to_string(max_record_) +
                      " bytes); is a quote in it never closed?");
}

Result<bool> CsvReader::next(Record& record) {
  for (;;) {
    if (at_ >= buffer_.size() && !end_of_file_) {
      auto filled = fill();
      if (!filled) return std::move(filled).fail();
      continue;
    }
    if (at_end()) return false;
    auto scanned = try_record(record);
    if (!scanned) return std::move(scanned).fail();
    if (*scanned == Scan::more) {
      if (buffer_.size() - at_ > max_record_) return too_long();
      auto filled = fill();
      if (!filled) return std::move(filled).fail();
      continue;
    }
    const bool blank = record.fields.size() == 1 &&
                       record.fields[0].text.empty() &&
                       !record.fields[0].quoted;
    if (!blank || one_column_) return true;
  }
}

/// One record from at_; `more` when it does not end in the buffer.
Result<CsvReader::Scan> CsvReader::try_record(Record& record) {
  record.fields.clear();
  record.line = line_;
  unescaped_.clear();
  std::size_t at = at_;
  std::uint64_t line = line_;
  for (;;) {
    const std::size_t begin = at;
    if (at < buffer_.size() && buffer_[at] == dialect_.quote) {
      auto scanned = quoted_field(record, at, line);
      if (!scanned || *scanned == Scan::more) return scanned;
    } else {
      while (at < buffer_.size() && buffer_[at] != dialect_.delimiter &&
             buffer_[at] != '\n' && buffer_[at] != '\r') {
        ++at;
      }
      record.fields.push_back(
          {std::string_view(buffer_).substr(begin, at - begin), false});
    }
    if (at >= buffer_.size()) {
      if (!end_of_file_) return Scan::more;
      break;
    }
    if (buffer_[at] == dialect_.delimiter) {
      ++at;
      continue;
    }
    // A carriage return may be half of a line end that the buffer cuts.
    if (buffer_[at] == '\r' && at + 1 >= buffer_.size() && !end_of_file_) {
      return Scan::more;
    }
    at += buffer_[at] == '\r' && at + 1 < buffer_.size() &&
                  buffer_[at + 1] == '\n'
              ? 2
              : 1;
    ++line;
    break;
  }
  if (at - at_ > max_record_) return too_long();
  auto good = check_text(at_, at);
  if (!good) return std::move(good).fail();
  at_ = at;
  line_ = line;
  return Scan::complete;
}

/// The field whose opening quote stands at `at`; leaves `at` behind it.
Result<CsvReader::Scan> CsvReader::quoted_field(Record& record, std::size_t& at,
                                                std::uint64_t& line) {
  const std::size_t open = at;
  const std::uint64_t open_line = line;
  std::string* own = nullptr;
  std::size_t begin = ++at;
  for (;;) {
    while (at < buffer_.size() && buffer_[at] != dialect_.quote) {
      const bool ends_line =
          buffer_[at] == '\n' ||
          (buffer_[at] == '\r' &&
           (at + 1 >= buffer_.size() || buffer_[at + 1] != '\n'));
      line += ends_line ? 1 : 0;
      ++at;
    }
    if (at >= buffer_.size()) {
      if (!end_of_file_) return Scan::more;
      return error_at(open_line, open,
                      "the quote that opens here is never closed");
    }
    if (at + 1 >= buffer_.size() && !end_of_file_) return Scan::more;
    if (at + 1 >= buffer_.size() || buffer_[at + 1] != dialect_.quote) break;
    if (own == nullptr) own = &unescaped_.emplace_back();
    own->append(buffer_, begin, at + 1 - begin);
    at += 2;
    begin = at;
  }
  const auto last = std::string_view(buffer_).substr(begin, at - begin);
  if (own != nullptr) own->append(last);
  record.fields.push_back(
      {own != nullptr ? std::string_view(*own) : last, true});
  ++at;
  if (at < buffer_.size() && buffer_[at] != dialect_.delimiter &&
      buffer_[at] != '\n' && buffer_[at] != '\r') {
    return error_at(line, at,
                    "text after a closing quote; write a quote inside a "
                    "quoted field twice");
  }
  return Scan::complete;
}

/// No NUL, and valid UTF-8, in these bytes of the buffer.
Result<> CsvReader::check_text(std::size_t begin, std::size_t end) const {
  const std::string_view text(buffer_.data(), end);
  std::uint64_t line = line_;
  for (std::size_t i = begin; i < end;) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0) {
      return error_at(line, i, "a NUL byte; this is not a text file");
    }
    const bool pair = byte == '\r' && i + 1 < end && text[i + 1] == '\n';
    line += byte == '\n' || (byte == '\r' && !pair) ? 1 : 0;
    const std::size_t length = byte < 0x80 ? 1 : utf8_length(text, i);
    if (length == 0) {
      return error_at(line, i,
                      "byte " + hex(byte) + " at offset " +
                          std::to_string(offset_ + i) +
                          " is not valid UTF-8; is the file latin1? convert "
                          "it with iconv -f latin1 -t utf-8");
    }
    i += length;
  }
  return {};
}

}  // namespace mlb::table
