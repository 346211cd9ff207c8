// The Plan: how rows of a table become numbers.  Fitted on training rows
// only, stored inside every model, so that a model predicts from raw columns.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "job/spec.h"
#include "table/table.h"

namespace mlb::prep {

enum class Task { classification, regression };

/// Row-major, rows x columns.
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;

  std::span<const float> row(std::size_t i) const {
    return {values.data() + i * columns, columns};
  }
};

enum class FeatureKind { number, onehot };

/// One column of the table and what becomes of it.
struct Feature {
  std::string name;
  FeatureKind kind = FeatureKind::number;
  // number: (x - mean) / scale after filling; scale is never 0
  double fill = 0;  ///< the median of the training rows
  double mean = 0;
  double scale = 1;
  // onehot: one output a level; unseen values give all zeros
  std::vector<std::string> levels;
  bool missing_level = false;  ///< the last output means "missing"

  std::size_t width() const {
    return kind == FeatureKind::number
               ? 1
               : levels.size() + (missing_level ? 1 : 0);
  }
};

struct Plan {
  Task task = Task::classification;
  std::string target;
  std::vector<std::string> classes;  ///< in order; the last is the positive
  double target_mean = 0;            ///< of training rows, regression
  double target_scale = 1;
  std::vector<Feature> features;

  std::size_t width() const;
  void save(Writer& writer) const;
  static Result<Plan> load(Reader& reader);
};

using Rows = std::vector<std::size_t>;

/// classification: text, boolean, or at most 20 distinct whole numbers.
Task task_of(const table::Column& target);

/// Fits on `rows` (training rows, target present).  `warnings` gets what the
/// user should know.  Errors: no feature left, one class only, constant target.
Result<Plan> fit(const table::Table& table, const Rows& rows,
                 const JobSpec& spec, std::vector<std::string>& warnings);

/// rows x plan.width().  Errors: a feature's column is missing (all named).
Result<Matrix> apply(const Plan& plan, const table::Table& table,
                     const Rows& rows);

/// Class index, or the value in original units.  Rows with a class that the
/// plan does not know are an error.
Result<std::vector<float>> target_of(const Plan& plan,
                                     const table::Table& table,
                                     const Rows& rows);

}  // namespace mlb::prep
