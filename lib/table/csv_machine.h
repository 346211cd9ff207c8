// The exact machine: cuts one record at a time, a byte at a time, as the
// rules are written.  It indexes what the scanners cannot (stray quotes,
// escapes, comments) and finds the place of every refusal.  Private to
// lib/table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlb::table {

struct Syntax {
  char delimiter = ',';
  char quote = '"';
  std::optional<char> escape;
  std::optional<char> comment;
  std::uint64_t max_record = 64u << 20;

  bool quotes() const { return quote != '\0'; }
  /// The scanners know neither of these.
  bool needs_machine() const {
    return escape.has_value() || comment.has_value();
  }
};

/// What is wrong at a byte of a text.
struct Problem {
  std::size_t at = 0;
  std::string what;
  /// Where the column begins to count, when that is no line end.
  std::uint64_t line = 0;    ///< line ends of the block before it
  std::uint64_t column = 1;  ///< in bytes, from 1
};

class Machine {
 public:
  /// `whole`: nothing follows the text.
  Machine(std::string_view text, const Syntax& syntax, bool whole)
      : text_(text), syntax_(syntax), whole_(whole) {}

  enum class Step {
    record,   ///< from begin() to next()
    comment,  ///< a line that is no record, the same
    more,     ///< the text ends before the record does
    problem,  ///< see problem()
  };
  /// The record at `at`, which is inside of the text; adds the end of each of
  /// its fields to `ends` (a place in the text).
  Step record(std::size_t at, std::vector<std::uint32_t>& ends);
  std::size_t next() const { return next_; }
  const Problem& problem() const { return problem_; }
  /// After `more`: the quote that is open at the end, if one is.
  std::optional<std::size_t> open_quote() const { return open_; }

 private:
  Step finish(std::size_t at);
  Step comment(std::size_t at);
  std::optional<Step> quoted(std::size_t& at);
  bool is_end(std::size_t at) const {
    return text_[at] == '\n' || text_[at] == '\r';
  }

  std::string_view text_;
  Syntax syntax_;
  bool whole_;
  std::size_t next_ = 0;
  std::optional<std::size_t> open_;
  Problem problem_;
};

/// The first byte of text[from, to) that is NUL or not valid UTF-8 (RFC 3629);
/// `to` when there is none.
std::size_t first_bad_byte(std::string_view text, std::size_t from,
                           std::size_t to);

/// Line ends in text[0, at): LF, CR, and CR LF as one.
std::uint64_t count_lines(std::string_view text, std::size_t at);
/// Bytes from the begin of the line to `at`, and one.
std::uint64_t column_of(std::string_view text, std::size_t at);

}  // namespace mlb::table
