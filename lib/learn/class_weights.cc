// See class_weights.h.
#include "learn/class_weights.h"

#include <algorithm>

namespace mlb::learn {
namespace {

/// scikit-learn's "balanced": rows / (classes x rows of the class).
std::vector<double> balanced_weights(const std::vector<float>& y,
                                     std::size_t classes) {
  std::vector<double> counts(classes, 0);
  for (const float label : y) ++counts[static_cast<std::size_t>(label)];
  for (double& count : counts) {
    const auto rows = static_cast<double>(y.size());
    count = count > 0 ? rows / (static_cast<double>(classes) * count) : 1;
  }
  return counts;
}

}  // namespace

Result<std::vector<double>> class_weights(const ClassWeights& wanted,
                                          const prep::Plan& plan,
                                          const std::vector<float>& y) {
  if (wanted.type == ClassWeightsType::none) return std::vector<double>{};
  if (plan.task != prep::Task::classification) {
    return Error{Fault::data,
                 "train.class_weights: the target holds numbers, not classes"};
  }
  if (wanted.type == ClassWeightsType::balanced) {
    return balanced_weights(y, plan.classes.size());
  }
  std::vector<double> out(plan.classes.size(), 1);
  for (const auto& [label, weight] : wanted.weights) {
    const auto found =
        std::find(plan.classes.begin(), plan.classes.end(), label);
    if (found == plan.classes.end()) {
      return Error{
          Fault::data,
          "train.class_weights: the target has no class '" + label + "'"};
    }
    out[static_cast<std::size_t>(found - plan.classes.begin())] = weight;
  }
  return out;
}

Result<> weigh_classes(const JobSpec& spec, const prep::Plan& plan,
                       Design& train) {
  // A net weighs them in its loss, of the rows that validate, too.
  if (std::holds_alternative<NetSpec>(spec.model)) return {};
  auto weights = class_weights(spec.train.class_weights, plan, train.y);
  if (!weights) return std::move(weights).fail();
  if (weights->empty()) return {};
  train.weights.resize(train.y.size(), 1);
  for (std::size_t i = 0; i < train.y.size(); ++i) {
    const auto label = static_cast<std::size_t>(train.y[i]);
    train.weights[i] *= static_cast<float>((*weights)[label]);
  }
  return {};
}

}  // namespace mlb::learn
