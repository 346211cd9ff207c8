// From the ends of fields to rows.  See csv_blocks.h.
#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "table/csv_blocks.h"

namespace mlb::table {
namespace {

constexpr std::size_t kStretch = 16u << 10;  // bytes, a multiple of 64

bool ends_row(std::string_view text, std::size_t at) {
  return at >= text.size() || text[at] == '\n' || text[at] == '\r';
}

std::uint32_t behind(std::string_view text, std::size_t end) {
  const bool pair =
      end + 1 < text.size() && text[end] == '\r' && text[end + 1] == '\n';
  return static_cast<std::uint32_t>(end + (pair ? 2 : 1));
}

/// The ends of a block without stray quotes.
ScanState scan_ends(const Block& block, const Syntax& syntax,
                    const Scanner& scanner, Index& index) {
  ScanState state;
  const ScanChars chars{syntax.delimiter, syntax.quote};
  std::size_t count = 0;
  for (std::size_t at = 0; at < block.size; at += kStretch) {
    const std::size_t to = std::min(block.size, at + kStretch);
    const std::size_t room = count + (to - at) + 64;
    if (index.ends.size() < room) {
      index.ends.resize(std::max(index.ends.size() * 2, room));
    }
    std::uint32_t* const begin = index.ends.data();
    count = static_cast<std::size_t>(
        scanner.index(block.bytes.data(), at, to, chars, state, begin + count) -
        begin);
  }
  index.ends.resize(count);
  const bool open = block.size > 0 && !ends_row(block.text(), block.size - 1);
  // A line end in quotes cannot be the last byte: the quote would be open.
  if (open) index.ends.push_back(static_cast<std::uint32_t>(block.size));
  state.rows += open ? 1 : 0;
  index.lines = state.lines;
  return state;
}

/// The same by the machine; false when it found a problem.
bool machine_ends(const Block& block, const Syntax& syntax, Index& index) {
  Machine machine(block.text(), syntax, true);
  for (std::size_t at = 0; at < block.size; at = machine.next()) {
    const std::size_t before = index.ends.size();
    const auto step = machine.record(at, index.ends);
    if (step == Machine::Step::problem) return false;
    if (step == Machine::Step::comment) continue;
    index.starts.push_back(static_cast<std::uint32_t>(at));
    index.first.push_back(static_cast<std::uint32_t>(before));
  }
  index.lines = count_lines(block.text(), block.size);
  return true;
}

/// Scanned ends whose `rows` rows all have the same width: nothing is moved.
bool is_rectangle(std::string_view text, const Index& index, std::size_t width,
                  std::uint64_t rows) {
  const std::size_t count = index.ends.size();
  if (count != rows * width) return false;
  // If every one of so many rows ends where it should, no other one ends.
  for (std::size_t i = width - 1; i < count; i += width) {
    if (!ends_row(text, index.ends[i])) return false;
  }
  return true;
}

void start_rectangle(std::string_view text, Index& index, std::size_t width) {
  index.width = width;
  const std::size_t rows = index.ends.size() / width;
  index.starts.resize(rows);
  std::uint32_t start = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    index.starts[row] = start;
    start = behind(text, index.ends[row * width + width - 1]);
  }
}

void start_rows(std::string_view text, Index& index) {
  std::uint32_t start = 0;
  std::uint32_t first = 0;
  for (std::uint32_t i = 0; i < index.ends.size(); ++i) {
    if (!ends_row(text, index.ends[i])) continue;
    index.starts.push_back(start);
    index.first.push_back(first);
    start = behind(text, index.ends[i]);
    first = i + 1;
  }
}

bool is_blank(const Index& index, std::size_t row) {
  return index.fields(row) == 1 &&
         index.ends[index.first[row]] == index.starts[row];
}

/// Fields of a row without the empty ones that are too many.
std::size_t useful_fields(std::string_view text, const Index& index,
                          std::size_t row, std::size_t width) {
  std::size_t fields = index.fields(row);
  const std::size_t first = index.first[row];
  while (fields > width) {
    const std::uint32_t end = index.ends[first + fields - 1];
    if (text.substr(index.ends[first + fields - 2] + 1,
                    end - index.ends[first + fields - 2] - 1) != "") {
      break;
    }
    --fields;
  }
  return fields;
}

/// Makes rows of any width a rectangle; false when one may not be changed.
bool make_rectangle(std::string_view text, const RowRule& rule, Index& index) {
  Index out;
  const bool keep_blank = rule.width == 1;
  for (std::size_t row = 0; row < index.rows(); ++row) {
    if (!keep_blank && is_blank(index, row)) continue;
    std::size_t fields = index.fields(row);
    const std::size_t first = index.first[row];
    if (fields != rule.width && rule.ragged == Ragged::error) return false;
    if (fields != rule.width && rule.ragged == Ragged::skip) {
      out.rejected.push_back(index.starts[row]);
      continue;
    }
    if (fields != rule.width) out.filled.push_back(index.starts[row]);
    fields = useful_fields(text, index, row, rule.width);
    if (fields > rule.width) return false;
    out.starts.push_back(index.starts[row]);
    const auto begin = index.ends.begin() + static_cast<std::ptrdiff_t>(first);
    out.ends.insert(out.ends.end(), begin,
                    begin + static_cast<std::ptrdiff_t>(fields));
    // A field that is not there is empty: it ends where it begins.
    for (; fields < rule.width; ++fields) {
      out.ends.push_back(out.ends.back() + 1);
    }
  }
  out.width = rule.width;
  out.lines = index.lines;
  index = std::move(out);
  return true;
}

/// Leaves out the rows that begin before the data does.
void drop_header(const Block& block, std::uint64_t data_begin, Index& index) {
  std::size_t rows = 0;
  while (rows < index.rows() &&
         block.offset + index.starts[rows] < data_begin) {
    ++rows;
  }
  const auto count = static_cast<std::ptrdiff_t>(rows);
  const auto fields = static_cast<std::ptrdiff_t>(rows * index.width);
  index.starts.erase(index.starts.begin(), index.starts.begin() + count);
  index.ends.erase(index.ends.begin(), index.ends.begin() + fields);
}

bool has_long_row(const Block& block, const Syntax& syntax,
                  const Index& index) {
  if (block.size <= syntax.max_record) return false;
  for (std::size_t row = 0; row < index.rows(); ++row) {
    const std::size_t end =
        index.ends[index.first_end(row) + index.fields(row) - 1];
    if (std::min<std::size_t>(behind(block.text(), end), block.size) -
            index.starts[row] >
        syntax.max_record) {
      return true;
    }
  }
  return false;
}

std::string hex(char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  return {'0', 'x', digits[value >> 4], digits[value & 15]};
}

Problem bad_byte(const Block& block, std::size_t at) {
  if (block.bytes[at] == '\0') {
    return {at, "a NUL byte; this is not a text file"};
  }
  return {at, "byte " + hex(block.bytes[at]) + " at offset " +
                  std::to_string(block.offset + at) +
                  " is not valid UTF-8; is the file latin1? try --encoding "
                  "latin1 or cp1252"};
}

Problem too_long(const Syntax& syntax, std::size_t at,
                 const std::optional<std::size_t>& open) {
  const std::string limit =
      "--max-field (" + std::to_string(syntax.max_record) + " bytes)";
  if (open) {
    return {*open, "the quote that opens here is not closed within " + limit};
  }
  return {at, "this record is longer than " + limit};
}

Problem ragged(std::size_t at, std::size_t fields, const RowRule& rule) {
  std::string what = "has " + std::to_string(fields) + " fields; want " +
                     std::to_string(rule.width) + " as in the first row";
  what += rule.ragged == Ragged::error
              ? " (see --ragged fill and skip)"
              : " (--ragged fill completes short rows only; see --ragged skip)";
  return {at, std::move(what)};
}

/// Whether a row of so many fields may stand in the table.
bool is_allowed(const Block& block, const RowRule& rule, Index& one) {
  const std::size_t fields = one.ends.size();
  if (rule.width == 0 || fields == rule.width || is_blank(one, 0)) return true;
  if (rule.ragged == Ragged::fill) {
    return useful_fields(block.text(), one, 0, rule.width) <= rule.width;
  }
  return rule.ragged == Ragged::skip;
}

/// The first problem of a block; `index` gets the rows before it, of any
/// width.
std::optional<Problem> first_problem(const Block& block, const Syntax& syntax,
                                     const RowRule& rule, Index& index) {
  const std::string_view text = block.text();
  std::size_t next = 0;
  for (std::size_t at = 0; at < block.size; at = next) {
    // No byte behind the limit counts: how many of them are in the block is
    // chance.
    const std::size_t seen =
        std::min<std::size_t>(block.size, at + syntax.max_record + 1);
    Machine machine(text.substr(0, seen), syntax,
                    seen == block.size && !block.too_long);
    Index one;
    one.starts = {static_cast<std::uint32_t>(at)};
    one.first = {0};
    const auto step = machine.record(at, one.ends);
    if (step == Machine::Step::problem) return machine.problem();
    if (step == Machine::Step::more) {
      return too_long(syntax, at, machine.open_quote());
    }
    next = machine.next();
    if (next - at > syntax.max_record) {
      return too_long(syntax, at, std::nullopt);
    }
    const std::size_t bad = first_bad_byte(text, at, next);
    if (bad < next) return bad_byte(block, bad);
    if (step == Machine::Step::comment) continue;
    if (!is_allowed(block, rule, one)) {
      return ragged(at, one.ends.size(), rule);
    }
    index.starts.push_back(static_cast<std::uint32_t>(at));
    index.first.push_back(static_cast<std::uint32_t>(index.ends.size()));
    index.ends.insert(index.ends.end(), one.ends.begin(), one.ends.end());
  }
  return std::nullopt;
}

/// Finds rows; false when the block has a problem.
bool make_rows(const Block& block, const Syntax& syntax, const Scanner& scanner,
               const RowRule& rule, Index& index) {
  const std::string_view text = block.text();
  if (block.exact) {
    if (block.too_long || !machine_ends(block, syntax, index)) return false;
    const bool bad =
        rule.check_text && first_bad_byte(text, 0, block.size) < block.size;
    if (bad) return false;
  } else {
    const ScanState state = scan_ends(block, syntax, scanner, index);
    if (state.nul != 0) return false;
    if (rule.check_text && state.high != 0 &&
        first_bad_byte(text, 0, block.size) < block.size) {
      return false;
    }
    if (rule.width > 0 && is_rectangle(text, index, rule.width, state.rows)) {
      start_rectangle(text, index, rule.width);
      return !has_long_row(block, syntax, index);
    }
    start_rows(text, index);
  }
  if (has_long_row(block, syntax, index)) return false;
  return rule.width == 0 || make_rectangle(text, rule, index);
}

}  // namespace

