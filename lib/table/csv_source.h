// The bytes of a CSV as UTF-8, whatever the file is: plain, gzip, standard
// input (spooled to an unlinked temporary file, unless it is read only once),
// UTF-16 or a single-byte encoding.  Private to lib/table.  One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/digest.h"
#include "base/file.h"
#include "base/result.h"
#include "table/csv.h"
#include "table/csv_encoding.h"
#include "table/csv_gzip.h"

namespace mlb::table {

/// How often a source is read behind its beginning.
enum class SourceReads { again, once };

class CsvSource {
 public:
  /// `path`: "-" is standard input.  SourceReads::once: what cannot seek is not
  /// spooled, and may be rewound until last_reading().
  static Result<CsvSource> open(const std::string& path, Encoding encoding,
                                SourceReads reads = SourceReads::again);

  /// Up to `most` (>= 1) bytes of UTF-8, without the byte order mark; 0 at the
  /// end.
  Result<std::size_t> read(char* to, std::size_t most);
  Result<> rewind();
  /// After rewind(): it is the last one.
  void last_reading() { keeps_ = false; }
  /// After rewind(): nobody will ask for digest().
  void without_digest() { hash_.reset(); }

  /// What messages call it.
  const std::string& name() const { return name_; }
  /// What it is, after the byte order mark was seen; never automatic.
  Encoding encoding() const { return encoding_; }
  /// Bytes of text in front of the first that read() gives: 3 of a mark.
  std::uint64_t skipped() const { return skipped_; }
  /// Bytes that read() will give, about; 0: not known.
  std::uint64_t text_bytes() const {
    return gzip_ || encoding_ != Encoding::utf8 ? 0 : size_;
  }
  /// Of the file as stored; 0: not known before the end is read.
  std::uint64_t size() const { return size_; }
  std::uint64_t bytes_read() const { return read_; }
  /// SHA-256 of the stored bytes, after the end was read for the first time.
  /// Later readings make only the checksum.
  Digest digest() const { return digest_; }
  /// CRC-64 of the stored bytes that were read: whether a file changed between
  /// two readings, 20 times as fast as SHA-256.
  std::uint64_t checksum() const { return checksum_; }

 private:
  CsvSource() = default;
  Result<> spool(int from);
  Result<std::size_t> read_raw(char* to, std::size_t most);
  Result<std::size_t> read_stream(char* to, std::size_t most);
  Result<std::string> look_at(std::size_t most);
  Result<std::size_t> read_stored(char* to, std::size_t most);
  Result<std::size_t> read_bytes(char* to, std::size_t most);
  Result<> look_at_mark();

  std::string name_;
  Fd fd_;
  std::uint64_t size_ = 0;
  std::uint64_t read_ = 0;
  std::uint64_t skipped_ = 0;
  Encoding asked_ = Encoding::automatic;
  Encoding encoding_ = Encoding::utf8;
  bool gzip_ = false;
  bool streamed_ = false;  ///< cannot seek: what was read is in begin_
  bool keeps_ = true;
  std::string begin_;
  std::unique_ptr<Gunzip> gunzip_;
  std::unique_ptr<Decoder> decoder_;
  std::string ahead_;             ///< bytes that were read to look at the mark
  std::unique_ptr<Sha256> hash_;  ///< none: the digest is known
  Digest digest_;
  std::uint64_t digest_checksum_ = 0;  ///< of the bytes of the digest
  std::uint64_t checksum_ = 0;
};

}  // namespace mlb::table
