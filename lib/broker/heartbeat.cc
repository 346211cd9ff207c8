// What a heartbeat means: it is the worker's full state, so everything that
// differs from what the broker thinks is settled here (rules 12-16).
#include <algorithm>

#include "broker/core.h"

namespace mlb::broker {

void Core::heartbeat(const Received& m, const Heartbeat& h) {
  const Session& session = m.message.header.session;
  auto [it, is_new] = workers_.try_emplace(session.peer);
  Worker& worker = it->second;
  const bool reborn = !is_new && worker.session != session;
  if (reborn) worker = {};
  worker.session = session;
  worker.beat = h;
  worker.holds.clear();
  for (const auto& a : h.held) {
    const JobRow* row = find(a.attempt.job);
    if (row == nullptr) row = known(m, a.attempt.job);
    // Of what this store does not know at least the process is there.
    worker.holds[a.attempt] =
        row == nullptr ? Resources{.memory = 0} : row->envelope.resources;
  }
  worker.heard_us = m.message.header.timeline == store_.timeline &&
                    m.message.header.epoch == store_.epoch;
  worker.beat_seen = worker.heard_us ? m.message.header.seen : 0;
  // Until it has, a Start of our earlier life may be on its way; it answers
  // at once.
  if (!worker.heard_us) send(session.peer, WorkerPing{});
  if (reborn || is_new) meet_session(worker);
  for (const auto& a : h.held) held(m, a);
  std::size_t asked = 0;
  for (const auto& e : h.ended) ended(m, e, asked);
  absent(session.peer, h);
}

/// A worker's process is another one than before: its attempts of earlier
/// sessions that it does not name have no process any more.
void Core::meet_session(const Worker& worker) {
  const auto named = [&](const Attempt& a) {
    return std::any_of(worker.beat.held.begin(), worker.beat.held.end(),
                       [&](const auto& x) { return x.attempt == a; }) ||
           std::any_of(worker.beat.ended.begin(), worker.beat.ended.end(),
                       [&](const auto& x) { return x.attempt == a; });
  };
  const auto running = running_[worker.session.peer];
  for (const JobId id : running) {
    const auto& attempt = jobs_.at(id).row.attempts.back();
    if (attempt.session < worker.session.counter &&
        !named({id, attempt.number})) {
      lose(id, "the worker was restarted", true);
    }
  }
}

/// The job whose latest attempt this is, as long as its outcome is awaited.
Core::Job* Core::job_of(PeerId worker, const Attempt& attempt) {
  const auto it = jobs_.find(attempt.job);
  if (it == jobs_.end()) return nullptr;
  const JobRow& row = it->second.row;
  if (is_terminal(row.state) || row.attempts.empty() ||
      row.attempts.back().number != attempt.number ||
      row.attempts.back().worker != worker || row.attempts.back().has_outcome) {
    return nullptr;
  }
  return &it->second;
}

void Core::held(const Received& m, const HeldAttempt& h) {
  const PeerId worker = m.message.header.session.peer;
  if (Job* job = job_of(worker, h.attempt)) {
    readopt(*job);
    job->held = true;
    job->lease = now_.mono + limits_.lease;
    job->pid = h.pid;
    job->live = h.live;
    wake_watchers(h.attempt.job, true);
    if (job->row.cancel_asked) send(worker, Kill{h.attempt, "cancelled"});
    return;
  }
  const JobRow* row = find(h.attempt.job);
  if (row == nullptr) row = known(m, h.attempt.job);
  // What is unknown is left alone: it may belong to data that we lack.
  if (row == nullptr || row->attempts.empty() ||
      h.attempt.number > row->attempts.back().number) {
    return;
  }
  send(worker, Kill{h.attempt, "superseded"});
}

/// Its worker names the newest attempt of a job.  When that was given up, it
/// is taken back before anybody else gets the job: a short silence must not
/// throw away long work, be it running or done.
void Core::readopt(Job& job) {
  if (!job.row.attempts.back().lost) return;
  JobRow row = job.row;
  row.attempts.back().lost = false;
  row.attempts.back().ended = Millis(0);
  if (row.state == JobState::queued) {
    row.state = JobState::running;
    if (row.retries > 0) --row.retries;
    row.not_before = Millis(0);
    append(row, EventType::message,
           "the worker of attempt " +
               std::to_string(row.attempts.back().number) + " is back");
  }
  record(PutJob{row});
  job.lease = now_.mono + limits_.lease;
}

void Core::ended(const Received& m, const EndedAttempt& e, std::size_t& asked) {
  const PeerId worker = m.message.header.session.peer;
  if (Job* job = job_of(worker, e.attempt)) {
    readopt(*job);
    job->held = true;
    job->lease = now_.mono + limits_.lease;
    if (asked++ >= limits_.needs) return;
    const std::uint64_t have = job->row.attempts.back().items;
    send(worker, Need{e.attempt, have < e.items ? have + 1 : 0, {}});
    return;
  }
  const JobRow* row = find(e.attempt.job);
  if (row == nullptr) row = known(m, e.attempt.job);
  if (row == nullptr || row->attempts.empty() ||
      e.attempt.number > row->attempts.back().number) {
    return;
  }
  send(worker, Taken{e.attempt});
}

/// Attempts that we gave to this worker and that it does not name.
void Core::absent(PeerId worker, const Heartbeat& h) {
  std::set<Attempt> named;
  for (const auto& a : h.held) named.insert(a.attempt);
  for (const auto& a : h.ended) named.insert(a.attempt);
  if (!workers_.at(worker).heard_us) return;
  const auto* peer = sessions_.find(worker);
  const auto running = running_[worker];
  for (const JobId id : running) {
    Job& job = jobs_.at(id);
    const auto& attempt = job.row.attempts.back();
    if (named.count({id, attempt.number}) > 0) continue;
    // It may still be on its way.
    if (peer->peer_seen < job.start_n) continue;
    if (job.row.cancel_asked) {
      lose(id, "cancelled", true);
    } else if (job.held || attempt.items > 0) {
      lose(id, "the worker gave it back", true);
    } else {
      send_start(job);
    }
  }
}

}  // namespace mlb::broker
