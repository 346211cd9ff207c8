// The rules of more than one field that are about data: see reader.h.
#include <algorithm>
#include <array>

#include "spec/reader.h"

namespace mlb::spec {
namespace {

struct DataRules {
  const Draft& draft;
  Findings& findings;
  const JobSpec& spec = draft.parsed.spec;

  void add(const std::string& path, std::string code, std::string message,
           std::string hint = {}) const {
    findings.add(
        draft.place_of(path),
        {std::move(code), path, path + ": " + message, {}, std::move(hint)});
  }

  void one_way_to_split() const {
    std::string first;
    for (const char* key : {"column", "by_time", "group"}) {
      const std::string path = std::string("data.split.") + key;
      if (!draft.has(path)) continue;
      if (!first.empty()) {
        add(path, "E116", "stands beside " + first + "; want one of them");
      }
      if (first.empty()) first = key;
    }
    const bool asked =
        draft.has("data.split.stratify") && spec.data.split.stratify == true;
    if (!first.empty() && asked) {
      add("data.split.stratify", "E218",
          "a split by " + first + " cannot be stratified");
    }
  }

  /// Lists with a column, fractions without.
  void parts() const {
    const bool column = draft.places.contains("data.split.column");
    for (const char* part : {"train", "valid", "test"}) {
      const std::string path = std::string("data.split.") + part;
      if (!draft.has(path)) continue;
      const bool list = !draft.fractions.contains(part);
      if (column && !list) {
        add(path, "E218", "want a list of values of the split's column");
      } else if (!column && list) {
        add(path, "E218", "a list needs the column that it is about",
            "write column: NAME beside it");
      }
    }
    const bool unsaid = !draft.bad.contains("data.split.train") &&
                        !draft.fractions.contains("train");
    if (column && unsaid && spec.kind != Kind::evaluate &&
        spec.data.split.train_values.empty()) {
      add("data.split.column", "E218", "no value trains; want train: [values]");
    }
  }

  const std::vector<std::string>& values_of(std::string_view part) const {
    const SplitSpec& split = spec.data.split;
    if (part == "train") return split.train_values;
    return part == "valid" ? split.valid_values : split.test_values;
  }

  void values_once() const {
    if (spec.data.split.by != SplitBy::column) return;
    std::vector<std::string> seen;
    for (const char* part : {"train", "valid", "test"}) {
      for (const auto& value : values_of(part)) {
        if (std::find(seen.begin(), seen.end(), value) != seen.end()) {
          add(std::string("data.split.") + part, "E120",
              "'" + shown(value) + "' is in another list, too");
        }
        seen.push_back(value);
      }
    }
  }

  void stored() const {
    const SplitBy by = spec.data.split.by;
    if (by == SplitBy::stored && draft.has("data.csv")) {
      add("data.split", "E218", "only a data set has a stored split");
    }
    const bool known = !draft.bad.contains("kind");
    if (by == SplitBy::automatic && spec.kind != Kind::evaluate && known) {
      add("data.split", "E218", "auto is of kind evaluate alone");
    }
  }

  void roles() const {
    std::vector<std::pair<std::string, std::string>> seen;
    for (const char* path : {"target", "features.id", "features.weight"}) {
      if (!draft.has(path)) continue;
      const Field* field = find_field(path);
      const auto name =
          std::get<std::string>(field->access.get(draft.parsed.spec));
      for (const auto& [other, its] : seen) {
        if (its != name) continue;
        add(path, "E219", "'" + shown(name) + "' is the " + other + ", too");
      }
      seen.emplace_back(last_key(path), name);
    }
  }

  /// The name of the target may say its type, and no more.
  void target_rule() const {
    for (std::size_t i = 0; i < spec.columns.size(); ++i) {
      const ColumnRule& rule = spec.columns[i];
      if (spec.target.empty() || rule.pattern != spec.target) continue;
      const ColumnRule plain{.pattern = rule.pattern,
                             .type = rule.type,
                             .date_format = rule.date_format};
      if (rule == plain && rule.type != ColumnType::ignore) continue;
      findings.add(
          draft.column_places.at(i),
          {"E219",
           "columns." + shown(rule.pattern),
           "columns: '" + shown(rule.pattern) +
               "' is the target; only its type and date_format may be said "
               "here",
           {},
           "see target_transform, task and positive"});
    }
  }

