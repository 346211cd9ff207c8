// Reading CSV: records of fields, exactly as csv.md's rules say, in bounded
// memory.  CsvReader gives records one by one, on one thread; the passes of
// convert.h read the same blocks with many threads (csv_blocks.h).
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
#include "base/result.h"
#include "job/spec.h"

namespace mlb::table {

enum class Header { automatic, present, absent };
/// automatic: UTF-8, or UTF-16 when the file begins with its byte order mark.
enum class Encoding { automatic, utf8, latin1, cp1252, utf16 };
/// What becomes of a row with another number of fields than the first one.
enum class Ragged { error, fill, skip };
/// Which instructions look for delimiters; the results are the same.
enum class Simd { best, avx2, sse2, scalar };

std::string_view name_of(Encoding encoding);

struct CsvOptions {
  std::optional<char> delimiter;  ///< none: sniffed from , ; tab | and space
  char quote = '"';               ///< NUL: there are no quotes
  std::optional<char> escape;     ///< the character behind it is itself
  std::optional<char> comment;    ///< begins a record that is left out
  std::uint64_t skip = 0;         ///< lines before the header
  Header header = Header::automatic;
  Encoding encoding = Encoding::automatic;
  char decimal = '.';
  std::optional<char> thousands;  ///< between groups of three digits
  /// Unquoted words that mean "missing"; the empty field always does.
  std::vector<std::string> missing{"NA",  "N/A",  "n/a", "NaN",
                                   "nan", "null", "NULL"};
  Ragged ragged = Ragged::error;
  std::vector<ColumnRule> columns;  ///< types that are asked for
  /// Likewise behind these, by name alone; the file may lack them.
  std::vector<ColumnRule> expected;
  /// Name (as pattern), type and date format of every column, in order; empty:
  /// found out.
  std::vector<ColumnRule> schema;
  /// A date format to try on every column (date.h); empty: the known ones.
  std::string date_format;
  /// Bytes of one record with its line end; at most kMostRecord.
  std::uint64_t max_field = 64u << 20;
  std::size_t block = 4u << 20;  ///< bytes read at once, >= 1
  bool once = false;     ///< the types are known elsewhere: fixes_types()
  unsigned threads = 0;  ///< of the passes; 0: one a core
  Simd simd = Simd::best;
};

/// Whether every type is known before: then nothing is read a second time, and
/// standard input is not spooled.
bool fixes_types(const CsvOptions& options);

inline constexpr std::uint64_t kMostRecord = 1u << 30;

/// A file with more columns is refused.
inline constexpr std::size_t kMostColumns = 131072;

/// What was decided about the file's form.
struct Dialect {
  char delimiter = ',';
  char quote = '"';
  std::optional<char> escape;
  std::optional<char> comment;
  std::uint64_t skip = 0;
  bool header = true;
  Encoding encoding = Encoding::utf8;
  char decimal = '.';
  std::optional<char> thousands;
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

class BlockTaker;
struct Block;
struct Index;

class CsvReader {
 public:
  /// Opens, sniffs the dialect, reads no record yet.
  static Result<CsvReader> open(const std::string& path,
                                const CsvOptions& options);
  ~CsvReader();
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;

  /// The next record; false at the end.  Blank lines are skipped unless the
  /// file has one column.  The first record is not special here.
  Result<bool> next(Record& record);
  /// Back to the first record.
  Result<> rewind();

  Dialect& dialect() { return dialect_; }
  /// The path, or what messages call standard input.
  const std::string& path() const;
  /// Of the file as it is stored.
  std::uint64_t size() const;
  std::uint64_t bytes_read() const;
  /// SHA-256 of the whole file as stored; after next() returned false.
  Digest digest();
  void on_progress(ReadProgress progress) { progress_ = std::move(progress); }
  void one_column(bool value) { one_column_ = value; }
  /// Where the next record begins in the text of the file.
  std::uint64_t offset() const;
  /// For the passes, which take whole blocks: after rewind().
  BlockTaker& taker() { return *taker_; }

 private:
  explicit CsvReader(std::unique_ptr<BlockTaker> taker);
  Result<bool> next_block();
  void give(Record& record);
  Error problem() const;
  Result<> sniff(const CsvOptions& options);

  std::unique_ptr<BlockTaker> taker_;
  std::unique_ptr<Block> block_;
  std::unique_ptr<Index> index_;
  std::size_t row_ = 0;           ///< of the block, the next to be given out
  std::uint64_t block_line_ = 1;  ///< of the first byte of the block
  std::uint64_t line_ = 1;        ///< of byte `counted_` of the block
  std::size_t counted_ = 0;
  bool one_column_ = false;
  Dialect dialect_;
  std::deque<std::string> unescaped_;  ///< of the current record
  ReadProgress progress_;
};

/// Cuts `text` into records ignoring everything but quotes and delimiters:
/// for sniffing.  Number of fields of each whole record.
std::vector<std::size_t> count_fields(std::string_view text, char delimiter,
                                      char quote);
/// The delimiter of a file that begins with `text`; an error names the two
/// candidates that cannot be told apart.  `marks`: of numbers; of two
/// candidates it is the one that is none.
Result<char> sniff_delimiter(std::string_view text, char quote,
                             std::optional<char> comment = {},
                             std::string_view marks = {});

}  // namespace mlb::table
