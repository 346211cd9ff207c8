// See what_counts.h.
#include "job/what_counts.h"

namespace mlb {

bool stops_early(const ModelSpec& model) {
  return std::holds_alternative<NetSpec>(model) ||
         std::holds_alternative<BoostedTreesSpec>(model);
}

bool trains_in_steps(const ModelSpec& model) {
  return stops_early(model) || std::holds_alternative<LogisticSpec>(model) ||
         std::holds_alternative<LinearSvmSpec>(model) ||
         std::holds_alternative<RandomForestSpec>(model) ||
         std::holds_alternative<KmeansSpec>(model);
}

TrainSpec train_that_counts(const JobSpec& spec) {
  TrainSpec out;
  if (std::holds_alternative<NetSpec>(spec.model)) out = spec.train;
  out.time = spec.train.time;  // any training may be ended by it
  out.class_weights = spec.train.class_weights;
  if (std::holds_alternative<BoostedTreesSpec>(spec.model)) {
    out.early_stop_mode = spec.train.early_stop_mode;
    out.early_stop = spec.train.early_stop;
  }
  out.threads = {};
  out.checkpoint = {};
  return out;
}

}  // namespace mlb
