// See lbfgs.h.
#include "learn/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mlb::learn {
namespace {

constexpr std::size_t kMemory = 10;
constexpr int kMostTrials = 50;
constexpr double kEnoughDecrease = 1e-4;
constexpr double kEnoughCurvature = 0.9;

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void add(std::span<double> to, double factor, std::span<const double> what) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * what[i];
}

}  // namespace

Lbfgs::Lbfgs(Objective objective, std::vector<double> start)
    : objective_(std::move(objective)),
      at_(std::move(start)),
      gradient_(at_.size()) {
  value_ = objective_(at_, gradient_);
}

double Lbfgs::largest_gradient() const {
  double out = 0;
  for (const double g : gradient_) out = std::max(out, std::fabs(g));
  return out;
}

/// Minus the approximate inverse Hessian times the gradient.
std::vector<double> Lbfgs::direction() const {
  std::vector<double> d = gradient_;
  std::vector<double> alpha(pairs_.size());
  for (std::size_t i = pairs_.size(); i-- > 0;) {
    alpha[i] = pairs_[i].rho * dot(pairs_[i].move, d);
    add(d, -alpha[i], pairs_[i].change);
  }
  double scale = 1 / std::max(1.0, std::sqrt(dot(gradient_, gradient_)));
  if (!pairs_.empty()) {
    const Pair& last = pairs_.back();
    scale = 1 / (last.rho * dot(last.change, last.change));
  }
  for (double& x : d) x *= scale;
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const double beta = pairs_[i].rho * dot(pairs_[i].change, d);
    add(d, alpha[i] - beta, pairs_[i].move);
  }
  for (double& x : d) x = -x;
  return d;
}

/// Moves along `direction`; false leaves everything as it was.
bool Lbfgs::search(const std::vector<double>& direction, double slope) {
  const std::vector<double> from = at_;
  const std::vector<double> old_gradient = gradient_;
  const double old_value = value_;
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
  double length = 1;
  for (int trial = 0; trial < kMostTrials; ++trial) {
    at_ = from;
    add(at_, length, direction);
    value_ = objective_(at_, gradient_);
    const bool lower = value_ <= old_value + kEnoughDecrease * length * slope;
    if (!lower) {  // true of nan, too
      high = length;
    } else if (dot(gradient_, direction) < kEnoughCurvature * slope) {
      low = length;
    } else {
      remember(from, old_gradient);
      return value_ < old_value;
    }
    length = std::isinf(high) ? 2 * low : (low + high) / 2;
  }
  at_ = from;
  gradient_ = old_gradient;
  value_ = old_value;
  return false;
}

void Lbfgs::remember(const std::vector<double>& from,
                     const std::vector<double>& old_gradient) {
  Pair pair{at_, gradient_};
  add(pair.move, -1, from);
  add(pair.change, -1, old_gradient);
  const double curvature = dot(pair.move, pair.change);
  if (!(curvature > 0)) return;
  pair.rho = 1 / curvature;
  if (pairs_.size() == kMemory) pairs_.pop_front();
  pairs_.push_back(std::move(pair));
}

void Lbfgs::save(Writer& w) const {
  w.numbers<double>(at_);
  w.numbers<double>(gradient_);
  w.number(value_);
  w.number<std::uint64_t>(pairs_.size());
  for (const Pair& pair : pairs_) {
    w.numbers<double>(pair.move);
    w.numbers<double>(pair.change);
    w.number(pair.rho);
  }
}

bool Lbfgs::load(Reader& r) {
  const auto vector = [&](std::vector<double>& to) {
    auto values = r.numbers<double>();
    if (!values || values->size() != at_.size()) return false;
    to = std::move(*values);
    return true;
  };
  const auto number = [&](double& to) {
    const auto value = r.number<double>();
    if (value) to = *value;
    return static_cast<bool>(value);
  };
  if (!vector(at_) || !vector(gradient_) || !number(value_)) return false;
  const auto count = r.number<std::uint64_t>();
  if (!count || *count > kMemory) return false;
  pairs_.assign(*count, {});
  return std::all_of(pairs_.begin(), pairs_.end(), [&](Pair& pair) {
    return vector(pair.move) && vector(pair.change) && number(pair.rho);
  });
}

bool Lbfgs::step() {
  std::vector<double> d = direction();
  double slope = dot(d, gradient_);
  if (!(slope < 0)) {
    pairs_.clear();
    d = direction();
    slope = dot(d, gradient_);
    if (!(slope < 0)) return false;
  }
  return search(d, slope);
}

}  // namespace mlb::learn
