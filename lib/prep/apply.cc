// From rows of a table to numbers, as a fitted plan says.
#include "prep/apply.h"

#include <algorithm>
#include <cmath>

#include "prep/applier.h"
#include "prep/columns.h"
#include "prep/levels.h"
#include "prep/target_encoding.h"
#include "table/date.h"

namespace mlb::prep {
namespace {

using table::Column;

/// A text that no field of a CSV can hold.
constexpr std::string_view kMissingText{"\0missing", 8};

/// The place of each row's level: an index, kUnknown or kMissing, after what
/// stands in for missing ones.
std::vector<std::int64_t> places_of(const Feature& f, const Column& column,
                                    const LevelPlaces& places,
                                    const Rows& rows) {
  const LevelFinder finder(column, places);
  const bool filled = f.when_missing == WhenMissing::fill;
  const std::int64_t stand_in = filled ? places.of(f.fill_level) : kMissing;
  std::vector<std::int64_t> out;
  out.reserve(rows.size());
  for (const auto row : rows) {
    const std::int64_t place = finder.at(row);
    out.push_back(place == kMissing ? stand_in : place);
  }
  return out;
}

std::vector<double> level_numbers(const Feature& f, const Column& column,
                                  const LevelPlaces& places, const Rows& rows) {
  std::vector<double> out;
  out.reserve(rows.size());
  for (const auto place : places_of(f, column, places, rows)) {
    out.push_back(place == kMissing ? f.missing_number
                  : place == kUnknown
                      ? f.other_number
                      : f.numbers[static_cast<std::size_t>(place)]);
  }
  return out;
}

/// After what stands in for it, before the logarithm.
double plain_number(const Feature& f, const Column& column, std::size_t row) {
  return lacks_value(column, row) ? f.fill : number_of(f, column, row);
}

std::vector<double> plain_numbers(const Feature& f, const Column& column,
                                  const Rows& rows) {
  std::vector<double> out;
  out.reserve(rows.size());
  for (const auto row : rows) {
    const double x = plain_number(f, column, row);
    out.push_back(f.log1p ? std::log1p(x) : x);
  }
  return out;
}

/// Why the value is not taken; empty when it is.
std::string refusal_at(const Feature& f, const Column& column,
                       const LevelFinder& finder, std::size_t row) {
  if (f.when_missing == WhenMissing::refuse && lacks_value(column, row)) {
    return "column '" + f.name + "' has no value; its rule has missing: error";
  }
  if (f.refuse_unknown && finder.at(row) == kUnknown) {
    return "column '" + f.name + "' is '" +
           table::shortened(column.text_of(row)) +
           "', which no training row has";
  }
  if (f.log1p && f.kind == FeatureKind::number) {
    const double x = plain_number(f, column, row);
    if (!(x > -1)) {
      return "column '" + f.title() + "' is " + table::number_text(x) +
             "; log1p wants more than -1";
    }
  }
  return {};
}

std::optional<Refusal> first_refusal(const Feature& f, const Column& column,
                                     const LevelPlaces& places,
                                     const Rows& rows) {
  if (f.when_missing != WhenMissing::refuse && !f.refuse_unknown && !f.log1p) {
    return std::nullopt;
  }
  const LevelFinder finder(column, places);
  for (const auto row : rows) {
    std::string what = refusal_at(f, column, finder, row);
    if (!what.empty()) return Refusal{row, std::move(what)};
  }
  return std::nullopt;
}

Error error_of(const Refusal& refusal) {
  return row_error(refusal.row, "", ": " + refusal.what);
}

/// Where the outputs of one feature go.
struct Place {
  Matrix& out;
  std::size_t at;

  float& cell(std::size_t row, std::size_t output) const {
    return out.values[row * out.columns + at + output];
  }
};

void put_onehot(const Feature& f, const Column& column,
                const LevelPlaces& places, const Rows& rows, Place to) {
  const auto at = places_of(f, column, places, rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t place = at[i];
    if (place >= 0) to.cell(i, static_cast<std::size_t>(place)) = 1;
    if (place == kMissing && f.missing_level) to.cell(i, f.levels.size()) = 1;
  }
}

void put_hash(const Feature& f, const Column& column, const Rows& rows,
              Place to) {
  const bool filled = f.when_missing == WhenMissing::fill;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool missing = lacks_value(column, rows[i]);
    const std::string level = !missing ? column.text_of(rows[i])
                              : filled ? f.fill_level
                                       : std::string(kMissingText);
    to.cell(i, bucket_of(level, f.buckets)) = 1;
  }
}

void put_indicator(const Column& column, const Rows& rows, Place to) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    to.cell(i, 0) = lacks_value(column, rows[i]) ? 1 : 0;
  }
}

/// Beyond the range of float a value is as far as float goes.
float to_float(double x) {
  constexpr double most = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(x, -most, most));
}

void put_numbers(const Feature& f, const std::vector<double>& numbers,
                 Place to) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    to.cell(i, 0) = to_float(scaled(f, numbers[i]));
  }
}

void put_feature(const Feature& f, const Column& column,
                 const LevelPlaces& places, const Rows& rows, Place to) {
  switch (f.kind) {
    case FeatureKind::onehot: put_onehot(f, column, places, rows, to); return;
    case FeatureKind::hash: put_hash(f, column, rows, to); return;
    case FeatureKind::indicator: put_indicator(column, rows, to); return;
    case FeatureKind::number:
    case FeatureKind::ordinal:
    case FeatureKind::frequency:
    case FeatureKind::target:
    case FeatureKind::code: break;
  }
  put_numbers(f, raw_numbers(f, column, places, rows), to);
}

