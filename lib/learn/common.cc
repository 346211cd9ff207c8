// See common.h.
#include "learn/common.h"

#include <algorithm>
#include <cmath>

#include "learn/metrics.h"

namespace mlb::learn {

Result<> want_classes(const prep::Plan& plan, std::string_view model) {
  if (plan.task == prep::Task::classification) return {};
  return Error{Fault::data, std::string(model) +
                                " predicts classes; the target '" +
                                plan.target + "' is a number"};
}

Result<> want_numbers(const prep::Plan& plan, std::string_view model) {
  if (plan.task == prep::Task::regression) return {};
  return Error{Fault::data, std::string(model) +
                                " predicts numbers; the target '" +
                                plan.target + "' has classes"};
}

Result<> want_width(const prep::Matrix& x, std::size_t width) {
  if (x.columns == width) return {};
  return Error{Fault::data, "the model wants " + std::to_string(width) +
                                " features; the data have " +
                                std::to_string(x.columns)};
}

std::size_t outputs_of(const prep::Plan& plan) {
  return plan.task == prep::Task::classification ? plan.classes.size() : 1;
}

prep::Matrix make_matrix(std::size_t rows, std::size_t columns) {
  return {rows, columns, std::vector<float>(rows * columns)};
}

std::vector<std::size_t> classes_of(const Design& design) {
  std::vector<std::size_t> out;
  out.reserve(design.y.size());
  for (const float y : design.y) out.push_back(static_cast<std::size_t>(y));
  return out;
}

std::vector<double> learned_targets(const prep::Plan& plan,
                                    const Design& design) {
  const TargetUnits units = target_units(plan);
  std::vector<double> out;
  out.reserve(design.y.size());
  for (const float y : design.y) {
    out.push_back(units.to_learned(static_cast<double>(y)));
  }
  return out;
}

double loss_of(const prep::Plan& plan, const prep::Matrix& predicted,
               const Design& design) {
  if (plan.task == prep::Task::classification) {
    return log_loss(predicted, design.y, design.weights);
  }
  const TargetUnits units = target_units(plan);
  double sum = 0;
  double all = 0;
  for (std::size_t i = 0; i < predicted.rows; ++i) {
    const double d = units.to_learned(static_cast<double>(design.y[i])) -
                     units.to_learned(static_cast<double>(predicted.values[i]));
    sum += design.weight(i) * d * d;
    all += design.weight(i);
  }
  return sum / all;
}

int threads_of(const JobSpec& spec) {
  return std::max(1, spec.resources.cpus);
}

void softmax(std::span<double> scores) {
  const double most = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& s : scores) {
    s = std::exp(s - most);
    sum += s;
  }
  for (double& s : scores) s /= sum;
}

Error damaged(std::string_view model) {
  return {Fault::integrity, "the " + std::string(model) + " is damaged"};
}

Error damaged_state() {
  return {Fault::integrity, "the checkpoint does not fit the training"};
}

}  // namespace mlb::learn
