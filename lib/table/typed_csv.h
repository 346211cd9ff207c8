// Typed rows of a CSV.  Private to lib/table.
#pragma once

#include "table/pass.h"
#include "table/typed_rows.h"

namespace mlb::table {

/// See RowSource::run().
Result<RowSource::Read> run_typed_csv(CsvFile& file, const CsvOptions& options,
                                      const WantedRows& wanted,
                                      const RowSource::Work& work,
                                      const RowSource::Take& take,
                                      const ReadProgress& progress);

}  // namespace mlb::table
