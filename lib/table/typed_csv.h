// Typed rows of a CSV.  Private to lib/table.
#pragma once

#include "table/pass.h"
#include "table/typed_rows.h"

namespace mlb::table {

/// Where the wanted columns stand in the source.
struct Places {
  std::vector<std::size_t> columns;
  std::vector<std::size_t> copied;
};

/// See RowSource::run().
Result<RowSource::Read> run_typed_csv(CsvFile& file, const WantedRows& wanted,
                                      const Places& places,
                                      const RowSource::Work& work,
                                      const RowSource::Take& take,
                                      const ReadProgress& progress);

}  // namespace mlb::table
