// See units.h.
#include "base/units.h"

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace mlb {
namespace {

using Unit = std::pair<std::string_view, std::uint64_t>;

constexpr std::array<Unit, 5> kSizes{{{"T", 1ull << 40},
                                      {"G", 1ull << 30},
                                      {"M", 1u << 20},
                                      {"K", 1u << 10},
                                      {"", 1}}};
constexpr std::array<Unit, 5> kDurations{
    {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}}};

template <std::size_t N>
std::optional<std::uint64_t> parse(std::string_view text,
                                   const std::array<Unit, N>& units) {
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  const auto suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const auto& [name, factor] : units) {
    if (name != suffix) continue;
    if (number > std::numeric_limits<std::int64_t>::max() / factor) {
      return std::nullopt;
    }
    return number * factor;
  }
  return std::nullopt;
}

template <std::size_t N>
std::string write(std::uint64_t value, const std::array<Unit, N>& units) {
  for (const auto& [name, factor] : units) {
    if (value >= factor && value % factor == 0) {
      return std::to_string(value / factor) + std::string(name);
    }
  }
  return "0" + std::string(units[3].first);
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  return parse(text, kSizes);
}

std::optional<Millis> parse_duration(std::string_view text) {
  const auto value = parse(text, kDurations);
  if (!value) return std::nullopt;
  return Millis(static_cast<std::int64_t>(*value));
}

std::string size_text(std::uint64_t bytes) {
  return bytes == 0 ? "0" : write(bytes, kSizes);
}

std::string duration_text(Millis duration) {
  return write(static_cast<std::uint64_t>(duration.count()), kDurations);
}

}  // namespace mlb
