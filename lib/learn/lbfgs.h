// Minimises a smooth function of many variables: L-BFGS (Nocedal, Wright,
// "Numerical Optimization", 2006, algorithm 7.4) with a line search for the
// weak Wolfe conditions by bisection (Lewis, Overton, "Nonsmooth optimization
// via quasi-Newton methods", 2013, algorithm 2.6).
#pragma once

#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace mlb::learn {

/// The value at a point; writes the gradient.
using Objective = std::function<double(std::span<const double> at,
                                       std::span<double> gradient)>;

class Lbfgs {
 public:
  Lbfgs(Objective objective, std::vector<double> start);

  /// One iteration; false: no better point can be told from rounding errors.
  bool step();

  const std::vector<double>& at() const { return at_; }
  double value() const { return value_; }
  /// The largest part of the gradient, in absolute value.
  double largest_gradient() const;

  /// Where the search stands; one of the same objective that loads it goes on
  /// from there.  False: it is of another size, or damaged.
  void save(Writer& writer) const;
  bool load(Reader& reader);

 private:
  struct Pair {
    std::vector<double> move;    ///< change of the point
    std::vector<double> change;  ///< change of the gradient
    double rho = 0;              ///< 1 / (move . change)
  };
  std::vector<double> direction() const;
  bool search(const std::vector<double>& direction, double slope);
  void remember(const std::vector<double>& from,
                const std::vector<double>& old_gradient);

  Objective objective_;
  std::vector<double> at_;
  std::vector<double> gradient_;
  double value_ = 0;
  std::deque<Pair> pairs_;
};

}  // namespace mlb::learn
