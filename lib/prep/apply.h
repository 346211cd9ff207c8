// What fitting and applying a plan share.  Internal to lib/prep.
#pragma once

#include <vector>

#include "prep/plan.h"

namespace mlb::prep {

/// Features that give one number a row, scaled afterwards.
bool gives_number(FeatureKind kind);

/// The number that a feature of kind number takes of a value that is there:
/// clipped, and of a date or time the part.
double number_of(const Feature& feature, const table::Column& column,
                 std::size_t row);

/// The numbers of such a feature before scaling, one a row.
Result<std::vector<double>> raw_numbers(const Feature& feature,
                                        const table::Column& column,
                                        const Rows& rows);

/// (x - mean) / scale without leaving the range of double.
double scaled(const Feature& feature, double x);

/// An error when a value is missing and its rule does not have it.
Result<> check_missing(const Feature& feature, const table::Column& column,
                       const Rows& rows);

}  // namespace mlb::prep
