// mlbatch-job: what a worker starts for each attempt, and what mlsubmit asks
// about models.  Not for people.
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "base/build.h"
#include "base/scratch.h"
#include "job_model.h"
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
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : mlb::exit_code(mlb::Fault::usage);
  }
  if (info->parsed()) return answer(mlb::job_program::model_info(model));
  if (exported->parsed()) {
    return answer(mlb::job_program::model_export(model, format));
  }
  return run(dir, progress_fd, cache);
}
