// Predicting from a file: a CSV or a data set in, a CSV out, a row a row, in
// memory that does not grow with the number of rows of a CSV.
//
// Columns are found by name; what the model does not use is left alone.  The
// types are those of the training data (prep::Input): a value that its column
// cannot have is an error with its line.  Texts that training never had and
// missing values go the way the plan says.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "learn/container.h"
#include "learn/predictions.h"
#include "table/csv.h"

namespace mlb::learn {

struct PredictOptions {
  Probabilities probabilities = Probabilities::shown;
  std::string id = {};                  ///< a column that names rows; ""
  std::vector<std::string> input = {};  ///< globs: columns copied through
};

struct PredictSummary {
  std::uint64_t rows = 0;
  /// Columns that were not used, rows left out, columns that have drifted.
  std::vector<std::string> warnings;
};

/// Gets the CSV's text piece by piece, the header first, in order.
using TextSink = std::function<Result<>(std::string_view)>;

/// The output's columns: row (from 1), the id, copied ones, prediction, p_...;
/// the bytes are the same for every number of threads and size of blocks.
/// `path` "-": a CSV on standard input.  Errors: features that the file lacks
/// (all named), an id or glob that no column has, unreadable values, a
/// value that the plan refuses; Fault::cancelled when `progress` says so.
Result<PredictSummary> predict_file(const StoredModel& stored,
                                    const std::string& path,
                                    table::CsvOptions csv,
                                    const PredictOptions& options,
                                    const TextSink& sink,
                                    const table::ReadProgress& progress = {});

}  // namespace mlb::learn
