// The broker's store on disk: SQLite in WAL mode with synchronous=FULL, one
// transaction a commit.  Rows are kept as their wire encoding beside the few
// columns that are searched.
#pragma once

#include <memory>
#include <string>

#include "store/store.h"

namespace mlb::store {

/// Keeps what the broker knows.  After commit() succeeds, every record in it
/// survives a power cut.  Used by one thread.
class SqliteStore final : public Store {
 public:
  /// Opens or makes the file; brings an older schema up to date, refuses a
  /// newer one.
  static Result<SqliteStore> open(const std::string& path);
  ~SqliteStore() override;
  SqliteStore(SqliteStore&&) noexcept;
  SqliteStore& operator=(SqliteStore&&) noexcept;

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

 private:
  struct Impl;
  explicit SqliteStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlb::store
