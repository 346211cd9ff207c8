// Which format the dates of a column have: decided on the whole column.  Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "table/date.h"

namespace mlb::table {

/// Formats that are recognised by themselves.
const std::vector<DateFormat>& known_date_formats();

/// Sees every value of a column once and tells which one format fits all.
/// Judges of parts of a column may be merged in order: the verdict depends on
/// the values only, not on the parts.
class DateJudge {
 public:
  DateJudge() = default;
  /// `asked` is tried beside the known formats and wins when it fits.
  explicit DateJudge(std::optional<DateFormat> asked);

  /// What the formats read of a value.
  struct Reading {
    std::size_t formats = 0;  ///< how many read it
    std::size_t format = 0;   ///< of known_date_formats(), the last that does
    std::int64_t micros = 0;  ///< what it read
  };
  /// `line` is not 0.
  Reading value(std::string_view text, std::uint64_t line);
  /// The same of a text that DateFormat::read_iso() read so; false, and
  /// nothing done, unless its format reads all before it and no other did.
  bool one_more(const Instant& iso, std::uint64_t line);
  /// The same, faster, of a text that is a number: no known format reads one.
  void number(std::string_view text, std::uint64_t line) {
    if (only_counts_numbers()) {
      ++values_;
    } else {
      value(text, line);
    }
  }
  bool only_counts_numbers() const {
    return !asked_ && values_ > 0 && tallies_.empty();
  }
  /// `count` numbers, when they are only counted.
  void numbers(std::uint64_t count) { values_ += count; }
  /// `line_of`: of the lines that were given to `later`.
  using LineOf = std::function<std::uint64_t(std::uint64_t)>;
  void merge(const DateJudge& later, const LineOf& line_of);
  void merge(const DateJudge& later) {
    merge(later, [](std::uint64_t line) { return line; });
  }
  /// As it was before the first value.
  void clear();

  enum class Fit { none, one, ambiguous };
  struct Verdict {
    Fit fit = Fit::none;
    std::string pattern;  ///< of the format that fits, or fits most values
    std::string other;    ///< ambiguous: the second format that fits
    bool has_time = false;
    std::uint64_t fits = 0;         ///< values that `pattern` reads
    std::uint64_t misfits = 0;      ///< values that it does not read
    std::uint64_t misfit_line = 0;  ///< of the first of them
    std::string misfit;
    std::string first;             ///< the first value
    std::uint64_t first_line = 0;  ///< where it stands
    std::uint64_t without_offset = 0;
    std::uint64_t without_offset_line = 0;  ///< of the first
    std::int64_t min = 0;                   ///< of the values read
    std::int64_t max = 0;
  };
  Verdict verdict() const;
  /// The same, of the asked format whether or not it fits.
  Verdict verdict_of_asked() const;
  bool has_asked() const { return asked_.has_value(); }
  /// Whether one format, none that was asked for, reads every value so far.
  bool is_of_one() const {
    return !asked_ && tallies_.size() == 1 && tallies_[0].fits == values_;
  }

 private:
  /// What is known of one format that at least one value fits.
  struct Tally {
    std::size_t format = 0;
    std::uint64_t fits = 0;
    std::uint64_t misfit_line = 0;  ///< 0: every value fits so far
    std::string misfit = {};
    std::uint64_t without_offset = 0;
    std::uint64_t without_offset_line = 0;
    std::int64_t min = 0;
    std::int64_t max = 0;
    void fit(const Instant& instant, std::uint64_t line);
  };
  Tally& tally_of(std::size_t format);
  void misfit(std::uint64_t hits, std::string_view text, std::uint64_t line);
  void take_over(const DateJudge& first, const LineOf& line_of);
  const Tally* best() const;
  const DateFormat& format(std::size_t index) const;
  Verdict verdict_of(const Tally& tally) const;

  std::optional<DateFormat> asked_;
  std::vector<Tally> tallies_;  ///< by format
  std::uint64_t values_ = 0;
  std::uint64_t first_line_ = 0;
  std::string first_;
};

}  // namespace mlb::table
