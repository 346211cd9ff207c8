// See plan.h.
#include "prep/plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <unordered_map>

#include "base/glob.h"

namespace mlb::prep {
namespace {

using table::Column;
using table::Type;

constexpr std::size_t kClassesOfNumbers = 20;
constexpr std::size_t kMostLevels = 50;

bool any_matches(const std::vector<std::string>& patterns,
                 const std::string& name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const auto& p) { return matches_glob(p, name); });
}

double number_at(const Column& column, std::size_t row) {
  return column.type == Type::real ? column.reals[row]
                                   : static_cast<double>(column.integers[row]);
}

/// The median; the mean of the two middle values of an even count.
double median(std::vector<double> values) {
  const std::size_t middle = values.size() / 2;
  const auto at = values.begin() + static_cast<long>(middle);
  std::nth_element(values.begin(), at, values.end());
  if (values.size() % 2 == 1) return *at;
  return (*std::max_element(values.begin(), at) + *at) / 2;
}

struct Moments {
  double mean = 0;
  double deviation = 0;  ///< of the population
};

/// Counted in a power of two near the largest value, so that no sum leaves
/// the range of double; the bits are those of the plain formula.
Moments moments_of(const std::vector<double>& values) {
  double largest = 0;
  for (const double x : values) largest = std::max(largest, std::fabs(x));
  if (largest <= 0) return {};
  const double unit = std::ldexp(1, std::ilogb(largest));
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double x : values) sum += x / unit;
  const double mean = sum / n;
  double squares = 0;
  for (const double x : values) {
    squares += (x / unit - mean) * (x / unit - mean);
  }
  return {mean * unit, std::sqrt(squares / n) * unit};
}

Feature fit_number(const Column& column, const Rows& rows,
                   std::vector<std::string>& warnings) {
  Feature out;
  out.name = column.name;
  std::vector<double> values;
  for (const auto row : rows) {
    if (column.is_missing(row)) continue;
    const double x = number_at(column, row);
    if (std::isfinite(x)) values.push_back(x);
  }
  if (values.empty()) {
    warnings.push_back("column '" + column.name +
                       "' has no value in the training rows; it says nothing");
    return out;
  }
  out.fill = median(values);
  // Filled values count, as they will when the plan is applied.
  values.resize(rows.size(), out.fill);
  const Moments moments = moments_of(values);
  out.mean = moments.mean;
  if (moments.deviation > 0) {
    out.scale = moments.deviation;
  } else {
    warnings.push_back("column '" + column.name +
                       "' is constant in the training rows");
  }
  return out;
}

Feature fit_onehot(const Column& column, const Rows& rows,
                   std::vector<std::string>& warnings) {
  Feature out;
  out.name = column.name;
  out.kind = FeatureKind::onehot;
  std::set<std::string> levels;
  for (const auto row : rows) {
    if (column.is_missing(row)) {
      out.missing_level = true;
    } else {
      levels.insert(column.text_of(row));
    }
  }
  out.levels.assign(levels.begin(), levels.end());
  if (levels.size() > kMostLevels) {
    warnings.push_back("column '" + column.name + "' has " +
                       std::to_string(levels.size()) +
                       " levels, each a feature of its own");
  }
  return out;
}

/// Dates are numbers: microseconds.
bool is_number(const Column& c) {
  return c.type == Type::integer || c.type == Type::real || c.is_moment();
}

Result<std::vector<Feature>> fit_features(const table::Table& table,
                                          const Rows& rows, const JobSpec& spec,
                                          std::vector<std::string>& warnings) {
  std::vector<Feature> out;
  for (const auto& column : table.columns) {
    const bool included = spec.features.include.empty() ||
                          any_matches(spec.features.include, column.name);
    if (column.name == spec.target || !included ||
        any_matches(spec.features.exclude, column.name)) {
      continue;
    }
    const auto rule = std::find_if(
        spec.columns.begin(), spec.columns.end(),
        [&](const auto& r) { return matches_glob(r.pattern, column.name); });
    if (rule != spec.columns.end() && rule->type == ColumnType::ignore) {
      continue;
    }
    if (column.type == Type::id || column.type == Type::text) {
      warnings.push_back("column '" + column.name + "' is left out: " +
                         (column.type == Type::id ? "an id" : "free text"));
      continue;
    }
    out.push_back(is_number(column) ? fit_number(column, rows, warnings)
                                    : fit_onehot(column, rows, warnings));
  }
  if (out.empty())
    return Error{Fault::data, "no feature is left to learn from"};
  return out;
}

