// Predictions as fields of a CSV: what a job's predictions.csv and `predict`
// share.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "prep/plan.h"

namespace mlb::learn {

enum class Probabilities { shown, left_out };

/// Immutable; any thread.  Keeps the plan.
class PredictionFields {
 public:
  explicit PredictionFields(const prep::Plan& plan,
                            Probabilities p = Probabilities::shown);

  /// "prediction", and of a classification "p_CLASS" of each class.
  std::vector<std::string> names() const;
  /// Appends the fields, with commas between them, of one row that
  /// Model::predict gave: the most likely class and the probabilities, or the
  /// number in original units, or the nearest cluster's number, from 0.
  /// Numbers are the shortest texts that read back as the same float.
  void add(std::span<const float> answer, std::string& out) const;

 private:
  const prep::Plan& plan_;
  Probabilities probabilities_;
  std::vector<std::string> classes_;  ///< as fields
};

}  // namespace mlb::learn
