// A CSV as blocks of whole records: one taker reads and cuts, any number of
// threads index.  Private to lib/table.
//
// The taker counts quotes and cuts behind the last line end of even parity; so
// every block begins with a record and nothing has to be guessed.  Where a
// quote stands that the rules do not allow for (5" pipe) parity means nothing,
// and the taker lets the exact machine find the cut.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "table/csv.h"
#include "table/csv_machine.h"
#include "table/csv_scan.h"
#include "table/csv_source.h"
#include "table/parse.h"

namespace mlb::table {

/// Whole records.  Reused, so that its memory is.
struct Block {
  std::string bytes;         ///< the text and kScanPadding behind it
  std::size_t size = 0;      ///< of the text
  std::uint64_t number = 0;  ///< of the block, from 0
  std::uint64_t offset = 0;  ///< of its first byte in the text of the file
  std::uint64_t read = 0;    ///< stored bytes that were read so far
  bool exact = false;        ///< to be indexed by the machine
  bool last = false;         ///< nothing follows
  bool too_long = false;     ///< its last record is longer than is allowed

  std::string_view text() const { return {bytes.data(), size}; }
};

class BlockTaker {
 public:
  static Result<BlockTaker> open(const std::string& path,
                                 const CsvOptions& options);

  /// The next block; false at the end.  One thread at a time.
  Result<bool> take(Block& block);
  Result<> rewind();
  /// What the text begins with, at most `most` bytes, without the lines that
  /// are skipped.  Rewinds.
  Result<std::string> peek(std::size_t most);

  CsvSource& source() { return source_; }
  Syntax& syntax() { return syntax_; }
  const Syntax& syntax() const { return syntax_; }
  const Scanner& scanner() const { return *scanner_; }
  /// Whether the whole text is known to fit into one block.
  bool is_one_block() const { return one_block_; }
  /// The line that the first record begins on, from 1.
  std::uint64_t first_line() const { return first_line_; }

 private:
  explicit BlockTaker(CsvSource source) : source_(std::move(source)) {}
  Result<> fill(Block& block, std::size_t more);
  Result<> skip_lines();
  std::optional<std::size_t> cut(Block& block) const;
  std::optional<std::size_t> exact_cut(std::string_view text, bool whole) const;

  CsvSource source_;
  Syntax syntax_;
  const Scanner* scanner_ = nullptr;
  std::size_t block_ = 0;
  bool one_block_ = false;
  std::uint64_t skip_ = 0;
  std::string rest_;  ///< behind the last cut
  std::uint64_t offset_ = 0;
  std::uint64_t number_ = 0;
  std::uint64_t first_line_ = 1;
  bool at_end_ = false;
};

/// Where the fields of a block end.  Reused.
struct Index {
  std::vector<std::uint32_t> ends;      ///< of every field, row by row
  std::vector<std::uint32_t> starts;    ///< of every row
  std::vector<std::uint32_t> first;     ///< row -> its first of `ends`
  std::size_t width = 0;                ///< fields of each row; 0: they differ
  std::uint64_t lines = 0;              ///< line ends in the block
  std::vector<std::uint32_t> filled;    ///< starts of rows that were too short
  std::vector<std::uint32_t> rejected;  ///< starts of rows that were left out
  std::optional<Problem> problem;       ///< the first one

  std::size_t rows() const { return starts.size(); }
  std::size_t fields(std::size_t row) const {
    if (width > 0) return width;
    return (row + 1 < first.size() ? first[row + 1] : ends.size()) - first[row];
  }
  std::size_t first_end(std::size_t row) const {
    return width > 0 ? row * width : first[row];
  }
};

/// What the rows of a file must be like.
struct RowRule {
  std::size_t width = 0;  ///< 0: any
  Ragged ragged = Ragged::error;
  std::uint64_t data_begin = 0;  ///< rows before this offset are left out
  bool check_text = true;        ///< look for NUL and invalid UTF-8
};

/// Indexes a block.  Blank lines are left out unless the width is 0 or 1.
/// Thread-safe as long as block and index are the caller's own.
void index_block(const Block& block, const Syntax& syntax,
                 const Scanner& scanner, const RowRule& rule, Index& index);

/// The text of a field between its quotes, and whether it has any.  `scratch`
/// holds the text when quotes or escapes had to be taken out of it.
Field field_text(std::string_view raw, const Syntax& syntax,
                 std::string& scratch);

/// What a field holds.
struct RawValue {
  std::string_view text;
  bool missing = false;
  bool in_block = false;  ///< bytes behind the text may be read
};

/// `scratch` as in field_text().
inline RawValue raw_value(std::string_view raw, const Syntax& syntax,
                          const MissingWords& missing, std::string& scratch) {
  if (raw.empty()) return {raw, true};
  if (raw.front() != syntax.quote && !syntax.escape) {
    return {raw, missing.contains(raw), true};
  }
  const Field field = field_text(raw, syntax, scratch);
  const bool none =
      !field.quoted && (field.text.empty() || missing.contains(field.text));
  return {field.text, none};
}

/// Column `column` of a row as it is written.
inline std::string_view raw_field(const Block& block, const Index& index,
                                  std::size_t row, std::size_t column) {
  const std::size_t at = index.first_end(row) + column;
  const std::size_t begin =
      column == 0 ? index.starts[row] : index.ends[at - 1] + 1;
  return {block.bytes.data() + begin, index.ends[at] - begin};
}

}  // namespace mlb::table
