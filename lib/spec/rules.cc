// The rules that look at more than one field: see check_rules in reader.h.
#include <algorithm>
#include <array>
#include <cmath>

#include "job/families.h"
#include "job/metric_name.h"
#include "job/shape.h"
#include "job/what_counts.h"
#include "spec/reader.h"

namespace mlb::spec {
namespace {

constexpr double kSumTolerance = 1e-9;

/// The metrics of one task.
struct MetricsOf {
  Predicts of;
  std::string_view what;
  std::string_view does;  ///< a model that has them
  std::string_view names;
};
constexpr MetricsOf kMetrics[] = {
    {Predicts::classes, "classes", "predicts classes",
     "accuracy balanced_accuracy precision recall f1 auc log_loss brier ece "
     "mcc confusion"},
    {Predicts::numbers, "numbers", "predicts numbers",
     "rmse mae r2 mape medae"},
    {Predicts::clusters, "clusters", "makes clusters", "inertia silhouette"}};

const MetricsOf& metrics_of(Predicts of) {
  return *std::find_if(std::begin(kMetrics), std::end(kMetrics),
                       [&](const MetricsOf& m) { return m.of == of; });
}

/// Those that `name` is among; every metric that may be written is.
const MetricsOf& metrics_with(std::string_view name) {
  for (const MetricsOf& m : kMetrics) {
    const auto names = split_words(m.names);
    if (std::find(names.begin(), names.end(), name) != names.end()) return m;
  }
  return kMetrics[0];
}

/// "rmse, mae and r2"
std::string listed(std::string_view words) {
  std::string out;
  const auto list = split_words(words);
  for (std::size_t i = 0; i < list.size(); ++i) {
    out += (i == 0                 ? ""
            : i + 1 == list.size() ? " and "
                                   : ", ") +
           std::string(list[i]);
  }
  return out;
}

struct Rules {
  const Draft& draft;
  Findings& findings;
  const JobSpec& spec = draft.parsed.spec;

  void add(const Place& place, Finding finding) const {
    findings.add(place, std::move(finding));
  }

  void required() const {
    // Of a kind that is not there yet nothing else is known.
    if (draft.bad.contains("kind")) return;
    for (const Field& field : all_fields()) {
      const std::string path(field.path);
      const bool optional =
          path == "target" && (spec.kind != Kind::train || clusters());
      const bool lacking = optional || !has_field(spec.kind, path);
      if (!field.required || lacking) continue;
      const std::string parent(parent_of(path));
      const bool asked = parent.empty() || draft.has(parent);
      if (!asked || draft.places.contains(path)) continue;
      add(draft.place_of(parent),
          {"E114", path, path + " is missing; want " + wanted(field)});
    }
    const bool source = draft.places.contains("data.csv") ||
                        draft.places.contains("data.dataset");
    if (draft.has("data") && !source) {
      add(draft.place_of("data"),
          {"E114", "data", "data names no file; want csv or dataset"});
    }
  }

  bool clusters() const { return predicts(spec.model) == Predicts::clusters; }

  static std::string wanted(const Field& field) {
    const std::string rule = rule_text(field);
    if (field.path == "data") return "a CSV file or a data set";
    if (field.path == "target") return "a column of the data";
    if (field.path == "model") return "a type of model";
    if (field.path == "evaluate" || field.path == "predict") {
      return "a map that names the model";
    }
    return rule.empty() ? std::string(field.doc) : rule;
  }

  /// Of what a column or the data set says nothing is known but emptiness.
  double fraction_of(std::string_view part) const {
    const SplitSpec& split = spec.data.split;
    if (split.by == SplitBy::stored) return 1;
    if (split.by == SplitBy::automatic) {
      const bool may_be_stored = spec.data.source == DataSource::dataset;
      return part == "test" || may_be_stored ? 1 : 0;
    }
    const bool column = split.by == SplitBy::column;
    if (part == "train") return column ? 1 : split.train;
    if (part == "valid") {
      return column ? (split.valid_values.empty() ? 0 : 1) : split.valid;
    }
    return column ? (split.test_values.empty() ? 0 : 1) : split.test;
  }

