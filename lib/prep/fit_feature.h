// What one column becomes.  Internal to lib/prep.
#pragma once

#include <string>
#include <vector>

#include "prep/plan.h"

namespace mlb::prep {

/// What fitting one column needs besides the column.
struct Fitting {
  const Plan& plan;                   ///< its target is fitted
  const Rows& rows;                   ///< training rows
  const std::vector<float>& targets;  ///< of these rows; empty without one
  std::uint64_t seed;
  std::string embedded;  ///< name or glob of what a net embeds; "": nothing
  std::vector<std::string>& warnings;
};

/// Why a column that matches is not embedded; empty: it is.
std::string not_embedded(const table::Column& column, const ColumnRule& rule);

/// The features of a column, as its rule says.  Errors: a rule that does not
/// fit the column's type or values.
Result<std::vector<Feature>> fit_column(const table::Column& column,
                                        const ColumnRule& rule,
                                        const Fitting& with);

}  // namespace mlb::prep
