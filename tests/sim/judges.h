// The judges look only at what became durable, what was delivered, and what
// processes really run.  None asks the core what it thinks of itself, except
// for its own check().
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "broker/core.h"
#include "figures.h"
#include "job/record.h"
#include "schedule.h"
#include "store/store.h"

namespace mlb::sim {

/// A guarantee is broken.
struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A process of a job begins.
struct Beginning {
  std::string place;  ///< the worker, told apart from a copy of its directory
  PeerId id;          ///< what the broker knows it by
  WorkerPlan plan;
  Attempt attempt;
  Resources needs;
  Bytes spec;
};

class Judges {
 public:
  explicit Judges(const Schedule& schedule);

  // ---- what processes do ----
  void process_begins(const Beginning& b);
  void process_ends(const std::string& place, const Attempt& attempt);

  // ---- what workers do and hear from the main broker ----
  /// The outcome is durable on the worker's disk.
  void outcome_kept(const Attempt& attempt) { kept_.insert(attempt); }
  /// The worker deletes it: the broker must have it, or want it no more.
  void forgotten(const Attempt& attempt) const;
  /// A ProgressTaken arrives: those items must be durable.
  void items_taken(const Attempt& attempt, std::uint64_t upto) const;

  // ---- what the main store holds ----
  using Blobs = std::map<Digest, std::uint64_t>;  ///< files on its disk
  void committed(std::span<const Record> records, const Blobs& blobs);
  /// A broker begins with this: it must be what was committed.
  void loaded(const store::Loaded& loaded);
  /// The log of a job, read from the store.
  void stored(JobId id, const std::vector<EventRow>& events) const;
  /// What a core that knows of a low disk wants to record.
  void disk_is_low(std::span<const Record> records) const;
  /// Memory against the durable image, for the jobs that these touch.
  void compare(const broker::Core& core, std::span<const Record> records) const;
  void compare_all(const broker::Core& core) const;
  std::vector<JobId> jobs() const;

  // ---- what clients hear from the main store ----
  void accepted(const JobPlan& plan, JobId job);
  void refused(const JobPlan& plan, JobId job, const std::string& code) const;
  void cancel_taken(JobId job) const;
  /// `next`: of all events, the first that this watcher has not passed.
  void heard(JobId job, std::uint64_t& next, const EventRow& event,
             WatchFilter filter) const;

  /// Every job that ever became durable has ended.
  bool all_ended() const;
  /// After the faults: says what is still open.
  void at_the_end() const;
  void count(Figures& figures) const;

 private:
  struct Process {
    std::string place;
    Resources uses;
  };
  struct Durable {
    JobRow row;
    std::vector<EventRow> events;
    std::map<std::uint32_t, std::uint64_t> items;  ///< newest, by attempt
    int ends = 0;
    bool may_start = true;  ///< since its acceptance or a retry
    int overtaken = 0;
  };
  void put(const JobRow& row);
  void compare(const broker::Core& core, const Durable& job) const;
  void given_up(const JobRow& before, const JobRow& row) const;
  void put_attempts(const JobRow& before, const JobRow& row) const;
  void append(const EventRow& row);
  void started(Durable& job, const EventRow& row);
  void lost(const EventRow& row) const;
  void ended(Durable& job) const;
  void outcome(const JobRow& row, const Blobs& blobs) const;
  void removed(const Digest& blob) const;
  [[noreturn]] static void fail(int judge, const JobId& job,
                                const std::string& text);

  const Schedule& schedule_;
  int all_slots_ = 0;
  std::uint64_t last_order_ = 0;
  std::uint64_t epoch_ = 0;
  std::map<Attempt, Process> running_;
  std::map<Attempt, std::string> given_;  ///< to which place
  std::map<JobId, Durable> jobs_;
  std::set<Attempt> kept_;        ///< outcomes on workers' disks
  std::map<JobId, Bytes> specs_;  ///< of jobs
  std::map<Digest, BlobRow> blobs_;
  std::set<JobId> accepted_;
  std::map<std::string, JobId> keys_;
};

}  // namespace mlb::sim
