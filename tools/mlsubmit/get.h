// Fetching what a job left: for get and run.
#pragma once

#include "connection.h"
#include "globals.h"
#include "verbs.h"

namespace mlb::submit {

/// Puts the artefacts that `flags` names (none: all that the job left and its
/// spec, but no logs) into flags.dir, and prints their paths
/// (on stderr with --json); or one of them on stdout.
Result<> fetch(const Globals& globals, Connection& connection, JobView job,
               const GetFlags& flags);

/// Puts a blob of the broker at `path`, verified.
Result<> download(const Globals& globals, Connection& connection,
                  const Digest& digest, const std::string& path);

}  // namespace mlb::submit
