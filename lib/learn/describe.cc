// See describe.h.
#include "learn/describe.h"

#include <algorithm>
#include <cmath>

#include "job/shape.h"
#include "learn/net/net_model.h"
#include "learn/pca.h"

namespace mlb::learn {
namespace {

std::string_view word_of(prep::WhenMissing when) {
  switch (when) {
    case prep::WhenMissing::fill: return "fill";
    case prep::WhenMissing::level: return "level";
    case prep::WhenMissing::refuse: return "refuse";
  }
  return "?";
}

bool is_scaled(prep::FeatureKind kind) {
  return kind != prep::FeatureKind::onehot && kind != prep::FeatureKind::hash &&
         kind != prep::FeatureKind::indicator &&
         kind != prep::FeatureKind::code;
}

/// One step of the plan: keys that do not apply are left out.
Json feature_json(const prep::Feature& f) {
  using prep::FeatureKind;
  Json out{{"column", f.name}, {"kind", name_of(f.kind)}, {"width", f.width()}};
  if (f.kind == FeatureKind::indicator) return out;
  out["missing"] = word_of(f.when_missing);
  if (f.kind == FeatureKind::number) {
    if (f.when_missing == prep::WhenMissing::fill) out["fill"] = f.fill;
    if (std::isfinite(f.low)) out["low"] = f.low;
    if (std::isfinite(f.high)) out["high"] = f.high;
    out["log1p"] = f.log1p;
  } else {
    if (f.when_missing == prep::WhenMissing::fill) out["fill"] = f.fill_level;
    out["unknown"] = f.refuse_unknown ? "error" : "other";
  }
  if (is_scaled(f.kind)) {
    out["mean"] = f.mean;
    out["scale"] = f.scale;
  }
  if (f.kind == FeatureKind::hash) out["buckets"] = f.buckets;
  if (!f.levels.empty()) out["levels"] = f.levels;
  if (f.kind == FeatureKind::onehot) out["missing_level"] = f.missing_level;
  if (!f.numbers.empty() && f.kind != FeatureKind::code) {
    out["numbers"] = f.numbers;
    out["missing_number"] = f.missing_number;
    out["other_number"] = f.other_number;
  }
  if (f.kind == FeatureKind::target) out["of_class"] = f.of_class;
  return out;
}

Json facts_json(const Model& model) {
  Json out = Json::object();
  for (const auto& [name, value] : model.facts()) {
    if (const auto* number = std::get_if<double>(&value)) {
      const bool whole = *number == std::floor(*number) &&
                         std::fabs(*number) < 9007199254740992.0;
      out[name] = whole ? Json(static_cast<std::int64_t>(*number))
                        : json_number(*number);
    } else {
      out[name] = std::get<std::string>(value);
    }
  }
  return out;
}

/// null unless the model is a net, or one behind principal components.
Json layers_json(const Model& model) {
  const auto* pca = dynamic_cast<const PcaModel*>(&model);
  const auto* net =
      dynamic_cast<const NetModel*>(pca == nullptr ? &model : &pca->inner());
  if (net == nullptr) return nullptr;
  const auto shape = infer_shape(
      net->spec(), {static_cast<int>(net->net().inputs),
                    static_cast<int>(net->net().outputs), net->net().codes});
  Json out = Json::array();
  for (const LayerShape& l : std::get<NetTable>(shape).layers) {
    out.push_back({{"layer", l.layer},
                   {"output", text_of(l.output)},
                   {"parameters", l.parameters.value_or(0)},
                   {"depth", l.depth}});
  }
  return out;
}

}  // namespace

std::string_view name_of(prep::FeatureKind kind) {
  using prep::FeatureKind;
  switch (kind) {
    case FeatureKind::number: return "number";
    case FeatureKind::onehot: return "onehot";
    case FeatureKind::hash: return "hash";
    case FeatureKind::ordinal: return "ordinal";
    case FeatureKind::frequency: return "frequency";
    case FeatureKind::target: return "target";
    case FeatureKind::indicator: return "indicator";
    case FeatureKind::code: return "code";
  }
  return "?";
}

std::string_view name_of(prep::Task task) {
  switch (task) {
    case prep::Task::classification: return "classification";
    case prep::Task::regression: return "regression";
    case prep::Task::none: return "clustering";
  }
  return "?";
}

std::vector<InputColumn> input_columns(const prep::Plan& plan) {
  std::vector<InputColumn> out;
  for (const auto& f : plan.features) {
    auto found = std::find_if(out.begin(), out.end(),
                              [&](const auto& c) { return c.name == f.name; });
    if (found == out.end()) found = out.insert(out.end(), {f.name, false});
    if (f.kind == prep::FeatureKind::number) found->is_number = true;
  }
  return out;
}

Json describe(const StoredModel& stored) {
  const prep::Plan& plan = stored.plan;
  Json inputs = Json::array();
  for (const auto& column : input_columns(plan)) {
    const auto found = std::find_if(
        plan.inputs.begin(), plan.inputs.end(),
        [&](const auto& input) { return input.name == column.name; });
    inputs.push_back({{"name", column.name},
                      {"type", column.is_number ? "number" : "text"}});
    if (found == plan.inputs.end()) continue;
    inputs.back()["read_as"] = table::name_of(found->type);
    if (found->date_format.empty()) continue;
    inputs.back()["date_format"] = found->date_format;
  }
  Json features = Json::array();
  for (const auto& f : plan.features) features.push_back(feature_json(f));
  Json out{{"kind", stored.model->kind()},
           {"task", name_of(plan.task)},
           {"target", plan.target},
           {"classes", plan.classes},
           {"inputs", std::move(inputs)},
           {"features", std::move(features)},
           {"width", plan.width()},
           {"facts", facts_json(*stored.model)},
           {"layers", layers_json(*stored.model)}};
  out["target_scaling"] = nullptr;
  if (plan.task == prep::Task::regression) {
    out["target_scaling"] = {{"log1p", plan.target_scaling.log1p},
                             {"mean", plan.target_scaling.mean},
                             {"scale", plan.target_scaling.scale}};
  }
  return out;
}

}  // namespace mlb::learn
