// What the families of models are like, as far as a spec tells.
#pragma once

#include "job/spec.h"

namespace mlb {

enum class Predicts { either, classes, numbers, clusters };

/// What the model can predict; either: the target decides.
Predicts predicts(const ModelSpec& model);

/// Whether the family trains in steps, so that time may end it, and another
/// attempt go on from a checkpoint.
bool trains_in_steps(const ModelSpec& model);
/// Whether a metric of the rows that validate may end its training.
bool stops_early(const ModelSpec& model);

}  // namespace mlb
