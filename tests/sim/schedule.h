// What one seed decides before anything runs: who takes part, which jobs are
// submitted, what goes wrong and when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "job/record.h"

namespace mlb::sim {

/// How the process of a job behaves.
enum class Ending {
  success,
  error,
  signal_once,
  signal,
  endless  ///< until it is killed, for a cancel or its timeout
};

/// Which items of an attempt are checkpoints; its log does not show them.
constexpr bool is_checkpoint(std::uint64_t item) {
  return item % 5 == 0;
}

struct WorkerPlan {
  int slots = 1;
  std::uint64_t memory = 1;
};

struct JobPlan {
  int number = 0;
  JobId id;
  Envelope envelope;
  std::string key;  ///< idempotency key; empty: none
  int epochs = 1;
  Ending ending = Ending::success;
  Millis submit{0};
  std::optional<Millis> cancel;
  bool watched = true;
};

enum class Fault {
  kill_broker,
  crash_before_commit,  ///< at the next turn that has something to commit
  fail_commit,
  crash_after_commit,
  crash_while_sending,
  stall_broker,
  wrong_store,     ///< started on another data directory for a while
  restored_store,  ///< an old copy of the data directory is served instead
  kill_worker,
  crash_worker_acting,  ///< in the middle of its next step that acts
  lose_worker,          ///< it never comes back
  stall_worker,
  drain_worker,
  fill_worker,   ///< its disk is full for a while
  clone_worker,  ///< a copy of its directory is served, too
  kill_client,
  kill_client_hearing,  ///< with the next message, acted on or not
  cut,                  ///< no message passes between a peer and the broker
  reconnect,            ///< a second pipe overtakes the first
  low_disk,             ///< of the broker
  jump_clock,
};
inline constexpr int kFaults = int(Fault::jump_clock) + 1;
std::string name_of(Fault fault);

struct TimedFault {
  Fault what = Fault::kill_broker;
  Millis at{0};
  Millis lasts{0};
  int who = 0;
};

/// What happens to single messages while faults go on.
struct Rates {
  double lost = 0;
  double doubled = 0;
  double late = 0;
  double astray = 0;  ///< goes by a second pipe, which may be slow
};

struct Schedule {
  std::uint64_t seed = 0;
  std::vector<WorkerPlan> workers;
  std::vector<JobPlan> jobs;
  std::vector<TimedFault> faults;
  Rates rates;
  double partial_drain = 0;
  Millis faults_end{0};

  bool has(Fault fault) const;
  /// Nothing hinders a worker from being heard.
  bool workers_are_well() const;
};

/// What a job's spec says in a simulation.
Bytes spec_of(const JobPlan& plan);

Schedule draw(std::uint64_t seed);

}  // namespace mlb::sim
