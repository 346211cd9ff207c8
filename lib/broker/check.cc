// The invariants of the core; the simulator asks after every step.
#include "base/check.h"

#include "broker/core.h"

namespace mlb::broker {

void Core::check() const {
  std::size_t queued = 0;
  std::size_t running = 0;
  for (const auto& [id, job] : jobs_) {
    const JobRow& row = job.row;
    CHECK(row.id == id);
    CHECK(row.order > 0 && row.order <= store_.last_order);
    for (std::size_t i = 0; i < row.attempts.size(); ++i) {
      CHECK(row.attempts[i].number == i + 1);
      CHECK(i + 1 == row.attempts.size() || row.attempts[i].ended.count() > 0);
    }
    if (row.state == JobState::queued) {
      ++queued;
      CHECK(queue_.count({-row.envelope.priority, row.order, id}) == 1);
    }
    if (row.state == JobState::running) {
      ++running;
      CHECK(!row.attempts.empty());
      CHECK(!row.attempts.back().has_outcome);
      CHECK(running_.at(row.attempts.back().worker).count(id) == 1);
    }
    CHECK(is_terminal(row.state) == (row.ended.count() > 0));
  }
  CHECK(queued == queue_.size());
  std::size_t listed = 0;
  for (const auto& [worker, jobs] : running_) listed += jobs.size();
  CHECK(listed == running);
  CHECK(watched_.size() == watchers_.size());
  CHECK(needs_.size() == needed_blobs().size());
}

}  // namespace mlb::broker
