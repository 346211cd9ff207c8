// See booster_trees.h.
#include "learn/booster_trees.h"

#include "base/json.h"

namespace mlb::learn {
namespace {

BoosterTree tree_of(const Json& json, std::size_t output) {
  const auto left = json.at("left_children").get<std::vector<std::int64_t>>();
  const auto feature =
      json.at("split_indices").get<std::vector<std::int32_t>>();
  const auto value = json.at("split_conditions").get<std::vector<float>>();
  BoosterTree out{output, {}};
  for (std::size_t i = 0; i < left.size(); ++i) {
    const bool leaf = left[i] < 0;
    out.nodes.push_back({leaf ? -1 : feature[i], value[i],
                         leaf ? 0 : static_cast<std::uint32_t>(left[i])});
  }
  return out;
}

}  // namespace

std::vector<BoosterTree> booster_trees(const std::string& json) {
  const Json model =
      Json::parse(json).at("learner").at("gradient_booster").at("model");
  const auto outputs = model.at("tree_info").get<std::vector<std::size_t>>();
  std::vector<BoosterTree> out;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    out.push_back(tree_of(model.at("trees").at(i), outputs[i]));
  }
  return out;
}

}  // namespace mlb::learn