/// Numbers by value, false before true, text by bytes.
std::vector<std::string> classes_of(const Column& target, const Rows& rows) {
  std::vector<std::string> out;
  if (target.type == Type::integer) {
    std::set<std::int64_t> values;
    for (const auto row : rows) values.insert(target.integers[row]);
    for (const auto value : values) out.push_back(std::to_string(value));
    return out;
  }
  std::set<std::string> values;
  for (const auto row : rows) values.insert(target.text_of(row));
  out.assign(values.begin(), values.end());
  return out;
}

/// Targets are learned and judged in single precision.
Result<> check_target(const Column& target, std::size_t row) {
  const double value = number_at(target, row);
  if (std::fabs(value) <= std::numeric_limits<float>::max()) return {};
  return Error{Fault::data, "row " + std::to_string(row + 1) +
                                " has the target " + table::number_text(value) +
                                "; want a number below 3.4e38"};
}

Result<> fit_target(const Column& target, const Rows& rows, Plan& plan) {
  if (plan.task == Task::classification) {
    plan.classes = classes_of(target, rows);
    if (plan.classes.size() < 2) {
      return Error{Fault::data, "the target '" + target.name +
                                    "' has one class only in the training "
                                    "rows: '" +
                                    plan.classes.front() + "'"};
    }
    return {};
  }
  std::vector<double> values;
  for (const auto row : rows) {
    values.push_back(number_at(target, row));
    auto good = check_target(target, row);
    if (!good) return good;
  }
  const Moments moments = moments_of(values);
  plan.target_mean = moments.mean;
  plan.target_scale = moments.deviation;
  if (plan.target_scale <= 0) {
    return Error{Fault::data, "the target '" + target.name +
                                  "' is constant in the training rows"};
  }
  return {};
}

}  // namespace

std::size_t Plan::width() const {
  std::size_t out = 0;
  for (const auto& f : features) out += f.width();
  return out;
}

Task task_of(const Column& target) {
  if (target.type == Type::real) return Task::regression;
  if (target.type != Type::integer) return Task::classification;
  std::set<std::int64_t> distinct;
  for (std::size_t row = 0; row < target.integers.size(); ++row) {
    if (!target.is_missing(row)) distinct.insert(target.integers[row]);
    if (distinct.size() > kClassesOfNumbers) return Task::regression;
  }
  return Task::classification;
}

Result<Plan> fit(const table::Table& table, const Rows& rows,
                 const JobSpec& spec, std::vector<std::string>& warnings) {
  const Column* target = table.find(spec.target);
  if (target == nullptr) {
    return Error{Fault::data,
                 "the data has no column '" + spec.target + "' for the target"};
  }
  if (rows.empty()) return Error{Fault::data, "there are no training rows"};
  Plan plan;
  plan.target = spec.target;
  plan.task = task_of(*target);
  if (plan.task == Task::classification && target->type == Type::integer) {
    warnings.push_back("the target '" + spec.target +
                       "' has few distinct whole numbers: taken as classes");
  }
  auto fitted = fit_target(*target, rows, plan);
  if (!fitted) return std::move(fitted).fail();
  auto features = fit_features(table, rows, spec, warnings);
  if (!features) return std::move(features).fail();
  plan.features = std::move(*features);
  return plan;
}

namespace {

void fill_number(const Feature& f, const Column& column, const Rows& rows,
                 std::size_t at, Matrix& out) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    double x = column.is_missing(rows[i]) ? f.fill : number_at(column, rows[i]);
    if (!std::isfinite(x)) x = f.fill;
    // Halves, for the difference of two doubles may be too large for one.
    out.values[i * out.columns + at] =
        static_cast<float>((x / 2 - f.mean / 2) / (f.scale / 2));
  }
}

void fill_onehot(const Feature& f, const Column& column, const Rows& rows,
                 std::size_t at, Matrix& out) {
  std::unordered_map<std::string, std::size_t> place;
  for (const auto& level : f.levels) place.emplace(level, place.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    float* row = out.values.data() + i * out.columns + at;
    if (column.is_missing(rows[i])) {
      if (f.missing_level) row[f.levels.size()] = 1;
      continue;
    }
    const auto found = place.find(column.text_of(rows[i]));
    if (found != place.end()) row[found->second] = 1;
  }
}

}  // namespace

Result<Matrix> apply(const Plan& plan, const table::Table& table,
                     const Rows& rows) {
  std::string missing;
  for (const auto& f : plan.features) {
    const Column* column = table.find(f.name);
    if (column == nullptr) missing += (missing.empty() ? "" : ", ") + f.name;
    if (column != nullptr && f.kind == FeatureKind::number &&
        !is_number(*column)) {
      return Error{Fault::data, "column '" + f.name + "' is " +
                                    std::string(name_of(column->type)) +
                                    "; the model wants numbers"};
    }
  }
  if (!missing.empty()) {
    return Error{Fault::data, "the data lacks these features: " + missing};
  }
  Matrix out{rows.size(), plan.width(), {}};
  out.values.resize(out.rows * out.columns);
  std::size_t at = 0;
  for (const auto& f : plan.features) {
    const Column& column = *table.find(f.name);
    if (f.kind == FeatureKind::number) {
      fill_number(f, column, rows, at, out);
    } else {
      fill_onehot(f, column, rows, at, out);
    }
    at += f.width();
  }
  return out;
}

