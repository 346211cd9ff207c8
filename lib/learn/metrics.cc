// See metrics.h.
#include "learn/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mlb::learn {
namespace {

using prep::Matrix;
using Values = std::vector<float>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLeastProbability = 1e-15;

std::size_t predicted(const Matrix& p, std::size_t row) {
  const auto values = p.row(row);
  return static_cast<std::size_t>(
      std::max_element(values.begin(), values.end()) - values.begin());
}

double weight_of(const Values& weights, std::size_t row) {
  return weights.empty() ? 1 : static_cast<double>(weights[row]);
}

double f1_of(const Matrix& p, const Values& y, const Values& weights,
             std::size_t wanted) {
  double hits = 0;
  double said = 0;
  double were = 0;
  for (std::size_t i = 0; i < p.rows; ++i) {
    const bool is = static_cast<std::size_t>(y[i]) == wanted;
    const bool guess = predicted(p, i) == wanted;
    const double weight = weight_of(weights, i);
    hits += is && guess ? weight : 0;
    said += guess ? weight : 0;
    were += is ? weight : 0;
  }
  return said + were == 0 ? 0 : 2 * hits / (said + were);
}

/// The probability that a row of the class scores above one of the others.
double auc_of(const Matrix& p, const Values& y, const Values& weights,
              std::size_t wanted) {
  std::vector<std::size_t> order(p.rows);
  std::iota(order.begin(), order.end(), 0);
  const auto score = [&](std::size_t row) { return p.row(row)[wanted]; };
  // nan has no place in an order, nor does it equal itself.
  const auto is_nan = [&](std::size_t row) { return std::isnan(score(row)); };
  if (std::any_of(order.begin(), order.end(), is_nan)) return kNan;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return score(a) < score(b); });
  double above = 0;  // weight of pairs in the right order, ties a half
  double positives = 0;
  double negatives = 0;
  for (std::size_t i = 0; i < order.size();) {
    double tied_positives = 0;
    double tied_negatives = 0;
    const float at = score(order[i]);
    for (; i < order.size() && score(order[i]) == at; ++i) {
      const bool is = static_cast<std::size_t>(y[order[i]]) == wanted;
      (is ? tied_positives : tied_negatives) += weight_of(weights, order[i]);
    }
    above += tied_positives * (negatives + tied_negatives / 2);
    positives += tied_positives;
    negatives += tied_negatives;
  }
  if (positives == 0 || negatives == 0) return kNan;
  return above / (positives * negatives);
}

/// The mean of a measure over the classes; two classes: of the last one.
template <class F>
double over_classes(const Matrix& p, F measure) {
  if (p.columns == 2) return measure(std::size_t{1});
  double sum = 0;
  for (std::size_t c = 0; c < p.columns; ++c) sum += measure(c);
  return sum / static_cast<double>(p.columns);
}

template <class F>
double mean_of(const Matrix& p, const Values& weights, F term) {
  double sum = 0;
  double all = 0;
  for (std::size_t i = 0; i < p.rows; ++i) {
    // A row that does not count is not looked at: it may be nan.
    const double weight = weight_of(weights, i);
    if (weight > 0) sum += weight * term(i);
    all += weight;
  }
  return all > 0 ? sum / all : kNan;
}

double residual(const Matrix& p, const Values& y, std::size_t i) {
  return static_cast<double>(y[i]) - static_cast<double>(p.values[i]);
}

}  // namespace

double accuracy(const Matrix& p, const Values& y, const Values& weights) {
  return mean_of(p, weights, [&](std::size_t i) {
    return predicted(p, i) == static_cast<std::size_t>(y[i]) ? 1.0 : 0.0;
  });
}

double log_loss(const Matrix& p, const Values& y, const Values& weights) {
  return mean_of(p, weights, [&](std::size_t i) {
    const double q = p.row(i)[static_cast<std::size_t>(y[i])];
    // Comparisons with nan are false: a nan stays one.
    return -std::log(q < kLeastProbability ? kLeastProbability : q);
  });
}

double f1(const Matrix& p, const Values& y, const Values& weights) {
  if (p.rows == 0) return kNan;
  return over_classes(p,
                      [&](std::size_t c) { return f1_of(p, y, weights, c); });
}

double auc(const Matrix& p, const Values& y, const Values& weights) {
  if (p.rows == 0) return kNan;
  return over_classes(p,
                      [&](std::size_t c) { return auc_of(p, y, weights, c); });
}

double rmse(const Matrix& p, const Values& y, const Values& weights) {
  return std::sqrt(mean_of(p, weights, [&](std::size_t i) {
    return residual(p, y, i) * residual(p, y, i);
  }));
}

double mae(const Matrix& p, const Values& y, const Values& weights) {
  return mean_of(p, weights,
                 [&](std::size_t i) { return std::fabs(residual(p, y, i)); });
}

double r2(const Matrix& p, const Values& y, const Values& weights) {
  const double mean = mean_of(
      p, weights, [&](std::size_t i) { return static_cast<double>(y[i]); });
  const double total = mean_of(p, weights, [&](std::size_t i) {
    return (static_cast<double>(y[i]) - mean) *
           (static_cast<double>(y[i]) - mean);
  });
  const double left = mean_of(p, weights, [&](std::size_t i) {
    return residual(p, y, i) * residual(p, y, i);
  });
  return total > 0 ? 1 - left / total : kNan;
}

std::vector<std::string> default_metrics(const prep::Plan& plan) {
  if (plan.task == prep::Task::regression) return {"rmse", "mae", "r2"};
  std::vector<std::string> out{"accuracy", "f1", "log_loss"};
  if (plan.classes.size() == 2) out.emplace_back("auc");
  return out;
}

bool has_metric(prep::Task task, const std::string& name) {
  if (task == prep::Task::regression) {
    return name == "rmse" || name == "mae" || name == "r2";
  }
  return name == "accuracy" || name == "f1" || name == "log_loss" ||
         name == "auc";
}

double metric(const std::string& name, const Matrix& p, const Values& y,
              const Values& weights) {
  if (name == "accuracy") return accuracy(p, y, weights);
  if (name == "f1") return f1(p, y, weights);
  if (name == "log_loss") return log_loss(p, y, weights);
  if (name == "auc") return auc(p, y, weights);
  if (name == "rmse") return rmse(p, y, weights);
  if (name == "mae") return mae(p, y, weights);
  if (name == "r2") return r2(p, y, weights);
  return kNan;
}

}  // namespace mlb::learn
