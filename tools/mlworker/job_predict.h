// What mlbatch-job does with a model file and rows to predict: for mlsubmit,
// and for jobs of kind predict.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "job/spec.h"
#include "learn/predict.h"

namespace mlb::job_program {

/// How the CSV is written, as far as it was said; what was not said is as it
/// was when the model was trained.
struct CsvWords {
  std::optional<std::string> delimiter;
  std::optional<std::string> quote;
  std::optional<std::string> escape;
  std::optional<std::string> comment;
  std::optional<std::string> encoding;
  std::optional<std::string> decimal;
  std::optional<std::string> thousands;
  std::optional<std::string> ragged;
  std::optional<std::string> max_field;
  std::optional<int> skip;
  std::optional<bool> header;
  std::optional<std::vector<std::string>> missing;
};

struct PredictRequest {
  std::string input = "-";
  std::string output = "-";  ///< h5: not standard output
  PredictFormat format = PredictFormat::csv;
  learn::PredictOptions options;
  unsigned threads = 0;  ///< 0: one a core
};

/// How a CSV is written: as `said`, and where that says nothing as the model's
/// training data were; as by default when another version wrote the model's
/// record.
CsvSpec csv_as_in_training(const CsvSpec& said,
                           const learn::StoredModel& model);

/// Writes the predictions; `output` must not be there yet, and holds only a
/// part when it fails.  For format h5 predictions.csv is written beside it and
/// removed again.
Result<learn::PredictSummary> predict(const learn::StoredModel& model,
                                      const table::CsvOptions& csv,
                                      const PredictRequest& request,
                                      const table::ReadProgress& progress);

/// The verb of mlsubmit.  A line of JSON each goes to `report_fd`: {progress:
/// [done, total]}, {warning: text}, {error: text}.  The exit code.
int predict_for_client(const std::string& model, const CsvWords& words,
                       const PredictRequest& request, int report_fd);

}  // namespace mlb::job_program
