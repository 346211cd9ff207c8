// Checks a data set file against itself: the seal, the digest and statistics
// of each column, shapes, codes and row numbers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace mlb::table {

/// What does not hold.
struct Finding {
  std::string column;  ///< "": of the whole file
  std::string message;
  bool operator==(const Finding&) const = default;
};

struct Verification {
  std::uint64_t rows = 0;
  std::size_t columns = 0;
  std::vector<Finding> findings;  ///< empty: all is as it was written
};

/// Called before each column with its number, from 0; false asks to stop.
using ColumnProgress = std::function<bool(std::size_t, std::size_t)>;

/// Reads one column at a time.  An error (Fault::data) only when the path
/// cannot be read or was never a data set of mlbatch; whatever else is wrong
/// is a finding.
Result<Verification> verify(const std::string& path,
                            const ColumnProgress& progress = {});

}  // namespace mlb::table
