// Linear models and trees as JSON: every number that predicting needs.
#include "base/json.h"
#include "learn/boosted.h"
#include "learn/forest.h"
#include "learn/linear.h"
#include "learn/pca.h"
#include "learn/ridge.h"

namespace mlb::learn {
namespace {

Json tree_json(const Tree& tree, std::size_t outputs) {
  Json nodes = Json::array();
  for (const TreeNode& n : tree.nodes) {
    if (n.feature >= 0) {
      nodes.push_back({{"column", n.feature},
                       {"threshold", static_cast<double>(n.threshold)},
                       {"left", n.next},
                       {"right", n.next + 1}});
      continue;
    }
    const auto leaf = tree.leaves.begin() + static_cast<long>(n.next * outputs);
    nodes.push_back({{"value", std::vector<double>(
                                   leaf, leaf + static_cast<long>(outputs))}});
  }
  return nodes;
}

}  // namespace

Result<std::string> RidgeModel::to_json() const {
  return Json{{"weights", weights_}, {"intercept", intercept_}}.dump();
}

Result<std::string> LinearClassifier::to_json() const {
  Json scores = Json::array();
  for (std::size_t o = 0; o < weights_.outputs; ++o) {
    std::vector<double> w;
    for (std::size_t i = 0; i < weights_.inputs; ++i) {
      w.push_back(weights_.values[i * weights_.outputs + o]);
    }
    Json one{
        {"weights", w},
        {"intercept", weights_.values[weights_.inputs * weights_.outputs + o]},
        {"sigmoid", nullptr}};
    if (!sigmoids_.empty()) {
      one["sigmoid"] = {{"a", sigmoids_[o].a}, {"b", sigmoids_[o].b}};
    }
    scores.push_back(std::move(one));
  }
  return Json{{"scores", std::move(scores)}}.dump();
}

Result<std::string> ForestModel::to_json() const {
  Json trees = Json::array();
  for (const Tree& tree : trees_) trees.push_back(tree_json(tree, outputs_));
  return Json{{"trees", std::move(trees)}}.dump();
}

Result<std::string> BoostedModel::to_json() const {
  return Json{{"xgboost", Json::parse(json_)}}.dump();
}

Result<std::string> PcaModel::to_json() const {
  auto inner = inner_->to_json();
  if (!inner) return inner;
  return Json{{"mean", projection_.mean},
              {"axes", projection_.axes},
              {"model", Json::parse(*inner)}}
      .dump();
}

}  // namespace mlb::learn
