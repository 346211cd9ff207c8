// See families.h.
#include "job/families.h"

namespace mlb {

Predicts predicts(const ModelSpec& model) {
  struct Of {
    Predicts operator()(const NetSpec&) const { return Predicts::either; }
    Predicts operator()(const RidgeSpec&) const { return Predicts::numbers; }
    Predicts operator()(const BaselineSpec& spec) const {
      switch (spec.strategy) {
        case BaselineStrategy::automatic: return Predicts::either;
        case BaselineStrategy::most_frequent:
        case BaselineStrategy::prior: return Predicts::classes;
        case BaselineStrategy::mean:
        case BaselineStrategy::median: return Predicts::numbers;
      }
      return Predicts::either;
    }
    Predicts operator()(const LogisticSpec&) const { return Predicts::classes; }
    Predicts operator()(const LinearSvmSpec&) const {
      return Predicts::classes;
    }
    Predicts operator()(const KnnSpec&) const { return Predicts::either; }
    Predicts operator()(const NaiveBayesSpec&) const {
      return Predicts::classes;
    }
    Predicts operator()(const RandomForestSpec&) const {
      return Predicts::either;
    }
    Predicts operator()(const BoostedTreesSpec&) const {
      return Predicts::either;
    }
    Predicts operator()(const SvmSpec&) const { return Predicts::classes; }
    Predicts operator()(const SvrSpec&) const { return Predicts::numbers; }
    Predicts operator()(const KmeansSpec&) const { return Predicts::clusters; }
  };
  return std::visit(Of{}, model);
}

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

}  // namespace mlb
