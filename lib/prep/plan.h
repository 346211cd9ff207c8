// The Plan: how rows of a table become numbers.  Fitted on training rows
// only, stored inside every model, so that a model predicts from raw columns.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "job/spec.h"
#include "table/table.h"

namespace mlb::prep {

/// none: a prep job without a target.
enum class Task { classification, regression, none };

/// Row-major, rows x columns.
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;

  std::span<const float> row(std::size_t i) const {
    return {values.data() + i * columns, columns};
  }
};

enum class FeatureKind {
  number,     ///< the value itself, or a part of a date or time
  onehot,     ///< one output a level
  hash,       ///< `buckets` outputs, 1 at the level's hash
  ordinal,    ///< the place of the level
  frequency,  ///< the share of training rows that have the level
  target,     ///< the mean of the target over training rows of the level
  indicator,  ///< 1 where the value is missing
  code        ///< the place of the level, behind them all: missing or unknown
};

enum class WhenMissing { fill, level, refuse };

/// What one column becomes; a column may have several of these.
struct Feature {
  std::string name;  ///< of the column
  FeatureKind kind = FeatureKind::number;
  DatePart part = DatePart::epoch;  ///< number: of a date or time
  WhenMissing when_missing = WhenMissing::fill;
  bool refuse_unknown = false;  ///< a level that no training row has
  double fill = 0;              ///< number: what stands in, of the part
  std::string fill_level = {};  ///< the others: what stands in
  /// The value is clipped to low..high, before its part is taken.
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  // outputs but those of onehot, hash, indicator: (f(x) - mean) / scale, f
  // the identity or log(1 + x); scale is never 0
  bool log1p = false;
  double mean = 0;
  double scale = 1;
  std::vector<std::string> levels = {};
  bool missing_level = false;  ///< onehot: the last output means "missing"
  std::uint32_t buckets = 0;   ///< hash
  std::vector<double> numbers = {};  ///< ordinal, frequency, target: of levels
  double missing_number = 0;         ///< likewise of a missing value
  double other_number = 0;           ///< likewise of an unknown level
  std::uint32_t of_class = 0;        ///< target: whose share it is

  std::size_t width() const;
  /// What people call it: "age", "born (year)".
  std::string title() const;
  /// "age", "kind=b", "kind=(missing)", "zip#3", "age (missing)" ...
  std::vector<std::string> output_names() const;
};

/// A column that predicting needs: how its texts are read, and how the
/// training rows lay, so that drift shows (drift.h).
struct Input {
  std::string name;
  table::Type type = table::Type::real;  ///< as the training data had it
  std::string date_format = {};          ///< of a date or time
  /// Numbers x fall into the bins x < edges[0], edges[0] <= x < edges[1], ...
  std::vector<double> edges = {};
  std::vector<std::string> levels = {};  ///< of the others: the largest ones
  /// Training rows in each bin, or of each level; then of other levels (of
  /// numbers 0), then missing ones.  Empty: not judged.
  std::vector<std::uint64_t> counts = {};
};

/// What a regression learns instead of the target.
struct TargetScaling {
  bool log1p = false;
  double mean = 0;
  double scale = 1;

  double to_learned(double original) const;
  double to_original(double learned) const;
};

struct Plan {
  Task task = Task::classification;
  std::string target;                ///< "": task none
  std::vector<std::string> classes;  ///< in order; the last is the positive
  TargetScaling target_scaling;      ///< regression
  std::vector<Feature> features;
  std::vector<Input> inputs;  ///< the columns of the features, each once

  std::size_t width() const;
  std::vector<std::string> output_names() const;
  void save(Writer& writer) const;
  /// Any bytes are a valid argument; another version is refused by name.
  static Result<Plan> load(Reader& reader);
};

using Rows = std::vector<std::size_t>;

/// As the spec says; else classification for text, boolean, or at most 20
/// distinct whole numbers.  Error: the column cannot be what is asked.
Result<Task> task_of(const table::Table& table, const JobSpec& spec);

/// Fits on `rows` (training rows, target present).  `warnings` gets what the
/// user should know.  Errors: no feature left, one class only, constant
/// target, a rule that does not fit its column or matches none.
Result<Plan> fit(const table::Table& table, const Rows& rows,
                 const JobSpec& spec, std::vector<std::string>& warnings);

/// rows x plan.width().  Errors: a feature's column is missing (all named), a
/// value that a rule refuses (with its row).
Result<Matrix> apply(const Plan& plan, const table::Table& table,
                     const Rows& rows);
/// The same for the training rows themselves: what is computed from the
/// target is computed out of fold, without the row's own part.
Result<Matrix> apply_to_training(const Plan& plan, const table::Table& table,
                                 const Rows& rows, const JobSpec& spec);

/// Class index, or the value in original units.  Rows with a class that the
/// plan does not know are an error.
Result<std::vector<float>> target_of(const Plan& plan,
                                     const table::Table& table,
                                     const Rows& rows);

/// The rows' weights; empty without features.weight.  Errors: a weight that
/// is missing, negative or not finite; only zeros.
Result<std::vector<float>> weights_of(const table::Table& table,
                                      const Rows& rows, const JobSpec& spec);

}  // namespace mlb::prep
