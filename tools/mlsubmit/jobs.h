// Jobs as arguments, and how their ends become exit codes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connection.h"
#include "globals.h"
#include "job/model_ref.h"

namespace mlb::submit {

/// UUID, unique prefix of >= 6, @last, @last~N, name:NAME, - (ids on stdin).
/// At least one, each once.
Result<std::vector<JobId>> resolve(Connection& connection,
                                   const std::vector<std::string>& arguments);
/// The job that one argument names.
Result<JobView> one_job(Connection& connection, const std::string& argument);
/// The newest `query.limit` jobs that the query asks for, over all pages.
Result<std::vector<JobView>> list_jobs(Connection& connection, ListJobs query);
/// The rows of these jobs, in order; not_found names the first unknown one.
Result<std::vector<JobView>> views(Connection& connection,
                                   const std::vector<JobId>& jobs);

/// 0, 7, 8 or 9; the job has ended.
int exit_of(const JobRow& row);
/// The words of `-`: the first of a line with tabs (as `ls` prints them), all
/// of another line.
std::vector<std::string> words_of(const std::string& input);

/// All alike: that code; else 13.  None: 0.
int exit_of(const std::vector<int>& exits);
int exit_of(const std::vector<JobView>& jobs);
/// Fault::usage when several are meant, nobody said --yes, and nobody sits at
/// a terminal to see it: "cancel of 3 jobs needs --yes".
Result<> may_do_several(const Globals& globals, const std::string& verb,
                        std::size_t count, const std::string& things);
/// The outcome that the job's end follows from; null: none.
const Outcome* outcome_of(const JobRow& row);
/// What the job left under the word of `get`; null: nothing.
const Artefact* artefact_of(const JobRow& row, std::string_view name);
/// The model that the job left; not_found names the job's state.
Result<Artefact> model_left_by(const JobRow& row);
/// Of "sha256:" and 64 digits.
Result<Digest> marked_digest(const std::string& text);
/// Every gate met; true without gates.
bool gates_met(const JobRow& row);

}  // namespace mlb::submit
