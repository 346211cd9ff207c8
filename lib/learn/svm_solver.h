// The quadratic programs behind support vector machines, solved by Dlib: its
// headers stay within svm_solver.cc.
#pragma once

#include <optional>

#include "learn/kernel.h"

namespace mlb::learn {

struct SolverOptions {
  Kernel kernel;
  std::size_t cache_bytes = 0;
  StopAsked stop_asked = nullptr;
};

/// Which rows of x a problem is about; `targets` and `rows` go together.
struct SvmProblem {
  const prep::Matrix& x;
  std::vector<std::uint32_t> rows;
  std::vector<double> targets;  ///< +1 and -1, or numbers
};

/// max sum alpha - 1/2 alpha' Q alpha, 0 <= alpha <= cost of its side, by
/// sequential minimal optimisation with second-order choice of pairs (Fan,
/// Chen, Lin, "Working set selection using second order information", 2005).
/// One side only: a constant.  No value when asked to stop.
std::optional<Machine> solve_classes(const SvmProblem& problem,
                                     double cost_of_yes, double cost_of_no,
                                     const SolverOptions& options);

/// Likewise with the loss max(0, |error| - epsilon).
std::optional<Machine> solve_numbers(const SvmProblem& problem, double cost,
                                     double epsilon,
                                     const SolverOptions& options);

}  // namespace mlb::learn
