// See fit_feature.h.
#include "prep/fit_feature.h"

#include <algorithm>
#include <cmath>

#include "base/glob.h"
#include "prep/apply.h"
#include "prep/columns.h"
#include "prep/levels.h"
#include "prep/statistics.h"
#include "prep/target_encoding.h"
#include "table/date.h"
#include "table/infer.h"

namespace mlb::prep {
namespace {

using table::Column;

constexpr std::uint32_t kHashBuckets = 64;
constexpr std::size_t kManyRows = 20;

std::string named(const Column& column) {
  return "column '" + column.name + "'";
}

Error misfit(const Column& column, const std::string& what) {
  return {Fault::data, named(column) + " is " +
                           std::string(name_of(column.type)) + ": " + what};
}

/// Finds mean and scale for what the feature gives on the training rows.
void fit_scaling(Feature& f, Scale scale, const std::vector<double>& values,
                 const Fitting& with) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const bool constant = !(*low < *high);
  if (constant) {
    with.warnings.push_back("column '" + f.title() +
                            "' is constant in the training rows");
  }
  double spread = 1;
  switch (scale) {
    case Scale::automatic:
    case Scale::standard: {
      const Moments moments = moments_of(values);
      f.mean = moments.mean;
      spread = moments.deviation;
      break;
    }
    case Scale::minmax:
      f.mean = *low;
      spread = *high - *low;
      break;
    case Scale::robust:
      f.mean = median(values);
      spread = quantile(values, 0.75) - quantile(values, 0.25);
      break;
    case Scale::log1p:
    case Scale::none: return;
  }
  if (spread > 0) {
    f.scale = std::min(spread, std::numeric_limits<double>::max());
  } else if (!constant) {
    with.warnings.push_back("column '" + f.title() +
                            "' has equal quartiles in the training rows; it "
                            "is not scaled");
  }
}

Feature indicator_of(const Column& column) {
  return {.name = column.name, .kind = FeatureKind::indicator};
}

/// The constant of a rule: a number, or of a date or time such a text.
Result<double> constant_of(const Column& column, const ColumnRule& rule,
                           DatePart part) {
  const std::string& text = rule.missing_value;
  if (column.is_moment()) {
    for (const char* pattern : {"%F", "%FT%T%z"}) {
      const auto moment = table::DateFormat::parse(pattern)->read(text);
      if (!moment) continue;
      return static_cast<double>(table::part_of(moment->micros, part));
    }
    return misfit(column, "missing: const is '" + text +
                              "'; want a date or time such as 2024-01-31 or "
                              "2024-01-31T12:00:00Z");
  }
  const auto number = table::parse_real(text);
  if (number && std::isfinite(*number)) return *number;
  return misfit(column, "missing: const is '" + text + "'; want a number");
}

/// What stands in for a missing number.
Result<double> fill_of(const Column& column, const ColumnRule& rule,
                       DatePart part, const std::vector<double>& values) {
  switch (rule.missing) {
    case Missing::automatic:
    case Missing::median:
    case Missing::indicator:
    case Missing::error: return values.empty() ? 0 : median(values);
    case Missing::mean: return values.empty() ? 0 : moments_of(values).mean;
    case Missing::mode: return values.empty() ? 0 : mode(values);
    case Missing::level:
      return misfit(column, "missing: level is for categories; want indicator");
    case Missing::constant: break;
  }
  return constant_of(column, rule, part);
}

/// The number itself, or one part of a date or time.
Result<Feature> fit_part(const Column& column, const ColumnRule& rule,
                         DatePart part, const Fitting& with) {
  Feature f{.name = column.name, .part = part};
  if (rule.clip) std::tie(f.low, f.high) = *rule.clip;
  if (rule.missing == Missing::error) f.when_missing = WhenMissing::refuse;
  std::vector<double> values;
  for (const auto row : with.rows) {
    if (lacks_value(column, row)) continue;
    values.push_back(number_of(f, column, row));
  }
  auto fill = fill_of(column, rule, part, values);
  if (!fill) return std::move(fill).fail();
  f.fill = *fill;
  f.log1p = rule.scale == Scale::log1p;
  auto refused = check_values(f, column, with.rows);
  if (!refused) return std::move(refused).fail();
  if (values.empty()) {
    with.warnings.push_back("column '" + f.title() +
                            "' has no value in the training rows; it says "
                            "nothing");
    f.mean = f.fill;
    return f;
  }
  // Filled values count, as they will when the plan is applied.
  fit_scaling(f, rule.scale, raw_numbers(f, column, LevelPlaces({}), with.rows),
              with);
  return f;
}

Result<std::vector<Feature>> fit_number(const Column& column,
                                        const ColumnRule& rule,
                                        const Fitting& with) {
  const std::vector<DatePart> value{DatePart::epoch};
  std::vector<Feature> out;
  for (const DatePart part : column.is_moment() ? rule.dates : value) {
    auto f = fit_part(column, rule, part, with);
    if (!f) return std::move(f).fail();
    out.push_back(std::move(*f));
  }
  if (rule.missing == Missing::indicator) out.push_back(indicator_of(column));
  return out;
}

/// How a category's feature takes missing and unknown values.
Result<Feature> category_base(const Column& column, const ColumnRule& rule,
                              const LevelCounts& counts) {
  Feature f{.name = column.name};
  f.refuse_unknown = rule.unknown == Unknown::error;
  switch (rule.missing) {
    case Missing::automatic:
    case Missing::level: f.when_missing = WhenMissing::level; break;
    case Missing::mode:
    case Missing::indicator: f.fill_level = most_frequent(counts); break;
    case Missing::constant: f.fill_level = rule.missing_value; break;
    case Missing::error: f.when_missing = WhenMissing::refuse; break;
    case Missing::mean:
    case Missing::median:
      return misfit(column, "missing: mean and median are for numbers");
  }
  return f;
}

Result<> fit_onehot(Feature& f, const Column& column, const ColumnRule& rule,
                    const LevelCounts& counts, const Fitting& with) {
  const auto most = static_cast<std::size_t>(rule.max_levels);
  f.kind = FeatureKind::onehot;
  f.levels = largest(counts, most);
  f.missing_level = f.when_missing == WhenMissing::level && counts.missing > 0;
  if (counts.levels.size() <= most) return {};
  if (f.refuse_unknown) {
    return misfit(column, "unknown: error needs all " +
                              std::to_string(counts.levels.size()) +
                              " levels; max_levels is " + std::to_string(most));
  }
  with.warnings.push_back(named(column) + " has " +
                          std::to_string(counts.levels.size()) +
                          " levels; all but the " + std::to_string(most) +
                          " most frequent count as other");
  return {};
}

Result<> fit_hash(Feature& f, const Column& column, std::uint32_t buckets) {
  if (f.refuse_unknown) {
    return misfit(column,
                  "unknown: error does not go with encode: hash, which keeps "
                  "no levels");
  }
  f.kind = FeatureKind::hash;
  f.buckets = buckets;
  return {};
}

void fit_ordinal(Feature& f, const LevelCounts& counts) {
  f.kind = FeatureKind::ordinal;
  f.levels = counts.levels;
  for (std::size_t i = 0; i < f.levels.size(); ++i) {
    f.numbers.push_back(static_cast<double>(i));
  }
  f.missing_number = static_cast<double>(f.levels.size());
  f.other_number = -1;
}

/// As ordinal, but the table of an embedding has a row for what is no level.
void fit_codes(Feature& f, const LevelCounts& counts) {
  fit_ordinal(f, counts);
  f.kind = FeatureKind::code;
  f.other_number = f.missing_number;
}

void fit_frequency(Feature& f, const LevelCounts& counts, const Fitting& with) {
  const auto n = static_cast<double>(with.rows.size());
  const bool filled = f.when_missing == WhenMissing::fill;
  f.kind = FeatureKind::frequency;
  f.levels = counts.levels;
  for (std::size_t i = 0; i < f.levels.size(); ++i) {
    // What stands in for missing values is there so much more often.
    const bool more = filled && f.levels[i] == f.fill_level;
    const std::uint64_t count = counts.counts[i] + (more ? counts.missing : 0);
    f.numbers.push_back(static_cast<double>(count) / n);
  }
  f.missing_number = static_cast<double>(counts.missing) / n;
}

/// One feature for a number or two classes, else one a class.
Result<std::vector<Feature>> fit_target(Feature base, const Column& column,
                                        const ColumnRule& rule,
                                        const LevelCounts& counts,
                                        const Fitting& with) {
  if (with.plan.task == Task::none) {
    return misfit(column, "encode: target needs a target");
  }
  base.kind = FeatureKind::target;
  base.levels = counts.levels;
  const auto classes = static_cast<std::uint32_t>(with.plan.classes.size());
  const std::uint32_t first = classes == 2 ? 1 : 0;
  std::vector<Feature> out;
  for (std::uint32_t c = first; c < std::max(classes, 1u); ++c) {
    Feature f = base;
    f.of_class = c;
    const TargetEncoder encoder(with.plan, c, with.targets);
    encoder.fit(f, column, with.rows);
    if (rule.scale != Scale::automatic) {
      fit_scaling(f, rule.scale,
                  encoder.out_of_fold(f, column, with.rows, with.seed), with);
    }
    out.push_back(std::move(f));
  }
  return out;
}

/// onehot up to max_levels, else hash.
Encode encode_of(const Column& column, const ColumnRule& rule,
                 const LevelCounts& counts, const Fitting& with) {
  if (rule.encode != Encode::automatic) return rule.encode;
  const auto most = static_cast<std::size_t>(rule.max_levels);
  if (counts.levels.size() <= most) return Encode::onehot;
  with.warnings.push_back(
      named(column) + " has " + std::to_string(counts.levels.size()) +
      " levels, more than max_levels (" + std::to_string(most) +
      "): hashed to " + std::to_string(kHashBuckets) + " features");
  return Encode::hash;
}

bool is_embedded(const Column& column, const ColumnRule& rule,
                 const Fitting& with) {
  return matches_glob(with.embedded, column.name) &&
         not_embedded(column, rule).empty();
}

void warn_about_levels(const Column& column, const LevelCounts& counts,
                       const Fitting& with) {
  const std::size_t levels = counts.levels.size();
  if (levels == 0) {
    with.warnings.push_back(named(column) +
                            " has no value in the training rows; it says "
                            "nothing");
  } else if (levels == 1 && counts.missing == 0) {
    with.warnings.push_back(named(column) +
                            " is constant in the training rows");
  } else if (levels == with.rows.size() && levels >= kManyRows) {
    with.warnings.push_back(named(column) +
                            " has another value in every training row");
  }
}

Result<std::vector<Feature>> encoded(Feature f, const Column& column,
                                     const ColumnRule& rule,
                                     const LevelCounts& counts,
                                     const Fitting& with) {
  if (is_embedded(column, rule, with)) {
    fit_codes(f, counts);
    return std::vector<Feature>{std::move(f)};
  }
  const Encode encode = encode_of(column, rule, counts, with);
  const auto buckets = rule.encode == Encode::hash
                           ? static_cast<std::uint32_t>(rule.buckets)
                           : kHashBuckets;
  Result<> done;
  switch (encode) {
    case Encode::target: return fit_target(f, column, rule, counts, with);
    case Encode::hash: done = fit_hash(f, column, buckets); break;
    case Encode::ordinal: fit_ordinal(f, counts); break;
    case Encode::frequency: fit_frequency(f, counts, with); break;
    case Encode::automatic:
    case Encode::onehot:
      done = fit_onehot(f, column, rule, counts, with);
      break;
  }
  if (!done) return std::move(done).fail();
  if (gives_number(f.kind) && rule.scale != Scale::automatic) {
    fit_scaling(f, rule.scale,
                raw_numbers(f, column, LevelPlaces(f.levels), with.rows), with);
  }
  return std::vector<Feature>{std::move(f)};
}

Result<std::vector<Feature>> fit_category(const Column& column,
                                          const ColumnRule& rule,
                                          const Fitting& with) {
  if (rule.clip) return misfit(column, "clip is for numbers");
  if (rule.scale == Scale::log1p) {
    return misfit(column, "scale: log1p is for numbers");
  }
  const LevelCounts counts = count_levels(column, with.rows);
  auto base = category_base(column, rule, counts);
  if (!base) return std::move(base).fail();
  auto refused = check_values(*base, column, with.rows);
  if (!refused) return std::move(refused).fail();
  warn_about_levels(column, counts, with);
  auto out = encoded(std::move(*base), column, rule, counts, with);
  if (out && rule.missing == Missing::indicator) {
    out->push_back(indicator_of(column));
  }
  return out;
}

}  // namespace

std::string not_embedded(const Column& column, const ColumnRule& rule) {
  if (is_number(column)) {
    return named(column) + " is " + std::string(name_of(column.type)) +
           ", no category; write columns: {" + column.name +
           ": {type: category}}";
  }
  if (rule.encode == Encode::automatic) return {};
  return named(column) + " has a rule how it is encoded";
}

Result<std::vector<Feature>> fit_column(const Column& column,
                                        const ColumnRule& rule,
                                        const Fitting& with) {
  if (!column.is_moment() && rule.dates != ColumnRule{}.dates) {
    return misfit(column, "dates is for a date or a time");
  }
  const bool number = is_number(column) && rule.encode == Encode::automatic;
  return number ? fit_number(column, rule, with)
                : fit_category(column, rule, with);
}

}  // namespace mlb::prep
