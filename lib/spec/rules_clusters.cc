// The rules of clusterings, which have no target: see reader.h.
#include "job/families.h"
#include "spec/reader.h"

namespace mlb::spec {
namespace {

struct ClusterRules {
  const Draft& draft;
  Findings& findings;
  const JobSpec& spec = draft.parsed.spec;

  void add(const std::string& path, std::string message,
           std::string hint = {}) const {
    findings.add(
        draft.place_of(path),
        {"E220", path, path + ": " + std::move(message), {}, std::move(hint)});
  }

  /// What is about a target, and was asked for.
  void no_target() const {
    if (draft.has("target")) {
      add("target", "kmeans predicts no column",
          "leave target out; a column that is no feature goes to features: "
          "{exclude: [NAME]}");
    }
    if (draft.has("positive") && spec.positive) {
      add("positive", "a clustering has no classes");
    }
    if (draft.has("target_transform") &&
        spec.target_transform != TargetTransform::automatic &&
        spec.target_transform != TargetTransform::none) {
      add("target_transform", "a clustering has no target");
    }
    if (draft.has("data.split.stratify") && spec.data.split.stratify == true) {
      add("data.split.stratify", "a clustering has no classes");
    }
    if (draft.has("train.class_weights") &&
        spec.train.class_weights.type != ClassWeightsType::none) {
      add("train.class_weights", "a clustering has no classes");
    }
  }

  void encodings() const {
    for (std::size_t i = 0; i < spec.columns.size(); ++i) {
      if (spec.columns[i].encode != Encode::target) continue;
      const std::string path = "columns." + shown(spec.columns[i].pattern);
      findings.add(draft.column_places.at(i),
                   {"E220", path,
                    path + ": encode: target needs a target; a clustering has "
                           "none"});
    }
  }

  /// task says what the model does anyway.
  void task(bool clusters) const {
    if (!draft.has("task") || !draft.has("model.type")) return;
    const bool asked = spec.task == TaskAsked::clustering;
    if (asked && !clusters) {
      add("task", "only model: kmeans makes clusters");
    } else if (clusters && !asked && spec.task != TaskAsked::automatic) {
      add("task", "model: kmeans makes clusters",
          "leave task out, or write task: clustering");
    }
  }
};

}  // namespace

void check_cluster_rules(const Draft& draft, Findings& findings) {
  const ClusterRules rules{draft, findings};
  if (draft.parsed.spec.kind != Kind::train || draft.bad.contains("kind")) {
    return;
  }
  const bool clusters = draft.has("model.type") &&
                        predicts(draft.parsed.spec.model) == Predicts::clusters;
  rules.task(clusters);
  if (!clusters) return;
  rules.no_target();
  rules.encodings();
}

}  // namespace mlb::spec
