// mlbatch-job: what a worker starts for each attempt, and what mlsubmit asks
// about models.  Not for people.
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "base/build.h"
#include "base/scratch.h"
#include "job_model.h"
#include "job_predict.h"
#include "run_job.h"
#include "wire/wire.h"

namespace {

volatile std::sig_atomic_t signal_received = 0;

void on_signal(int) {
  signal_received = 1;
}

constexpr int kJobFailed = 7;

int run(const std::string& dir, int progress_fd,
        const mlb::job_program::CacheOptions& cache) {
  using namespace mlb;
  const Outcome outcome = job_program::run_job(dir, progress_fd, cache);
  if (!outcome.success) {
    std::fprintf(stderr, "%s\n", outcome.reason.c_str());
  }
  // The worker copies it into `ended`, which is durable.
  auto written = write_scratch(dir + "/outcome", wire::encode_outcome(outcome));
  if (!written) {
    std::fprintf(stderr, "%s\n", written.error().message.c_str());
    return 1;
  }
  return outcome.success ? 0 : kJobFailed;
}

/// Prints what was found, or says why not.
int answer(const mlb::Result<std::string>& found) {
  if (!found) {
    std::fprintf(stderr, "%s\n", found.error().message.c_str());
    return mlb::exit_code(found.error().fault);
  }
  const auto written = std::fwrite(found->data(), 1, found->size(), stdout);
  const bool whole = written == found->size() && std::fflush(stdout) == 0;
  return whole ? 0 : mlb::exit_code(mlb::Fault::data);
}

struct PredictArguments {
  std::string model;
  mlb::job_program::CsvWords csv;
  mlb::job_program::PredictRequest request;
  std::string format = "csv";
  bool no_probabilities = false;
  int report_fd = 2;
};

CLI::App* add_predict(CLI::App& app, PredictArguments& a) {
  auto& r = a.request;
  auto& csv = a.csv;
  CLI::App* verb = app.add_subcommand("predict", "Predict rows of a file");
  verb->add_option("MODEL", a.model, "the file")->required();
  verb->add_option("FILE", r.input, "a CSV or a data set; - is stdin");
  verb->add_option("--output", r.output, "a file, or - for stdout");
  verb->add_option("--format", a.format)->check(CLI::IsMember({"csv", "h5"}));
  verb->add_flag("--no-probabilities", a.no_probabilities);
  verb->add_option("--id", r.options.id);
  verb->add_option("--input", r.options.input)->allow_extra_args(false);
  verb->add_option("--threads", r.threads);
  verb->add_option("--report-fd", a.report_fd);
  verb->add_option("--delimiter", csv.delimiter);
  verb->add_option("--quote", csv.quote);
  verb->add_option("--escape", csv.escape);
  verb->add_option("--comment", csv.comment);
  verb->add_option("--encoding", csv.encoding);
  verb->add_option("--decimal", csv.decimal);
  verb->add_option("--thousands", csv.thousands);
  verb->add_option("--ragged", csv.ragged);
  verb->add_option("--max-field", csv.max_field);
  verb->add_option("--skip", csv.skip);
  verb->add_option("--header", csv.header);
  verb->add_option("--missing", csv.missing)->delimiter(',');
  return verb;
}

/// Ends like any filter: a signal ends the process.
int predict(PredictArguments& a) {
  using namespace mlb;
  for (const int number : {SIGTERM, SIGINT, SIGPIPE}) {
    ::signal(number, SIG_DFL);
  }
  if (a.format == "h5") a.request.format = PredictFormat::h5;
  if (a.no_probabilities) {
    a.request.options.probabilities = learn::Probabilities::left_out;
  }
  return job_program::predict_for_client(a.model, a.csv, a.request,
                                         a.report_fd);
}

}  // namespace

bool mlb::job_program::stop_asked() {
  return signal_received != 0;
}

int main(int argc, char** argv) {
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGTERM, &action, nullptr);
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGPIPE, SIG_IGN);
  CLI::App app{"Runs one attempt of a job; started by mlworker, mlsubmit."};
  app.set_version_flag("--version", "mlbatch-job " + mlb::build_id());
  app.require_subcommand(1);
  std::string dir;
  int progress_fd = 3;
  CLI::App* verb = app.add_subcommand("run", "Run the attempt in a directory");
  verb->add_option("--dir", dir, "its directory")->required();
  verb->add_option("--progress-fd", progress_fd, "where progress goes");
  mlb::job_program::CacheOptions cache;
  verb->add_option("--cache", cache.dir, "where conversions of CSVs stay");
  verb->add_option("--cache-size", cache.limit, "their bytes, at most");
  std::string model;
  CLI::App* info = app.add_subcommand("model-info", "A model file as JSON");
  info->add_option("MODEL", model, "the file")->required();
  std::string format = "onnx";
  CLI::App* exported =
      app.add_subcommand("model-export", "A model file for other programs");
  exported->add_option("MODEL", model, "the file")->required();
  exported->add_option("--format", format, "onnx or json")
      ->check(CLI::IsMember({"onnx", "json"}));
  PredictArguments rows;
  CLI::App* predicts = add_predict(app, rows);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : mlb::exit_code(mlb::Fault::usage);
  }
  if (info->parsed()) return answer(mlb::job_program::model_info(model));
  if (exported->parsed()) {
    return answer(mlb::job_program::model_export(model, format));
  }
  if (predicts->parsed()) return predict(rows);
  return run(dir, progress_fd, cache);
}
