// Gaussian naive Bayes: within a class each feature is normal, independent of
// the others.
#pragma once

#include "learn/trainer.h"

namespace mlb::learn {

class NaiveBayesModel final : public Model {
 public:
  struct Parameters {
    std::vector<double> log_prior;  ///< of each class
    std::vector<double> mean;       ///< classes x features
    std::vector<double> variance;   ///< likewise, above 0
  };
  explicit NaiveBayesModel(Parameters p) : p_(std::move(p)) {}
  Result<prep::Matrix> predict(const prep::Matrix& x) const override;
  std::string kind() const override { return "naive_bayes"; }
  Result<onnx::Value> to_onnx(onnx::Graph& graph,
                              const onnx::Value& rows) const override;
  void save(Writer& writer) const override;
  static Result<std::unique_ptr<Model>> load(const prep::Plan& plan,
                                             Reader& reader);

 private:
  Parameters p_;
};

/// Variances are those of the class + 1e-9 of the largest variance of any
/// feature, so that a constant one does not divide by 0.
class NaiveBayesTrainer final : public Trainer {
 public:
  NaiveBayesTrainer(const JobSpec&, const prep::Plan& plan, StopAsked)
      : plan_(plan) {}
  Result<> begin(const Design& train, const Design& valid) override;
  Result<bool> step(StepReport& report) override;
  Result<std::unique_ptr<Model>> finish() override;

 private:
  const prep::Plan& plan_;
  const Design* train_ = nullptr;
  bool done_ = false;
  NaiveBayesModel::Parameters p_;
};

}  // namespace mlb::learn
