// Starting a server that outlives its starter and holds nothing of it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace mlb::exec {

/// Starts argv[0] as a daemon: own session, no controlling terminal, stdin
/// from /dev/null, stdout and stderr appended to `log_path`, every other
/// descriptor closed, a clean environment (PATH, HOME, USER, LANG, TZ, TMPDIR,
/// XDG_*, MLBATCH_*).  Returns when it was started, not when it is ready.
Result<> start_detached(const std::vector<std::string>& argv,
                        const std::string& log_path);

/// The folder of the running program.
std::string program_folder();
/// `name` beside the running program, in ../libexec/mlbatch, or in PATH;
/// empty when it is nowhere.
std::string find_program(const std::string& name);

}  // namespace mlb::exec
