// What preparation adds to a data set: /split, /features and /target.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace mlb::table {

/// One entry a row of the table, in its order.
struct Prepared {
  std::vector<std::uint8_t> split;  ///< 0 train, 1 valid, 2 test, 255 none
  std::vector<std::string> feature_names;
  std::vector<float> features;       ///< rows x names, row-major
  std::string target;                ///< "": there is none
  std::vector<std::string> classes;  ///< empty: the target is a number
  std::vector<float> targets;        ///< class index or value; nan: missing
  std::uint64_t seed = 0;
};

/// Writes the data set `from` with this added to `to`, which appears whole or
/// not at all.  The same input gives the same bytes.
Result<> add_prepared(const std::string& from, const std::string& to,
                      const Prepared& prepared, bool compress);

/// /split of a data set; empty when it has none.
Result<std::vector<std::uint8_t>> read_split(const std::string& path);

}  // namespace mlb::table
