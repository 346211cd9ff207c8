// Forests and boosted trees as ai.onnx.ml TreeEnsembleRegressor: sums of
// leaves, one a class; what follows are plain operators.
#include <cmath>

#include "base/json.h"
#include "learn/boosted.h"
#include "learn/booster_trees.h"
#include "learn/forest.h"
#include "learn/onnx/prepare.h"

namespace mlb::learn {

using onnx::Attributes;
using onnx::Element;
using onnx::Graph;
using onnx::Value;

namespace {

/// The arrays of one node of the operator; trees and nodes are numbered.
class Ensemble {
 public:
  explicit Ensemble(std::string mode) : mode_(std::move(mode)) {}

  void begin_tree() { ++tree_; }
  void split(std::int64_t node, std::int64_t feature, double threshold,
             std::int64_t left, std::int64_t right) {
    add(node, mode_, feature, threshold, left, right);
  }
  void leaf(std::int64_t node) { add(node, "LEAF", 0, 0, 0, 0); }
  /// What the leaf adds to one of the sums.
  void adds(std::int64_t node, std::int64_t target, double weight) {
    target_trees_.push_back(tree_);
    target_nodes_.push_back(node);
    targets_.push_back(target);
    weights_.push_back(weight);
  }

  /// `wide`: thresholds and weights in double, of rows in double.
  Attributes attributes(std::size_t sums, bool wide) const {
    Attributes out;
    out.text("aggregate_function", "SUM")
        .text("post_transform", "NONE")
        .integer("n_targets", static_cast<std::int64_t>(sums))
        .integers("nodes_treeids", trees_)
        .integers("nodes_nodeids", nodes_)
        .integers("nodes_featureids", features_)
        .integers("nodes_truenodeids", lefts_)
        .integers("nodes_falsenodeids", rights_)
        .texts("nodes_modes", modes_)
        .integers("target_treeids", target_trees_)
        .integers("target_nodeids", target_nodes_)
        .integers("target_ids", targets_);
    if (wide) {
      return out.doubles("nodes_values_as_tensor", thresholds_)
          .doubles("target_weights_as_tensor", weights_);
    }
    return out.numbers("nodes_values", narrow(thresholds_))
        .numbers("target_weights", narrow(weights_));
  }

 private:
  void add(std::int64_t node, const std::string& mode, std::int64_t feature,
           double threshold, std::int64_t left, std::int64_t right) {
    trees_.push_back(tree_);
    nodes_.push_back(node);
    modes_.push_back(mode);
    features_.push_back(feature);
    thresholds_.push_back(threshold);
    lefts_.push_back(left);
    rights_.push_back(right);
  }
  static std::vector<float> narrow(const std::vector<double>& values) {
    return {values.begin(), values.end()};
  }

  std::string mode_;
  std::int64_t tree_ = -1;
  onnx::Dims trees_, nodes_, features_, lefts_, rights_;
  onnx::Dims target_trees_, target_nodes_, targets_;
  std::vector<std::string> modes_;
  std::vector<double> thresholds_, weights_;
};

void add_tree(Ensemble& to, const Tree& tree, std::size_t outputs) {
  to.begin_tree();
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const TreeNode& n = tree.nodes[i];
    const auto id = static_cast<std::int64_t>(i);
    const auto next = static_cast<std::int64_t>(n.next);
    if (n.feature >= 0) {
      to.split(id, n.feature, static_cast<double>(n.threshold), next, next + 1);
      continue;
    }
    to.leaf(id);
    for (std::size_t o = 0; o < outputs; ++o) {
      to.adds(id, static_cast<std::int64_t>(o),
              static_cast<double>(tree.leaves[n.next * outputs + o]));
    }
  }
}

/// Only what the root reaches: the file may hold more.
void add_tree(Ensemble& to, const BoosterTree& tree) {
  to.begin_tree();
  std::vector<std::uint32_t> open{0};
  while (!open.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    const BoosterNode& n = tree.nodes[at];
    if (n.feature < 0) {
      to.leaf(at);
      to.adds(at, static_cast<std::int64_t>(tree.output),
              static_cast<double>(n.value));
      continue;
    }
    to.split(at, n.feature, static_cast<double>(n.value), n.left, n.left + 1);
    open.push_back(n.left + 1);
    open.push_back(n.left);
  }
}

/// A tree without a split, in front: XGBoost begins its sums there.
void add_start(Ensemble& to, float start, std::size_t sums) {
  to.begin_tree();
  to.leaf(0);
  for (std::size_t s = 0; s < sums; ++s) {
    to.adds(0, static_cast<std::int64_t>(s), static_cast<double>(start));
  }
}

/// What XGBoost's sums begin with; for two classes the file has it as a
/// probability.
float start_of(const std::string& json, std::size_t outputs) {
  const Json file = Json::parse(json);
  const float base = std::stof(file.at("learner")
                                   .at("learner_model_param")
                                   .at("base_score")
                                   .get<std::string>());
  return outputs == 2 ? -std::log(1 / base - 1) : base;
}

}  // namespace

Result<Value> ForestModel::to_onnx(Graph& graph, const Value& rows) const {
  Ensemble all("BRANCH_LEQ");
  for (const Tree& tree : trees_) add_tree(all, tree, outputs_);
  const Value sums = graph.ml_node("TreeEnsembleRegressor",
                                   {graph.cast(rows, Element::float64)},
                                   all.attributes(outputs_, true));
  const Value mean =
      graph.node("Div", {graph.cast(sums, Element::float64),
                         graph.constant(static_cast<double>(trees_.size()))});
  if (outputs_ > 1) return graph.cast(mean, Element::float32);
  return onnx::to_original(graph, mean, units_);
}

Result<Value> BoostedModel::to_onnx(Graph& graph, const Value& rows) const {
  const std::size_t sums = outputs_ > 2 ? outputs_ : 1;
  Ensemble all("BRANCH_LT");
  add_start(all, start_of(json_, outputs_), sums);
  for (const BoosterTree& tree : booster_trees(json_)) add_tree(all, tree);
  const Value score = graph.ml_node("TreeEnsembleRegressor", {rows},
                                    all.attributes(sums, false));
  if (outputs_ == 1) {
    return onnx::to_original(graph, graph.cast(score, Element::float64),
                             units_);
  }
  if (outputs_ > 2) {
    return graph.node("Softmax", {score}, Attributes().integer("axis", 1));
  }
  const Value yes = graph.node("Sigmoid", {score});
  const Value no = graph.node("Sub", {graph.constant(1.0f), yes});
  return graph.node("Concat", {no, yes}, Attributes().integer("axis", 1));
}

}  // namespace mlb::learn
