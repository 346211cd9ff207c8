// What the broker keeps, behind one interface: SQLite in the product, memory
// with crash points in simulation.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "job/messages.h"
#include "job/record.h"

namespace mlb::store {

/// What a broker needs in memory at its start: a finished job stays on disk.
struct Loaded {
  StoreRow store;                  ///< nil ids in a new store
  std::vector<JobRow> unfinished;  ///< by order of acceptance
  std::vector<BlobRow> blobs;      ///< by digest
};

struct SpecRow {
  Bytes spec;
  std::string source;
};

/// Used by one thread.  Every read sees all that was committed before.
class Store {
 public:
  virtual ~Store() = default;

  /// All or nothing.  When it succeeds, every record survives a power cut.
  virtual Result<> commit(std::span<const Record> records) = 0;
  virtual Result<Loaded> load() = 0;

  virtual Result<std::optional<JobRow>> job(JobId id) = 0;
  /// The job that (user, key, document) is bound to.
  virtual Result<std::optional<JobId>> job_of_key(const UserId& user,
                                                  const std::string& key,
                                                  std::uint32_t document) = 0;
  /// One page, newest first; at most query.limit rows.
  virtual Result<std::vector<JobRow>> jobs(const UserId& owner,
                                           const ListJobs& query) = 0;
  /// Events from..upto (0: to the newest) in order, cut after `max_bytes` of
  /// encoded events, at least one when there is one.
  virtual Result<std::vector<EventRow>> events(JobId job, std::uint64_t from,
                                               std::uint64_t upto,
                                               std::size_t max_bytes) = 0;
  virtual Result<std::optional<SpecRow>> spec(JobId job) = 0;
};

}  // namespace mlb::store
