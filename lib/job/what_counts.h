// Which parts of a spec can change the result: for the spec's hash and for
// the record inside a model file, which must agree.
#pragma once

#include "job/spec.h"

namespace mlb {

/// The keys of `train` that the spec's model looks at; the others, the number
/// of threads and the checkpoints, as by default.
TrainSpec train_that_counts(const JobSpec& spec);

}  // namespace mlb
