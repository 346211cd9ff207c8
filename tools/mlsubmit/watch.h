// Following jobs to their end: for watch, run and submit --watch.
#pragma once

#include <cstdio>
#include <vector>

#include "connection.h"
#include "globals.h"

namespace mlb::submit {

struct WatchStyle {
  std::FILE* lines = stdout;  ///< where the lines go; the verdict is on stdout
  bool events = false;        ///< --json: events, no verdict
  bool next = true;           ///< names the next command
};

/// Exits by the outcomes; 128 + signal when it detached.
Exit follow_to_end(const Globals& globals, Connection& connection,
                   const std::vector<JobId>& jobs, const WatchStyle& style);

}  // namespace mlb::submit