  bool splits_are_known() const {
    constexpr std::array rows{"data.split", "data.split.train",
                              "data.split.valid", "data.split.test"};
    return std::none_of(rows.begin(), rows.end(), [&](const char* row) {
      return draft.bad.contains(row);
    });
  }

  void sum_of_fractions() const {
    const SplitSpec& split = spec.data.split;
    const double sum = split.train + split.valid + split.test;
    const bool drawn = split.by != SplitBy::column &&
                       split.by != SplitBy::stored &&
                       split.by != SplitBy::automatic;
    if (!drawn || !splits_are_known()) return;
    if (std::fabs(sum - 1) <= kSumTolerance) return;
    std::string defaults;
    for (const char* name : {"train", "valid", "test"}) {
      const std::string path = std::string("data.split.") + name;
      if (draft.places.contains(path)) continue;
      defaults += (defaults.empty() ? "" : ", ") + std::string(name) + " is " +
                  default_text(*find_field(path)) + " by default";
    }
    // 0.7 + 0.15 + 0.15 is not quite 1: show what a person would add up to.
    const double rounded = std::round(sum * 1e9) / 1e9;
    add(draft.place_of("data.split"), {"E212",
                                       "data.split",
                                       "data.split: the fractions add up to " +
                                           real_text(rounded) + ", not to 1",
                                       {},
                                       defaults});
  }

  void empty_split(const std::string& metric, const Place& place,
                   const std::string& path) const {
    const std::string split = metric.substr(0, metric.find('.'));
    if (!splits_are_known() || fraction_of(split) > 0) return;
    add(place, {"E216", path,
                path + ": '" + metric + "' does not exist: the " + split +
                    " split is empty"});
  }

  struct Named {
    std::string metric;  ///< without its split
    Place place;
    std::string path;
  };

  /// Every metric that was written, but the loss, which each task has.
  std::vector<Named> named_metrics() const {
    std::vector<Named> out;
    if (!draft.bad.contains("metrics")) {
      for (std::size_t i = 0; i < spec.metrics.size(); ++i) {
        out.push_back({spec.metrics[i], draft.metrics[i], "metrics"});
      }
    }
    for (std::size_t i = 0; i < spec.require.size(); ++i) {
      const MetricName name = parse_metric_name(spec.require[i].metric);
      if (metric_fault(std::string(name.plain))) continue;
      out.push_back({std::string(name.metric()), draft.gates[i], "require"});
    }
    const std::string path = "train.early_stop.metric";
    const std::string& watched = spec.train.early_stop.metric;
    const bool watches = stops_early(spec.model);
    if (watches && draft.has(path) && !metric_fault(watched)) {
      out.push_back(
          {std::string(last_key(watched)), draft.place_of(path), path});
    }
    std::erase_if(out, [](const Named& n) { return n.metric == "loss"; });
    return out;
  }

  std::string model_type() const {
    const Field& type = *find_field("model.type");
    return value_text(type, type.access.get(spec));
  }

  /// Which metrics the job has, and why not others.  The task often follows
  /// from the data, and is not known here; but a job has only one.
  std::pair<const MetricsOf*, std::string> metrics_beside(
      const std::string& first) const {
    const Predicts of = predicts(spec.model);
    const std::string model = "this " + model_type() + " ";
    if (of != Predicts::either) {
      const MetricsOf& ours = metrics_of(of);
      return {&ours, model + std::string(ours.does)};
    }
    const MetricsOf& ours = metrics_with(first);
    // What an evaluation judges is not known here.
    if (ours.of == Predicts::clusters && spec.kind == Kind::train) {
      return {&metrics_of(Predicts::classes), model + "makes no clusters"};
    }
    return {&ours, "'" + first + "' is of " + std::string(ours.what) +
                       ", and a job has one task"};
  }

  void one_task() const {
    const std::vector<Named> names = named_metrics();
    if (names.empty()) return;
    const auto [ours, because] = metrics_beside(names[0].metric);
    for (const Named& n : names) {
      if (metrics_with(n.metric).of == ours->of) continue;
      add(n.place, {"E216",
                    n.path,
                    n.path + ": '" + n.metric + "' cannot be: " + because,
                    {},
                    listed(ours->names) + " are there"});
    }
  }

