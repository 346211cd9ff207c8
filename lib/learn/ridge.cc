// See ridge.h.
#include "learn/ridge.h"

#include "learn/moments.h"
#include "learn/net/ops.h"
#include "learn/ridge_lambda.h"

#include <cmath>

namespace mlb::learn {
namespace {

/// A pivot that is a smaller part of its diagonal is what rounding left of
/// zero: sums over millions of rows are off by about 1e-13 of themselves.
constexpr double kLeastPivot = 1e-12;

}  // namespace

bool solve_cholesky(std::vector<double>& a, std::vector<double>& b) {
  const std::size_t n = b.size();
  for (std::size_t j = 0; j < n; ++j) {
    const double least = kLeastPivot * a[j * n + j];
    for (std::size_t i = j; i < n; ++i) {
      double sum = a[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      if (i == j) {
        if (!(sum > least && sum > 0)) return false;
        a[j * n + j] = std::sqrt(sum);
      } else {
        a[i * n + j] = sum / a[j * n + j];
      }
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
    b[i] /= a[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
    b[i] /= a[i * n + i];
  }
  return true;
}

Result<> RidgeTrainer::begin(const Design& train, const Design&) {
  auto fits = want_numbers(plan_, "ridge");
  if (!fits) return fits;
  if (!ops::prepare()) {
    return Error{Fault::data,
                 "this CPU lacks AVX2 or FMA, which training needs"};
  }
  train_ = &train;
  targets_ = learned_targets(plan_, train);
  return {};
}

Result<> RidgeTrainer::solve(double lambda) {
  const prep::Matrix& x = train_->x;
  const std::size_t width = x.columns;
  std::vector<double> mean(width, 0);
  double y_mean = 0;
  if (spec_.intercept) {
    mean = weighted_means(*train_);
    double all = 0;
    for (std::size_t i = 0; i < x.rows; ++i) {
      y_mean += train_->weight(i) * targets_[i];
      all += train_->weight(i);
    }
    y_mean /= all;
  }
  std::vector<double> normal = scatter(*train_, mean);
  for (std::size_t j = 0; j < width; ++j) normal[j * width + j] += lambda;
  weights_.assign(width, 0);
  for (std::size_t i = 0; i < x.rows; ++i) {
    const double y = train_->weight(i) * (targets_[i] - y_mean);
    for (std::size_t j = 0; j < width; ++j) {
      weights_[j] += (static_cast<double>(x.row(i)[j]) - mean[j]) * y;
    }
  }
  if (!solve_cholesky(normal, weights_)) {
    return Error{Fault::data,
                 "ridge: features depend on each other; use lambda > 0"};
  }
  intercept_ = y_mean;
  for (std::size_t j = 0; j < width; ++j) intercept_ -= mean[j] * weights_[j];
  return {};
}

Result<bool> RidgeTrainer::step(StepReport& report) {
  if (done_) return false;
  done_ = true;
  const double lambda =
      spec_.lambda ? *spec_.lambda
                   : best_ridge_lambda(*train_, targets_, spec_.intercept);
  auto solved = solve(lambda);
  if (!solved) return std::move(solved).fail();
  auto predicted =
      RidgeModel(weights_, intercept_, target_units(plan_)).predict(train_->x);
  if (!predicted) return std::move(predicted).fail();
  report = {1, 1, 1, {{"train.loss", loss_of(plan_, *predicted, *train_)}}};
  if (!spec_.lambda) report.metrics["train.lambda"] = lambda;
  return true;
}

Result<std::unique_ptr<Model>> RidgeTrainer::finish() {
  if (!done_) return Error{Fault::data, "stopped before the ridge was solved"};
  return std::unique_ptr<Model>(
      std::make_unique<RidgeModel>(weights_, intercept_, target_units(plan_)));
}

Result<prep::Matrix> RidgeModel::predict(const prep::Matrix& x) const {
  auto fits = want_width(x, weights_.size());
  if (!fits) return std::move(fits).fail();
  prep::Matrix out = make_matrix(x.rows, 1);
  for (std::size_t i = 0; i < x.rows; ++i) {
    double sum = intercept_;
    for (std::size_t j = 0; j < x.columns; ++j) {
      sum += weights_[j] * static_cast<double>(x.row(i)[j]);
    }
    out.values[i] = static_cast<float>(units_.to_original(sum));
  }
  return out;
}

Facts RidgeModel::facts() const {
  return {{"weights", static_cast<double>(weights_.size())},
          {"intercept", intercept_}};
}

void RidgeModel::save(Writer& w) const {
  w.number(intercept_);
  w.numbers<double>(weights_);
}

Result<std::unique_ptr<Model>> RidgeModel::load(const prep::Plan& plan,
                                                Reader& reader) {
  auto intercept = reader.number<double>();
  auto weights = reader.numbers<double>();
  if (!intercept || !weights || weights->size() != plan.width()) {
    return damaged("ridge");
  }
  return std::unique_ptr<Model>(std::make_unique<RidgeModel>(
      std::move(*weights), *intercept, target_units(plan)));
}

}  // namespace mlb::learn
