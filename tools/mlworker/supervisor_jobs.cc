// What happens to one attempt between Start and its outcome on disk.

#include <csignal>
#include <filesystem>

#include "exec/memory.h"
#include "log/log.h"
#include "supervisor.h"
#include "wire/wire.h"

namespace mlb::worker {
namespace {

constexpr Millis kTailEvery{200};
constexpr Millis kWatchMemoryEvery{100};
constexpr int kJobFailed = 7;  ///< exit code of a job that wrote its outcome
constexpr const char* kDrain = "drain";    ///< why the agent ends jobs then
constexpr const char* kMemory = "memory";  ///< why watch_memory() ends one

/// What a process may allocate, used or not.  Above what it may use: OpenBLAS
/// reserves 128 MiB a thread, most of it never touched, and asks for ever when
/// it is refused.  It stops one huge allocation before it is used at all.
std::uint64_t allocation_limit(const Resources& resources) {
  constexpr std::uint64_t kSlack = 256u << 20;
  constexpr std::uint64_t kReservedByThread = 136u << 20;
  return resources.memory + kSlack +
         kReservedByThread * static_cast<std::uint64_t>(resources.cpus);
}

/// Rounded up, so that what is over a limit looks so.
std::string mebibytes(std::uint64_t bytes) {
  constexpr std::uint64_t kMebi = 1 << 20;
  return std::to_string((bytes + kMebi - 1) / kMebi) + " MiB";
}

Outcome failure(FailureClass why, std::string reason) {
  Outcome out;
  out.failure = why;
  out.reason = std::move(reason);
  return out;
}

}  // namespace

/// Directory, spec and data; then the launcher.
void Supervisor::prepare(const Start& start) {
  const JobFolder folder(jobs_dir_, start.attempt);
  Running& job = jobs_.try_emplace(start.attempt, folder).first->second;
  job.resources = start.envelope.resources;
  blob_thread_.give([this, start, folder]() -> Completion {
    auto done = folder.create(start);
    const char* name = "input";  // the data, then the model if one is named
    for (const auto& digest : start.envelope.digests) {
      if (done) done = blobs_.fetch(digest, folder.file(name));
      name = "model";
    }
    if (done && !start.checkpoint.digest.is_none()) {
      done = blobs_.fetch(start.checkpoint.digest, folder.file("resume"));
    }
    std::optional<Error> error;
    if (!done) error = std::move(done).fail();
    return [this, start, error] {
      const auto it = jobs_.find(start.attempt);
      if (it == jobs_.end()) return;
      if (it->second.ending == kDrain) {
        it->second.given_back = read_clock().mono;
      } else if (error) {
        settle(start.attempt, failure(FailureClass::error,
                                      "fetching data: " + error->message));
      } else {
        launched(start.attempt);
      }
    };
  });
}

void Supervisor::launched(const Attempt& attempt) {
  const auto it = jobs_.find(attempt);
  if (it == jobs_.end()) return;
  Running& job = it->second;
  if (!job.ending.empty()) {
    settle(attempt, failure(FailureClass::cancelled, job.ending));
    return;
  }
  job.launch_id = ++last_launch_;
  launches_[job.launch_id] = attempt;
  auto asked = launcher_.launch(
      {.id = job.launch_id,
       .dir = job.folder.path(),
       .argv = {options_.job_program, "run", "--dir", job.folder.path(),
                "--progress-fd", "3", "--cache", options_.data + "/converted",
                "--cache-size", std::to_string(options_.cache_size)},
       .memory = allocation_limit(job.resources)});
  if (!asked) {
    settle(attempt, failure(FailureClass::error, asked.error().message));
  }
}

void Supervisor::launcher_events() {
  for (;;) {
    auto event = launcher_.receive();
    if (!event) {
      stop_ = Error{Fault::bug, event.error().message};
      return;
    }
    if (!*event) return;
    exec::LaunchEvent& e = **event;
    const auto launch = launches_.find(e.id);
    if (launch == launches_.end()) continue;
    const Attempt attempt = launch->second;
    const auto it = jobs_.find(attempt);
    if (it == jobs_.end()) continue;
    switch (e.type) {
      case exec::LaunchEventType::started:
        it->second.pid = e.pid;
        it->second.pipe = std::make_unique<ProgressPipe>(std::move(e.progress));
        step(Launched{attempt, e.pid});
        if (!it->second.ending.empty()) (void)!launcher_.end(e.id, false);
        break;
      case exec::LaunchEventType::failed:
        launches_.erase(launch);
        settle(attempt, failure(FailureClass::error,
                                "cannot start the job: " + e.reason));
        break;
      case exec::LaunchEventType::exited:
        launches_.erase(launch);
        exited(attempt, e);
        break;
    }
  }
}

Outcome Supervisor::outcome_of(const Running& job,
                               const exec::LaunchEvent& event) const {
  const bool told = event.signal == 0 &&
                    (event.exit_code == 0 || event.exit_code == kJobFailed);
  auto left = told ? job.folder.job_outcome() : std::nullopt;
  Outcome out = left ? std::move(*left) : Outcome{};
  out.exit_code = event.exit_code;
  out.signal = event.signal;
  out.peak_memory = event.peak_memory;
  if (job.ending == "timeout") {
    out.success = false;
    out.failure = FailureClass::timeout;
    out.reason = "it ran longer than resources.timeout (" +
                 std::to_string(job.resources.timeout.count() / 1000) + " s)";
  } else if (job.ending == kMemory) {
    out.success = false;
    out.failure = FailureClass::oom;
    out.reason = "it used " + mebibytes(event.peak_memory) +
                 ", more than resources.memory (" +
                 mebibytes(job.resources.memory) + ")";
  } else if (!job.ending.empty() && !out.success) {
    out.failure = FailureClass::cancelled;
    out.reason = job.ending;
  } else if (event.signal != 0) {
    out.failure = FailureClass::signal;
    out.reason = "the job's process ended by signal " +
                 std::to_string(event.signal) + " (" + strsignal(event.signal) +
                 ")";
  } else if (!left) {
    out.failure = FailureClass::error;
    out.reason = "the job's process exited with code " +
                 std::to_string(event.exit_code) + " and left no outcome";
  }
  return out;
}

void Supervisor::exited(const Attempt& attempt,
                        const exec::LaunchEvent& event) {
  Running& job = jobs_.at(attempt);
  if (job.pipe) {
    for (;;) {
      Reported last = job.pipe->read();
      const bool more = !last.closed && !last.items.empty();
      take(attempt, job, std::move(last));
      if (!more) break;
    }
    job.pipe.reset();
  }
  if (job.ending == kDrain) {
    job.given_back = read_clock().mono;
  } else {
    settle(attempt, outcome_of(job, event));
  }
}

/// Attempts whose process is gone are given back once the broker has all that
/// they reported, their last checkpoint above all; without an answer, soon.
void Supervisor::give_back_what_is_known() {
  const Millis now = read_clock().mono;
  std::vector<Attempt> ready;
  for (const auto& [attempt, job] : jobs_) {
    if (!job.given_back) continue;
    const bool known = job.delivering == 0 && !job.writing &&
                       job.unspooled.empty() && agent_.all_taken(attempt);
    if (known || *job.given_back + kLastDelivery <= now) {
      ready.push_back(attempt);
    }
  }
  for (const Attempt& attempt : ready) give_back(attempt);
}

/// Brings a checkpoint to the broker, then says that it is there.
void Supervisor::deliver(const Attempt& attempt, Running& job, Item item) {
  const CheckpointMark mark = item.checkpoint;
  const std::string path = job.folder.file(mark.file);
  ++job.delivering;
  blob_thread_.give([this, attempt, path, mark, item]() -> Completion {
    auto done =
        blobs_.deliver(path, {mark.digest, mark.bytes}, BlobPath::shortest);
    const std::string problem = done ? "" : done.error().message;
    return [this, attempt, item, problem] {
      const auto it = jobs_.find(attempt);
      if (it == jobs_.end()) return;
      --it->second.delivering;
      if (it->second.settled) return;  // its items are counted
      if (problem.empty()) {
        spool(attempt, it->second, {item});
      } else {
        log(LogLevel::warning, "delivering a checkpoint: " + problem);
      }
    };
  });
}

/// It leaves no outcome: another attempt goes on from its checkpoint.
void Supervisor::give_back(const Attempt& attempt) {
  const JobFolder folder = jobs_.at(attempt).folder;
  jobs_.erase(attempt);
  spools_.erase(attempt);
  file_thread_.give([folder]() -> Completion {
    folder.remove();
    return [] {};
  });
  step(GivenBack{attempt});
}

/// The outcome becomes durable after the last items; then the artefacts are
/// brought to the broker.
void Supervisor::settle(const Attempt& attempt, Outcome outcome) {
  Running& job = jobs_.at(attempt);
  job.settled = true;
  ++jobs_done_;
  log(LogLevel::info,
      text_of(attempt) + ": " +
          std::string(outcome.success ? "success" : name_of(outcome.failure)) +
          (outcome.reason.empty() ? "" : ": " + outcome.reason));
  std::vector<Item> rest;
  for (LogTail* tail : {&job.out, &job.err}) {
    for (auto& piece : tail->rest()) {
      Item item;
      item.type = ItemType::log;
      item.log = std::move(piece);
      rest.push_back(std::move(item));
    }
  }
  job.outcome = std::move(outcome);
  spool(attempt, job, std::move(rest));
}

void Supervisor::upload(const Attempt& attempt, BlobPath by) {
  const JobFolder folder(jobs_dir_, attempt);
  blob_thread_.give([this, attempt, folder, by]() -> Completion {
    auto ended = folder.read_ended();
    Result<> done;
    if (ended) {
      for (const auto& a : ended->first.artefacts) {
        if (done) {
          done = blobs_.deliver(folder.file("out/" + a.file),
                                {a.digest, a.bytes}, by);
        }
      }
    }
    const std::string problem = !ended ? ended.error().message
                                : done ? ""
                                       : done.error().message;
    return [this, attempt, problem] {
      if (!problem.empty()) log(LogLevel::warning, "delivering: " + problem);
      if (agent_.holds(attempt)) {
        step(Ended{attempt});  // the broker will ask for what it lacks
      } else if (problem.empty()) {
        step(Uploaded{attempt});
      }
    };
  });
}

void Supervisor::take(const Attempt& attempt, Running& job, Reported reported) {
  if (!reported.problem.empty()) {
    log(LogLevel::warning, text_of(attempt) + ": " + reported.problem);
  }
  std::vector<Item> items;
  for (auto& item : reported.items) {
    if (item.type == ItemType::checkpoint) {
      deliver(attempt, job, std::move(item));
    } else {
      items.push_back(std::move(item));
    }
  }
  spool(attempt, job, std::move(items));
  if (!reported.live.empty()) {
    step(LiveChanged{attempt, reported.live.back()});
  }
}

void Supervisor::read_progress() {
  for (auto& [attempt, job] : jobs_) {
    if (!job.pipe) continue;
    Reported reported = job.pipe->read();
    const bool closed = reported.closed;
    take(attempt, job, std::move(reported));
    if (closed) job.pipe.reset();
  }
}

/// A process that uses more than its job may is killed: what it would do
/// with SIGTERM takes memory, too.
void Supervisor::watch_memory() {
  const Millis now = read_clock().mono;
  if (memory_watched_ + kWatchMemoryEvery > now) return;
  memory_watched_ = now;
  for (auto& [attempt, job] : jobs_) {
    if (job.pid == 0 || !job.ending.empty()) continue;
    const auto used = exec::resident_bytes(static_cast<pid_t>(job.pid));
    if (!used || *used <= job.resources.memory) continue;
    job.ending = kMemory;
    (void)!launcher_.end(job.launch_id, true);
  }
}

void Supervisor::tail_logs() {
  const Millis now = read_clock().mono;
  if (tailed_ + kTailEvery > now) return;
  tailed_ = now;
  for (auto& [attempt, job] : jobs_) {
    if (job.launch_id == 0 || !agent_.holds(attempt)) continue;
    std::vector<Item> items;
    for (LogTail* tail : {&job.out, &job.err}) {
      for (auto& piece : tail->more()) {
        Item item;
        item.type = ItemType::log;
        item.log = std::move(piece);
        items.push_back(std::move(item));
      }
    }
    spool(attempt, job, std::move(items));
  }
}

}  // namespace mlb::worker
