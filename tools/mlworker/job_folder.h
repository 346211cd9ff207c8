// The directory of one attempt: DIR/jobs/JOB.N/.  `spec`, `envelope`, `input`
// (the data), `items` (the spool: what the broker must hear), `out/`, the
// job's own `outcome`, and `ended`, written last: outcome and spool are whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "job/messages.h"
#include "job/state.h"

namespace mlb::worker {

/// An encoded item with its number.
struct SpooledItem {
  std::uint64_t number = 0;
  Item item;
};

/// What is found of an ended attempt.
struct EndedFolder {
  Attempt attempt;
  std::uint64_t items = 0;
};

class JobFolder {
 public:
  JobFolder(const std::string& jobs_dir, const Attempt& attempt);

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

  /// Makes it anew, with spec and envelope.
  Result<> create(const Start& start) const;
  /// Appends to the spool; durable when it returns.
  Result<> spool(const std::vector<Item>& items) const;
  /// Items from..upto of the spool, as far as they fit into one Progress.
  Result<std::vector<Item>> read_spool(std::uint64_t from,
                                       std::uint64_t upto) const;
  /// What the job left; nothing when it left none.
  std::optional<Outcome> job_outcome() const;
  /// Outcome and number of items, durable: the attempt has ended.
  Result<> write_ended(const Outcome& outcome, std::uint64_t items) const;
  Result<std::pair<Outcome, std::uint64_t>> read_ended() const;
  void remove() const;

 private:
  std::string path_;
};

/// Attempts with an `ended`; the directories of others are removed: their
/// processes died with the supervisor that started them.
std::vector<EndedFolder> recover_jobs(const std::string& jobs_dir);

}  // namespace mlb::worker
