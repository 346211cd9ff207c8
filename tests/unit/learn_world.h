// Vocabulary of the tests of lib/learn: small designs made by hand.
#pragma once

#include <catch2/catch.hpp>
#include <initializer_list>

#include "base/rng.h"
#include "learn/common.h"
#include "learn_sets.h"
#include "unit/plan_inputs.h"

namespace mlb::learn {

using Row = std::vector<float>;

/// No validation rows; outlives every trainer, as a design must.
inline const Design kNoRows;

inline Design design_of(const std::vector<Row>& rows, std::vector<float> y) {
  Design out;
  out.x.rows = rows.size();
  out.x.columns = rows.empty() ? 0 : rows[0].size();
  for (const Row& row : rows) {
    out.x.values.insert(out.x.values.end(), row.begin(), row.end());
  }
  out.y = std::move(y);
  return out;
}

inline prep::Plan plan_of(prep::Task task, std::size_t width,
                          std::vector<std::string> classes = {}) {
  prep::Plan out;
  out.task = task;
  out.target = "y";
  out.classes = std::move(classes);
  for (std::size_t i = 0; i < width; ++i) {
    prep::Feature feature;
    feature.name = "x" + std::to_string(i);
    out.features.push_back(std::move(feature));
  }
  return prep::with_inputs(out);
}

inline prep::Plan classes_plan(std::size_t width,
                               std::vector<std::string> classes = {"a", "b"}) {
  return plan_of(prep::Task::classification, width, std::move(classes));
}

inline prep::Plan numbers_plan(std::size_t width) {
  return plan_of(prep::Task::regression, width);
}

inline std::unique_ptr<Model> trained(const JobSpec& spec,
                                      const prep::Plan& plan,
                                      const Design& train,
                                      const Design& valid = {}) {
  const auto trainer = make_trainer(spec, plan, never);
  auto model = train_to_end(*trainer, train, valid);
  if (!model) FAIL(model.error().message);
  return std::move(*model);
}

inline std::string refusal(const JobSpec& spec, const prep::Plan& plan,
                           const Design& train, const Design& valid = {}) {
  const auto trainer = make_trainer(spec, plan, never);
  auto model = train_to_end(*trainer, train, valid);
  return model ? "trained" : model.error().message;
}

/// The prediction for one row.
inline Row answer(const Model& model, const Row& row) {
  auto out = model.predict(design_of({row}, {}).x);
  if (!out) FAIL(out.error().message);
  return out->values;
}

inline Bytes bytes_of_model(const Model& model) {
  Writer w;
  model.save(w);
  return w.take();
}

inline Trial trial_on(const std::string& set, const JobSpec& spec,
                      int fold = 0) {
  auto out = run_trial(shipped_set(set), fold, spec);
  if (!out) FAIL(out.error().message);
  return std::move(*out);
}

inline double score_on(const std::string& set, const JobSpec& spec,
                       const std::string& metric) {
  auto out = cross_validated(shipped_set(set), spec, metric);
  if (!out) FAIL(out.error().message);
  return *out;
}

}  // namespace mlb::learn
