// See date.h.
#include "table/date.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>
#include <cstring>

namespace mlb::table {
namespace {

constexpr std::int64_t kMicros = 1'000'000;
constexpr std::array<std::string_view, 12> kMonths{
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Howard Hinnant, "chrono-compatible low-level date algorithms" (2013):
/// days since 1970-01-01 of a day of the proleptic Gregorian calendar, of a
/// year from 1 on.
constexpr std::int64_t days_of(unsigned year, unsigned month, unsigned day) {
  if (month <= 2) --year;
  const unsigned of_year =
      (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned years = year * 365 + year / 4 - year / 100 + year / 400;
  return static_cast<std::int64_t>(years + of_year) - 719468;
}

struct Civil {
  std::int64_t year = 0;
  unsigned month = 0;
  unsigned day = 0;
};

/// The inverse, from the same source.
Civil civil_of(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year =
      (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
  const unsigned m = (5 * of_year + 2) / 153;
  const unsigned month = m < 10 ? m + 3 : m - 9;
  return {static_cast<std::int64_t>(year) + era * 400 + (month <= 2 ? 1 : 0),
          month, of_year - (153 * m + 2) / 5 + 1};
}

bool has_day(unsigned year, unsigned month, unsigned day) {
  if (day <= 28) return day >= 1;
  if (month != 2) return day <= 30u + ((month + month / 8) % 2);
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return day == 29 && leap;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

/// The parts of a date and time, and how much of the text is not yet read.
struct Parts {
  std::string_view rest;
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  unsigned micros = 0;
  bool twelve = false;  ///< the hour is one of a 12-hour clock
  bool afternoon = false;
  bool offset = false;
  int offset_minutes = 0;
};

bool take(Parts& p, char c) {
  if (p.rest.empty() || p.rest[0] != c) return false;
  p.rest.remove_prefix(1);
  return true;
}

/// Between `least` and `most` digits, as many as there are.
bool take_number(Parts& p, std::size_t least, std::size_t most, unsigned& out) {
  std::size_t n = 0;
  unsigned value = 0;
  while (n < most && n < p.rest.size() && is_digit(p.rest[n])) {
    value = value * 10 + static_cast<unsigned>(p.rest[n++] - '0');
  }
  if (n < least) return false;
  p.rest.remove_prefix(n);
  out = value;
  return true;
}

/// One or more digits behind a point.  Nothing below a microsecond may be
/// lost: further digits must be zeros.
bool take_fraction(Parts& p) {
  std::size_t n = 0;
  unsigned value = 0;
  for (; n < p.rest.size() && is_digit(p.rest[n]); ++n) {
    if (n < 6) {
      value = value * 10 + static_cast<unsigned>(p.rest[n] - '0');
    } else if (p.rest[n] != '0') {
      return false;
    }
  }
  if (n == 0) return false;
  for (std::size_t i = n; i < 6; ++i) value *= 10;
  p.rest.remove_prefix(n);
  p.micros = value;
  return true;
}

bool starts_folded(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(),
                    [](char a, char b) { return a == (b | 0x20); });
}

/// A month's English name, whole or its first three letters.
bool take_month_name(Parts& p) {
  std::size_t n = 0;
  while (n < p.rest.size() && is_letter(p.rest[n])) ++n;
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (n != 3 && n != kMonths[i].size()) continue;
    if (!starts_folded(p.rest, kMonths[i].substr(0, n))) continue;
    p.rest.remove_prefix(n);
    p.month = static_cast<unsigned>(i) + 1;
    return true;
  }
  return false;
}

bool take_half(Parts& p) {
  const bool am = starts_folded(p.rest, "am");
  if (!am && !starts_folded(p.rest, "pm")) return false;
  p.rest.remove_prefix(2);
  p.twelve = true;
  p.afternoon = !am;
  return true;
}

/// HH:MM, HH:MM:SS or HH:MM:SS.ffffff
bool take_clock(Parts& p) {
  if (!take_number(p, 1, 2, p.hour) || !take(p, ':') ||
      !take_number(p, 2, 2, p.minute)) {
    return false;
  }
  if (!take(p, ':')) return true;
  if (!take_number(p, 2, 2, p.second)) return false;
  return take(p, '.') ? take_fraction(p) : true;
}

bool take_clock_of_halves(Parts& p) {
  if (!take_clock(p)) return false;
  (void)take(p, ' ');
  return take_half(p);
}

/// Nothing, Z, UTC, GMT, +01, +0100 or +01:00, perhaps behind a blank.
bool take_offset(Parts& p) {
  if (p.rest.empty()) return true;
  (void)take(p, ' ');
  p.offset = true;
  if (take(p, 'Z')) return true;
  if (p.rest.starts_with("UTC") || p.rest.starts_with("GMT")) {
    p.rest.remove_prefix(3);
    return true;
  }
  const bool west = take(p, '-');
  unsigned hours = 0;
  unsigned minutes = 0;
  if (!west && !take(p, '+')) return false;
  if (!take_number(p, 2, 2, hours)) return false;
  const bool colon = take(p, ':');
  if (!take_number(p, colon ? 2 : 0, 2, minutes)) return false;
  if (hours > 15 || minutes > 59) return false;
  const int all = static_cast<int>(hours * 60 + minutes);
  p.offset_minutes = west ? -all : all;
  return true;
}

/// 69 to 99 are of the 20th century, as in POSIX.
bool take_short_year(Parts& p) {
  if (!take_number(p, 2, 2, p.year)) return false;
  p.year += p.year < 69 ? 2000 : 1900;
  return true;
}

bool take_part(Parts& p, char code) {
  switch (code) {
    case 'Y': return take_number(p, 4, 4, p.year);
    case 'y': return take_short_year(p);
    case 'm': return take_number(p, 1, 2, p.month);
    case 'd': return take_number(p, 1, 2, p.day);
    case 'b': return take_month_name(p);
    case 'H': return take_number(p, 1, 2, p.hour);
    case 'I': return take_number(p, 1, 2, p.hour);
    case 'M': return take_number(p, 2, 2, p.minute);
    case 'S': return take_number(p, 2, 2, p.second);
    case 'f': return take_fraction(p);
    case 'p': return take_half(p);
    case 'T': return take_clock(p);
    case 'r': return take_clock_of_halves(p);
    case 'z': return take_offset(p);
    default: return false;
  }
}

std::optional<Instant> instant_of(const Parts& p) {
  if (p.year < 1 || p.month < 1 || p.month > 12 ||
      !has_day(p.year, p.month, p.day) || p.minute > 59 || p.second > 59) {
    return std::nullopt;
  }
  unsigned hour = p.hour;
  if (p.twelve) {
    if (hour < 1 || hour > 12) return std::nullopt;
    hour = hour % 12 + (p.afternoon ? 12 : 0);
  }
  if (hour > 23) return std::nullopt;
  const std::int64_t seconds =
      days_of(p.year, p.month, p.day) * 86400 +
      static_cast<std::int64_t>(hour * 3600 + p.minute * 60 + p.second) -
      std::int64_t{60} * p.offset_minutes;
  const Instant out{seconds * kMicros + p.micros, p.offset};
  if (!is_time(out.micros)) return std::nullopt;
  return out;
}

constexpr std::size_t kIsoDay = 10;   // 2022-03-05
constexpr std::size_t kIsoTime = 20;  // 2022-03-05T14:02:11Z

/// Eight characters of a form in which '0' stands for any digit: digits become
/// their values, the others 0; `bad` becomes not 0 where the form is not kept.
std::uint64_t by_form(const char* text, const char* form, std::uint64_t& bad) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::uint64_t word = 0;
  std::uint64_t wanted = 0;
  std::memcpy(&word, text, sizeof word);
  std::memcpy(&wanted, form, sizeof wanted);
  word ^= wanted;
  // A digit may be up to 9, another character must be as it is in the form.
  const std::uint64_t other = wanted ^ (kOnes * '0');
  const std::uint64_t none = ((other + kOnes * 0x7f) >> 7) & kOnes;
  bad |= (word | (word + kOnes * 0x76 + none * 9)) & (kOnes << 7);
  return word;
}

/// In each byte ten times its digit and the next one.
std::uint64_t pairs(std::uint64_t digits) {
  return digits * 10 + (digits >> 8);
}

unsigned byte_of(std::uint64_t word, unsigned place) {
  return static_cast<unsigned>(word >> (8 * place)) & 0xff;
}

/// In exactly these forms: most dates are so.  What is not is left to the
/// steps of the pattern.
bool take_iso(std::string_view text, Parts& p) {
  if (std::endian::native != std::endian::little) return false;
  const char* const t = text.data();
  const bool time = text.size() == kIsoTime;
  if (!time && text.size() != kIsoDay) return false;
  std::uint64_t bad = 0;
  const auto front = pairs(by_form(t, "0000-00-", bad));
  const auto day = pairs(by_form(t + 2, "00-00-00", bad));
  p.year = byte_of(front, 0) * 100 + byte_of(front, 2);
  p.month = byte_of(front, 5);
  p.day = byte_of(day, 6);
  if (!time) return bad == 0;
  const auto hour = pairs(by_form(t + 8, "00T00:00", bad));
  const auto second = pairs(by_form(t + 12, "0:00:00Z", bad));
  p.hour = byte_of(hour, 3);
  p.minute = byte_of(hour, 6);
  p.second = byte_of(second, 5);
  p.offset = true;
  return bad == 0;
}

}  // namespace

Result<DateFormat> DateFormat::parse(std::string_view pattern) {
  auto parsed = parse_date_pattern(pattern);
  if (!parsed) return std::move(parsed).fail();
  DateFormat out;
  out.pattern_ = std::string(pattern);
  out.steps_ = std::move(parsed->steps);
  out.has_time_ = parsed->has_time;
  out.is_iso_ = pattern == "%Y-%m-%d" || pattern == "%Y-%m-%dT%T%z";
  return out;
}

std::optional<Instant> DateFormat::read_iso(std::string_view text) {
  Parts p;
  return take_iso(text, p) ? instant_of(p) : std::nullopt;
}

std::optional<Instant> DateFormat::read(std::string_view text) const {
  if (is_iso_ && (text.size() == kIsoTime) == has_time_) {
    Parts p;
    if (take_iso(text, p)) return instant_of(p);
  }
  Parts p;
  p.rest = text;
  bool dated = false;
  for (const DateStep& step : steps_) {
    if (step.code != 0) {
      if (!take_part(p, step.code)) return std::nullopt;
      dated = true;
      continue;
    }
    // ISO 8601 lets people write a blank for the T between date and time.
    const bool blank = step.literal == 'T' && dated && take(p, ' ');
    if (!blank && !take(p, step.literal)) return std::nullopt;
  }
  if (!p.rest.empty()) return std::nullopt;
  return instant_of(p);
}

bool is_time(std::int64_t micros) {
  constexpr std::int64_t kLeast = days_of(1, 1, 1) * kMicrosPerDay;
  constexpr std::int64_t kEnd = days_of(10000, 1, 1) * kMicrosPerDay;
  return micros >= kLeast && micros < kEnd;
}

bool is_date(std::int64_t micros) {
  return is_time(micros) && micros % kMicrosPerDay == 0;
}

std::int64_t part_of(std::int64_t micros, DatePart part) {
  const std::int64_t days = floor_div(micros, kMicrosPerDay);
  switch (part) {
    case DatePart::year: return civil_of(days).year;
    case DatePart::month: return civil_of(days).month;
    case DatePart::day: return civil_of(days).day;
    // 1970-01-01 was a Thursday.
    case DatePart::dow: return days + 3 - floor_div(days + 3, 7) * 7 + 1;
    case DatePart::hour:
      return (micros - days * kMicrosPerDay) / (kMicrosPerDay / 24);
    case DatePart::epoch: break;
  }
  return micros;
}

std::string date_text(std::int64_t micros) {
  const Civil day = civil_of(floor_div(micros, kMicrosPerDay));
  char out[48];
  std::snprintf(out, sizeof out, "%04lld-%02u-%02u",
                static_cast<long long>(day.year), day.month, day.day);
  return out;
}

std::string time_text(std::int64_t micros) {
  const std::int64_t days = floor_div(micros, kMicrosPerDay);
  const std::int64_t of_day = micros - days * kMicrosPerDay;
  const auto seconds = static_cast<int>(of_day / kMicros);
  const auto fraction = static_cast<int>(of_day % kMicros);
  char clock[48];
  std::snprintf(clock, sizeof clock, "T%02d:%02d:%02d", seconds / 3600,
                seconds / 60 % 60, seconds % 60);
  std::string out = date_text(micros) + clock;
  if (fraction == 0) return out + "Z";
  const bool millis = fraction % 1000 == 0;
  std::snprintf(clock, sizeof clock, millis ? ".%03d" : ".%06d",
                millis ? fraction / 1000 : fraction);
  return out + clock + "Z";
}

}  // namespace mlb::table
