// kind: predict: rows of any data through a model, in blocks; neither a
// conversion nor the rows are kept.
#include "job_predict.h"
#include "prep/columns.h"
#include "run_job.h"

namespace mlb::job_program {
namespace {

Result<table::CsvOptions> csv_options(const JobSpec& spec,
                                      const learn::StoredModel& model) {
  JobSpec reading;
  reading.csv = csv_as_in_training(spec.csv, model);
  return prep::csv_options(reading);
}

}  // namespace

Result<> run_predict(Work& work, Reporter& reporter) {
  const PredictSpec& asked = work.spec.predict;
  auto model = named_model_of(work);
  if (!model) return std::move(model).fail();
  if (!work.spec.target.empty()) model->plan.target = work.spec.target;
  auto csv = csv_options(work.spec, *model);
  if (!csv) return std::move(csv).fail();
  const bool h5 = asked.format == PredictFormat::h5;
  const std::string file = h5 ? "predictions.h5" : "predictions.csv";
  const PredictRequest request{
      .input = work.dir + "/input",
      .output = work.dir + "/out/" + file,
      .format = asked.format,
      .options = {.probabilities = asked.probabilities
                                       ? learn::Probabilities::shown
                                       : learn::Probabilities::left_out,
                  .id = asked.id,
                  .input = asked.input},
      .threads = static_cast<unsigned>(std::max(1, work.spec.resources.cpus))};
  auto done = predict(*model, *csv, request,
                      [&](std::uint64_t read, std::uint64_t total) {
                        reporter.stage("evaluate", share_of(read, total));
                        return !stop_asked();
                      });
  if (!done) return with_true_name(std::move(done).fail(), work);
  for (auto& warning : done->warnings) {
    work.outcome.warnings.push_back(with_true_name(std::move(warning), work));
  }
  tell_warnings(work, reporter);
  reporter.stage("save", 1);
  auto left = leave_file(work, "predictions", file);
  if (!left) return left;
  work.outcome.success = true;
  return {};
}

}  // namespace mlb::job_program
