// Models for other programs: as ONNX, which runs anywhere, and as JSON.
#pragma once

#include <string>

#include "learn/container.h"

namespace mlb::learn {

/// An ONNX file from raw columns to `prediction` (and, of classes,
/// `probabilities`): docs/model-file.md.  `digest` names the model file.
/// Fault::refused: a kind that ONNX lacks, or a file beyond 2 GiB.
Result<std::string> to_onnx_file(const StoredModel& stored,
                                 const std::string& digest);

/// One JSON document (mlbatch.model_export/1); Fault::refused for a kind
/// other than linear models and trees.
Result<std::string> to_json_file(const StoredModel& stored,
                                 const std::string& digest);

}  // namespace mlb::learn
