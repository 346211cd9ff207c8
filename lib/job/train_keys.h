// Which keys of `train` a family of models reads.
#pragma once

#include "job/spec.h"

namespace mlb {

/// Whether the family trains in steps: then time ends it, and it may be gone
/// on with from a checkpoint.
bool trains_in_steps(const ModelSpec& model);
/// Whether a metric of the rows that validate may end its training.
bool stops_early(const ModelSpec& model);

/// What of `train` changes the result with this model; the rest is as if
/// nothing had been written.  Never threads nor checkpoint.
TrainSpec train_that_counts(const ModelSpec& model, const TrainSpec& train);

}  // namespace mlb
