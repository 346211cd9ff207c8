// What a model file holds, as JSON: for `mlsubmit model info`.
#pragma once

#include "base/json.h"
#include "learn/container.h"

namespace mlb::learn {

/// {kind, task, target, classes, target_scaling, inputs, features, outputs,
/// facts, layers}: docs/model-file.md.  Not the record, which is opaque here.
Json describe(const StoredModel& stored);

/// One of `inputs`: a column that predicting needs.
struct InputColumn {
  std::string name;
  bool is_number = false;  ///< else a text
};
/// In the order of the plan, each once.
std::vector<InputColumn> input_columns(const prep::Plan& plan);

/// "number", "onehot": the word of a kind of feature.
std::string_view name_of(prep::FeatureKind kind);
std::string_view name_of(prep::Task task);

}  // namespace mlb::learn
