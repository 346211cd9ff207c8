// Where a row of a data set stands in the CSV that it was made from.
#pragma once

#include <string>

#include "base/result.h"
#include "table/csv.h"

namespace mlb::table {

/// The line on which data row `row` (from 1, counted as convert_csv counts)
/// begins, from 1; 0 when the file has no such row, cannot be read, or is
/// standard input, which is read only once.  Reads the file up to there.
std::uint64_t line_of_row(const std::string& csv_path,
                          const CsvOptions& options, std::uint64_t row);

/// Puts "name:line: " in front of an error that is about a row of the CSV,
/// "name: " in front of any other.
Error with_place(Error error, const std::string& name,
                 const std::string& csv_path, const CsvOptions& options);

}  // namespace mlb::table
