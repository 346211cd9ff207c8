// See prepared.h.
#include "prep/prepared.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "prep/split.h"

namespace mlb::prep {
namespace {

Rows all_rows(const table::Table& table) {
  Rows out(table.rows);
  std::iota(out.begin(), out.end(), 0);
  return out;
}

/// Every row by the plan, the training rows out of fold.
Result<std::vector<float>> features_of(const Plan& plan,
                                       const table::Table& table,
                                       const Split& split,
                                       const JobSpec& spec) {
  auto all = apply(plan, table, all_rows(table));
  if (!all) return std::move(all).fail();
  auto training = apply_to_training(plan, table, split.train, spec);
  if (!training) return std::move(training).fail();
  for (std::size_t i = 0; i < split.train.size(); ++i) {
    const auto row = training->row(i);
    std::copy(
        row.begin(), row.end(),
        all->values.begin() + static_cast<long>(split.train[i] * all->columns));
  }
  return std::move(all->values);
}

/// nan where a row is in no part.
Result<std::vector<float>> targets_of(const Plan& plan,
                                      const table::Table& table,
                                      const Split& split) {
  std::vector<float> out(table.rows, std::nanf(""));
  for (const Rows* part : {&split.train, &split.valid, &split.test}) {
    auto values = target_of(plan, table, *part);
    if (!values) return std::move(values).fail();
    for (std::size_t i = 0; i < values->size(); ++i) {
      out[(*part)[i]] = (*values)[i];
    }
  }
  return out;
}

}  // namespace

Result<table::Prepared> prepare(const table::Table& table, const JobSpec& spec,
                                const std::vector<std::uint8_t>& stored,
                                std::vector<std::string>& warnings) {
  auto task = task_of(table, spec);
  if (!task) return std::move(task).fail();
  auto split = split_of(table, spec, *task, stored);
  if (!split) return std::move(split).fail();
  auto plan = fit(table, split->train, spec, warnings);
  if (!plan) return std::move(plan).fail();
  auto features = features_of(*plan, table, *split, spec);
  if (!features) return std::move(features).fail();
  auto targets = targets_of(*plan, table, *split);
  if (!targets) return std::move(targets).fail();
  return table::Prepared{.split = parts_of(*split, table.rows),
                         .feature_names = plan->output_names(),
                         .features = std::move(*features),
                         .target = plan->target,
                         .classes = plan->classes,
                         .targets = std::move(*targets),
                         .seed = spec.data.split.seed.value_or(spec.seed)};
}

}  // namespace mlb::prep
