// See baseline.h.
#include "learn/baseline.h"

#include <algorithm>
#include <numeric>

#include "learn/common.h"

namespace mlb::learn {
namespace {

BaselineStrategy chosen(BaselineStrategy asked, prep::Task task) {
  if (asked != BaselineStrategy::automatic) return asked;
  return task == prep::Task::classification ? BaselineStrategy::prior
                                            : BaselineStrategy::mean;
}

std::vector<double> class_shares(const Design& design, std::size_t classes) {
  std::vector<double> out(classes, 0);
  double all = 0;
  for (std::size_t i = 0; i < design.y.size(); ++i) {
    out[static_cast<std::size_t>(design.y[i])] += design.weight(i);
    all += design.weight(i);
  }
  for (double& share : out) share /= all;
  return out;
}

/// All on the largest; the first of equals.
std::vector<double> only_largest(const std::vector<double>& shares) {
  std::vector<double> out(shares.size(), 0);
  out[static_cast<std::size_t>(std::max_element(shares.begin(), shares.end()) -
                               shares.begin())] = 1;
  return out;
}

double weighted_mean(const std::vector<double>& y, const Design& design) {
  double sum = 0;
  double all = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    sum += design.weight(i) * y[i];
    all += design.weight(i);
  }
  return sum / all;
}

/// The value with half of the weight on either side; between two, the middle.
double weighted_median(const std::vector<double>& y, const Design& design) {
  std::vector<std::size_t> order(y.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return y[a] < y[b]; });
  double all = 0;
  for (std::size_t i = 0; i < y.size(); ++i) all += design.weight(i);
  double below = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    below += design.weight(order[i]);
    if (below > all / 2) return y[order[i]];
    const bool half = below == all / 2 && i + 1 < order.size();
    if (half) return (y[order[i]] + y[order[i + 1]]) / 2;
  }
  return y[order.back()];
}

}  // namespace

BaselineTrainer::BaselineTrainer(const JobSpec& spec, const prep::Plan& plan,
                                 StopAsked)
    : strategy_(chosen(std::get<BaselineSpec>(spec.model).strategy, plan.task)),
      plan_(plan) {}

Result<> BaselineTrainer::begin(const Design& train, const Design&) {
  train_ = &train;
  const bool numbers = strategy_ == BaselineStrategy::mean ||
                       strategy_ == BaselineStrategy::median;
  return numbers ? want_numbers(plan_, "this baseline")
                 : want_classes(plan_, "this baseline");
}

Result<bool> BaselineTrainer::step(StepReport& report) {
  if (!answer_.empty()) return false;
  const TargetUnits units = target_units(plan_);
  switch (strategy_) {
    case BaselineStrategy::most_frequent:
      answer_ = only_largest(class_shares(*train_, plan_.classes.size()));
      break;
    case BaselineStrategy::automatic:
    case BaselineStrategy::prior:
      answer_ = class_shares(*train_, plan_.classes.size());
      break;
    case BaselineStrategy::mean:
      answer_ = {units.to_original(
          weighted_mean(learned_targets(plan_, *train_), *train_))};
      break;
    case BaselineStrategy::median:
      answer_ = {units.to_original(
          weighted_median(learned_targets(plan_, *train_), *train_))};
      break;
  }
  auto predicted = BaselineModel(answer_).predict(train_->x);
  if (!predicted) return std::move(predicted).fail();
  report = {1, 1, 1, {{"train.loss", loss_of(plan_, *predicted, *train_)}}};
  return true;
}

Result<std::unique_ptr<Model>> BaselineTrainer::finish() {
  return std::unique_ptr<Model>(std::make_unique<BaselineModel>(answer_));
}

Result<prep::Matrix> BaselineModel::predict(const prep::Matrix& x) const {
  prep::Matrix out = make_matrix(x.rows, answer_.size());
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    out.values[i] = static_cast<float>(answer_[i % answer_.size()]);
  }
  return out;
}

Facts BaselineModel::facts() const {
  if (answer_.size() == 1) return {{"answer", answer_[0]}};
  return {{"answers", static_cast<double>(answer_.size())}};
}

void BaselineModel::save(Writer& w) const {
  w.numbers<double>(answer_);
}

Result<std::unique_ptr<Model>> BaselineModel::load(const prep::Plan& plan,
                                                   Reader& reader) {
  auto answer = reader.numbers<double>();
  if (!answer || answer->size() != outputs_of(plan) || answer->empty()) {
    return damaged("baseline");
  }
  return std::unique_ptr<Model>(
      std::make_unique<BaselineModel>(std::move(*answer)));
}

}  // namespace mlb::learn
