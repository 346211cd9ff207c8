// Looks at a stored model before XGBoost does: its loader believes the indices
// in the file.  See is_sound_booster in boosted.h.
#include <stdexcept>

#include "base/json.h"
#include "learn/boosted.h"

namespace mlb::learn {
namespace {

using Numbers = std::vector<std::int64_t>;

/// Its models are less deep; XGBoost's parser is recursive.
constexpr int kDeepest = 16;

std::size_t count_in(const Json& parameters, const char* name) {
  return std::stoul(parameters.at(name).get<std::string>());
}

/// Children stand behind their parents, and all that is reached exists.
bool is_sound_tree(const Json& tree, std::size_t width) {
  const auto left = tree.at("left_children").get<Numbers>();
  const auto right = tree.at("right_children").get<Numbers>();
  const auto features = tree.at("split_indices").get<Numbers>();
  const std::size_t n = left.size();
  for (const char* name : {"split_conditions", "default_left", "parents",
                           "base_weights", "loss_changes", "sum_hessian"}) {
    if (tree.at(name).size() != n) return false;
  }
  const bool sized = n > 0 && right.size() == n && features.size() == n &&
                     count_in(tree.at("tree_param"), "num_nodes") == n &&
                     count_in(tree.at("tree_param"), "num_feature") == width;
  if (!sized || !tree.at("categories").empty()) return false;
  for (const auto& type : tree.at("split_type")) {
    if (type.get<int>() != 0) return false;
  }
  (void)tree.at("split_conditions").get<std::vector<float>>();  // numbers all
  std::vector<bool> reached(n, false);
  reached[0] = true;
  for (std::size_t i = 0; i < n; ++i) {
    if (!reached[i] || left[i] == -1) continue;
    const auto end = static_cast<std::int64_t>(n);
    const auto here = static_cast<std::int64_t>(i);
    // XGBoost takes the right child to be the one behind the left.
    const bool inside = left[i] > here && left[i] + 1 < end &&
                        right[i] == left[i] + 1 && features[i] >= 0 &&
                        static_cast<std::size_t>(features[i]) < width;
    if (!inside) return false;
    reached[static_cast<std::size_t>(left[i])] = true;
    reached[static_cast<std::size_t>(right[i])] = true;
  }
  return true;
}

const char* objective_for(std::size_t outputs) {
  if (outputs == 1) return "reg:squarederror";
  return outputs == 2 ? "binary:logistic" : "multi:softprob";
}

/// Sizes by which XGBoost lays out what it predicts.
bool is_sound_learner(const Json& learner, std::size_t width,
                      std::size_t outputs) {
  const std::size_t classes = outputs > 2 ? outputs : 0;
  const Json& sizes = learner.at("learner_model_param");
  const Json& objective = learner.at("objective");
  const bool sized = count_in(sizes, "num_feature") == width &&
                     count_in(sizes, "num_class") == classes &&
                     count_in(sizes, "num_target") == 1;
  if (!sized || objective.at("name") != objective_for(outputs)) return false;
  return classes == 0 || count_in(objective.at("softmax_multiclass_param"),
                                  "num_class") == classes;
}

bool is_sound(const Json& file, std::size_t width, std::size_t outputs) {
  const Json& learner = file.at("learner");
  if (!is_sound_learner(learner, width, outputs)) return false;
  const Json& booster = learner.at("gradient_booster");
  if (booster.at("name") != "gbtree") return false;
  const Json& model = booster.at("model");
  const Json& trees = model.at("trees");
  const auto info = model.at("tree_info").get<Numbers>();
  const Json& sizes = model.at("gbtree_model_param");
  const bool sized = !trees.empty() && trees.size() == info.size() &&
                     count_in(sizes, "num_trees") == trees.size() &&
                     count_in(sizes, "num_parallel_tree") == 1 &&
                     count_in(sizes, "size_leaf_vector") == 0;
  if (!sized) return false;
  const std::size_t groups = outputs > 2 ? outputs : 1;
  for (std::size_t i = 0; i < info.size(); ++i) {
    // XGBoost puts a tree where its id says.
    const bool known = info[i] >= 0 &&
                       static_cast<std::size_t>(info[i]) < groups &&
                       trees.at(i).at("id") == i;
    if (!known || !is_sound_tree(trees.at(i), width)) return false;
  }
  return true;
}

}  // namespace

bool is_sound_booster(const std::string& json, std::size_t width,
                      std::size_t outputs) {
  // Anything else than {" XGBoost would take for its binary format.
  if (!json.starts_with("{\"")) return false;
  try {
    const auto shallow = [](int depth, Json::parse_event_t, Json&) {
      if (depth > kDeepest) throw std::length_error("too deep");
      return true;
    };
    return is_sound(Json::parse(json, shallow), width, outputs);
  } catch (const std::exception&) {
    return false;  // no JSON, or not of the form above
  }
}

}  // namespace mlb::learn
