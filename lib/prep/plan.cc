// Fitting a plan: the target, then column by column.  See plan.h.
#include "prep/plan.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include "prep/columns.h"
#include "prep/drift.h"
#include "prep/fit_feature.h"
#include "prep/leak.h"
#include "prep/levels.h"
#include "prep/statistics.h"

namespace mlb::prep {
namespace {

using table::Column;
using table::Type;

constexpr std::size_t kClassesOfNumbers = 20;

bool has_few_integers(const Column& target) {
  if (target.type != Type::integer) return false;
  std::set<std::int64_t> distinct;
  for (std::size_t row = 0; row < target.integers.size(); ++row) {
    if (!target.is_missing(row)) distinct.insert(target.integers[row]);
    if (distinct.size() > kClassesOfNumbers) return false;
  }
  return true;
}

/// The positive one, if it is named, goes to the end.
Result<> place_positive(const JobSpec& spec, Plan& plan) {
  if (!spec.positive) return {};
  const auto found =
      std::find(plan.classes.begin(), plan.classes.end(), *spec.positive);
  if (plan.classes.size() != 2) {
    return Error{Fault::data,
                 "positive: the target '" + plan.target + "' has " +
                     std::to_string(plan.classes.size()) +
                     " classes; one of two can be the positive one"};
  }
  if (found == plan.classes.end()) {
    return Error{Fault::data, "positive: '" + *spec.positive +
                                  "' is no class of the target; it has '" +
                                  plan.classes[0] + "' and '" +
                                  plan.classes[1] + "'"};
  }
  std::rotate(found, found + 1, plan.classes.end());
  return {};
}

Result<> fit_classes(const Column& target, const Rows& rows,
                     const JobSpec& spec, Plan& plan) {
  plan.classes = count_levels(target, rows).levels;
  if (plan.classes.size() < 2) {
    return Error{Fault::data, "the target '" + target.name +
                                  "' has one class only in the training "
                                  "rows: '" +
                                  plan.classes.front() + "'"};
  }
  return place_positive(spec, plan);
}

/// Targets are learned and judged in single precision.
Result<> check_target(const Column& target, std::size_t row) {
  const double value = number_at(target, row);
  if (std::fabs(value) <= std::numeric_limits<float>::max()) return {};
  return row_error(row, "",
                   " has the target " + table::number_text(value) +
                       "; want a number below 3.4e38");
}

TargetTransform transform_of(const JobSpec& spec) {
  if (spec.target_transform != TargetTransform::automatic) {
    return spec.target_transform;
  }
  return std::holds_alternative<NetSpec>(spec.model) ? TargetTransform::standard
                                                     : TargetTransform::none;
}

Result<> fit_values(const Column& target, const Rows& rows, const JobSpec& spec,
                    Plan& plan) {
  const TargetTransform transform = transform_of(spec);
  plan.target_scaling.log1p = transform == TargetTransform::log1p;
  std::vector<double> values;
  for (const auto row : rows) {
    auto good = check_target(target, row);
    if (!good) return good;
    const double y = number_at(target, row);
    if (plan.target_scaling.log1p && !(y > -1)) {
      return row_error(row, "",
                       " has the target " + table::number_text(y) +
                           "; target_transform: log1p wants more than -1");
    }
    values.push_back(plan.target_scaling.log1p ? std::log1p(y) : y);
  }
  const Moments moments = moments_of(values);
  if (moments.deviation <= 0) {
    return Error{Fault::data, "the target '" + target.name +
                                  "' is constant in the training rows"};
  }
  if (transform == TargetTransform::none) return {};
  plan.target_scaling.mean = moments.mean;
  plan.target_scaling.scale = moments.deviation;
  return {};
}

Result<> fit_target(const table::Table& table, const Rows& rows,
                    const JobSpec& spec, Plan& plan,
                    std::vector<std::string>& warnings) {
  if (plan.task == Task::none) return {};
  const Column& target = *table.find(spec.target);
  if (plan.task == Task::regression) {
    if (!spec.positive) return fit_values(target, rows, spec, plan);
    return Error{Fault::data,
                 "positive: the target '" + plan.target + "' has no classes"};
  }
  if (target.type == Type::integer && spec.task == TaskAsked::automatic) {
    warnings.push_back("the target '" + spec.target +
                       "' has few distinct whole numbers: taken as classes");
  }
  return fit_classes(target, rows, spec, plan);
}

/// An embedding that finds no category is a mistake of the spec.
Result<> check_embedded(const table::Table& table, const JobSpec& spec,
                        const Plan& plan) {
  const std::string wanted = embedded(spec);
  const bool found =
      std::any_of(plan.features.begin(), plan.features.end(),
                  [](const Feature& f) { return f.kind == FeatureKind::code; });
  if (wanted.empty() || found) return {};
  std::string why = "no feature like '" + wanted + "' is a category";
  if (const Column* column = table.find(wanted)) {
    why = not_embedded(*column, rule_for(spec, wanted));
    if (why.empty()) why = "column '" + wanted + "' is no feature";
  }
  return Error{Fault::data, "model.layers[0]: embed: " + why};
}

Result<> fit_features(const table::Table& table, const Rows& rows,
                      const JobSpec& spec, Plan& plan,
                      std::vector<std::string>& warnings) {
  std::vector<float> targets;
  if (plan.task != Task::none) {
    auto read = target_of(plan, table, rows);
    if (!read) return std::move(read).fail();
    targets = std::move(*read);
  }
  const Fitting with{plan, rows, targets, spec.seed, embedded(spec), warnings};
  std::vector<Feature> features;
  for (const Column* column : feature_columns(table, spec, warnings)) {
    auto fitted = fit_column(*column, rule_for(spec, column->name), with);
    if (!fitted) return std::move(fitted).fail();
    std::move(fitted->begin(), fitted->end(), std::back_inserter(features));
    if (leaks(*column, rows, plan.task, targets)) {
      warnings.push_back("leak? column '" + column->name +
                         "' alone predicts the target of every training row");
    }
  }
  plan.features = std::move(features);
  plan.inputs = fit_inputs(table, rows, plan.features);
  if (plan.width() == 0) {
    return Error{Fault::data, "no feature is left to learn from"};
  }
  return check_embedded(table, spec, plan);
}

/// "kind=b"
std::string with_level(const std::string& name, const std::string& level) {
  return name + "=" + level;
}

}  // namespace

std::size_t Feature::width() const {
  switch (kind) {
    case FeatureKind::onehot: return levels.size() + (missing_level ? 1 : 0);
    case FeatureKind::hash: return buckets;
    case FeatureKind::number:
    case FeatureKind::ordinal:
    case FeatureKind::frequency:
    case FeatureKind::target:
    case FeatureKind::indicator:
    case FeatureKind::code: break;
  }
  return 1;
}

std::string Feature::title() const {
  switch (part) {
    case DatePart::year: return name + " (year)";
    case DatePart::month: return name + " (month)";
    case DatePart::day: return name + " (day)";
    case DatePart::dow: return name + " (dow)";
    case DatePart::hour: return name + " (hour)";
    case DatePart::epoch: break;
  }
  return name;
}

std::vector<std::string> Feature::output_names() const {
  std::vector<std::string> out;
  switch (kind) {
    case FeatureKind::onehot:
      for (const auto& level : levels) out.push_back(with_level(name, level));
      if (missing_level) out.push_back(with_level(name, "(missing)"));
      return out;
    case FeatureKind::hash:
      for (std::uint32_t i = 0; i < buckets; ++i) {
        out.push_back(name + "#" + std::to_string(i));
      }
      return out;
    case FeatureKind::number: return {title()};
    case FeatureKind::ordinal: return {name + " (ordinal)"};
    case FeatureKind::frequency: return {name + " (frequency)"};
    case FeatureKind::target:
      return {name + " (target " + std::to_string(of_class) + ")"};
    case FeatureKind::indicator: return {name + " (missing)"};
    case FeatureKind::code: return {name + " (code)"};
  }
  return out;
}

double TargetScaling::to_learned(double original) const {
  // A prediction is more than -1, but may have been rounded to it.
  constexpr double least = -1 + 1e-12;
  const double y = log1p ? std::log1p(std::max(original, least)) : original;
  return (y - mean) / scale;
}

double TargetScaling::to_original(double learned) const {
  const double y = learned * scale + mean;
  return log1p ? std::expm1(y) : y;
}

std::size_t Plan::width() const {
  std::size_t out = 0;
  for (const auto& f : features) out += f.width();
  return out;
}

std::vector<std::string> Plan::output_names() const {
  std::vector<std::string> out;
  for (const auto& f : features) {
    const auto names = f.output_names();
    out.insert(out.end(), names.begin(), names.end());
  }
  return out;
}

Result<Task> task_of(const table::Table& table, const JobSpec& spec) {
  if (spec.target.empty()) return Task::none;
  const Column* target = table.find(spec.target);
  if (target == nullptr) {
    return Error{Fault::data,
                 "the data has no column '" + spec.target + "' for the target"};
  }
  switch (spec.task) {
    case TaskAsked::classification: return Task::classification;
    case TaskAsked::regression:
      if (is_number(*target)) return Task::regression;
      return Error{Fault::data, "task: the target '" + spec.target + "' is " +
                                    std::string(name_of(target->type)) +
                                    "; a regression wants numbers"};
    case TaskAsked::clustering:
      return Error{Fault::data, "task: a clustering has no target"};
    case TaskAsked::automatic: break;
  }
  const bool classes = !is_number(*target) || has_few_integers(*target);
  return classes ? Task::classification : Task::regression;
}

Result<Plan> fit(const table::Table& table, const Rows& rows,
                 const JobSpec& spec, std::vector<std::string>& warnings) {
  auto task = task_of(table, spec);
  if (!task) return std::move(task).fail();
  auto done = check_names(table, spec);
  if (done && rows.empty()) {
    done = Error{Fault::data, "there are no training rows"};
  }
  Plan plan;
  plan.target = spec.target;
  plan.task = *task;
  if (done) done = fit_target(table, rows, spec, plan, warnings);
  if (done) done = fit_features(table, rows, spec, plan, warnings);
  if (!done) return std::move(done).fail();
  return plan;
}

Result<std::vector<float>> target_of(const Plan& plan,
                                     const table::Table& table,
                                     const Rows& rows) {
  if (plan.task == Task::none) return std::vector<float>{};
  const Column* target = table.find(plan.target);
  if (target == nullptr) {
    return Error{Fault::data, "the data has no column '" + plan.target + "'"};
  }
  std::vector<float> out;
  out.reserve(rows.size());
  const LevelPlaces places(plan.classes);
  const LevelFinder finder(*target, places);
  for (const auto row : rows) {
    if (plan.task == Task::regression) {
      auto good = check_target(*target, row);
      if (!good) return std::move(good).fail();
      out.push_back(static_cast<float>(number_at(*target, row)));
      continue;
    }
    const std::int64_t place = finder.at(row);
    if (place < 0) {
      return row_error(row, "",
                       " has the class '" + target->text_of(row) +
                           "', which no training row has");
    }
    out.push_back(static_cast<float>(place));
  }
  return out;
}

Result<std::vector<float>> weights_of(const table::Table& table,
                                      const Rows& rows, const JobSpec& spec) {
  const std::string& name = spec.features.weight;
  if (name.empty()) return std::vector<float>{};
  const Column* column = table.find(name);
  if (column == nullptr || !is_number(*column)) {
    return Error{Fault::data,
                 "features.weight: '" + name + "' is no column of numbers"};
  }
  std::vector<float> out;
  for (const auto row : rows) {
    const bool bad = lacks_value(*column, row) || number_at(*column, row) < 0;
    if (bad) {
      return row_error(
          row, "features.weight: ",
          " has '" + column->text_of(row) + "'; want a number from 0 on");
    }
    out.push_back(static_cast<float>(number_at(*column, row)));
  }
  return out;
}

}  // namespace mlb::prep
