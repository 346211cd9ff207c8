// See platt.h.
#include "learn/platt.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mlb::learn {
namespace {

constexpr int kMostIterations = 100;
constexpr double kLeastStep = 1e-10;
constexpr double kRidge = 1e-12;  // keeps the Hessian positive definite
constexpr double kSmallGradient = 1e-5;

/// log(1 + exp(x)) without overflow.
double log1p_exp(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

struct Likelihood {
  std::span<const double> scores;
  std::vector<double> targets;
  std::vector<double> weights;

  double value(double a, double b) const {
    double out = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const double f = a * scores[i] + b;
      out += weights[i] * (targets[i] * f + log1p_exp(-f));
    }
    return out;
  }
};

struct Newton {
  double ga = 0, gb = 0;                       // gradient
  double haa = kRidge, hbb = kRidge, hab = 0;  // Hessian
};

Newton derivatives(const Likelihood& l, const Sigmoid& at) {
  Newton out;
  for (std::size_t i = 0; i < l.scores.size(); ++i) {
    const double p = at(l.scores[i]);
    const double d = l.weights[i] * (l.targets[i] - p);
    const double q = l.weights[i] * p * (1 - p);
    out.ga += l.scores[i] * d;
    out.gb += d;
    out.haa += l.scores[i] * l.scores[i] * q;
    out.hab += l.scores[i] * q;
    out.hbb += q;
  }
  return out;
}

/// Goes down along (da, db); false: no shorter step helps.
bool line_search(const Likelihood& l, double da, double db, double slope,
                 Sigmoid& at, double& value) {
  for (double step = 1; step >= kLeastStep; step /= 2) {
    const double a = at.a + step * da;
    const double b = at.b + step * db;
    const double found = l.value(a, b);
    if (found < value + 1e-4 * step * slope) {
      at = {a, b};
      value = found;
      return true;
    }
  }
  return false;
}

}  // namespace

double Sigmoid::operator()(double score) const {
  const double f = a * score + b;
  return f >= 0 ? std::exp(-f) / (1 + std::exp(-f)) : 1 / (1 + std::exp(f));
}

Sigmoid fit_sigmoid(std::span<const double> scores,
                    const std::vector<bool>& yes,
                    const std::vector<double>& weights) {
  Likelihood l{scores, {}, weights};
  if (weights.empty()) l.weights.assign(yes.size(), 1);
  double positives = 0;
  double negatives = 0;
  for (std::size_t i = 0; i < yes.size(); ++i) {
    (yes[i] ? positives : negatives) += l.weights[i];
  }
  // Targets a little inside of 0 and 1: the posterior of a uniform prior.
  for (const bool y : yes) {
    l.targets.push_back(y ? (positives + 1) / (positives + 2)
                          : 1 / (negatives + 2));
  }
  Sigmoid out{0, std::log((negatives + 1) / (positives + 1))};
  double value = l.value(out.a, out.b);
  for (int i = 0; i < kMostIterations; ++i) {
    const Newton n = derivatives(l, out);
    if (std::fabs(n.ga) < kSmallGradient && std::fabs(n.gb) < kSmallGradient) {
      break;
    }
    const double det = n.haa * n.hbb - n.hab * n.hab;
    const double da = -(n.hbb * n.ga - n.hab * n.gb) / det;
    const double db = -(n.haa * n.gb - n.hab * n.ga) / det;
    const double slope = n.ga * da + n.gb * db;
    if (!line_search(l, da, db, slope, out, value)) break;
  }
  return out;
}

std::vector<int> calibration_folds(std::span<const std::size_t> classes,
                                   Rng rng) {
  std::vector<std::size_t> order(classes.size());
  std::iota(order.begin(), order.end(), 0);
  mlb::shuffle(order, rng);
  std::vector<int> next;
  std::vector<int> out(classes.size());
  for (const std::size_t row : order) {
    next.resize(std::max(next.size(), classes[row] + 1), 0);
    out[row] = next[classes[row]]++ % kCalibrationFolds;
  }
  return out;
}

std::vector<double> couple(const std::vector<double>& r, std::size_t k) {
  std::vector<double> q(k * k, 0);
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < k; ++j) {
      if (i == j) continue;
      q[i * k + i] += r[j * k + i] * r[j * k + i];
      q[i * k + j] = -r[j * k + i] * r[i * k + j];
    }
  }
  const auto classes = static_cast<double>(k);
  std::vector<double> p(k, 1 / classes);
  std::vector<double> qp(k);
  for (int round = 0; round < std::max(kMostIterations, static_cast<int>(k));
       ++round) {
    double pqp = 0;
    for (std::size_t i = 0; i < k; ++i) {
      qp[i] = 0;
      for (std::size_t j = 0; j < k; ++j) qp[i] += q[i * k + j] * p[j];
      pqp += p[i] * qp[i];
    }
    double largest = 0;
    for (std::size_t i = 0; i < k; ++i) {
      largest = std::max(largest, std::fabs(qp[i] - pqp));
    }
    if (largest < 0.005 / classes) break;
    for (std::size_t t = 0; t < k; ++t) {
      const double change = (pqp - qp[t]) / q[t * k + t];
      p[t] += change;
      pqp = (pqp + change * (change * q[t * k + t] + 2 * qp[t])) /
            (1 + change) / (1 + change);
      for (std::size_t j = 0; j < k; ++j) {
        qp[j] = (qp[j] + change * q[t * k + j]) / (1 + change);
        p[j] /= 1 + change;
      }
    }
  }
  return p;
}

}  // namespace mlb::learn
