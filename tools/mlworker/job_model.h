// What mlbatch-job does with a model file for mlsubmit: nothing is fetched
// here, and nothing but the answer goes to stdout.
#pragma once

#include <string>

#include "base/result.h"
#include "learn/container.h"

namespace mlb::job_program {

/// Errors do not name the file.
Result<learn::StoredModel> read_model(const std::string& path);

/// The file's content as one line of JSON: learn::describe(), and "bytes",
/// "sha256" and "record", the training record in hexadecimal digits.
Result<std::string> model_info(const std::string& path);
/// The model for other programs; `format` is onnx or json.
Result<std::string> model_export(const std::string& path,
                                 const std::string& format);

}  // namespace mlb::job_program
