// See levels.h.
#include "prep/levels.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "prep/columns.h"

namespace mlb::prep {

using table::Column;
using table::Type;

namespace {

constexpr std::int64_t kNotAsked = -3;

}  // namespace

LevelPlaces::LevelPlaces(const std::vector<std::string>& levels) {
  for (const auto& level : levels) {
    places_.emplace(level, static_cast<std::int64_t>(places_.size()));
  }
}

std::int64_t LevelPlaces::of(const std::string& level) const {
  const auto found = places_.find(level);
  return found == places_.end() ? kUnknown : found->second;
}

LevelFinder::LevelFinder(const Column& column, const LevelPlaces& places)
    : column_(column), places_(places) {
  if (column.type == Type::category) {
    of_code_.assign(column.levels.size(), kNotAsked);
  }
}

std::int64_t LevelFinder::at(std::size_t row) const {
  if (lacks_value(column_, row)) return kMissing;
  if (column_.type == Type::category) {
    const auto code = static_cast<std::size_t>(column_.codes[row]);
    std::int64_t& place = of_code_[code];
    if (place == kNotAsked) place = places_.of(column_.levels[code]);
    return place;
  }
  return places_.of(column_.text_of(row));
}

LevelCounts count_levels(const Column& column, const Rows& rows) {
  LevelCounts out;
  const auto each_present = [&](auto count) {
    for (const auto row : rows) {
      if (lacks_value(column, row)) {
        ++out.missing;
      } else {
        count(row);
      }
    }
  };
  if (is_number(column)) {
    // By value; the text tells apart what is one double.
    std::map<std::pair<double, std::string>, std::uint64_t> counted;
    each_present([&](std::size_t row) {
      ++counted[{number_at(column, row), column.text_of(row)}];
    });
    for (const auto& [level, count] : counted) {
      out.levels.push_back(level.second);
      out.counts.push_back(count);
    }
    return out;
  }
  std::map<std::string, std::uint64_t> counted;
  if (column.type == Type::category) {
    std::vector<std::uint64_t> by_code(column.levels.size());
    each_present([&](std::size_t row) {
      ++by_code[static_cast<std::size_t>(column.codes[row])];
    });
    for (std::size_t i = 0; i < by_code.size(); ++i) {
      if (by_code[i] > 0) counted[column.levels[i]] += by_code[i];
    }
  } else {
    each_present([&](std::size_t row) { ++counted[column.text_of(row)]; });
  }
  for (const auto& [level, count] : counted) {
    out.levels.push_back(level);
    out.counts.push_back(count);
  }
  return out;
}

std::vector<std::string> largest(const LevelCounts& counts, std::size_t most) {
  std::vector<std::size_t> order(counts.levels.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return counts.counts[a] > counts.counts[b];
  });
  order.resize(std::min(most, order.size()));
  std::sort(order.begin(), order.end());
  std::vector<std::string> out;
  for (const auto at : order) out.push_back(counts.levels[at]);
  return out;
}

std::string most_frequent(const LevelCounts& counts) {
  const auto most =
      std::max_element(counts.counts.begin(), counts.counts.end());
  if (most == counts.counts.end()) return {};
  return counts.levels[static_cast<std::size_t>(most - counts.counts.begin())];
}

std::uint32_t bucket_of(std::string_view level, std::uint32_t buckets) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : level) {
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3u;
  }
  return static_cast<std::uint32_t>((hash >> 32 ^ hash) % buckets);
}

}  // namespace mlb::prep
