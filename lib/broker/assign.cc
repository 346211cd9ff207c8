// Who runs what: priority, then order of acceptance, onto the worker with
// most free slots.  A job that fits no free place reserves the best one, so
// that small jobs cannot starve it.
#include <algorithm>

#include "broker/core.h"

namespace mlb::broker {

bool Core::serves(PeerId id, const Worker& worker) const {
  const auto* peer = sessions_.find(id);
  // Its newest heartbeat must be of its newest process, and know of all that
  // we sent and gave up: what is on its way to it takes room, too.  Another
  // message may have seen more, but does not say what is held.
  return peer != nullptr && peer->session == worker.session &&
         worker.heard_us && worker.beat_seen >= worker.given_up &&
         !worker.gone_since && !worker.beat.full && !worker.beat.draining &&
         peer->heard + limits_.lease > now_.mono;
}

Core::Free Core::free_of(PeerId id) const {
  const Worker& worker = workers_.at(id);
  Free free{.cpus = static_cast<int>(worker.beat.slots),
            .memory = static_cast<std::int64_t>(worker.beat.memory)};
  const auto take = [&](const Resources& r) {
    free.cpus -= r.cpus;
    free.memory -= static_cast<std::int64_t>(r.memory);
  };
  std::set<Attempt> counted;
  const auto running = running_.find(id);
  if (running != running_.end()) {
    for (const JobId job : running->second) {
      const JobRow& row = jobs_.at(job).row;
      take(row.envelope.resources);
      counted.insert({job, row.attempts.back().number});
    }
  }
  // What it still holds of ended or reassigned jobs takes room until gone.
  for (const auto& [attempt, resources] : worker.holds) {
    if (counted.count(attempt) == 0) take(resources);
  }
  return free;
}

std::optional<PeerId> Core::place(const Job& job,
                                  const std::map<PeerId, Free>& free,
                                  const std::set<PeerId>& reserved) const {
  const Resources& need = job.row.envelope.resources;
  std::optional<PeerId> best;
  for (const auto& [id, room] : free) {
    if (reserved.count(id) > 0 || room.cpus < need.cpus ||
        room.memory < static_cast<std::int64_t>(need.memory)) {
      continue;
    }
    if (!best || room.cpus > free.at(*best).cpus) best = id;
  }
  return best;
}

void Core::assign() {
  if (queue_.empty()) return;
  std::map<PeerId, Free> free;
  int cpus = 0;
  for (const auto& [id, worker] : workers_) {
    if (!serves(id, worker)) continue;
    const Free room = free_of(id);
    free[id] = room;
    cpus += std::max(room.cpus, 0);
  }
  std::set<PeerId> reserved;
  const auto queue = queue_;
  for (const auto& [priority, order, id] : queue) {
    if (cpus <= 0 || reserved.size() == free.size()) return;
    Job& job = jobs_.at(id);
    if (job.ready > now_.mono) continue;
    const Resources& need = job.row.envelope.resources;
    if (const auto worker = place(job, free, reserved)) {
      start(job, *worker);
      free[*worker].cpus -= need.cpus;
      free[*worker].memory -= static_cast<std::int64_t>(need.memory);
      cpus -= need.cpus;
      continue;
    }
    for (const auto& [w, room] : free) {
      const Heartbeat& beat = workers_.at(w).beat;
      if (reserved.count(w) == 0 && static_cast<int>(beat.slots) >= need.cpus &&
          beat.memory >= need.memory) {
        reserved.insert(w);
        break;
      }
    }
  }
}

void Core::start(Job& job, PeerId worker) {
  const Worker& w = workers_.at(worker);
  JobRow row = job.row;
  AttemptRow attempt;
  attempt.number = row.attempts.empty() ? 1 : row.attempts.back().number + 1;
  attempt.worker = worker;
  attempt.session = w.session.counter;
  attempt.host = w.beat.name.empty() ? w.beat.host : w.beat.name;
  attempt.started = now_.wall;
  attempt.resumed_from = row.checkpoint.epoch;
  Point from;
  from.epoch = attempt.resumed_from;
  row.attempts.push_back(std::move(attempt));
  row.state = JobState::running;
  if (row.started.count() == 0) row.started = now_.wall;
  append(row, EventType::started, row.attempts.back().host, from);
  record(PutJob{row});
  job.held = false;
  job.pid = 0;
  job.live = {};
  job.lease = now_.mono + limits_.lease;
  send_start(job);
}

void Core::send_start(Job& job) {
  const auto& attempt = job.row.attempts.back();
  send(attempt.worker, Start{{job.row.id, attempt.number},
                             job.row.envelope,
                             {},
                             job.row.checkpoint});
  job.start_n = sessions_.find(attempt.worker)->n;
}

}  // namespace mlb::broker