/// The column of each feature; null where the table has none.
std::vector<const Column*> columns_of(const Plan& plan,
                                      const table::Table& table) {
  ColumnLookup lookup(table);
  std::vector<const Column*> out;
  out.reserve(plan.features.size());
  for (const auto& f : plan.features) out.push_back(lookup.find(f.name));
  return out;
}

/// What the feature wants and its column is not; "" when all is well.  Of a
/// column without any value nothing tells the type.
std::string mismatch(const Feature& f, const Column& column, const Rows& rows) {
  const bool moment = f.part != DatePart::epoch;
  if (moment ? column.is_moment()
             : f.kind != FeatureKind::number || is_number(column)) {
    return {};
  }
  const bool empty =
      std::all_of(rows.begin(), rows.end(),
                  [&](std::size_t row) { return column.is_missing(row); });
  if (empty) return {};
  return "column '" + f.name + "' is " + std::string(name_of(column.type)) +
         "; the model wants " + (moment ? "a date or time" : "numbers");
}

}  // namespace

double number_of(const Feature& f, const Column& column, std::size_t row) {
  const double x = std::clamp(number_at(column, row), f.low, f.high);
  if (f.part == DatePart::epoch) return x;
  // The numbers of late years have no exact double: only what was clipped is
  // taken from there.
  constexpr double most = 1e18;
  const std::int64_t exact = column.integers[row];
  const bool clipped = x != static_cast<double>(exact);
  return static_cast<double>(table::part_of(
      clipped ? static_cast<std::int64_t>(std::clamp(x, -most, most)) : exact,
      f.part));
}

bool gives_number(FeatureKind kind) {
  return kind != FeatureKind::onehot && kind != FeatureKind::hash &&
         kind != FeatureKind::indicator;
}

std::vector<double> raw_numbers(const Feature& feature, const Column& column,
                                const LevelPlaces& places, const Rows& rows) {
  return feature.kind == FeatureKind::number
             ? plain_numbers(feature, column, rows)
             : level_numbers(feature, column, places, rows);
}

double scaled(const Feature& f, double x) {
  // Halves, for the difference of two doubles may be too large for one.
  return (x / 2 - f.mean / 2) / (f.scale / 2);
}

Result<> check_values(const Feature& f, const Column& column,
                      const Rows& rows) {
  Feature known = f;
  known.refuse_unknown = false;  // of training rows every level is known
  const auto refusal = first_refusal(known, column, LevelPlaces({}), rows);
  if (refusal) return error_of(*refusal);
  return {};
}

Applier::Applier(const Plan& plan) : plan_(plan), width_(plan.width()) {
  places_.reserve(plan.features.size());
  for (const auto& f : plan.features) places_.emplace_back(f.levels);
}

Result<> Applier::check(const table::Table& table, const Rows& rows) const {
  const auto columns = columns_of(plan_, table);
  std::string missing;
  std::string problems;
  std::string last;  // a column may have several features
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Feature& f = plan_.features[i];
    const bool absent = columns[i] == nullptr;
    const std::string problem =
        absent ? f.name : mismatch(f, *columns[i], rows);
    if (problem.empty() || f.name == last) continue;
    last = f.name;
    std::string& list = absent ? missing : problems;
    if (!list.empty()) list += absent ? ", " : "; ";
    list += problem;
  }
  if (missing.empty() && problems.empty()) return {};
  if (missing.empty()) return Error{Fault::data, problems};
  return Error{Fault::data, "the data lacks these features: " + missing +
                                (problems.empty() ? "" : "; ") + problems};
}

std::optional<Refusal> Applier::refusal(const table::Table& table,
                                        const Rows& rows) const {
  const auto columns = columns_of(plan_, table);
  std::optional<Refusal> out;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    auto found =
        first_refusal(plan_.features[i], *columns[i], places_[i], rows);
    if (found && (!out || found->row < out->row)) out = std::move(found);
  }
  return out;
}

Matrix Applier::apply(const table::Table& table, const Rows& rows) const {
  const auto columns = columns_of(plan_, table);
  Matrix out{rows.size(), width_, {}};
  out.values.resize(out.rows * out.columns);
  std::size_t at = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Feature& f = plan_.features[i];
    put_feature(f, *columns[i], places_[i], rows, {out, at});
    at += f.width();
  }
  return out;
}

Result<Matrix> apply(const Plan& plan, const table::Table& table,
                     const Rows& rows) {
  const Applier applier(plan);
  auto good = applier.check(table, rows);
  if (!good) return std::move(good).fail();
  if (const auto refusal = applier.refusal(table, rows)) {
    return error_of(*refusal);
  }
  return applier.apply(table, rows);
}

Result<Matrix> apply_to_training(const Plan& plan, const table::Table& table,
                                 const Rows& rows, const JobSpec& spec) {
  auto out = apply(plan, table, rows);
  if (!out) return out;
  auto targets = target_of(plan, table, rows);
  std::size_t at = 0;
  for (const auto& f : plan.features) {
    if (f.kind == FeatureKind::target) {
      if (!targets) return std::move(targets).fail();
      const TargetEncoder encoder(plan, f.of_class, *targets);
      put_numbers(f,
                  encoder.out_of_fold(f, *table.find(f.name), rows, spec.seed),
                  {*out, at});
    }
    at += f.width();
  }
  return out;
}

}  // namespace mlb::prep
