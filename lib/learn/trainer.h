// What every family of models offers: a Trainer that is stepped, and a Model
// that predicts.  One implementation a family.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
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

namespace onnx {
class Graph;
struct Value;
}  // namespace onnx

/// What `model info` says of a model, by name: "trees" 500.
using Facts =
    std::vector<std::pair<std::string, std::variant<double, std::string>>>;

/// Immutable; predict() may be called from several threads.
class Model {
 public:
  virtual ~Model() = default;
  /// rows x classes probabilities, or rows x 1 values in original units.
  virtual Result<prep::Matrix> predict(const prep::Matrix& x) const = 0;
  /// The word of `model.type`.
  virtual std::string kind() const = 0;
  virtual void save(Writer& writer) const = 0;
  /// Counts and sizes, a few.
  virtual Facts facts() const { return {}; }
  /// Appends what turns rows of features into predict()'s answers;
  /// Fault::refused for a kind that ONNX lacks.
  virtual Result<onnx::Value> to_onnx(onnx::Graph& graph,
                                      const onnx::Value& rows) const;
  /// All that it is, as a JSON text for other programs; Fault::refused for a
  /// kind that nobody else could run.
  virtual Result<std::string> to_json() const;
};

/// What one step achieved.
struct StepReport {
  std::uint32_t epoch = 0;                ///< from 1
  std::uint32_t epochs = 0;               ///< planned
  std::uint64_t step = 0;                 ///< optimiser steps so far
  std::map<std::string, double> metrics;  ///< "train.loss": 0.4
  bool paused = false;    ///< step() left early, as asked: nothing to report
  std::string note = {};  ///< what the user should know; mostly empty
};

/// How far a training is in the middle of a step.
struct Underway {
  double fraction = -1;    ///< of the whole training, [0, 1]; < 0: not known
  std::uint64_t step = 0;  ///< optimiser steps so far
  std::map<std::string, double> metrics = {};  ///< "train.loss" so far
};

/// Asked between batches; true: return from step() as soon as possible.
using StopAsked = std::function<bool()>;

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

  /// Begins with the weights of a model of the same structure; after begin().
  virtual Result<> start_from(const Model& model);
  /// Can it be saved in the middle?  Families that train in one step cannot.
  virtual bool resumable() const { return false; }
  /// Does it leave step() when asked and go on there later?  For the others a
  /// step that is left is lost.
  virtual bool pauses() const { return false; }
  /// For the thread that is in step(), while it asks whether to stop.
  virtual Underway underway() const { return {}; }
  /// All that continuing needs: a trainer of the same spec and data that
  /// loads it after begin() goes on bit for bit as this one.
  virtual void save_state(Writer&) const {}
  virtual Result<> load_state(Reader&);
  /// Why it ended: "epochs", "steps", "early_stop"; empty while it goes on.
  virtual std::string ending() const { return {}; }
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
