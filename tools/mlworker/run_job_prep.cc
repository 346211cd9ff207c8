// kind: prep: the result is a data set with /split, /features and /target,
// named by its digest like any artefact.
#include "prep/prepared.h"

#include "run_job.h"

namespace mlb::job_program {
namespace {

constexpr const char* kFile = "dataset.h5";

Result<> make_dataset(Work& work) {
  auto prepared = prep::prepare(work.table, work.spec, work.stored_split,
                                work.outcome.warnings);
  if (!prepared) return std::move(prepared).fail();
  const std::string path = work.dir + "/out/" + kFile;
  constexpr bool compress = true;
  auto written = table::add_prepared(work.dataset, path, *prepared, compress);
  if (!written) return written;
  return leave_file(work, "dataset", kFile);
}

}  // namespace

Result<> run_prep(Work& work, Reporter& reporter) {
  auto done = load_data(work, reporter);
  if (!done) return done;
  reporter.stage("prepare");
  done = make_dataset(work);
  if (!done) return done;
  tell_warnings(work, reporter);
  work.outcome.success = true;
  return {};
}

}  // namespace mlb::job_program
