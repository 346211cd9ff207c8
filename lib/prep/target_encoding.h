// Target encoding: a level becomes the mean of the target over the training
// rows that have it, drawn to the overall mean where rows are few (Micci-
// Barreca, "A preprocessing scheme for high-cardinality categorical
// attributes", 2001, with a constant weight).  Internal to lib/prep.
#pragma once

#include <vector>

#include "prep/plan.h"

namespace mlb::prep {

class TargetEncoder {
 public:
  /// `targets` of the training rows, as target_of gives them.
  TargetEncoder(const Plan& plan, std::uint32_t of_class,
                const std::vector<float>& targets);

  /// Fills the numbers of levels, of missing and of unknown ones.
  void fit(Feature& feature, const table::Column& column,
           const Rows& rows) const;
  /// What the same rows get: each row's number comes from the rows of the
  /// other folds, which the seed and the row's number decide.
  std::vector<double> out_of_fold(const Feature& feature,
                                  const table::Column& column, const Rows& rows,
                                  std::uint64_t seed) const;

 private:
  std::vector<double> values_;  ///< 0 or 1 for a class
};

}  // namespace mlb::prep
