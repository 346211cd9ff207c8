// The directory of one attempt: DIR/jobs/JOB.N/.  `spec`, `envelope`, `input`
// (the data), `model` (that the spec names), `resume` (a checkpoint to go on
// from), `items` (the spool: what the broker must hear), `out/`, the
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
  std::string spool() const { return file("items"); }

  /// Makes it anew, with spec and envelope.
  Result<> create(const Start& start) const;
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
