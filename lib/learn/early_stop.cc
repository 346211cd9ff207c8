// See early_stop.h.
#include "learn/early_stop.h"

#include <algorithm>
#include <array>

#include "learn/metrics.h"

namespace mlb::learn {

bool larger_is_better(const std::string& metric) {
  constexpr std::array rising{".accuracy",  ".balanced_accuracy",
                              ".precision", ".recall",
                              ".f1",        ".auc",
                              ".mcc",       ".r2",
                              ".silhouette"};
  return std::any_of(rising.begin(), rising.end(),
                     [&](const char* name) { return metric.ends_with(name); });
}

std::vector<std::string> validation_metrics(const TrainSpec& spec,
                                            const prep::Plan& plan) {
  auto out = default_metrics(plan);
  const std::string& watched = spec.early_stop.metric;
  const std::string name = watched.substr(watched.find('.') + 1);
  if (has_metric(plan.task, name) &&
      std::find(out.begin(), out.end(), name) == out.end()) {
    out.push_back(name);
  }
  return out;
}

Result<EarlyStopper> EarlyStopper::make(const TrainSpec& spec,
                                        const Design& valid) {
  EarlyStopper out;
  out.rule_ = spec.early_stop;
  out.on_ = spec.early_stop_mode != EarlyStopMode::off && valid.x.rows > 0;
  if (spec.early_stop_mode == EarlyStopMode::on && !out.on_) {
    return Error{Fault::data, "early_stop is asked for, but no row validates"};
  }
  return out;
}

void EarlyStopper::save(Writer& w) const {
  w.number<std::uint8_t>(best_ ? 1 : 0);
  w.number(best_.value_or(0));
  w.number<std::int32_t>(since_best_);
}

bool EarlyStopper::load(Reader& r) {
  const auto any = r.number<std::uint8_t>();
  const auto best = r.number<double>();
  const auto since = r.number<std::int32_t>();
  if (!any || !best || !since || *since < 0) return false;
  best_ = *any != 0 ? std::optional(*best) : std::nullopt;
  since_best_ = *since;
  return true;
}

bool EarlyStopper::is_best(const std::map<std::string, double>& metrics) {
  const auto found = metrics.find(rule_.metric);
  if (found == metrics.end()) return false;
  const double sign = larger_is_better(rule_.metric) ? -1 : 1;
  const double value = sign * found->second;
  if (best_ && !(value < *best_ - rule_.min_delta)) {
    ++since_best_;
    return false;
  }
  best_ = value;
  since_best_ = 0;
  return true;
}

}  // namespace mlb::learn