  void metrics() const {
    for (std::size_t i = 0; i < spec.require.size(); ++i) {
      const MetricName name = parse_metric_name(spec.require[i].metric);
      const std::string plain(name.plain);
      if (metric_fault(plain)) continue;
      empty_split(plain, draft.gates[i], "require");
      suffix(name, draft.gates[i]);
    }
    one_task();
  }

  /// Bounds and groups are of evaluations that were asked for them.
  void suffix(const MetricName& name, const Place& place) const {
    if (name.suffix.empty() || draft.bad.contains("kind")) return;
    const EvaluateSpec& e = spec.evaluate;
    const bool in_a_slice = std::any_of(
        e.slices.begin(), e.slices.end(),
        [&](const auto& column) { return is_of_group_in(name, column); });
    std::string why;
    if (spec.kind != Kind::evaluate) {
      why = "only a job of kind evaluate has it";
    } else if (name.is_bound() && e.bootstrap.samples == 0) {
      why = "evaluate.bootstrap.samples is 0";
    } else if (name.is_of_group() && !in_a_slice &&
               !draft.bad.contains("evaluate.slices")) {
      why = "its column is none of evaluate.slices";
    }
    if (why.empty()) return;
    add(place, {"E216", "require",
                "require: '" +
                    shown(std::string(name.plain) + std::string(name.suffix)) +
                    "' cannot be: " + why});
  }

  void early_stop() const {
    if (spec.train.early_stop_mode != EarlyStopMode::on) return;
    const std::string path = "train.early_stop";
    if (splits_are_known() && fraction_of("valid") <= 0) {
      add(draft.place_of(path),
          {"E217",
           path,
           path + ": the valid split is empty; early_stop needs "
                  "its rows",
           {},
           "write early_stop: false, or give valid a share"});
    }
    const std::string metric = spec.train.early_stop.metric;
    if (!draft.has(path + ".metric")) return;
    const Place place = draft.place_of(path + ".metric");
    if (auto fault = metric_fault(metric)) {
      fault->path = path + ".metric";
      fault->message = path + ".metric: " + fault->message;
      add(place, std::move(*fault));
    } else if (!metric.starts_with("valid.")) {
      add(place, {"E216", path + ".metric",
                  path + ".metric: '" + metric +
                      "' is not of the valid split; want valid.loss or the "
                      "like"});
    }
  }

  bool shape_is_known() const {
    constexpr std::array rows{"model.net.layers", "model.net.preset",
                              "model.net.input"};
    return draft.has("model.type") &&
           std::none_of(rows.begin(), rows.end(), [&](const char* row) {
             return draft.bad.contains(row);
           });
  }

  void shape() const {
    const auto* net = std::get_if<NetSpec>(&spec.model);
    if (net == nullptr || !shape_is_known()) return;
    const auto shape = infer_shape(*net);
    const auto* problem = std::get_if<ShapeProblem>(&shape);
    if (problem == nullptr) return;
    const std::string path = "model.layers" + problem->path;
    add(place_of_layer(path), {"E215", path, path + ": " + problem->message});
  }

  /// Layers that were not written one by one have no place of their own.
  Place place_of_layer(const std::string& path) const {
    const auto found = draft.layers.find(path);
    if (found != draft.layers.end()) return found->second;
    for (const char* row :
         {"model.net.layers", "model.net.preset", "model.net.input"}) {
      if (draft.has(row)) return draft.place_of(row);
    }
    return draft.place_of("model");
  }

  void net() const {
    const auto* net = std::get_if<NetSpec>(&spec.model);
    if (net == nullptr) return;
    if (draft.has("model.net.preset") && draft.has("model.net.layers")) {
      add(draft.place_of("model.net.preset"),
          {"E116", "model.preset",
           "model: preset and layers are both given; want one of them"});
    }
    const bool numbers = net->loss == LossType::mse ||
                         net->loss == LossType::huber ||
                         net->loss == LossType::mae;
    if (numbers && net->label_smoothing > 0) {
      add(draft.place_of("model.net.label_smoothing"),
          {"W301", "model.label_smoothing",
           "model.label_smoothing has no effect: the loss is of numbers"});
    }
  }

