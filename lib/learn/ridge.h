// Ridge regression in closed form.
#pragma once

#include "learn/common.h"

namespace mlb::learn {

class RidgeModel final : public Model {
 public:
  RidgeModel(std::vector<double> weights, double intercept,
             const TargetUnits& units)
      : weights_(std::move(weights)), intercept_(intercept), units_(units) {}
  Result<prep::Matrix> predict(const prep::Matrix& x) const override;
  std::string kind() const override { return "ridge"; }
  Facts facts() const override;
  Result<onnx::Value> to_onnx(onnx::Graph& graph,
                              const onnx::Value& rows) const override;
  Result<std::string> to_json() const override;
  void save(Writer& writer) const override;
  static Result<std::unique_ptr<Model>> load(const prep::Plan& plan,
                                             Reader& reader);

  const std::vector<double>& weights() const { return weights_; }
  double intercept() const { return intercept_; }

 private:
  std::vector<double> weights_;
  double intercept_ = 0;
  TargetUnits units_;
};

/// Minimises sum v (y - x w - b)^2 + lambda |w|^2, v the weights of the rows, b
/// not penalised: with centred columns (X'VX + lambda I) w = X'Vy, by Cholesky
/// in double (Hastie, Tibshirani, Friedman, "The Elements of Statistical
/// Learning", 3.4.1).  lambda by leave-one-out is reported as the metric
/// "train.lambda".
class RidgeTrainer final : public Trainer {
 public:
  RidgeTrainer(const JobSpec& spec, const prep::Plan& plan, StopAsked)
      : spec_(std::get<RidgeSpec>(spec.model)), plan_(plan) {}
  Result<> begin(const Design& train, const Design& valid) override;
  Result<bool> step(StepReport& report) override;
  Result<std::unique_ptr<Model>> finish() override;

 private:
  Result<> solve(double lambda);

  RidgeSpec spec_;
  const prep::Plan& plan_;
  const Design* train_ = nullptr;
  std::vector<double> targets_;  ///< in the units that are learned
  bool done_ = false;
  std::vector<double> weights_;
  double intercept_ = 0;
};

/// Solves a x = b for a symmetric positive definite a (n x n, row-major),
/// replacing b; false when a is not positive definite, up to rounding.
bool solve_cholesky(std::vector<double>& a, std::vector<double>& b);

}  // namespace mlb::learn
