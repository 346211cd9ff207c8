// Which rows train, validate and test.
#pragma once

#include "prep/plan.h"

namespace mlb::prep {

struct Split {
  Rows train;
  Rows valid;
  Rows test;
  std::size_t without_target = 0;  ///< rows that are in none
};

/// By fractions.  Each row's place follows from the seed and its number, so
/// that nothing else moves it; with stratification every class is divided in
/// the same proportions, as exactly as whole rows allow.
Result<Split> split_rows(const table::Table& table, const JobSpec& spec,
                         Task task);

}  // namespace mlb::prep