  /// What the spec alone tells about the columns of an embedding.
  void embedding() const {
    const auto* net = std::get_if<NetSpec>(&spec.model);
    const Layer* layer = net == nullptr ? nullptr : embedding_of(*net);
    if (layer == nullptr || !shape_is_known()) return;
    const std::string path = "model.layers[0]";
    const auto wrong = [&](const std::string& why) {
      add(place_of_layer(path), {"E215", path, path + ": embed: " + why});
    };
    if (spec.pca) wrong("pca mixes the columns before; want one of them");
    for (const ColumnRule& rule : spec.columns) {
      if (rule.pattern != layer->columns) continue;
      const auto type = rule.type;
      const bool category = type == ColumnType::automatic ||
                            type == ColumnType::category ||
                            type == ColumnType::boolean;
      const std::string column = "'" + shown(rule.pattern) + "'";
      if (!category) {
        wrong(column + " is no category by its rule in columns");
      } else if (rule.encode != Encode::automatic) {
        wrong(column + " has another encode in columns");
      }
    }
  }

  void components() const {
    const std::string path = "model.pca";
    if (!draft.has(path) || draft.bad.contains(path) || !spec.pca) return;
    if (*spec.pca < 1 || *spec.pca == std::floor(*spec.pca)) return;
    add(draft.place_of(path),
        {"E214", path,
         path + ": " + real_text(*spec.pca) +
             " is no number of components; want a share below 1, or a whole "
             "number"});
  }

  void class_weights() const {
    const std::string path = "train.class_weights";
    const bool asked = draft.has(path) &&
                       spec.train.class_weights.type != ClassWeightsType::none;
    const bool numbers = predicts(spec.model) == Predicts::numbers ||
                         spec.task == TaskAsked::regression;
    if (!asked || !draft.has("model.type") || !numbers) return;
    add(draft.place_of(path),
        {"E218", path,
         path + ": this " + model_type() + " predicts numbers, not classes"});
  }

  bool is_read(std::string_view key) const {
    if (key == "threads" || key == "class_weights") return true;
    if (key == "early_stop") return stops_early(spec.model);
    return (key == "time" || key == "checkpoint") &&
           trains_in_steps(spec.model);
  }

  /// The keys of train that were written and that the model does not read.
  std::vector<std::string> unused_of_train() const {
    std::vector<std::string> out;
    for (const Field& field : all_fields()) {
      const bool written = parent_of(field.path) == "train" &&
                           draft.has(std::string(field.path));
      if (written && !is_read(last_key(field.path))) {
        out.emplace_back(field.path);
      }
    }
    return out;
  }

  void without_effect() const {
    const bool other =
        draft.has("model.type") && !std::holds_alternative<NetSpec>(spec.model);
    // What holds a default does no harm: a resolved spec names every key.
    TrainSpec read = train_that_counts(spec);
    read.threads = spec.train.threads;
    if (trains_in_steps(spec.model)) {
      read.checkpoint = spec.train.checkpoint;
    } else {
      read.time.reset();
    }
    if (!other || read == spec.train) return;
    const std::vector<std::string> unused = unused_of_train();
    if (unused.empty()) return;
    std::string names;
    for (const std::string& path : unused) {
      names += (names.empty() ? "" : ", ") + path;
    }
    add(draft.place_of(unused[0]),
        {"W301", unused[0],
         names + (unused.size() == 1 ? " has" : " have") +
             " no effect: " + model_type() + " does not use " +
             (unused.size() == 1 ? "it" : "them")});
  }
};

}  // namespace

void check_rules(const Draft& draft, Findings& findings) {
  const Rules rules{draft, findings};
  rules.required();
  rules.sum_of_fractions();
  rules.metrics();
  rules.early_stop();
  rules.net();
  rules.shape();
  rules.embedding();
  rules.components();
  rules.class_weights();
  rules.without_effect();
  check_cluster_rules(draft, findings);
  check_data_rules(draft, findings);
}

}  // namespace mlb::spec
