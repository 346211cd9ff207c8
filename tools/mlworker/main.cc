// mlworker: serves a broker with slots in which jobs run, each in a process
// of its own.  See mlworker(1).
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fcntl.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "base/build.h"
#include "base/nearest.h"
#include "base/units.h"
#include "exec/detached.h"
#include "exec/launcher.h"
#include "log/log.h"
#include "supervisor.h"
#include "transport/machine.h"

namespace {

using namespace mlb;

volatile std::sig_atomic_t signals_received = 0;

void count_signal(int) {
  signals_received = signals_received + 1;
}

struct Flags {
  worker::ServeOptions serve;
  std::string memory;
  std::string cache_size = "8G";
  std::string idle_exit;
  std::string log_level = "info";
  std::string log_format = "text";
  std::vector<std::string> labels;
};

int fail(const Error& error) {
  std::fprintf(stderr, "mlworker: %s\n", error.message.c_str());
  return exit_code(error.fault);
}

std::uint64_t default_memory() {
  const auto pages = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES));
  const auto size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return pages * size / 10 * 8;
}

Result<> complete(Flags& flags) {
  worker::ServeOptions& o = flags.serve;
  o.memory = default_memory();
  if (!flags.memory.empty()) {
    const auto size = parse_size(flags.memory);
    if (!size) {
      return Error{Fault::usage, "--memory is '" + flags.memory +
                                     "'; want a size such as 512M or 8G"};
    }
    o.memory = *size;
  }
  const auto cache = parse_size(flags.cache_size);
  if (!cache) {
    return Error{Fault::usage, "--cache-size is '" + flags.cache_size +
                                   "'; want a size such as 512M or 8G"};
  }
  o.cache_size = *cache;
  if (!flags.idle_exit.empty()) {
    o.idle_exit = parse_duration(flags.idle_exit);
    if (!o.idle_exit) {
      return Error{Fault::usage, "--idle-exit is '" + flags.idle_exit +
                                     "'; want a duration such as 60s or 10m"};
    }
  }
  for (const auto& label : flags.labels) {
    const auto equals = label.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Error{Fault::usage, "--label is '" + label + "'; want KEY=VALUE"};
    }
    o.labels[label.substr(0, equals)] = label.substr(equals + 1);
  }
  if (o.name.empty()) o.name = transport::host_name();
  if (auto good = transport::check_url(o.broker); !good) {
    return Error{Fault::usage, "--broker: " + good.error().message};
  }
  if (!transport::is_loopback(o.broker)) {
    return Error{Fault::usage,
                 "--broker " + o.broker +
                     ": only loopback addresses are taken until keys exist"};
  }
  o.job_program = exec::find_program("mlbatch-job");
  if (o.job_program.empty()) {
    return Error{Fault::usage,
                 "mlbatch-job is neither beside mlworker nor in "
                 "../libexec/mlbatch nor in PATH"};
  }
  return {};
}

/// One process a directory.
Result<Fd> lock_data(std::string& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) return Error{Fault::data, dir + ": " + error.message()};
  dir = std::filesystem::absolute(dir, error).string();
  ::chmod(dir.c_str(), 0700);
  Fd lock(::open((dir + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return Error{Fault::data, dir + "/lock: " + errno_text(errno)};
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return Error{Fault::refused,
                 dir + ": another mlworker serves from this directory"};
  }
  return lock;
}

int serve(Flags flags) {
  if (auto good = complete(flags); !good) return fail(good.error());
  const auto level = parse_log_level(flags.log_level);
  if (!level) return fail(level.error());
  const auto format = parse_log_format(flags.log_format);
  if (!format) return fail(format.error());
  auto launcher = exec::Launcher::fork_now();
  if (!launcher) return fail(launcher.error());
  auto lock = lock_data(flags.serve.data);
  if (!lock) return fail(lock.error());
  start_log("mlworker", *level, *format);
  struct sigaction action {};
  action.sa_handler = count_signal;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  auto supervisor = worker::Supervisor::open(flags.serve, std::move(*launcher));
  if (!supervisor) return fail(supervisor.error());
  auto ran = (*supervisor)->run(signals_received);
  return ran ? 0 : fail(ran.error());
}

/// What was probably meant by the first word that is no verb or option.
std::string suggestion(CLI::App& app, int argc, char** argv) {
  std::vector<std::string> names;
  for (const CLI::App* part : app.get_subcommands({})) {
    names.push_back(part->get_name());
    for (const CLI::Option* option : part->get_options()) {
      names.push_back(option->get_name());
    }
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto found = nearest(word, known);
    if (!found.empty() && found != word) {
      return "'" + std::string(word) + "': did you mean " + found + "?";
    }
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Serves a broker with slots in which jobs run.\n\n"
      "  mlworker serve --broker tcp://127.0.0.1:7070 --data ~/w1 --slots 2\n"};
  app.name("mlworker");
  app.set_version_flag("--version", "mlworker " + build_id());
  app.require_subcommand(1);
  Flags flags;
  CLI::App* verb = app.add_subcommand(
      "serve", "Run jobs of a broker until SIGTERM (twice: at once)");
  verb->add_option("--broker", flags.serve.broker,
                   "tcp://HOST:PORT or ipc://PATH")
      ->required();
  verb->add_option("--data", flags.serve.data, "directory of this worker alone")
      ->required();
  verb->add_option("--slots", flags.serve.slots,
                   "cpus to give to jobs (default 1)")
      ->check(CLI::Range(1, 4096));
  verb->add_option("--memory", flags.memory,
                   "memory to give to jobs, e.g. 8G (default 80 % of it all)");
  verb->add_option("--cache-size", flags.cache_size,
                   "for CSVs that were converted, e.g. 2G (default 8G)");
  verb->add_option("--label", flags.labels, "KEY=VALUE; may be repeated");
  verb->add_option("--name", flags.serve.name,
                   "shown in lists (default: host)");
  verb->add_flag("--once", flags.serve.once, "end after the first job");
  verb->add_option("--idle-exit", flags.idle_exit,
                   "end after so long without a job or a broker");
  verb->add_option("--log-level", flags.log_level,
                   "debug, info, warning or error");
  verb->add_option("--log-format", flags.log_format, "text or json");
  CLI::App* about = app.add_subcommand("version", "Print the version");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    const auto meant = suggestion(app, argc, argv);
    return fail({Fault::usage,
                 meant.empty() ? std::string(e.what()) + "; see mlworker --help"
                               : meant});
  }
  if (about->parsed()) {
    std::printf("mlworker %s\n", build_id().c_str());
    return 0;
  }
  return serve(std::move(flags));
}
