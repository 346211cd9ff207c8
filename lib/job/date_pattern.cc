// See date_pattern.h.
#include "job/date_pattern.h"

#include <algorithm>
#include <string>

namespace mlb {
namespace {

constexpr std::size_t kLongestPattern = 100;
constexpr std::string_view kCodes = "YymdbHIMSfpTrz";

Error bad_pattern(std::string_view pattern, const std::string& why) {
  return {Fault::usage,
          "the date format '" + std::string(pattern) + "' " + why};
}

/// Each part at most once, year, month and day always, and no smaller part of
/// a time without the larger one.
Result<> check_codes(std::string_view pattern, const std::string& codes) {
  const auto count = [&](std::string_view of) {
    return std::count_if(codes.begin(), codes.end(),
                         [&](char c) { return of.find(c) != of.npos; });
  };
  if (count("Yy") != 1 || count("mb") != 1 || count("d") != 1) {
    return bad_pattern(pattern,
                       "wants a year (%Y), a month (%m or %b) and a "
                       "day (%d), each once");
  }
  const auto hour = count("HITr");
  const auto minute = count("MTr");
  const auto second = count("STr");
  const bool twice = hour > 1 || minute > 1 || second > 1 || count("f") > 1 ||
                     count("p") > 1 || count("z") > 1 || count("fTr") > 1;
  const bool gap = (minute > 0 && hour == 0) || (second > minute) ||
                   (count("f") > 0 && second == 0) ||
                   (count("z") > 0 && hour == 0);
  if (twice || gap) {
    return bad_pattern(pattern,
                       "has a part of the time twice, or one without "
                       "the larger one");
  }
  if ((count("I") > 0) != (count("p") > 0)) {
    return bad_pattern(pattern,
                       "has only one of %I (12-hour clock) and %p "
                       "(AM or PM)");
  }
  return {};
}

}  // namespace

Result<DatePattern> parse_date_pattern(std::string_view pattern) {
  if (pattern.size() > kLongestPattern) {
    return bad_pattern(pattern.substr(0, 20), "... is longer than 100 bytes");
  }
  DatePattern out;
  std::string codes;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      out.steps.push_back({0, pattern[i]});
      continue;
    }
    char code = ++i < pattern.size() ? pattern[i] : '\0';
    if (code == 'B' || code == 'e') code = code == 'B' ? 'b' : 'd';
    if (code == '%') {
      out.steps.push_back({0, '%'});
    } else if (code == 'F') {
      for (const char c : {'Y', '-', 'm', '-', 'd'}) {
        out.steps.push_back(c == '-' ? DateStep{0, c} : DateStep{c, 0});
      }
      codes += "Ymd";
    } else if (code != '\0' && kCodes.find(code) != kCodes.npos) {
      out.steps.push_back({code, 0});
      codes += code;
    } else {
      return bad_pattern(pattern,
                         "has a code that is not one of %Y %y %m %b "
                         "%d %F %H %I %M %S %f %p %T %r %z %%");
    }
  }
  auto good = check_codes(pattern, codes);
  if (!good) return std::move(good).fail();
  out.has_time = codes.find_first_of("HITr") != codes.npos;
  return out;
}

}  // namespace mlb
