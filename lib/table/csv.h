// Reading CSV: records of fields, exactly as csv.md's rules say, in bounded
// memory.  One thread; the block machinery stays behind CsvReader.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/file.h"
#include "base/result.h"
#include "job/spec.h"

namespace mlb::table {

enum class Header { automatic, present, absent };

struct CsvOptions {
  std::optional<char> delimiter;  ///< none: sniffed from , ; tab | and space
  char quote = '"';
  Header header = Header::automatic;
  /// Unquoted words that mean "missing"; the empty field always does.
  std::vector<std::string> missing{"NA",  "N/A",  "n/a", "NaN",
                                   "nan", "null", "NULL"};
  std::vector<ColumnRule> columns;  ///< types that are asked for
  /// Name (as pattern), type and date format of every column, in order; empty:
  /// found out.
  std::vector<ColumnRule> schema;
  /// A date format to try on every column (date.h); empty: the known ones.
  std::string date_format;
  /// Bytes of one record with its line end.
  std::uint64_t max_field = 64u << 20;
  std::size_t block = 4u << 20;  ///< bytes read at once, >= 64
};

/// A file with more columns is refused.
inline constexpr std::size_t kMostColumns = 65536;

/// What was decided about the file's form.
struct Dialect {
  char delimiter = ',';
  char quote = '"';
  bool header = true;
  bool bom = false;
};

struct Field {
  std::string_view text;
  bool quoted = false;
};

/// Valid until the next record is read.
struct Record {
  std::vector<Field> fields;
  std::uint64_t line = 0;  ///< where it begins, from 1
};

/// Bytes read so far, of how many; false asks to stop.
using ReadProgress = std::function<bool(std::uint64_t, std::uint64_t)>;

class CsvReader {
 public:
  /// Opens, sniffs the dialect, reads no record yet.
  static Result<CsvReader> open(const std::string& path,
                                const CsvOptions& options);

  /// The next record; false at the end.  Blank lines are skipped unless the
  /// file has one column.  The first record is not special here.
  Result<bool> next(Record& record);
  /// Back to the first record.
  Result<> rewind();

  Dialect& dialect() { return dialect_; }
  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  std::uint64_t bytes_read() const { return read_; }
  /// SHA-256 of the whole file; after next() returned false.
  Digest digest() { return hash_->finish(); }
  void on_progress(ReadProgress progress) { progress_ = std::move(progress); }
  void one_column(bool value) { one_column_ = value; }

 private:
  CsvReader() = default;
  Result<> fill();
  enum class Scan { complete, more };
  Result<Scan> try_record(Record& record);
  Result<Scan> quoted_field(Record& record, std::size_t& at,
                            std::uint64_t& line);
  Result<> check_text(std::size_t begin, std::size_t end) const;
  Error error_at(std::uint64_t line, std::size_t at,
                 const std::string& what) const;
  Error too_long() const;
  Result<> sniff();
  bool at_end() const { return end_of_file_ && at_ >= buffer_.size(); }

  std::string path_;
  Fd fd_;
  std::uint64_t size_ = 0;
  std::uint64_t read_ = 0;
  std::size_t block_ = 0;
  std::uint64_t max_record_ = 0;
  Dialect dialect_;
  std::string buffer_;
  std::size_t at_ = 0;        ///< first byte not yet given out
  std::uint64_t offset_ = 0;  ///< of buffer_[0] in the file
  std::uint64_t line_ = 1;    ///< of buffer_[at_]
  bool end_of_file_ = false;
  bool one_column_ = false;
  std::deque<std::string> unescaped_;  ///< of the current record
  std::unique_ptr<Sha256> hash_;
  ReadProgress progress_;
};

/// Cuts `text` into records ignoring everything but quotes and delimiters:
/// for sniffing.  Number of fields of each whole record.
std::vector<std::size_t> count_fields(std::string_view text, char delimiter,
                                      char quote);
/// The delimiter of a file that begins with `text`; an error names the two
/// candidates that cannot be told apart.
Result<char> sniff_delimiter(std::string_view text, char quote);

}  // namespace mlb::table
