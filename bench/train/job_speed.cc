// See job_speed.h.
#include "job_speed.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"
#include "learn_sets.h"
#include "stopwatch.h"
#include "wire/wire.h"

namespace {

using namespace mlb;
using namespace mlb::learn;

JobSpec job_spec(const std::string& csv) {
  JobSpec spec = spec_of(NetSpec{});
  spec.data.path = csv;
  spec.target = "compressive_strength";
  spec.train.epochs = 20;
  spec.train.early_stop_mode = EarlyStopMode::off;
  return spec;
}

/// The CPU seconds of one run of the program; below 0: it failed.
double run_job(const std::string& program, const std::string& folder) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int out = ::open("/dev/null", O_WRONLY);
    ::dup2(out, 3);
    ::execl(program.c_str(), program.c_str(), "run", "--dir", folder.c_str(),
            static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  rusage used{};
  if (child < 0 || ::wait4(child, &status, 0, &used) < 0 || status != 0) {
    return -1;
  }
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) +
           1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// What a job begins with; all but the CSV is new each time.
bool lay_out(const std::string& folder, const std::string& csv,
             const JobSpec& spec) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  std::filesystem::create_directories(folder, error);
  std::filesystem::copy_file(csv, folder + "/input", error);
  return !error &&
         write_file_durably(folder + "/spec", wire::encode_spec(spec));
}

/// As a job divides rows: 70 % to train on, 15 % to validate.
Result<Trial> divided(const std::string& csv, const JobSpec& spec) {
  auto set = load_set(csv, "");
  if (!set) return std::move(set).fail();
  const std::size_t n = set->table.rows;
  for (std::size_t i = 0; i < n; ++i) set->folds[i] = i * 10 < n * 7 ? 1 : 0;
  auto trial = prepare_trial(*set, 0, spec);
  if (!trial) return trial;
  Design& valid = trial->test;
  valid.x.rows /= 2;
  valid.x.values.resize(valid.x.rows * valid.x.columns);
  valid.y.resize(valid.x.rows);
  return trial;
}

}  // namespace

std::string time_jobs(const std::string& folder, const std::string& program,
                      const std::string& csv, int repeats) {
  const JobSpec spec = job_spec(csv);
  auto trial = divided(csv, spec);
  if (!trial) return trial.error().message;
  Stopwatch jobs;
  Stopwatch bare;
  for (int i = 0; i < repeats; ++i) {
    if (!lay_out(folder, csv, spec)) return folder + ": not written";
    jobs.start();
    const double used = run_job(program, folder);
    jobs.stop(used);
    if (used < 0) return program + " failed";
    const auto trainer = make_trainer(spec, trial->plan, never);
    bare.start();
    auto model = train_to_end(*trainer, trial->train, trial->test);
    bare.stop();
    if (!model) return model.error().message;
  }
  jobs.print("-");
  bare.print("-");
  return "";
}
