// See what_counts.h.
#include "job/what_counts.h"

#include "job/families.h"

namespace mlb {

TrainSpec train_that_counts(const JobSpec& spec) {
  TrainSpec out;
  if (std::holds_alternative<NetSpec>(spec.model)) out = spec.train;
  out.time = spec.train.time;  // any training may be ended by it
  out.class_weights = spec.train.class_weights;
  if (stops_early(spec.model)) {
    out.early_stop_mode = spec.train.early_stop_mode;
    out.early_stop = spec.train.early_stop;
  }
  out.threads = {};
  out.checkpoint = {};
  return out;
}

}  // namespace mlb
