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

double f1_of(const Matrix& p, const Values& y, std::size_t wanted) {
  double hits = 0;
  double said = 0;
  double were = 0;
  for (std::size_t i = 0; i < p.rows; ++i) {
    const bool is = static_cast<std::size_t>(y[i]) == wanted;
    const bool guess = predicted(p, i) == wanted;
    hits += is && guess ? 1 : 0;
    said += guess ? 1 : 0;
    were += is ? 1 : 0;
  }
  return said + were == 0 ? 0 : 2 * hits / (said + were);
}

/// The probability that a row of the class scores above one of the others.
double auc_of(const Matrix& p, const Values& y, std::size_t wanted) {
  std::vector<std::size_t> order(p.rows);
  std::iota(order.begin(), order.end(), 0);
  const auto score = [&](std::size_t row) { return p.row(row)[wanted]; };
  // nan has no place in an order, nor does it equal itself.
  const auto is_nan = [&](std::size_t row) { return std::isnan(score(row)); };
  if (std::any_of(order.begin(), order.end(), is_nan)) return kNan;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return score(a) < score(b); });
  double rank_sum = 0;
  double positives = 0;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t j = i;
    while (j < order.size() && score(order[j]) == score(order[i])) ++j;
    const double rank = (static_cast<double>(i + j) + 1) / 2;
    for (; i < j; ++i) {
      if (static_cast<std::size_t>(y[order[i]]) != wanted) continue;
      rank_sum += rank;
      ++positives;
    }
  }
  const double negatives = static_cast<double>(p.rows) - positives;
  if (positives == 0 || negatives == 0) return kNan;
  return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives);
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
double mean_of(const Matrix& p, F term) {
  if (p.rows == 0) return kNan;
  double sum = 0;
  for (std::size_t i = 0; i < p.rows; ++i) sum += term(i);
  return sum / static_cast<double>(p.rows);
}

double residual(const Matrix& p, const Values& y, std::size_t i) {
  return static_cast<double>(y[i]) - static_cast<double>(p.values[i]);
}

}  // namespace

double accuracy(const Matrix& p, const Values& y) {
  return mean_of(p, [&](std::size_t i) {
    return predicted(p, i) == static_cast<std::size_t>(y[i]) ? 1.0 : 0.0;
  });
}

double log_loss(const Matrix& p, const Values& y) {
  return mean_of(p, [&](std::size_t i) {
    const double q = p.row(i)[static_cast<std::size_t>(y[i])];
    // Comparisons with nan are false: a nan stays one.
    return -std::log(q < kLeastProbability ? kLeastProbability : q);
  });
}

double f1(const Matrix& p, const Values& y) {
  if (p.rows == 0) return kNan;
  return over_classes(p, [&](std::size_t c) { return f1_of(p, y, c); });
}

double auc(const Matrix& p, const Values& y) {
  if (p.rows == 0) return kNan;
  return over_classes(p, [&](std::size_t c) { return auc_of(p, y, c); });
}

double rmse(const Matrix& p, const Values& y) {
  return std::sqrt(mean_of(
      p, [&](std::size_t i) { return residual(p, y, i) * residual(p, y, i); }));
}

double mae(const Matrix& p, const Values& y) {
  return mean_of(p,
                 [&](std::size_t i) { return std::fabs(residual(p, y, i)); });
}

double r2(const Matrix& p, const Values& y) {
  const double mean =
      mean_of(p, [&](std::size_t i) { return static_cast<double>(y[i]); });
  const double total = mean_of(p, [&](std::size_t i) {
    return (static_cast<double>(y[i]) - mean) *
           (static_cast<double>(y[i]) - mean);
  });
  const double left = mean_of(
      p, [&](std::size_t i) { return residual(p, y, i) * residual(p, y, i); });
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

double metric(const std::string& name, const Matrix& p, const Values& y) {
  if (name == "accuracy") return accuracy(p, y);
  if (name == "f1") return f1(p, y);
  if (name == "log_loss") return log_loss(p, y);
  if (name == "auc") return auc(p, y);
  if (name == "rmse") return rmse(p, y);
  if (name == "mae") return mae(p, y);
  if (name == "r2") return r2(p, y);
  return kNan;
}

}  // namespace mlb::learn
