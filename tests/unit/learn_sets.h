// Real data in folds, and models trained on four of them: for the tests of
// lib/learn and for bench/quality.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "learn/trainer.h"
#include "table/table.h"

namespace mlb::learn {

struct FoldedSet {
  table::Table table;      ///< the target is its last column
  std::vector<int> folds;  ///< of each row
};

/// NAME.csv, and NAME.folds where there is one (else all rows are of fold 1).
Result<FoldedSet> load_set(const std::string& csv, const std::string& folds);

/// A set that ships with the project.
FoldedSet shipped_set(const std::string& name);

inline bool never() {
  return false;
}

/// A spec of this model, with defaults.
inline JobSpec spec_of(ModelSpec model, int threads = 1) {
  JobSpec out;
  out.model = std::move(model);
  out.resources.cpus = threads;
  return out;
}

struct Trial {
  prep::Plan plan;
  Design train;
  Design test;
  std::unique_ptr<Model> model;
  double score(const std::string& metric) const;  ///< on the test rows
};

/// The designs of one division; no model yet.
Result<Trial> prepare_trial(const FoldedSet& set, int test_fold, JobSpec spec);
/// Steps the trainer to its end.
Result<std::unique_ptr<Model>> train_to_end(Trainer& trainer,
                                            const Design& train,
                                            const Design& valid = {});
/// Trains on the other folds.
Result<Trial> run_trial(const FoldedSet& set, int test_fold,
                        const JobSpec& spec);
/// The mean over folds 0 .. 4.
Result<double> cross_validated(const FoldedSet& set, const JobSpec& spec,
                               const std::string& metric);

}  // namespace mlb::learn
