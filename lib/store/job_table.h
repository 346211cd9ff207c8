// The job rows in SQLite: each once as its wire encoding, beside the columns
// that lists search by.  Private to lib/store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "job/messages.h"
#include "job/record.h"
#include "store/database.h"

namespace mlb::store {

class JobTable {
 public:
  explicit JobTable(Database& db) : db_(db) {}

  /// `last_event`: place of the job's newest unpacked event.
  void put(const JobRow& row, std::int64_t last_event);
  std::optional<JobRow> find(JobId id);
  std::optional<JobId> of_key(const UserId& user, const std::string& key,
                              std::uint32_t document);
  std::vector<JobRow> unfinished();
  /// One page, newest first.
  std::vector<JobRow> page(const UserId& owner, const ListJobs& query);
  std::uint64_t last_order();

 private:
  bool update(const JobRow& row, std::int64_t last_event, ByteView encoded);
  void insert(const JobRow& row, std::int64_t last_event, ByteView encoded);
  std::vector<JobRow> rows(SQLite::Statement& s);
  Database& db_;
};

}  // namespace mlb::store
