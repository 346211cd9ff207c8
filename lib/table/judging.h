// Judging: every value of a file seen once, and what follows for its
// columns.  Private to lib/table.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "table/convert.h"
#include "table/infer.h"
#include "table/pass.h"
#include "table/spool.h"

namespace mlb::table {

struct Judged {
  Inspection inspection;
  std::uint64_t checksum = 0;  ///< of the stored bytes
  /// One a column; of those that are no category, empty.
  std::vector<Levels> levels;
  /// By coder, then column: the texts of the codes.
  std::vector<std::vector<Levels>> codes;
  /// By column, then coder: the levels of the codes; only of categories.
  std::vector<std::vector<std::vector<std::uint32_t>>> places;
};

/// `spool`: gets every value; none: the values are not kept.
Result<Judged> judge_csv(CsvFile& file, const CsvOptions& options, Spool* spool,
                         const ReadProgress& progress);

}  // namespace mlb::table
