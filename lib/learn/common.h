// What the families of models share: what they ask of a plan, the units of the
// target, sums that do not depend on the number of threads.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "learn/trainer.h"

namespace mlb::learn {

/// Between the units of the target and those that are learned.
using TargetUnits = prep::TargetScaling;
inline const TargetUnits& target_units(const prep::Plan& plan) {
  return plan.target_scaling;
}

/// Fault::data unless the target has classes, or is a number.
Result<> want_classes(const prep::Plan& plan, std::string_view model);
Result<> want_numbers(const prep::Plan& plan, std::string_view model);
/// Fault::data unless the matrix has so many columns.
Result<> want_width(const prep::Matrix& x, std::size_t width);

/// Columns of a prediction: the classes, or 1.
std::size_t outputs_of(const prep::Plan& plan);
prep::Matrix make_matrix(std::size_t rows, std::size_t columns);

/// Class indices; or targets in the units that are learned.
std::vector<std::size_t> classes_of(const Design& design);
std::vector<double> learned_targets(const prep::Plan& plan,
                                    const Design& design);

/// Of predictions for the design: the mean log loss, or the mean squared
/// error in the units that are learned.
double loss_of(const prep::Plan& plan, const prep::Matrix& predicted,
               const Design& design);

/// Threads that a job may use; results do not depend on it.
int threads_of(const JobSpec& spec);

/// exp(score) / sum, in place, without overflow.
void softmax(std::span<double> scores);

Error damaged(std::string_view model);
/// Of a checkpoint that cannot be gone on from.
Error damaged_state();

}  // namespace mlb::learn
