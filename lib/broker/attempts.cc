// The life of an attempt after its start: progress, outcome, loss, retry
// (protocol rules 13-18, 20-24).
#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "broker/core.h"

namespace mlb::broker {
namespace {

std::string ended_text(FailureClass why, const std::string& reason) {
  if (why == FailureClass::none) return {};
  return reason.empty() ? std::string(name_of(why)) : reason;
}

}  // namespace

Millis Core::backoff(const Retry& retry, std::uint32_t count) const {
  const double factor = std::ldexp(1.0, static_cast<int>(count) - 1);
  const double wait = static_cast<double>(retry.backoff.count()) * factor;
  return wait >= static_cast<double>(limits_.max_backoff.count())
             ? limits_.max_backoff
             : Millis(static_cast<std::int64_t>(wait));
}

void Core::take_item(JobRow& row, const Item& item) {
  row.attempts.back().items = item.number;
  EventRow event{.job = row.id,
                 .number = row.events + 1,
                 .attempt = row.attempts.back().number,
                 .time = now_.wall,
                 .type = EventType::message,
                 .state = row.state,
                 .point = {},
                 .log = {},
                 .text = {}};
  switch (item.type) {
    case ItemType::point:
      // Beyond the limit the history ends, the training does not.
      if (row.points >= limits_.points) return;
      ++row.points;
      event.type = EventType::point;
      event.point = item.point;
      if (item.point.epoch > 0) row.last_point = item.point;
      break;
    case ItemType::log:
      event.type = EventType::log;
      event.log = item.log;
      break;
    case ItemType::message: event.text = item.message; break;
    case ItemType::checkpoint:
      // Without its blob nobody could go on from it.
      if (blobs_.count(item.checkpoint.digest) > 0) {
        row.checkpoint = item.checkpoint;
        row.checkpoint.file.clear();
      }
      return;
  }
  ++row.events;
  record(AppendEvent{std::move(event)});
}

void Core::progress(const Received& m, const Progress& p) {
  const PeerId worker = m.message.header.session.peer;
  Job* job = job_of(worker, p.attempt);
  if (job == nullptr) {
    // Of a job that has ended, or an attempt that is superseded: nobody will
    // ask for these again.
    const JobRow* row = find(p.attempt.job);
    if (row == nullptr) row = known(m, p.attempt.job);
    if (row != nullptr && !p.items.empty()) {
      send(worker, ProgressTaken{p.attempt, p.items.back().number});
    }
    return;
  }
  readopt(*job);
  lease_blobs(m);
  JobRow row = job->row;
  const std::uint64_t before = row.attempts.back().items;
  std::vector<Digest> checkpoints;  // that it had
  for (const auto& item : p.items) {
    if (item.number != row.attempts.back().items + 1) continue;
    checkpoints.push_back(row.checkpoint.digest);
    take_item(row, item);
  }
  if (row.attempts.back().items != before) record(PutJob{row});
  for (const auto& old : checkpoints) release_checkpoint(m, row, old);
  job->held = true;
  send(worker, ProgressTaken{p.attempt, row.attempts.back().items});
}

std::optional<Need> Core::need_before(const JobRow& row,
                                      const Finished& f) const {
  const std::uint64_t items = row.attempts.back().items;
  std::vector<Digest> digests;
  for (const auto& a : f.outcome.artefacts) {
    if (blobs_.count(a.digest) == 0) digests.push_back(a.digest);
  }
  if (items >= f.last_item && digests.empty()) return std::nullopt;
  return Need{f.attempt, items < f.last_item ? items + 1 : 0, digests};
}

void Core::finished(const Received& m, const Finished& f) {
  const PeerId worker = m.message.header.session.peer;
  lease_blobs(m);
  Job* job = job_of(worker, f.attempt);
  if (job == nullptr) {
    const JobRow* row = find(f.attempt.job);
    if (row == nullptr) row = known(m, f.attempt.job);
    // Known, but ended or superseded: the outcome changes nothing any more.
    if (row != nullptr && !row->attempts.empty() &&
        f.attempt.number <= row->attempts.back().number) {
      send(worker, Taken{f.attempt});
    }
    return;
  }
  readopt(*job);
  if (const auto need = need_before(job->row, f)) {
    send(worker, *need);
    return;
  }
  const Digest checkpoint = job->row.checkpoint.digest;
  end_attempt(job->row, f.outcome);
  release_checkpoint(m, job->row, checkpoint);
  send(worker, Taken{f.attempt});
}

void Core::end_attempt(JobRow row, const Outcome& outcome) {
  AttemptRow& attempt = row.attempts.back();
  attempt.has_outcome = true;
  attempt.outcome = outcome;
  attempt.lost = false;
  attempt.ended = now_.wall;
  attempt.pid = jobs_.at(row.id).pid;
  if (row.cancel_asked) {
    end_job(std::move(row), JobState::cancelled, FailureClass::cancelled,
            "cancelled");
    return;
  }
  if (outcome.success) {
    row.checkpoint = {};  // nobody goes on from its middle
    end_job(std::move(row), JobState::succeeded, FailureClass::none, {});
    return;
  }
  const Retry& retry = row.envelope.retry;
  if (outcome.failure == FailureClass::signal && retry.on_signal &&
      row.retries < static_cast<std::uint32_t>(retry.max)) {
    requeue(std::move(row), outcome.failure, outcome.reason);
    return;
  }
  end_job(std::move(row), JobState::failed, outcome.failure, outcome.reason);
}

void Core::end_job(JobRow row, JobState state, FailureClass why,
                   std::string reason) {
  row.state = state;
  row.failure = why;
  row.reason = reason;
  row.ended = now_.wall;
  append(row, EventType::ended, ended_text(why, reason));
  record(PutJob{row});
}

void Core::requeue(JobRow row, FailureClass why, const std::string& reason) {
  ++row.retries;
  const Millis wait = backoff(row.envelope.retry, row.retries);
  row.state = JobState::queued;
  row.not_before = now_.wall + wait;
  append(row, EventType::retry, ended_text(why, reason));
  record(PutJob{row});
  Job& job = jobs_.at(row.id);
  job.ready = now_.mono + wait;
  job.start_n = 0;
  job.held = false;
  job.live = {};
}

/// The attempt is given up.  `proven`: its process is known to be gone.
void Core::lose(JobId id, const std::string& reason, bool proven) {
  Job& job = jobs_.at(id);
  JobRow row = job.row;
  AttemptRow& attempt = row.attempts.back();
  if (const auto w = workers_.find(attempt.worker);
      w != workers_.end() && w->second.session.counter == attempt.session) {
    w->second.given_up = std::max(w->second.given_up, job.start_n);
  }
  const Retry& retry = row.envelope.retry;
  const bool again = retry.on_worker_lost &&
                     row.retries < static_cast<std::uint32_t>(retry.max);
  if (!again && !proven && !row.cancel_asked && !attempt.lost) {
    // Nothing will run in its place, so there is time for it to come back.
    attempt.lost = true;
    record(PutJob{row});
    job.lease = now_.mono + limits_.final_loss;
    return;
  }
  attempt.lost = true;
  attempt.ended = now_.wall;
  attempt.pid = job.pid;
  if (row.cancel_asked) {
    end_job(std::move(row), JobState::cancelled, FailureClass::cancelled,
            "cancelled");
  } else if (again) {
    requeue(std::move(row), FailureClass::worker_lost, reason);
  } else {
    end_job(std::move(row), JobState::failed, FailureClass::worker_lost,
            reason);
  }
}

void Core::expire_leases(Millis) {
  std::vector<std::pair<JobId, std::string>> lost;
  for (const auto& [worker, jobs] : running_) {
    const auto known_worker = workers_.find(worker);
    const bool gone =
        known_worker != workers_.end() && known_worker->second.gone_since &&
        *known_worker->second.gone_since + limits_.gone_after <= now_.mono;
    for (const JobId id : jobs) {
      const Job& job = jobs_.at(id);
      const bool waits_for_end = job.row.attempts.back().lost;
      if (job.lease <= now_.mono) {
        lost.emplace_back(id, "no heartbeat from the worker");
      } else if (gone && !waits_for_end) {
        lost.emplace_back(id, "the worker is gone");
      }
    }
  }
  for (const auto& [id, reason] : lost) lose(id, reason, false);
}

}  // namespace mlb::broker
