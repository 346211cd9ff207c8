// The worker's shell: one loop around worker::Agent.  It owns the socket to
// the broker, the launcher, the jobs' pipes and logs; files and transfers are
// done by threads, so that a heartbeat never waits for a disk.
#pragma once

#include <atomic>
#include <csignal>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blob_access.h"
#include "exec/launcher.h"
#include "file_thread.h"
#include "job_folder.h"
#include "log_tail.h"
#include "progress_pipe.h"
#include "spool.h"
#include "transport/socket.h"
#include "worker/agent.h"

namespace mlb::worker {

/// "attempt 2 of job 7f3a…", as the log names it.
inline std::string text_of(const Attempt& attempt) {
  return "attempt " + std::to_string(attempt.number) + " of job " +
         attempt.job.text();
}

/// How long a worker that ends waits for the broker to take what is left.
inline constexpr Millis kLastDelivery{5000};

struct ServeOptions {
  std::string broker;
  std::string data;
  std::string name;
  std::uint32_t slots = 1;
  std::uint64_t memory = 0;
  std::uint64_t cache_size = 8ull << 30;  ///< of converted CSVs, and of blobs
  std::map<std::string, std::string> labels;
  std::optional<Millis> idle_exit;
  bool once = false;  ///< end after the first job
  std::string job_program;
};

class Supervisor {
 public:
  /// `launcher` was forked before any thread existed.  The directory is
  /// locked by the caller.
  static Result<std::unique_ptr<Supervisor>> open(const ServeOptions& options,
                                                  exec::Launcher launcher);
  /// Until a signal, --idle-exit or --once ends it.
  Result<> run(const volatile std::sig_atomic_t& signals);

 private:
  struct Running {
    Running(const JobFolder& f)  // NOLINT: implicit
        : folder(f),
          out(f.file("stdout.log"), 1),
          err(f.file("stderr.log"), 2) {}
    JobFolder folder;
    LogTail out;
    LogTail err;
    std::uint64_t launch_id = 0;
    std::uint32_t pid = 0;  ///< 0: does not run yet
    std::unique_ptr<ProgressPipe> pipe;
    std::uint64_t items = 0;           ///< numbers given
    std::string ending;                ///< why we end it; empty: we do not
    std::optional<Millis> given_back;  ///< mono: its process was gone
    int delivering = 0;    ///< checkpoints on their way to the broker
    bool settled = false;  ///< its outcome is known
    Resources resources;
    std::vector<Item> unspooled;     ///< numbered, not on disk yet
    bool writing = false;            ///< the file thread has some of this
    Millis write_again{0};           ///< mono, after a failure
    std::optional<Outcome> outcome;  ///< of the end; written last
  };

  Supervisor(const ServeOptions& options, exec::Launcher launcher,
             transport::Dealer dealer, transport::Context context, Agent agent);

  // supervisor.cc
  void step(const Event& event);
  void act(const SendBeat& a);
  void act(const SendItems& a);
  void act(const SendFinished& a);
  void act(const Launch& a);
  void act(const EndProcess& a);
  void act(const Upload& a);
  void act(const Forget& a);
  void act(const Remember& a);
  void act(const Warn& a);
  void act(const Stop& a);
  void send(const Message& message);
  void receive();
  void welcome(const Welcome& w);
  void wait();
  bool should_end(const volatile std::sig_atomic_t& signals);
  void ask_welcome();

  // supervisor_jobs.cc
  void prepare(const Start& start);
  void launched(const Attempt& attempt);
  void launcher_events();
  void exited(const Attempt& attempt, const exec::LaunchEvent& event);
  void settle(const Attempt& attempt, Outcome outcome);
  void read_progress();
  void tail_logs();
  void watch_memory();
  void take(const Attempt& attempt, Running& job, Reported reported);
  void give_back(const Attempt& attempt);
  void give_back_what_is_known();
  void deliver(const Attempt& attempt, Running& job, Item item);
  void upload(const Attempt& attempt, BlobPath by);
  Outcome outcome_of(const Running& job, const exec::LaunchEvent& event) const;

  // supervisor_spool.cc
  void spool(const Attempt& attempt, Running& job, std::vector<Item> items);
  void write(const Attempt& attempt, Running& job);
  void write_items(const Attempt& attempt, Running& job);
  void write_outcome(const Attempt& attempt, Running& job);
  void items_written(const Attempt& attempt, std::vector<Item> items,
                     const std::string& problem);
  void outcome_written(const Attempt& attempt, const Outcome& outcome,
                       const std::string& problem);
  bool wrote(Running& job, const std::string& problem);
  void write_what_failed();

  ServeOptions options_;
  std::string jobs_dir_;
  exec::Launcher launcher_;
  transport::Context context_;
  transport::Dealer dealer_;
  Agent agent_;
  std::map<Attempt, Running> jobs_;
  std::map<Attempt, SpoolReader> spools_;  ///< that were read from
  std::map<std::uint64_t, Attempt> launches_;
  std::uint64_t last_launch_ = 0;
  std::atomic<bool> stop_transfers_{false};
  BlobAccess blobs_;        ///< used by blob_thread_ only
  FileThread file_thread_;  ///< spool and outcomes
  FileThread blob_thread_;  ///< transfers
  bool welcomed_ = false;
  Millis asked_welcome_{0};
  std::vector<Start> waiting_;  ///< starts before the first Welcome
  bool ready_said_ = false;
  std::optional<Error> stop_;
  Millis busy_at_ = read_clock().mono;  ///< last, or since the start
  Millis tailed_{0};
  Millis memory_watched_{0};
  int drain_signals_ = 0;
  Millis drain_began_{0};
  bool disk_full_ = false;  ///< the last write failed
  std::uint64_t jobs_done_ = 0;
};

}  // namespace mlb::worker
