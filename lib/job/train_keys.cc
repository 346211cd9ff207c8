// See train_keys.h.
#include "job/train_keys.h"

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

TrainSpec train_that_counts(const ModelSpec& model, const TrainSpec& train) {
  TrainSpec out;
  if (std::holds_alternative<NetSpec>(model)) {
    out = train;
    out.threads.reset();
    out.checkpoint = {};
    return out;
  }
  // Refused where the model predicts numbers.
  out.class_weights = train.class_weights;
  if (trains_in_steps(model)) out.time = train.time;
  if (stops_early(model)) {
    out.early_stop_mode = train.early_stop_mode;
    out.early_stop = train.early_stop;
  }
  return out;
}

}  // namespace mlb