Result<std::vector<float>> target_of(const Plan& plan,
                                     const table::Table& table,
                                     const Rows& rows) {
  const Column* target = table.find(plan.target);
  if (target == nullptr) {
    return Error{Fault::data, "the data has no column '" + plan.target + "'"};
  }
  std::vector<float> out;
  out.reserve(rows.size());
  std::unordered_map<std::string, std::size_t> place;
  for (const auto& c : plan.classes) place.emplace(c, place.size());
  for (const auto row : rows) {
    if (plan.task == Task::regression) {
      auto good = check_target(*target, row);
      if (!good) return std::move(good).fail();
      out.push_back(static_cast<float>(number_at(*target, row)));
      continue;
    }
    const auto found = place.find(target->text_of(row));
    if (found == place.end()) {
      return Error{Fault::data, "row " + std::to_string(row + 1) +
                                    " has the class '" + target->text_of(row) +
                                    "', which no training row has"};
    }
    out.push_back(static_cast<float>(found->second));
  }
  return out;
}

void Plan::save(Writer& w) const {
  w.number(static_cast<std::uint8_t>(task));
  w.text(target);
  w.number<std::uint64_t>(classes.size());
  for (const auto& c : classes) w.text(c);
  w.number(target_mean);
  w.number(target_scale);
  w.number<std::uint64_t>(features.size());
  for (const auto& f : features) {
    w.text(f.name);
    w.number(static_cast<std::uint8_t>(f.kind));
    w.number(f.fill);
    w.number(f.mean);
    w.number(f.scale);
    w.number<std::uint64_t>(f.levels.size());
    for (const auto& level : f.levels) w.text(level);
    w.number(static_cast<std::uint8_t>(f.missing_level));
  }
}

namespace {

Result<std::vector<std::string>> load_texts(Reader& r) {
  auto count = r.number<std::uint64_t>();
  if (!count) return std::move(count).fail();
  std::vector<std::string> out;
  for (std::uint64_t i = 0; i < *count; ++i) {
    auto text = r.text();
    if (!text) return std::move(text).fail();
    out.push_back(std::move(*text));
  }
  return out;
}

bool is_scaling(double mean, double scale) {
  return std::isfinite(mean) && std::isfinite(scale) && scale > 0;
}

Result<Feature> load_feature(Reader& r) {
  auto name = r.text();
  auto kind = r.number<std::uint8_t>();
  auto fill = r.number<double>();
  auto mean = r.number<double>();
  auto scale = r.number<double>();
  auto levels = load_texts(r);
  auto missing = r.number<std::uint8_t>();
  if (!name || !kind || !fill || !mean || !scale || !levels || !missing ||
      *kind > 1 || *missing > 1 || !std::isfinite(*fill) ||
      !is_scaling(*mean, *scale)) {
    return Error{Fault::integrity, "the plan of the model is damaged"};
  }
  return Feature{*name,        static_cast<FeatureKind>(*kind),
                 *fill,        *mean,
                 *scale,       std::move(*levels),
                 *missing != 0};
}

}  // namespace

Result<Plan> Plan::load(Reader& r) {
  Plan out;
  auto task_number = r.number<std::uint8_t>();
  auto target_name = r.text();
  auto class_names = load_texts(r);
  auto mean = r.number<double>();
  auto scale = r.number<double>();
  auto count = r.number<std::uint64_t>();
  if (!task_number || !target_name || !class_names || !mean || !scale ||
      !count || *task_number > 1 || *count == 0 || !is_scaling(*mean, *scale)) {
    return Error{Fault::integrity, "the plan of the model is damaged"};
  }
  out.task = static_cast<Task>(*task_number);
  out.target = *target_name;
  out.classes = std::move(*class_names);
  const bool classes = out.task == Task::classification;
  if (classes ? out.classes.size() < 2 : !out.classes.empty()) {
    return Error{Fault::integrity, "the plan of the model is damaged"};
  }
  out.target_mean = *mean;
  out.target_scale = *scale;
  for (std::uint64_t i = 0; i < *count; ++i) {
    auto feature = load_feature(r);
    if (!feature) return std::move(feature).fail();
    out.features.push_back(std::move(*feature));
  }
  return out;
}

}  // namespace mlb::prep
