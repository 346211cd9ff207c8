// Boosted trees by XGBoost: its C API stays within this folder.
#pragma once

#include <memory>
#include <string>

#include "learn/common.h"
#include "learn/early_stop.h"

namespace mlb::learn {

/// Of XGBoost's handles; closed with the last owner's end.
struct BoosterCloser {
  void operator()(void* handle) const;
};
struct RowsCloser {
  void operator()(void* handle) const;
};
using Booster = std::unique_ptr<void, BoosterCloser>;
using BoosterRows = std::unique_ptr<void, RowsCloser>;

class BoostedModel final : public Model {
 public:
  /// `json`: XGBoost's own model; `booster`: made from it.
  BoostedModel(std::string json, Booster booster, std::size_t width,
               std::size_t outputs, const TargetUnits& units)
      : json_(std::move(json)),
        booster_(std::move(booster)),
        width_(width),
        outputs_(outputs),
        units_(units) {}
  Result<prep::Matrix> predict(const prep::Matrix& x) const override;
  std::string kind() const override { return "boosted_trees"; }
  Facts facts() const override;
  Result<onnx::Value> to_onnx(onnx::Graph& graph,
                              const onnx::Value& rows) const override;
  Result<std::string> to_json() const override;
  void save(Writer& writer) const override;
  static Result<std::unique_ptr<Model>> load(const prep::Plan& plan,
                                             Reader& reader);
  /// A booster, and the same as JSON.
  static Result<std::unique_ptr<Model>> of(std::string json, Booster booster,
                                           const prep::Plan& plan);
  static Result<std::unique_ptr<Model>> from_json(std::string json,
                                                  const prep::Plan& plan);

  const std::string& json() const { return json_; }

 private:
  std::string json_;
  Booster booster_;
  std::size_t width_;
  std::size_t outputs_;
  TargetUnits units_;
};

/// One step is one round: a tree, or one for each of several classes.  With
/// rows that validate the best round is kept (Chen, Guestrin, "XGBoost: a
/// scalable tree boosting system", 2016; histogram method).  Sums within
/// XGBoost may depend on the number of threads in their last digits.
class BoostedTrainer final : public Trainer {
 public:
  BoostedTrainer(const JobSpec& spec, const prep::Plan& plan, StopAsked)
      : spec_(spec),
        model_(std::get<BoostedTreesSpec>(spec.model)),
        plan_(plan) {}
  Result<> begin(const Design& train, const Design& valid) override;
  Result<bool> step(StepReport& report) override;
  Result<std::unique_ptr<Model>> finish() override;
  /// XGBoost does not tell where its draws of rows and columns stand: with
  /// draws a second attempt begins anew, and ends with the same model.
  bool resumable() const override {
    return model_.subsample >= 1 && model_.colsample >= 1;
  }
  void save_state(Writer& writer) const override;
  Result<> load_state(Reader& reader) override;
  std::string ending() const override {
    return stopper_.is_over() ? "early_stop" : "";
  }

 private:
  Result<BoosterRows> rows_of(const Design& design) const;
  Result<> configure();
  Result<std::string> monotone() const;
  Result<prep::Matrix> predicted(const BoosterRows& rows,
                                 std::size_t count) const;

  JobSpec spec_;
  BoostedTreesSpec model_;
  const prep::Plan& plan_;
  const Design* train_ = nullptr;
  const Design* valid_ = nullptr;
  BoosterRows train_rows_;
  BoosterRows valid_rows_;
  Booster booster_;
  EarlyStopper stopper_;
  int round_ = 0;
  int best_round_ = 0;
};

/// Whether the text is a model of XGBoost for such data whose trees end, and
/// whose numbers stay inside: then predicting with it is safe.
bool is_sound_booster(const std::string& json, std::size_t width,
                      std::size_t outputs);

}  // namespace mlb::learn
