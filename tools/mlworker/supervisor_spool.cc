// What an attempt reports becomes durable: one write at a time for each, with
// all that came meanwhile in the next one, so that a job with many points
// costs few syncs; what cannot be written is kept and written again.

#include <filesystem>
#include <iterator>
#include <utility>

#include "log/log.h"
#include "supervisor.h"

namespace mlb::worker {
namespace {

constexpr Millis kWriteAgain{1000};

}  // namespace

void Supervisor::spool(const Attempt& attempt, Running& job,
                       std::vector<Item> items) {
  for (auto& item : items) {
    item.number = ++job.items;
    item.time = read_clock().wall;
    job.unspooled.push_back(std::move(item));
  }
  write(attempt, job);
}

/// The next write, if there is something and none is under way.
void Supervisor::write(const Attempt& attempt, Running& job) {
  if (job.writing || job.write_again > read_clock().mono) return;
  if (!job.unspooled.empty()) {
    write_items(attempt, job);
  } else if (job.outcome) {
    write_outcome(attempt, job);
  }
}

void Supervisor::write_items(const Attempt& attempt, Running& job) {
  job.writing = true;
  const JobFolder folder = job.folder;
  file_thread_.give([this, attempt, folder,
                     items = std::exchange(job.unspooled, {})]() -> Completion {
    auto done = append_to_spool(folder.spool(), items);
    const std::string problem = done ? "" : done.error().message;
    return [this, attempt, items, problem] {
      items_written(attempt, items, problem);
    };
  });
}

/// Whether a write went well; tells the agent when the disk is full, or is
/// not any more.
bool Supervisor::wrote(Running& job, const std::string& problem) {
  job.writing = false;
  const bool good = problem.empty();
  if (!good) {
    log(LogLevel::error, "cannot keep what a job reports: " + problem);
    job.write_again = read_clock().mono + kWriteAgain;
  }
  if (std::exchange(disk_full_, !good) == good) step(DiskFull{!good});
  return good;
}

void Supervisor::items_written(const Attempt& attempt, std::vector<Item> items,
                               const std::string& problem) {
  const auto it = jobs_.find(attempt);
  if (it == jobs_.end()) return;
  Running& job = it->second;
  if (wrote(job, problem)) {
    step(Spooled{attempt, items.back().number});
  } else {
    job.unspooled.insert(job.unspooled.begin(),
                         std::make_move_iterator(items.begin()),
                         std::make_move_iterator(items.end()));
  }
  write(attempt, job);
}

void Supervisor::write_outcome(const Attempt& attempt, Running& job) {
  job.writing = true;
  const JobFolder folder = job.folder;
  const std::uint64_t items = job.items;
  const Outcome outcome = *std::exchange(job.outcome, std::nullopt);
  file_thread_.give([this, attempt, folder, outcome, items]() -> Completion {
    std::error_code error;
    std::filesystem::create_directories(folder.path(), error);
    auto written = folder.write_ended(outcome, items);
    const std::string problem = written ? "" : written.error().message;
    return [this, attempt, outcome, problem] {
      outcome_written(attempt, outcome, problem);
    };
  });
}

void Supervisor::outcome_written(const Attempt& attempt, const Outcome& outcome,
                                 const std::string& problem) {
  const auto it = jobs_.find(attempt);
  if (it == jobs_.end()) return;
  if (wrote(it->second, problem)) {
    upload(attempt, BlobPath::shortest);
  } else {
    it->second.outcome = outcome;
  }
}

void Supervisor::write_what_failed() {
  for (auto& [attempt, job] : jobs_) {
    if (job.write_again.count() > 0) write(attempt, job);
  }
}

}  // namespace mlb::worker
