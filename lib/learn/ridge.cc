// See ridge.h.
#include "learn/ridge.h"

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
  if (plan_.task != prep::Task::regression) {
    return Error{Fault::data, "ridge predicts numbers; the target '" +
                                  plan_.target + "' has classes"};
  }
  train_ = &train;
  targets_.clear();
  for (const float y : train.y) {
    targets_.push_back(plan_.target_scaling.to_learned(static_cast<double>(y)));
  }
  return {};
}

Result<bool> RidgeTrainer::step(StepReport& report) {
  if (done_) return false;
  done_ = true;
  const prep::Matrix& x = train_->x;
  const std::size_t width = x.columns;
  double n = 0;  // rows by weight
  for (std::size_t i = 0; i < x.rows; ++i) n += train_->weight(i);
  std::vector<double> mean(width, 0);
  double y_mean = 0;
  if (spec_.intercept) {
    for (std::size_t i = 0; i < x.rows; ++i) {
      const double share = train_->weight(i) / n;
      for (std::size_t j = 0; j < width; ++j) {
        mean[j] += static_cast<double>(x.row(i)[j]) * share;
      }
      y_mean += targets_[i] * share;
    }
  }
  std::vector<double> normal(width * width, 0);
  weights_.assign(width, 0);
  std::vector<double> row(width);
  for (std::size_t i = 0; i < x.rows; ++i) {
    const double y = targets_[i] - y_mean;
    const double weight = train_->weight(i);
    for (std::size_t j = 0; j < width; ++j) {
      row[j] = static_cast<double>(x.row(i)[j]) - mean[j];
    }
    for (std::size_t j = 0; j < width; ++j) {
      const double weighted = weight * row[j];
      weights_[j] += weighted * y;
      for (std::size_t k = 0; k <= j; ++k) {
        normal[j * width + k] += weighted * row[k];
      }
    }
  }
  for (std::size_t j = 0; j < width; ++j) normal[j * width + j] += spec_.lambda;
  if (!solve_cholesky(normal, weights_)) {
    return Error{Fault::data,
                 "ridge: features depend on each other; use lambda > 0"};
  }
  intercept_ = y_mean;
  for (std::size_t j = 0; j < width; ++j) intercept_ -= mean[j] * weights_[j];
  double loss = 0;
  const RidgeModel model(weights_, intercept_, plan_.target_scaling);
  for (std::size_t i = 0; i < x.rows; ++i) {
    const double d = targets_[i] - model.learned(x.row(i));
    loss += train_->weight(i) * d * d / n;
  }
  report = {1, 1, 1, {{"train.loss", loss}}};
  return true;
}

Result<std::unique_ptr<Model>> RidgeTrainer::finish() {
  return std::unique_ptr<Model>(
      std::make_unique<RidgeModel>(weights_, intercept_, plan_.target_scaling));
}

double RidgeModel::learned(std::span<const float> row) const {
  double sum = intercept_;
  for (std::size_t j = 0; j < row.size(); ++j) {
    sum += weights_[j] * static_cast<double>(row[j]);
  }
  return sum;
}

Result<prep::Matrix> RidgeModel::predict(const prep::Matrix& x) const {
  if (x.columns != weights_.size()) {
    return Error{Fault::data, "the model wants another number of features"};
  }
  prep::Matrix out{x.rows, 1, std::vector<float>(x.rows)};
  for (std::size_t i = 0; i < x.rows; ++i) {
    out.values[i] = static_cast<float>(scaling_.to_original(learned(x.row(i))));
  }
  return out;
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
    return Error{Fault::integrity, "the model's weights are damaged"};
  }
  return std::unique_ptr<Model>(std::make_unique<RidgeModel>(
      std::move(*weights), *intercept, plan.target_scaling));
}

}  // namespace mlb::learn
