// mlsubmit init: a spec to begin with, from a data file.  mlprep says what its
// columns are, for this program links no table.
#include <algorithm>
#include <filesystem>

#include "base/nearest.h"
#include "job/families.h"
#include "program.h"
#include "spec/fields.h"
#include "spec/scalar.h"
#include "spec/spec.h"
#include "verbs.h"

namespace mlb::submit {
namespace {

/// As lib/prep decides: more distinct whole numbers are values.
constexpr std::uint64_t kClassesOfNumbers = 20;
constexpr const char* kDefaultModel = "boosted_trees";

/// The words of model.type for what is wanted of a model.
std::vector<std::string> models_for(Predicts wanted) {
  const spec::Field& type = *spec::find_field("model.type");
  std::vector<std::string> out;
  std::int64_t index = 0;
  for (const auto word : spec::split_words(type.words)) {
    JobSpec job;
    type.access.set(job, index++);
    const Predicts of = predicts(job.model);
    const bool either = of == Predicts::either && wanted != Predicts::clusters;
    if (of == wanted || either) out.emplace_back(word);
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

const Json* column_named(const Json& report, const std::string& name) {
  for (const auto& column : report["columns"]) {
    if (column["name"] == name) return &column;
  }
  return nullptr;
}

Result<Json> report_on(const std::string& file) {
  auto answer = ask_program("mlprep", {"inspect", file, "--json"});
  if (!answer) return std::move(answer).fail();
  Json out = Json::parse(*answer, nullptr, false);
  if (out.is_object()) return out;
  return Error{Fault::bug, "mlprep inspect: no JSON"};
}

/// What the target is; an error when nothing can be learned.
struct Target {
  const Json* column = nullptr;  ///< none of a clustering
  Predicts kind = Predicts::clusters;
};

Result<Target> find_target(const Json& report, const std::string& name) {
  Target out{column_named(report, name), Predicts::numbers};
  if (out.column == nullptr) {
    std::vector<std::string> names;
    for (const auto& c : report["columns"]) names.push_back(c["name"]);
    const std::vector<std::string_view> known(names.begin(), names.end());
    const std::string meant = nearest(name, known);
    return Error{Fault::usage,
                 "--target: there is no column '" + name + "'" +
                     (meant.empty() ? "" : "; did you mean '" + meant + "'?")};
  }
  const std::string type = (*out.column)["type"];
  const auto distinct = (*out.column)["distinct"].get<std::uint64_t>();
  if (distinct < 2) {
    return Error{Fault::data, "the target '" + name + "' has " +
                                  std::to_string(distinct) +
                                  " distinct values; want 2 or more"};
  }
  const bool number =
      type == "real" || type == "integer" || type == "date" || type == "time";
  const bool few = type == "integer" && distinct <= kClassesOfNumbers;
  if (!number || few) out.kind = Predicts::classes;
  return out;
}

bool makes_clusters(const std::string& model) {
  const auto models = models_for(Predicts::clusters);
  return std::find(models.begin(), models.end(), model) != models.end();
}

/// The flags say a target, or a model that has none.
Result<Target> target_for(const InitFlags& flags, const Json& report) {
  const bool clusters = makes_clusters(flags.model);
  if (clusters && !flags.target.empty()) {
    return Error{Fault::usage, "--target: " + flags.model +
                                   " predicts no column; leave --target out"};
  }
  if (clusters) return Target{};
  if (!flags.target.empty()) return find_target(report, flags.target);
  return Error{Fault::usage,
               "--target is missing: the column to predict; only --model " +
                   joined(models_for(Predicts::clusters)) + " does without"};
}

Result<std::string> choose_model(const std::string& asked,
                                 const std::string& target, Predicts wanted) {
  const auto models = models_for(wanted);
  const std::string model = asked.empty() ? kDefaultModel : asked;
  if (std::find(models.begin(), models.end(), model) != models.end()) {
    return model;
  }
  return Error{
      Fault::usage,
      "--model: '" + model + "' is no model for '" + target + "', which " +
          (wanted == Predicts::classes ? "has classes" : "is a number") +
          "; want one of " + joined(models)};
}

std::string range_text(const Json& column) {
  if (!column["min"].is_number()) return {};
  return ", " + spec::real_text(column["min"]) + ".." +
         spec::real_text(column["max"]);
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

class SpecWriter {
 public:
  SpecWriter(const InitFlags& flags, const Json& report, const Target& target,
             std::string model)
      : flags_(flags),
        report_(report),
        target_(target),
        model_(std::move(model)) {}

  std::string text() {
    head();
    columns();
    warnings();
    fields();
    further();
    return std::move(out_);
  }

 private:
  void line(const std::string& text) { out_ += text + "\n"; }

  void head() {
    line("# A first spec for " + spec::shown(flags_.from) +
         ", by mlsubmit init.");
    line("#   mlsubmit run THIS_FILE           trains and fetches the result");
    line("#   mlsubmit help fields FIELD       what a field means");
    line("#");
  }

  std::string role_of(const Json& column) const {
    const bool target = target_.column != nullptr;
    if (target && column["name"] == flags_.target) return "the target";
    const std::string type = column["type"];
    if (type == "id") return "left out: an id";
    if (type == "text") return "left out: free text";
    return "a feature";
  }

  void columns() {
    line("# Columns, in " + report_["rows"].dump() + " rows:");
    std::size_t width = 4;
    for (const auto& c : report_["columns"]) {
      width = std::max(width, spec::shown(c["name"].get<std::string>()).size());
    }
    for (const auto& c : report_["columns"]) {
      line("#   " + padded(spec::shown(c["name"].get<std::string>()), width) +
           "  " + padded(c["type"].get<std::string>(), 8) + "  " + role_of(c) +
           "; " + c["distinct"].dump() + " values" + range_text(c) +
           (c["missing"] == 0 ? "" : ", " + c["missing"].dump() + " missing"));
    }
  }

  void warnings() {
    for (const auto& w : report_["warnings"]) {
      std::string text = "# warning: ";
      if (!w["line"].is_null()) text += "line " + w["line"].dump() + ": ";
      if (!w["column"].is_null()) {
        text += "column '" + w["column"].get<std::string>() + "': ";
      }
      text += w["message"].get<std::string>();
      std::replace(text.begin(), text.end(), '\n', ' ');
      std::replace(text.begin(), text.end(), '\r', ' ');
      line(text);
    }
    if (target_.column != nullptr && (*target_.column)["missing"] != 0) {
      line("# warning: " + (*target_.column)["missing"].dump() +
           " rows without a target are not learned from");
    }
    line("");
  }

  void fields() {
    line("kind: train");
    line("data:");
    const bool dataset = flags_.from.ends_with(".h5");
    line(std::string(dataset ? "  dataset: " : "  csv: ") +
         spec::yaml_text(flags_.from));
    if (target_.column != nullptr) {
      line("  split: {train: 0.7, valid: 0.15, test: 0.15}");
    }
    if (report_["dialect"]["header"] == false) line("csv: {header: false}");
    model();
    line("seed: 0");
    line("resources: {cpus: 1, memory: 2G}");
  }

  void model() {
    if (target_.column == nullptr) {
      line("task: clustering");
      line("model: {type: " + model_ + ", k: 8}   # so many clusters");
      return;
    }
    const bool classes = target_.kind == Predicts::classes;
    line("target: " + spec::yaml_text(flags_.target) + "   # " +
         (classes ? "a classification" : "a regression"));
    std::string others;
    for (const auto& word : models_for(target_.kind)) {
      if (word != model_) others += " " + word;
    }
    line("# instead of it:" + others);
    line("model: " + model_);
  }

  std::string gate() const {
    switch (target_.kind) {
      case Predicts::classes: return "test.accuracy: \">= 0.9\"";
      case Predicts::clusters: return "train.silhouette: \">= 0.3\"";
      case Predicts::numbers:
      case Predicts::either: break;
    }
    return "test.r2: \">= 0.5\"";
  }

  void further() {
    line("");
    line("# What one often adds:");
    std::string feature = "NAME";
    for (const auto& c : report_["columns"]) {
      if (role_of(c) != "a feature") continue;
      feature = spec::yaml_text(c["name"].get<std::string>());
      break;
    }
    line("# features: {exclude: [" + feature + "]}");
    line("# columns: {" + feature + ": {missing: mode}}");
    line("# require: {" + gate() + "}   # else run and wait exit with 9");
  }

  const InitFlags& flags_;
  const Json& report_;
  const Target& target_;
  std::string model_;
  std::string out_;
};

/// A path may be one that no spec can name.
Result<> check(const std::string& text) {
  const auto parsed = spec::parse(text, "-");
  if (parsed.errors.empty()) return {};
  return Error{Fault::spec, parsed.errors.front().message};
}

}  // namespace

Exit init(const InitFlags& flags) {
  auto report = report_on(flags.from);
  if (!report) return std::move(report).fail();
  auto target = target_for(flags, *report);
  if (!target) return std::move(target).fail();
  auto model = choose_model(flags.model, flags.target, target->kind);
  if (!model) return std::move(model).fail();
  const std::string text = SpecWriter(flags, *report, *target, *model).text();
  if (auto good = check(text); !good) return std::move(good).fail();
  print_text(text);
  return 0;
}

}  // namespace mlb::submit
