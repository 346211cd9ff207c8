// What a job takes beside the training inside it.
#pragma once

#include <string>

/// Prints two lines as train_speed does: whole runs of `program` (mlbatch-job)
/// in `folder` on `csv`, and bare training on as many rows.  What went wrong,
/// or "".
std::string time_jobs(const std::string& folder, const std::string& program,
                      const std::string& csv, int repeats);
