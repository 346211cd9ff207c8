// What can be said without looking at the features: the floor that every other
// model has to beat.
#pragma once

#include "learn/trainer.h"

namespace mlb::learn {

class BaselineModel final : public Model {
 public:
  /// Class probabilities, or one value in original units.
  explicit BaselineModel(std::vector<double> answer)
      : answer_(std::move(answer)) {}
  /// The same for every row.
  Result<prep::Matrix> predict(const prep::Matrix& x) const override;
  std::string kind() const override { return "baseline"; }
  Facts facts() const override;
  Result<onnx::Value> to_onnx(onnx::Graph& graph,
                              const onnx::Value& rows) const override;
  void save(Writer& writer) const override;
  static Result<std::unique_ptr<Model>> load(const prep::Plan& plan,
                                             Reader& reader);

 private:
  std::vector<double> answer_;
};

class BaselineTrainer final : public Trainer {
 public:
  BaselineTrainer(const JobSpec& spec, const prep::Plan& plan,
                  StopAsked stop_asked);
  Result<> begin(const Design& train, const Design& valid) override;
  Result<bool> step(StepReport& report) override;
  Result<std::unique_ptr<Model>> finish() override;

 private:
  BaselineStrategy strategy_;
  const prep::Plan& plan_;
  const Design* train_ = nullptr;
  std::vector<double> answer_;
};

}  // namespace mlb::learn
