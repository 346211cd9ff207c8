// Classifiers that score by weighted sums: what logistic regression and the
// linear support vector machine share.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "learn/net/shard_pool.h"
#include "learn/platt.h"
#include "learn/trainer.h"

namespace mlb::learn {

/// inputs x outputs row by row, then the outputs' intercepts.
struct LinearWeights {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  std::vector<double> values;

  static std::size_t size(std::size_t inputs, std::size_t outputs) {
    return (inputs + 1) * outputs;
  }
};

/// One weight vector for two classes, else one for each.
std::size_t scores_for(std::size_t classes);

/// Replaces the scores of a row by the derivatives of its loss; returns the
/// loss.  Called from several threads.
using RowLoss =
    std::function<double(std::size_t row, std::span<double> scores)>;

enum class Intercept { free, penalised };

/// penalty / 2 |w|^2 + the sum of the rows' losses.  Blocks of rows are
/// summed in their order: the same bits for any number of threads.
class LinearObjective {
 public:
  LinearObjective(const prep::Matrix& x, std::size_t outputs, double penalty,
                  Intercept intercept, RowLoss loss, ShardPool& pool)
      : x_(x),
        outputs_(outputs),
        penalty_(penalty),
        intercept_(intercept),
        loss_(std::move(loss)),
        pool_(pool) {}
  double operator()(std::span<const double> at,
                    std::span<double> gradient) const;

 private:
  struct Part {
    double loss = 0;
    std::vector<double> gradient;
  };
  Part part(std::span<const double> at, std::size_t first,
            std::size_t end) const;

  const prep::Matrix& x_;
  std::size_t outputs_;
  double penalty_;
  Intercept intercept_;
  RowLoss loss_;
  ShardPool& pool_;
};

/// rows x outputs.
std::vector<double> linear_scores(const LinearWeights& weights,
                                  const prep::Matrix& x);

class LinearClassifier final : public Model {
 public:
  /// `sigmoids`: one a score; none: the logistic function or softmax.
  LinearClassifier(std::string kind, LinearWeights weights,
                   std::vector<Sigmoid> sigmoids)
      : kind_(std::move(kind)),
        weights_(std::move(weights)),
        sigmoids_(std::move(sigmoids)) {}
  Result<prep::Matrix> predict(const prep::Matrix& x) const override;
  std::string kind() const override { return kind_; }
  Facts facts() const override;
  Result<onnx::Value> to_onnx(onnx::Graph& graph,
                              const onnx::Value& rows) const override;
  Result<std::string> to_json() const override;
  void save(Writer& writer) const override;
  static Result<std::unique_ptr<Model>> load(const std::string& kind,
                                             const prep::Plan& plan,
                                             Reader& reader);

  const LinearWeights& weights() const { return weights_; }

 private:
  void to_probabilities(std::span<const double> scores, float* out) const;

  std::string kind_;
  LinearWeights weights_;
  std::vector<Sigmoid> sigmoids_;
};

}  // namespace mlb::learn
