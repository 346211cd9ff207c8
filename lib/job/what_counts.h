// Which parts of a spec can change the result: for the spec's hash and for
// the record inside a model file, which must agree.
#pragma once

#include "job/spec.h"

namespace mlb {

/// Whether the family trains in steps, so that time may end it, and another
/// attempt go on from a checkpoint.
bool trains_in_steps(const ModelSpec& model);
/// Whether a metric of the rows that validate may end its training.
bool stops_early(const ModelSpec& model);

/// The keys of `train` that the spec's model looks at; the others, the number
/// of threads and the checkpoints, as by default.
TrainSpec train_that_counts(const JobSpec& spec);

}  // namespace mlb
