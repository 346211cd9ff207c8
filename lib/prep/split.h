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

/// As `data.split` says, after `data.sample`.  By fractions and by group a
/// row's place follows from the seed and its number or its group, so that
/// nothing else moves it; with stratification every class is divided in the
/// same proportions, as exactly as whole rows allow.  Each part is in order.
/// Not for SplitBy::stored and automatic: see below.  Of all three: an error
/// when no row is left to train on, unless the job evaluates.
Result<Split> split_rows(const table::Table& table, const JobSpec& spec,
                         Task task);

/// What /split of a data set says: 0 train, 1 valid, 2 test, else none.
Result<Split> split_as_stored(const table::Table& table, const JobSpec& spec,
                              const std::vector<std::uint8_t>& stored);

/// As `data.split` says, whatever it says.  `stored`: /split of the data set,
/// empty without one; then SplitBy::automatic makes every row that may be used
/// a test row.
Result<Split> split_of(const table::Table& table, const JobSpec& spec,
                       Task task, const std::vector<std::uint8_t>& stored);

/// The same as one number a row: 0 train, 1 valid, 2 test, 255 none.
inline constexpr std::uint8_t kNoPart = 255;
std::vector<std::uint8_t> parts_of(const Split& split, std::uint64_t rows);

}  // namespace mlb::prep
