// A model as an argument: a file, or what a job left, brought here.
#pragma once

#include <optional>
#include <string>

#include "globals.h"
#include "job/messages.h"
#include "temporary_folder.h"

namespace mlb::submit {

struct ModelFileHere {
  std::string path;
  std::optional<JobView> job;             ///< that left it, when it was named
  std::optional<TemporaryFolder> folder;  ///< of a fetched one: goes with this
};

/// `what` is a path, sha256:DIGEST, or a job: its UUID, a prefix, @last,
/// name:NAME.  not_found: nothing of these, or a job without a model.
Result<ModelFileHere> find_model(const Globals& globals,
                                 const std::string& what);

}  // namespace mlb::submit
