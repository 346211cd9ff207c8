// How much the rows of each class count in training.
#pragma once

#include <vector>

#include "learn/trainer.h"

namespace mlb::learn {

/// A weight for each class of the plan, from `train.class_weights` and the
/// classes `y` of the training rows; empty: none asked for.  balanced: rows /
/// (classes x rows of the class), as scikit-learn has it.  Fault::data: the
/// target has no such class, or no classes.
Result<std::vector<double>> class_weights(const ClassWeights& wanted,
                                          const prep::Plan& plan,
                                          const std::vector<float>& y);

/// Multiplies the weights of training rows by those of their classes, where
/// the family does not weigh classes itself.
Result<> weigh_classes(const JobSpec& spec, const prep::Plan& plan,
                       Design& train);

}  // namespace mlb::learn
