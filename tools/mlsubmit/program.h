// Other programs of the suite, run for what this one does not link.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "globals.h"

namespace mlb::submit {

/// How a program of the suite failed, by its exit code as a shell has it and by
/// what it said.
Error failure_of(const std::string& name, int exit, std::string text);

/// Runs a program to its end, with our descriptors; its exit code, as a shell
/// has it.
Exit run_program(const std::vector<std::string>& words);

/// Its path; Fault::usage when it is not installed.
Result<std::string> suite_program(const std::string& name);

/// Runs a program of the suite to its end and gives what it wrote to stdout,
/// at most 1 GiB.  An exit code that is not 0 becomes the Error of that code
/// with what it wrote to stderr.  A signal that we get ends it.
Result<std::string> ask_program(const std::string& name,
                                std::vector<std::string> words);

/// Runs a program of the suite with our descriptors; each line that it writes
/// to descriptor 3 is handed on.  Its exit code, as a shell has it.  A signal
/// that we get is passed on to it, and then is our Fault::cancelled.
Exit run_reporting(const std::string& name, std::vector<std::string> words,
                   const std::function<void(const std::string&)>& on_line);

}  // namespace mlb::submit