  /// A date has a format and parts, nothing else has.
  void dates() const {
    for (std::size_t i = 0; i < spec.columns.size(); ++i) {
      const ColumnRule& rule = spec.columns[i];
      const bool moment = rule.type == ColumnType::date ||
                          rule.type == ColumnType::time ||
                          rule.type == ColumnType::automatic;
      const bool parts = rule.dates != ColumnRule{}.dates;
      const char* key = parts ? "dates" : "date_format";
      std::string problem;
      if (!moment && (parts || !rule.date_format.empty())) {
        problem = "only a date or a time has " + std::string(key);
      } else if (parts && rule.encode != Encode::automatic) {
        problem = "dates makes numbers, which have no encode";
      }
      if (problem.empty()) continue;
      const std::string path = "columns." + shown(rule.pattern);
      findings.add(draft.column_places.at(i),
                   {"E218", path, path + ": " + problem});
    }
  }

  /// How a column is prepared is the model's; how it is read is not.
  void only_reading() const {
    if (spec.kind != Kind::evaluate) return;
    for (std::size_t i = 0; i < spec.columns.size(); ++i) {
      const ColumnRule& rule = spec.columns[i];
      const ColumnRule plain{.pattern = rule.pattern,
                             .type = rule.type,
                             .date_format = rule.date_format};
      if (rule == plain) continue;
      const std::string path = "columns." + shown(rule.pattern);
      findings.add(draft.column_places.at(i),
                   {"W301", path,
                    path + ": only type and date_format have an effect: the "
                           "model brings how it was prepared"});
    }
  }

  /// No two characters of the CSV's form may be the same.
  void marks() const {
    constexpr std::pair<const char*, const char*> pairs[] = {
        {"delimiter", "quote"}, {"delimiter", "escape"},
        {"quote", "escape"},    {"delimiter", "comment"},
        {"quote", "comment"},   {"decimal", "thousands"}};
    for (const auto& [first, second] : pairs) {
      const std::string path = std::string("csv.") + second;
      const auto text = [&](const char* key) {
        const Field* field = find_field(std::string("csv.") + key);
        return std::get<std::string>(field->access.get(spec));
      };
      const std::string other = std::string("csv.") + first;
      const bool bad = draft.bad.contains(path) || draft.bad.contains(other);
      if (bad || text(first) == "none" || text(first) != text(second)) continue;
      add(draft.has(path) ? path : other, "E218",
          std::string(first) + " and " + second + " are the same character");
    }
  }

  std::string kind() const {
    const Field& field = *find_field("kind");
    return value_text(field, field.access.get(spec));
  }

  /// What was written and jobs of this kind do not have.
  void of_another_kind() const {
    if (draft.bad.contains("kind")) return;
    for (const auto& [path, place] : draft.places) {
      const bool own = has_field(spec.kind, path);
      const bool said_above = !has_field(spec.kind, parent_of(path));
      if (own || said_above || draft.bad.contains(path)) continue;
      findings.add(place, finding_of(path));
    }
  }

  Finding finding_of(const std::string& path) const {
    const std::string written = written_path(path);
    if (path == "metrics" || path == "require") {
      return {"E216", path, path + ": a " + kind() + " job has no metrics"};
    }
    if (path == "evaluate" || path == "predict") {
      return {"E119", path,
              path + " is for kind " + path + ", not for " + kind()};
    }
    if (path == "model" && spec.kind != Kind::prep) {
      return {"E119", path,
              "model is for kind train, which makes one; want " + kind() +
                  ".model"};
    }
    const std::string why = spec.kind == Kind::prep
                                ? "a prep job trains nothing"
                                : "the model brings what it was made with";
    return {"W301", written, written + " has no effect: " + why};
  }

  void transform() const {
    const bool asked = spec.target_transform == TargetTransform::log1p ||
                       spec.target_transform == TargetTransform::standard;
    if (!asked || spec.task != TaskAsked::classification) return;
    add("target_transform", "E218", "classes are not transformed");
  }
};

}  // namespace

void check_data_rules(const Draft& draft, Findings& findings) {
  const DataRules rules{draft, findings};
  rules.one_way_to_split();
  rules.parts();
  rules.values_once();
  rules.stored();
  rules.roles();
  rules.target_rule();
  rules.dates();
  rules.marks();
  rules.of_another_kind();
  rules.only_reading();
  rules.transform();
}

}  // namespace mlb::spec
