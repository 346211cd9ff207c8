// mlprep FILE.csv -o OUT.h5 --target C ...: what turns a table into features.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "job/spec.h"

namespace mlb::prep_tool {

/// Values of fields of mlbatch-jobspec(5), as they are written there.
struct PrepareFlags {
  std::string target;
  std::string split;
  std::string columns;
  std::string features;
  std::string sample;
  std::string task;
  std::string positive;
  std::string seed;
  bool asked() const;
};

/// The prep job that the flags describe; an error names the flag.
Result<JobSpec> spec_of(const PrepareFlags& flags);

/// Writes the data set `table` with /split, /features and /target to `out`;
/// what should be known.
Result<std::vector<std::string>> prepare(const JobSpec& spec,
                                         const std::string& table,
                                         const std::string& out, bool compress);

}  // namespace mlb::prep_tool
