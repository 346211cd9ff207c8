// What mlbatch-job does with a model file for mlsubmit: nothing is fetched
// here, and nothing but the answer goes to stdout.
#pragma once

#include <string>

#include "base/result.h"
#include "learn/container.h"

namespace mlb::job_program {

struct LoadedModel {
  std::uint64_t bytes = 0;  ///< of the file
  std::string digest;
  learn::StoredModel model;
};
Result<LoadedModel> load_model_file(const std::string& path);

/// The file's content as one line of JSON: learn::describe(), and "bytes",
/// "sha256" and "record", the training record in hexadecimal digits.
Result<std::string> model_info(const std::string& path);
/// The model for other programs; `format` is onnx or json.
Result<std::string> model_export(const std::string& path,
                                 const std::string& format);

}  // namespace mlb::job_program
