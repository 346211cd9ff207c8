// Dates and times as text and as a number: microseconds since
// 1970-01-01T00:00:00Z, in the proleptic Gregorian calendar, years 1 to 9999.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "job/date_pattern.h"
#include "job/spec.h"

namespace mlb::table {

inline constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

/// A point in time as a text gave it.
struct Instant {
  std::int64_t micros = 0;  ///< since 1970-01-01T00:00:00Z
  bool offset = false;      ///< Z or an offset was written; else UTC is meant
  bool operator==(const Instant&) const = default;
};

/// How the dates of a column are written: date_pattern.h.  Immutable; any
/// thread.
class DateFormat {
 public:
  static Result<DateFormat> parse(std::string_view pattern);

  /// The whole text, or nothing: a day or time that no calendar or clock
  /// shows, and digits below a microsecond, are not read.
  std::optional<Instant> read(std::string_view text) const;
  /// What %Y-%m-%d reads of ten characters and %Y-%m-%dT%T%z of twenty that end
  /// in Z, in a few steps; nothing of any other text.
  static std::optional<Instant> read_iso(std::string_view text);
  /// Whether it has a time of day.
  bool has_time() const { return has_time_; }
  const std::string& pattern() const { return pattern_; }

 private:
  DateFormat() = default;

  std::string pattern_;
  std::vector<DateStep> steps_;
  bool has_time_ = false;
  bool is_iso_ = false;  ///< of the patterns that have a quick way
};

/// A part of the point in time, in UTC; epoch: the number itself.
std::int64_t part_of(std::int64_t micros, DatePart part);
/// "2022-03-05".  `micros` is at midnight.
std::string date_text(std::int64_t micros);
/// "2022-03-05T14:02:11Z"; with .250 or .250125 where it is no whole second.
std::string time_text(std::int64_t micros);
/// Whether the number is one that a date (a time) can be.
bool is_date(std::int64_t micros);
bool is_time(std::int64_t micros);

}  // namespace mlb::table
