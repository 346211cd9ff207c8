// A Store in memory, for tests and simulation.  Its content outlives the
// broker that uses it, as a disk would; commits can be made to fail.
#pragma once

#include <map>
#include <memory>

#include "store/store.h"

namespace mlb::store {

/// What a disk would hold.  Copyable: a backup is a copy.
struct MemoryDisk {
  StoreRow store;
  std::map<JobId, JobRow> jobs;
  std::map<JobId, std::vector<EventRow>> events;
  std::map<JobId, SpecRow> specs;
  std::map<Digest, BlobRow> blobs;
};

class MemoryStore final : public Store {
 public:
  /// The disk must outlive the store.
  explicit MemoryStore(MemoryDisk& disk) : disk_(disk) {}

  Result<> commit(std::span<const Record> records) override;
  Result<Loaded> load() override;
  Result<std::optional<JobRow>> job(JobId id) override;
  Result<std::optional<JobId>> job_of_key(const UserId& user,
                                          const std::string& key,
                                          std::uint32_t document) override;
  Result<std::vector<JobRow>> jobs(const UserId& owner,
                                   const ListJobs& query) override;
  Result<std::vector<EventRow>> events(JobId job, std::uint64_t from,
                                       std::uint64_t upto,
                                       std::size_t max_bytes) override;
  Result<std::optional<SpecRow>> spec(JobId job) override;

  /// The next commit fails and changes nothing.
  void fail_next_commit() { fail_next_ = true; }

 private:
  MemoryDisk& disk_;
  bool fail_next_ = false;
};

}  // namespace mlb::store