void index_block(const Block& block, const Syntax& syntax,
                 const Scanner& scanner, const RowRule& rule, Index& index) {
  index.starts.clear();
  index.first.clear();
  index.filled.clear();
  index.rejected.clear();
  index.problem.reset();
  index.width = 0;
  index.lines = 0;
  if (block.exact) index.ends.clear();
  if (make_rows(block, syntax, scanner, rule, index)) {
    if (block.offset < rule.data_begin) {
      drop_header(block, rule.data_begin, index);
    }
    return;
  }
  index.ends.clear();
  index.starts.clear();
  index.first.clear();
  index.width = 0;
  index.problem = first_problem(block, syntax, rule, index);
  CHECK(index.problem.has_value());
  index.problem->line = count_lines(block.text(), index.problem->at);
  index.problem->column = column_of(block.text(), index.problem->at);
}

Field field_text(std::string_view raw, const Syntax& syntax,
                 std::string& scratch) {
  const bool quoted =
      !raw.empty() && syntax.quotes() && raw.front() == syntax.quote;
  std::string_view text = quoted ? raw.substr(1, raw.size() - 2) : raw;
  const bool doubled = quoted && !text.empty() &&
                       std::memchr(text.data(), syntax.quote, text.size());
  const bool escaped = syntax.escape && text.find(*syntax.escape) != text.npos;
  if (!doubled && !escaped) return {text, quoted};
  scratch.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool skip =
        i + 1 < text.size() && ((escaped && text[i] == *syntax.escape) ||
                                (quoted && text[i] == syntax.quote));
    scratch += text[skip ? ++i : i];
  }
  return {scratch, quoted};
}

}  // namespace mlb::table
