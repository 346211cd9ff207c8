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
#include "job/record.h"
#include "schedule.h"
#include "store/store.h"

namespace mlb::sim {

/// A guarantee is broken.
struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Judges {
 public:
  explicit Judges(const Schedule& schedule);

  // ---- what processes do ----
  /// `place`: the worker process, told apart from a copy of its directory.
  void process_begins(const std::string& place, const Attempt& attempt,
                      int cpus, int slots);
  void process_ends(const std::string& place, const Attempt& attempt);

  // ---- what the main store holds ----
  using Blobs = std::map<Digest, std::uint64_t>;  ///< files on its disk
  void committed(std::span<const Record> records, const Blobs& blobs);
  /// A broker begins with this: it must be what was committed.
  void loaded(const store::Loaded& loaded) const;
  /// Memory against the durable image, for the jobs that these touch.
  void compare(const broker::Core& core, std::span<const Record> records) const;

  // ---- what clients hear from the main store ----
  void accepted(const JobPlan& plan, JobId job);
  void refused(JobId job, const std::string& code) const;
  void heard(JobId job, std::uint64_t& next, const EventRow& event) const;

  /// Every job that ever became durable has ended.
  bool all_ended() const;
  /// After the faults: says what is still open.
  void at_the_end() const;

 private:
  struct Process {
    std::string place;
    int cpus = 0;
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
  void put_attempts(const JobRow& before, const JobRow& row) const;
  void append(const EventRow& row);
  void started(Durable& job, const EventRow& row);
  void lost(const EventRow& row) const;
  void ended(Durable& job) const;
  void outcome(const JobRow& row, const Blobs& blobs) const;
  [[noreturn]] static void fail(int judge, const JobId& job,
                                const std::string& text);

  const Schedule& schedule_;
  int all_slots_ = 0;
  std::map<Attempt, Process> running_;
  std::map<Attempt, std::string> given_;  ///< to which place
  std::map<JobId, Durable> jobs_;
  std::set<JobId> accepted_;
  std::map<std::string, JobId> keys_;
};

}  // namespace mlb::sim
