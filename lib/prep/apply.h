// What fitting and applying a plan share.  Internal to lib/prep.
#pragma once

#include <vector>

#include "prep/levels.h"
#include "prep/plan.h"

namespace mlb::prep {

/// Features that give one number a row, scaled afterwards.
bool gives_number(FeatureKind kind);

/// The number that a feature of kind number takes of a value that is there:
/// clipped, and of a date or time the part.
double number_of(const Feature& feature, const table::Column& column,
                 std::size_t row);

/// The numbers of such a feature before scaling, one a row; of rows that
/// check_values() takes.
std::vector<double> raw_numbers(const Feature& feature,
                                const table::Column& column,
                                const LevelPlaces& places, const Rows& rows);

/// (x - mean) / scale without leaving the range of double.
double scaled(const Feature& feature, double x);

/// An error when a value is missing and its rule does not have it, or when it
/// has no logarithm.
Result<> check_values(const Feature& feature, const table::Column& column,
                      const Rows& rows);

}  // namespace mlb::prep
