// The learning rate of each step.
#pragma once

#include <limits>

#include "base/bytes.h"
#include "base/result.h"
#include "job/spec.h"

namespace mlb::learn {

/// With base rate r, t steps after warm-up of the T that are planned, and e
/// whole epochs after it:
///   warm-up of w steps: r (step + 1) / w
///   const: r          step: r gamma^floor(t / every)      exp: r gamma^e
///   cosine: min + (r - min) (1 + cos(pi t / T)) / 2 (Loshchilov, Hutter,
///           "SGDR", 2017, formula 5)
///   onecycle: up from r / 25 to r in the first 30 % of T, down to r / 250000
///           in the rest, both along a cosine (Smith, Topin, "Super-
///           convergence", 2018; as PyTorch's OneCycleLR)
///   plateau: r factor^k after k times `patience` validations that were not
///           better than the best before, at least min
class RateSchedule {
 public:
  RateSchedule(const Schedule& schedule, double base,
               std::uint64_t steps_per_epoch, std::uint64_t total_steps);

  /// `step` counts from 0.
  double at(std::uint64_t step) const;
  /// The loss of a validation, for plateau.
  void note(double loss);

  void save(Writer& writer) const;
  Result<> load(Reader& reader);

 private:
  double curve(double t) const;
  double onecycle(double t) const;
  double steps_of(const TrainSpan& span) const;

  Schedule schedule_;
  double base_;
  double epoch_;   ///< steps
  double warmup_;  ///< steps
  double total_;   ///< steps after warm-up, >= 1
  double scale_ = 1;
  double best_ = std::numeric_limits<double>::infinity();
  std::int32_t since_best_ = 0;
};

}  // namespace mlb::learn
