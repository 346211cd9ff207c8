// Compares two data sets by what their tables hold, cell by cell.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "table/dataset.h"

namespace mlb::table {

/// One thing that is not the same on both sides.
struct Difference {
  std::uint64_t row = 0;  ///< from 1; 0: of the column, or of the table
  std::string column{};   ///< "": of the table
  std::string what{};     ///< "value", "type", "rows", "column", "order"
  std::string left{};     ///< a text; "missing" has its own flag
  std::string right{};
  bool left_missing = false;
  bool right_missing = false;
  bool operator==(const Difference&) const = default;
};

struct Differences {
  std::uint64_t count = 0;
  std::vector<Difference> first;  ///< at most as many as were asked for
};

/// Columns are matched by name; a category is compared by its text, so the
/// order of categories is no difference, nor is how the file is chunked or
/// compressed.  Holds one column of each side at a time.  `keep_on` is asked
/// before each column; false ends with Fault::cancelled.
Result<Differences> diff(const Dataset& left, const Dataset& right,
                         std::size_t most,
                         const std::function<bool()>& keep_on = {});

}  // namespace mlb::table
