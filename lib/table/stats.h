// What the values of a column look like: for `mlprep stats`.  Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "table/table.h"

namespace mlb::table {

inline constexpr std::size_t kBins = 20;

/// Of the finite numbers of a column; dates and times are microseconds.
struct NumberProfile {
  std::uint64_t count = 0;
  std::uint64_t infinite = 0;  ///< left out of all below
  double mean = 0;
  double std = 0;  ///< of the population
  /// At 0, 5, 25, 50, 75, 95 and 100 %, between two values on the line that
  /// joins them (definition 7 of Hyndman and Fan, The American Statistician
  /// 50, 1996).
  std::vector<double> quantiles;
  /// kBins equal parts of [min, max]; the last one holds its upper edge.  One
  /// bin when all values are equal; empty without a value.
  std::vector<std::uint64_t> histogram;
};
const std::vector<double>& profile_levels();  ///< 0, 0.05, ... 1

/// Of texts: how long they are, in bytes.
struct LengthProfile {
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  double mean = 0;
};

struct ColumnProfile {
  std::string name;
  Type type = Type::text;
  std::uint64_t rows = 0;
  std::uint64_t missing = 0;
  std::uint64_t distinct = 0;  ///< exact
  std::optional<NumberProfile> numbers;
  std::optional<LengthProfile> lengths;
  /// Of categories and booleans: the most frequent values, then by text.
  std::vector<std::pair<std::string, std::uint64_t>> top;
};

/// At most `most_top` entries of `top`.
ColumnProfile profile(const Column& column, std::uint64_t rows,
                      std::size_t most_top = 10);

/// How much a column tells of the target, over rows where both are present.
struct Association {
  std::string name;
  /// "pearson" of two numbers, in [-1, 1]; "eta" of a number and classes (the
  /// root of the share of variance between classes) and "cramers_v" of classes
  /// and classes (Cramer 1946), in [0, 1].
  std::string measure;
  std::uint64_t rows = 0;
  double value = 0;  ///< nan: not defined, for one side is constant
};

/// How a target is looked at.
enum class TargetKind { classes, number };

/// Nothing for text and id columns, which no number describes.
std::optional<Association> associate(const Column& column, const Column& target,
                                     TargetKind kind, std::uint64_t rows);

}  // namespace mlb::table
