// See columns.h.
#include "prep/columns.h"

#include <algorithm>
#include <cmath>

#include "base/glob.h"
#include "job/shape.h"

namespace mlb::prep {
namespace {

using table::Column;
using table::Type;

bool any_matches(const std::vector<std::string>& patterns,
                 const std::string& name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const auto& p) { return matches_glob(p, name); });
}

bool is_chosen(const JobSpec& spec, const std::string& name) {
  const bool included =
      spec.features.include.empty() || any_matches(spec.features.include, name);
  return included && !any_matches(spec.features.exclude, name) &&
         !has_role(spec, name) &&
         rule_for(spec, name).type != ColumnType::ignore;
}

/// Every name and glob of the spec with the field that says it.
std::vector<std::pair<std::string, std::string>> named(const JobSpec& spec) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto add = [&](const char* field, const std::string& name) {
    if (!name.empty()) out.emplace_back(field, name);
  };
  add("target", spec.target);
  add("data.split", spec.data.split.column);
  for (const auto& rule : spec.columns) add("columns", rule.pattern);
  for (const auto& p : spec.features.include) add("features.include", p);
  for (const auto& p : spec.features.exclude) add("features.exclude", p);
  add("features.id", spec.features.id);
  add("features.weight", spec.features.weight);
  add("model.layers[0]: embed", embedded(spec));
  return out;
}

}  // namespace

const Column* ColumnLookup::find(const std::string& name) {
  const auto& columns = table_.columns;
  for (const std::size_t at : {last_, last_ + 1}) {
    if (at >= columns.size() || columns[at].name != name) continue;
    last_ = at;
    return &columns[at];
  }
  for (std::size_t i = places_.size(); i < columns.size(); ++i) {
    places_.emplace(columns[i].name, i);
  }
  const auto found = places_.find(name);
  if (found == places_.end()) return nullptr;
  last_ = found->second;
  return &columns[last_];
}

ColumnRule rule_for(const JobSpec& spec, const std::string& column) {
  for (const auto& rule : spec.columns) {
    const bool match = column == spec.target
                           ? rule.pattern == column
                           : matches_glob(rule.pattern, column);
    if (match) return rule;
  }
  return {.pattern = column};
}

bool has_role(const JobSpec& spec, const std::string& column) {
  const SplitSpec& split = spec.data.split;
  // By time is learnt from, for the future has times, too.
  const bool divides =
      split.by == SplitBy::column || split.by == SplitBy::group;
  return column == spec.target || column == spec.features.id ||
         column == spec.features.weight || (divides && column == split.column);
}

std::vector<const Column*> feature_columns(const table::Table& table,
                                           const JobSpec& spec,
                                           std::vector<std::string>& warnings) {
  std::vector<const Column*> out;
  for (const auto& column : table.columns) {
    if (!is_chosen(spec, column.name)) continue;
    const bool asked = rule_for(spec, column.name).encode != Encode::automatic;
    if (column.type == Type::id || (column.type == Type::text && !asked)) {
      warnings.push_back("column '" + column.name + "' is left out: " +
                         (column.type == Type::id ? "an id" : "free text"));
      continue;
    }
    out.push_back(&column);
  }
  return out;
}

std::string embedded(const JobSpec& spec) {
  const auto* net = std::get_if<NetSpec>(&spec.model);
  const Layer* layer = net == nullptr ? nullptr : embedding_of(*net);
  const bool trains = spec.kind == Kind::train;
  return layer == nullptr || !trains ? std::string() : layer->columns;
}

Result<> check_names(const table::Table& table, const JobSpec& spec) {
  std::string problems;
  for (const auto& [field, name] : named(spec)) {
    // By value, for clang takes no reference to a structured binding.
    const bool found = std::any_of(
        table.columns.begin(), table.columns.end(),
        [glob = field != "target", name = name](const Column& c) {
          return c.name == name || (glob && matches_glob(name, c.name));
        });
    if (found) continue;
    problems +=
        (problems.empty() ? "" : "; ") + field + ": the data has no " +
        (name.find_first_of("*?") == name.npos ? "column '" + name + "'"
                                               : "column like '" + name + "'");
  }
  if (problems.empty()) return {};
  return Error{Fault::data, problems};
}

bool is_number(const Column& c) {
  return c.type == Type::integer || c.type == Type::real || c.is_moment();
}

double number_at(const Column& column, std::size_t row) {
  return column.type == Type::real ? column.reals[row]
                                   : static_cast<double>(column.integers[row]);
}

bool lacks_value(const Column& column, std::size_t row) {
  if (column.is_missing(row)) return true;
  return column.type == Type::real && !std::isfinite(column.reals[row]);
}

Error row_error(std::size_t row, const std::string& before,
                const std::string& behind) {
  return {Fault::data, before + "row " + std::to_string(row + 1) + behind,
          row + 1};
}

}  // namespace mlb::prep
