// Drift: whether rows to predict lie as the training rows did, column by
// column, by the population stability index (PSI).
//
// PSI = sum over bins of (a - e) ln(a / e), of the shares of rows in this bin
// now (a) and in training (e).  Above 0.25 the population is said to have
// shifted: N. Siddiqi, "Credit Risk Scorecards", 2006.  Without any shift PSI
// is distributed like (1/n + 1/m) chi-square of (bins - 1) degrees, n and m
// the rows: B. Yurdakul, J. Naranjo, "Statistical properties of the population
// stability index", Journal of Risk Model Validation 14(4), 2020.  So with few
// rows more than 0.25 is wanted: what chance exceeds once in 10,000 times, by
// the bound of B. Laurent, P. Massart, "Adaptive estimation of a quadratic
// functional by model selection", 2000, lemma 1.
#pragma once

#include <string>
#include <vector>

#include "prep/levels.h"
#include "prep/plan.h"

namespace mlb::prep {

inline constexpr double kDriftLimit = 0.25;
/// Fewer rows, now or in training, are not judged.
inline constexpr std::uint64_t kLeastDriftRows = 100;

/// The inputs of these features with how the training rows lie: ten bins of
/// about equal counts, or the ten largest levels.  Dates and times are not
/// judged: those to come are never those of before.
std::vector<Input> fit_inputs(const table::Table& table, const Rows& rows,
                              const std::vector<Feature>& features);

/// Of two lists of counts of the same bins; each gets half a row in each bin,
/// so that an empty one is no infinity.
double stability_index(const std::vector<std::uint64_t>& expected,
                       const std::vector<std::uint64_t>& found);

struct Drift {
  std::string column;
  double index = 0;
};

/// Counts rows into the bins of a plan's inputs.  Keeps the plan.
class DriftCounter {
 public:
  explicit DriftCounter(const Plan& plan);

  /// All rows of a table that has the inputs' columns.
  void add(const table::Table& table);
  /// What another counter of the same plan has counted.
  void add(const DriftCounter& other);
  /// The columns that have drifted, in the order of the inputs.
  std::vector<Drift> drifts() const;
  /// "column 'age' is not as it was in training: PSI 0.61, above 0.25"
  std::vector<std::string> warnings() const;

 private:
  const Plan& plan_;
  std::vector<LevelPlaces> places_;                 ///< one an input
  std::vector<std::vector<std::uint64_t>> counts_;  ///< likewise
};

}  // namespace mlb::prep
