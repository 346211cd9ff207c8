// A table made ready: what `kind: prep` and mlprep add to a data set.
#pragma once

#include "prep/plan.h"
#include "table/prepared.h"

namespace mlb::prep {

/// Divides the rows, fits the plan on those that train and applies it to all.
/// `stored` is /split of the data set, for `data.split: stored`.  Errors: as
/// of split_rows, fit and apply.
Result<table::Prepared> prepare(const table::Table& table, const JobSpec& spec,
                                const std::vector<std::uint8_t>& stored,
                                std::vector<std::string>& warnings);

}  // namespace mlb::prep
