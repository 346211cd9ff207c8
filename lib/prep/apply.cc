// From rows of a table to numbers, as a fitted plan says.
#include "prep/apply.h"

#include <algorithm>
#include <cmath>

#include "prep/columns.h"
#include "prep/levels.h"
#include "prep/target_encoding.h"
#include "table/date.h"

namespace mlb::prep {
namespace {

using table::Column;

/// A text that no field of a CSV can hold.
constexpr std::string_view kMissingText{"\0missing", 8};

Error unknown_level(const Feature& f, const Column& column, std::size_t row) {
  return row_error(row, "",
                   ": column '" + f.name + "' is '" +
                       table::shortened(column.text_of(row)) +
                       "', which no training row has");
}

/// The place of each row's level: an index, kUnknown or kMissing, after what
/// stands in for missing ones.
Result<std::vector<std::int64_t>> places_of(const Feature& f,
                                            const Column& column,
                                            const Rows& rows) {
  const LevelFinder finder(column, f.levels);
  const bool filled = f.when_missing == WhenMissing::fill;
  const std::int64_t stand_in =
      filled ? finder.place_of(f.fill_level) : kMissing;
  std::vector<std::int64_t> out;
  out.reserve(rows.size());
  for (const auto row : rows) {
    std::int64_t place = finder.at(row);
    if (place == kUnknown && f.refuse_unknown) {
      return unknown_level(f, column, row);
    }
    out.push_back(place == kMissing ? stand_in : place);
  }
  return out;
}

Result<std::vector<double>> level_numbers(const Feature& f,
                                          const Column& column,
                                          const Rows& rows) {
  auto places = places_of(f, column, rows);
  if (!places) return std::move(places).fail();
  std::vector<double> out;
  out.reserve(rows.size());
  for (const auto place : *places) {
    out.push_back(place == kMissing ? f.missing_number
                  : place == kUnknown
                      ? f.other_number
                      : f.numbers[static_cast<std::size_t>(place)]);
  }
  return out;
}

Result<std::vector<double>> plain_numbers(const Feature& f,
                                          const Column& column,
                                          const Rows& rows) {
  std::vector<double> out;
  out.reserve(rows.size());
  for (const auto row : rows) {
    double x = lacks_value(column, row) ? f.fill : number_of(f, column, row);
    if (f.log1p) {
      if (!(x > -1)) {
        return row_error(row, "",
                         ": column '" + f.title() + "' is " +
                             table::number_text(x) +
                             "; log1p wants more than -1");
      }
      x = std::log1p(x);
    }
    out.push_back(x);
  }
  return out;
}

/// Where the outputs of one feature go.
struct Place {
  Matrix& out;
  std::size_t at;

  float& cell(std::size_t row, std::size_t output) const {
    return out.values[row * out.columns + at + output];
  }
};

Result<> put_onehot(const Feature& f, const Column& column, const Rows& rows,
                    Place to) {
  auto places = places_of(f, column, rows);
  if (!places) return std::move(places).fail();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t place = (*places)[i];
    if (place >= 0) to.cell(i, static_cast<std::size_t>(place)) = 1;
    if (place == kMissing && f.missing_level) to.cell(i, f.levels.size()) = 1;
  }
  return {};
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

Result<> put_feature(const Feature& f, const Column& column, const Rows& rows,
                     Place to) {
  auto good = check_missing(f, column, rows);
  if (!good) return good;
  switch (f.kind) {
    case FeatureKind::onehot: return put_onehot(f, column, rows, to);
    case FeatureKind::hash: put_hash(f, column, rows, to); return {};
    case FeatureKind::indicator: put_indicator(column, rows, to); return {};
    case FeatureKind::number:
    case FeatureKind::ordinal:
    case FeatureKind::frequency:
    case FeatureKind::target:
    case FeatureKind::code: break;
  }
  auto numbers = raw_numbers(f, column, rows);
  if (!numbers) return std::move(numbers).fail();
  put_numbers(f, *numbers, to);
  return {};
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

/// All problems at once.
Result<> check_columns(const Plan& plan, const table::Table& table,
                       const Rows& rows) {
  std::string missing;
  std::string problems;
  std::string last;  // a column may have several features
  for (const auto& f : plan.features) {
    const Column* column = table.find(f.name);
    const std::string problem =
        column == nullptr ? std::string() : mismatch(f, *column, rows);
    if ((column != nullptr && problem.empty()) || f.name == last) continue;
    last = f.name;
    std::string& list = column == nullptr ? missing : problems;
    if (!list.empty()) list += column == nullptr ? ", " : "; ";
    list += column == nullptr ? f.name : problem;
  }
  if (missing.empty() && problems.empty()) return {};
  if (missing.empty()) return Error{Fault::data, problems};
  return Error{Fault::data, "the data lacks these features: " + missing +
                                (problems.empty() ? "" : "; ") + problems};
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

Result<std::vector<double>> raw_numbers(const Feature& feature,
                                        const Column& column,
                                        const Rows& rows) {
  return feature.kind == FeatureKind::number
             ? plain_numbers(feature, column, rows)
             : level_numbers(feature, column, rows);
}

double scaled(const Feature& f, double x) {
  // Halves, for the difference of two doubles may be too large for one.
  return (x / 2 - f.mean / 2) / (f.scale / 2);
}

Result<> check_missing(const Feature& f, const Column& column,
                       const Rows& rows) {
  if (f.when_missing != WhenMissing::refuse) return {};
  for (const auto row : rows) {
    if (!lacks_value(column, row)) continue;
    return row_error(
        row, "",
        ": column '" + f.name + "' has no value; its rule has missing: error");
  }
  return {};
}

Result<Matrix> apply(const Plan& plan, const table::Table& table,
                     const Rows& rows) {
  auto good = check_columns(plan, table, rows);
  if (!good) return std::move(good).fail();
  Matrix out{rows.size(), plan.width(), {}};
  out.values.resize(out.rows * out.columns);
  std::size_t at = 0;
  for (const auto& f : plan.features) {
    auto put = put_feature(f, *table.find(f.name), rows, {out, at});
    if (!put) return std::move(put).fail();
    at += f.width();
  }
  return out;
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
