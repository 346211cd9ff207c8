// Watches a metric of the rows that validate, and says when to stop.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "job/spec.h"
#include "learn/trainer.h"

namespace mlb::learn {

/// Whether a larger value of "valid.auc" is a better one.
bool larger_is_better(const std::string& metric);
/// The names to compute in every round: the defaults of the task, and the one
/// that early_stop watches (but "loss", which is always there).
std::vector<std::string> validation_metrics(const TrainSpec& spec,
                                            const prep::Plan& plan);

class EarlyStopper {
 public:
  /// Automatic is on when rows validate.  Error: asked for, and there are none.
  static Result<EarlyStopper> make(const TrainSpec& spec, const Design& valid);

  /// Takes note of a round; true: it is the best so far.
  bool is_best(const std::map<std::string, double>& metrics);
  /// Nothing has been better for too long.
  bool is_over() const { return on_ && since_best_ >= rule_.patience; }

  void save(Writer& writer) const;
  /// False: damaged.
  bool load(Reader& reader);

 private:
  EarlyStop rule_;
  bool on_ = false;
  std::optional<double> best_;  ///< negative where larger is better
  int since_best_ = 0;
};

}  // namespace mlb::learn
