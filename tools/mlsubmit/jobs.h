// Jobs as arguments, and how their ends become exit codes.
#pragma once

#include <string>
#include <vector>

#include "connection.h"
#include "globals.h"

namespace mlb::submit {

/// UUID, unique prefix of >= 6, @last, @last~N, name:NAME, - (ids on stdin).
Result<std::vector<JobId>> resolve(Connection& connection,
                                   const std::vector<std::string>& arguments);
/// The rows of these jobs, in order.
Result<std::vector<JobView>> views(Connection& connection,
                                   const std::vector<JobId>& jobs);

/// 0, 7, 8 or 9; the job has ended.
int exit_of(const JobRow& row);
/// All alike: that code; else 13.
int exit_of(const std::vector<JobView>& jobs);
/// The outcome that the job's end follows from; null: none.
const Outcome* outcome_of(const JobRow& row);
/// Every gate met; true without gates.
bool gates_met(const JobRow& row);

}  // namespace mlb::submit
