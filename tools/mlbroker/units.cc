// See units.h.
#include "units.h"

#include <charconv>
#include <map>

namespace mlb::tool {
namespace {

struct Number {
  std::uint64_t value = 0;
  std::string unit;
};

/// Digits, then whatever follows; nothing when there are no digits.
Result<Number> split(const std::string& text, const char* want) {
  Number out;
  const char* end = text.data() + text.size();
  const auto [rest, failed] = std::from_chars(text.data(), end, out.value);
  if (failed != std::errc{}) {
    return Error{Fault::usage, "'" + text + "'; want " + want};
  }
  out.unit.assign(rest, end);
  return out;
}

}  // namespace

Result<Millis> parse_duration(const std::string& text) {
  const char* want = "a duration like 500ms, 60s, 5m or 2h, at most a year";
  static const std::map<std::string, std::int64_t> units{
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
  constexpr std::uint64_t year = 366ull * 24 * 3'600'000;
  const auto number = split(text, want);
  if (!number) return number.error();
  const auto unit = units.find(number->unit);
  if (unit == units.end() ||
      number->value > year / std::uint64_t(unit->second)) {
    return Error{Fault::usage, "'" + text + "'; want " + want};
  }
  return Millis(std::int64_t(number->value) * unit->second);
}

Result<std::uint64_t> parse_size(const std::string& text) {
  const char* want = "a size in bytes, or with K, M, G or T like 256M";
  static const std::map<std::string, int> units{
      {"", 0}, {"K", 10}, {"M", 20}, {"G", 30}, {"T", 40}};
  const auto number = split(text, want);
  if (!number) return number.error();
  const auto unit = units.find(number->unit);
  if (unit == units.end() || number->value > (1ull << 60) >> unit->second) {
    return Error{Fault::usage, "'" + text + "'; want " + want};
  }
  return number->value << unit->second;
}

}  // namespace mlb::tool
