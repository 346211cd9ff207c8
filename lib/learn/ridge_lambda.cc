// See ridge_lambda.h.
#include "learn/ridge_lambda.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "learn/eigen.h"
#include "learn/moments.h"

namespace mlb::learn {
namespace {

/// The rows in the basis of eigenvectors: there every lambda is cheap.
struct Rotated {
  std::size_t width = 0;
  std::vector<double> z;         ///< rows x width
  std::vector<double> y;         ///< centred targets
  std::vector<double> products;  ///< z' V y
  std::vector<double> values;    ///< eigenvalues
  std::vector<double> weights;   ///< V
  double base = 0;  ///< leverage of the intercept, a unit of weight
};

Rotated rotate(const Design& train, const std::vector<double>& targets,
               bool intercept) {
  const std::size_t width = train.x.columns;
  std::vector<double> mean(width, 0);
  double y_mean = 0;
  double all = 0;
  Rotated out{width, {}, targets, std::vector<double>(width, 0), {}, {}, 0};
  for (std::size_t i = 0; i < targets.size(); ++i) {
    out.weights.push_back(train.weight(i));
    y_mean += train.weight(i) * targets[i];
    all += train.weight(i);
  }
  if (intercept) {
    mean = weighted_means(train);
    for (double& y : out.y) y -= y_mean / all;
    out.base = 1 / all;
  }
  const Eigen eigen = symmetric_eigen(scatter(train, mean), width);
  out.values = eigen.values;
  if (eigen.values.empty()) return out;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const std::vector<double> x = centred(train.x, i, 1, mean);
    for (std::size_t j = 0; j < width; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < width; ++k) {
        sum += eigen.vectors[j * width + k] * x[k];
      }
      out.z.push_back(sum);
      out.products[j] += out.weights[i] * sum * out.y[i];
    }
  }
  return out;
}

/// Each error is that with the row, divided by 1 - its leverage.
double left_out_error(const Rotated& r, double lambda) {
  double out = 0;
  for (std::size_t i = 0; i < r.y.size(); ++i) {
    double predicted = 0;
    double leverage = r.base;
    for (std::size_t j = 0; j < r.width; ++j) {
      const double z = r.z[i * r.width + j];
      const double shrunk = z / (std::max(0.0, r.values[j]) + lambda);
      predicted += shrunk * r.products[j];
      leverage += shrunk * z;
    }
    const double left = 1 - r.weights[i] * leverage;
    if (!(left > 0)) return std::numeric_limits<double>::infinity();
    const double miss = (r.y[i] - predicted) / left;
    out += r.weights[i] * miss * miss;
  }
  return out;
}

}  // namespace

std::vector<double> ridge_lambdas() {
  constexpr int kADecade = 4;
  std::vector<double> out;
  for (int i = -4 * kADecade; i <= 8 * kADecade; ++i) {
    out.push_back(std::pow(10.0, static_cast<double>(i) / kADecade));
  }
  return out;
}

double best_ridge_lambda(const Design& train,
                         const std::vector<double>& targets, bool intercept) {
  const Rotated rotated = rotate(train, targets, intercept);
  double best = std::numeric_limits<double>::infinity();
  double out = 1;
  if (rotated.values.empty()) return out;
  for (const double lambda : ridge_lambdas()) {
    const double error = left_out_error(rotated, lambda);
    if (error < best) {
      best = error;
      out = lambda;
    }
  }
  return out;
}

}  // namespace mlb::learn
