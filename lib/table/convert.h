// CSV -> data set, in two passes: what the columns are, then their values.
#pragma once

#include <string>
#include <vector>

#include "base/digest.h"
#include "base/json.h"
#include "base/result.h"
#include "table/csv.h"
#include "table/infer.h"
#include "table/table.h"

namespace mlb::table {

struct ColumnReport {
  std::string name;
  Type type = Type::text;
  bool integral = false;    ///< id of whole numbers
  std::string date_format;  ///< date and time: how they are written
  ColumnStats stats;
};

/// What was decided about a file, and all that was noticed.
struct Inspection {
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;  ///< rows left out by --ragged skip
  std::uint64_t bytes = 0;     ///< of the file as it is stored
  Digest digest;
  Dialect dialect;
  std::vector<ColumnReport> columns;
  std::vector<Warning> warnings;
};

/// Reads the whole file once.
Result<Inspection> inspect_csv(const std::string& path,
                               const CsvOptions& options,
                               const ReadProgress& progress = {});

struct ConvertOptions {
  CsvOptions csv;
  bool compress = true;       ///< shuffle + deflate level 1
  std::string source_name{};  ///< what the file is called in the data set;
                              ///< empty: the last part of its path
};

/// Writes the data set (docs/dataset-format.md).  The output appears whole or
/// not at all; the same input and options give the same bytes.
Result<Inspection> convert_csv(const std::string& csv_path,
                               const std::string& out_path,
                               const ConvertOptions& options,
                               const ReadProgress& progress = {});

/// The frozen shape of `mlprep inspect --json`.
Json to_json(const Inspection& inspection);

/// Column names of the header, made unique, or column_1 ... without one.
std::vector<std::string> column_names(const Record& first, bool header,
                                      std::vector<Warning>& warnings);

}  // namespace mlb::table
