// Levels of a column: the texts of its values, counted, ordered, looked up.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "prep/plan.h"

namespace mlb::prep {

/// What is at a row of a column of categories.
inline constexpr std::int64_t kUnknown = -1;
inline constexpr std::int64_t kMissing = -2;

/// The places of levels in their list.  Immutable; any thread.
class LevelPlaces {
 public:
  explicit LevelPlaces(const std::vector<std::string>& levels);
  /// Index into the levels, or kUnknown.
  std::int64_t of(const std::string& level) const;

 private:
  std::unordered_map<std::string, std::int64_t> places_;
};

/// Finds the levels of a column's rows.  Keeps both arguments.  One thread.
class LevelFinder {
 public:
  LevelFinder(const table::Column& column, const LevelPlaces& places);
  /// Index into the levels, kUnknown or kMissing.
  std::int64_t at(std::size_t row) const;

 private:
  const table::Column& column_;
  const LevelPlaces& places_;
  /// Category columns: what was found, by code.
  mutable std::vector<std::int64_t> of_code_;
};

struct LevelCounts {
  std::vector<std::string> levels;  ///< numbers by value, else by bytes
  std::vector<std::uint64_t> counts;
  std::uint64_t missing = 0;
};

/// Of these rows.
LevelCounts count_levels(const table::Column& column, const Rows& rows);

/// The `most` levels with the most rows, in their order; of equal ones the
/// first.
std::vector<std::string> largest(const LevelCounts& counts, std::size_t most);

/// The most frequent level, the first of several; "" without any.
std::string most_frequent(const LevelCounts& counts);

/// Where a level goes among `buckets`: FNV-1a, the same everywhere.
std::uint32_t bucket_of(std::string_view level, std::uint32_t buckets);

}  // namespace mlb::prep
