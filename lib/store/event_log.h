// The event logs of all jobs in SQLite.  Private to lib/store.
#pragma once

#include <map>
#include <vector>

#include "job/record.h"
#include "store/database.h"

namespace mlb::store {

/// New events of all jobs are rows of one table, in the order in which they
/// came: an append touches one page, however many jobs run.  Each row points
/// back to the one before it of its job, the job's row to its newest.  When a
/// job ends, and every kPackAt events before that, its rows become one packed
/// row, found by number: a reader walks back over fewer than that.
class EventLog {
 public:
  static constexpr std::size_t kPackAt = 256;

  explicit EventLog(Database& db) : db_(db) {}

  /// `row` must have the number after the job's newest.
  void append(const EventRow& row);
  /// Before the job's row is written: packs when it is time.  Returns the
  /// place of the newest unpacked event (0: none), for the job's row.
  std::int64_t place_for(const JobRow& row);
  /// At the end of a transaction: jobs that got events but no new row.
  void flush();
  /// The transaction failed: what was remembered is not true.
  void forget() { tails_.clear(); }

  std::vector<EventRow> read(JobId job, std::uint64_t from, std::uint64_t upto,
                             std::size_t max_bytes);

 private:
  /// The unpacked end of a job's log.
  struct Tail {
    std::int64_t place = 0;  ///< of the newest row; 0: none
    std::uint64_t number = 0;
    std::size_t rows = 0;
    bool flushed = true;
  };
  struct Row {
    std::int64_t place = 0;
    std::uint64_t number = 0;
    Bytes encoded;
  };
  Tail& tail_of(JobId job);
  void pack(Tail& tail, std::uint64_t order);
  std::vector<Row> walk(std::int64_t place, std::uint64_t from);

  Database& db_;
  std::map<JobId, Tail> tails_;  ///< of unfinished jobs, as they are met
};

}  // namespace mlb::store
