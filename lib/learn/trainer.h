// What every family of models offers: a Trainer that is stepped, and a Model
// that predicts.  One implementation a family.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "job/spec.h"
#include "prep/plan.h"

namespace mlb::learn {

/// Rows ready to learn from: features, class index or value in original units,
/// and how much each row counts.
struct Design {
  prep::Matrix x;
  std::vector<float> y;
  std::vector<float> weights = {};  ///< from 0 on; empty: each counts 1

  double weight(std::size_t row) const {
    return weights.empty() ? 1 : static_cast<double>(weights[row]);
  }
};

/// Immutable; predict() may be called from several threads.
class Model {
 public:
  virtual ~Model() = default;
  /// rows x classes probabilities, or rows x 1 values in original units.
  virtual Result<prep::Matrix> predict(const prep::Matrix& x) const = 0;
  /// The word of `model.type`.
  virtual std::string kind() const = 0;
  virtual void save(Writer& writer) const = 0;
};

/// What one step achieved.
struct StepReport {
  std::uint32_t epoch = 0;                ///< from 1
  std::uint32_t epochs = 0;               ///< planned
  std::uint64_t step = 0;                 ///< optimiser steps so far
  std::map<std::string, double> metrics;  ///< "train.loss": 0.4
};

/// Asked between batches; true: stop as soon as possible.
using StopAsked = bool (*)();

/// One step is an epoch, or the whole fit.  Used by one thread.
class Trainer {
 public:
  virtual ~Trainer() = default;
  /// The designs must outlive the trainer; `valid` may have no rows.
  virtual Result<> begin(const Design& train, const Design& valid) = 0;
  /// False when nothing is left to do; the report is of this step.
  virtual Result<bool> step(StepReport& report) = 0;
  /// The model with the weights that are kept; usable after any step.
  virtual Result<std::unique_ptr<Model>> finish() = 0;
};

/// The trainer that the spec asks for.
std::unique_ptr<Trainer> make_trainer(const JobSpec& spec,
                                      const prep::Plan& plan,
                                      StopAsked stop_asked);

/// Reads what Model::save wrote for `kind`.
Result<std::unique_ptr<Model>> load_model(const std::string& kind,
                                          const prep::Plan& plan,
                                          Reader& reader);

}  // namespace mlb::learn
