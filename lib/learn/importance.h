// What a column is worth to a model: how much worse a metric becomes when the
// column's values are dealt out anew among the rows (Breiman, "Random forests",
// 2001, section 10; of any model: Fisher, Rudin, Dominici, "All models are
// wrong, but many are useful", 2019).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "learn/bootstrap.h"
#include "learn/trainer.h"

namespace mlb::learn {

struct ColumnImportance {
  std::string column;
  /// By how much the metric is worse, mean over the repeats; above 0 for a
  /// column that helps.
  double mean = 0;
  double deviation = 0;  ///< standard deviation over the repeats
};

/// Of each column that the plan has features of, the most important first.
/// All features of a column move together, as if its cells had been dealt out
/// in the table.  The same seed gives the same numbers, whatever other columns
/// there are.  Fault::cancelled: stopped.
Result<std::vector<ColumnImportance>> permutation_importance(
    const Model& model, const prep::Plan& plan, const Design& rows,
    const std::string& metric, int repeats, std::uint64_t seed,
    const GoesOn& goes_on);

}  // namespace mlb::learn
