// Answers about jobs and workers that need what only memory knows.
#include <algorithm>

#include "broker/core.h"

namespace mlb::broker {

Welcome Core::welcome() const {
  Welcome out;
  for (const auto& [id, worker] : workers_) {
    if (!serves(id, worker)) continue;
    ++out.workers;
    out.slots += worker.beat.slots;
  }
  out.queued = static_cast<std::uint32_t>(queue_.size());
  for (const auto& [id, jobs] : running_) {
    out.running += static_cast<std::uint32_t>(jobs.size());
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> Core::reasons(
    const Job& job) const {
  std::vector<std::pair<std::string, std::string>> out;
  if (job.row.state != JobState::queued) return out;
  if (disk_low_) out.emplace_back("disk_low", "the broker's disk is low");
  if (job.ready > now_.mono) {
    out.emplace_back(
        "backoff",
        "the next attempt starts in " +
            std::to_string((job.ready - now_.mono).count() / 1000 + 1) + " s");
  }
  const Resources& need = job.row.envelope.resources;
  std::uint32_t largest = 0;
  std::uint64_t memory = 0;
  bool any = false;
  for (const auto& [id, worker] : workers_) {
    if (!serves(id, worker)) continue;
    any = true;
    largest = std::max(largest, worker.beat.slots);
    memory = std::max(memory, worker.beat.memory);
  }
  if (!any) {
    out.emplace_back("no_worker", "no worker is connected");
    return out;
  }
  if (static_cast<std::uint32_t>(need.cpus) > largest) {
    out.emplace_back("too_many_cpus", "needs " + std::to_string(need.cpus) +
                                          " cpus; the largest worker has " +
                                          std::to_string(largest));
  } else if (need.memory > memory) {
    out.emplace_back("too_much_memory",
                     "needs " + std::to_string(need.memory >> 20) +
                         " MiB; the largest worker gives " +
                         std::to_string(memory >> 20) + " MiB");
  } else if (out.empty()) {
    const auto ahead = std::distance(
        queue_.begin(),
        queue_.find({-job.row.envelope.priority, job.row.order, job.row.id}));
    out.emplace_back("busy", std::to_string(ahead) + " jobs ahead; waits for " +
                                 std::to_string(need.cpus) +
                                 (need.cpus == 1 ? " cpu" : " cpus"));
  }
  return out;
}

JobView Core::view(const JobRow& row) const {
  const auto it = jobs_.find(row.id);
  if (it == jobs_.end()) return {row, {}, {}};
  JobView out{it->second.row, it->second.live, reasons(it->second)};
  if (out.row.state == JobState::running && it->second.pid != 0) {
    out.row.attempts.back().pid = it->second.pid;
  }
  return out;
}

Live Core::live(JobId id) const {
  const auto it = jobs_.find(id);
  return it == jobs_.end() ? Live{} : it->second.live;
}

void Core::get_jobs(const Received& m, const GetJobs& g) {
  const PeerId peer = m.message.header.session.peer;
  out_.reads.push_back(
      {m.from, sessions_.stamp(peer), JobRows{m.user, g.jobs}});
}

void Core::list_workers(const Received& m) {
  Workers out;
  for (const auto& [id, worker] : workers_) {
    const auto* peer = sessions_.find(id);
    if (peer == nullptr) continue;
    WorkerView view{
        .id = id,
        .name = worker.beat.name,
        .host = worker.beat.host,
        .pid = worker.beat.pid,
        .state = "ready",
        .slots = worker.beat.slots,
        .busy = 0,
        .labels = worker.beat.labels,
        .last_seen_seconds =
            static_cast<double>((now_.mono - peer->heard).count()) / 1000,
        .jobs = {}};
    const Free free = free_of(id);
    view.busy = static_cast<std::uint32_t>(
        std::max(0, static_cast<int>(view.slots) - free.cpus));
    for (const auto& h : worker.beat.held) {
      view.jobs.emplace_back(h.attempt, h.pid);
    }
    if (worker.gone_since || peer->heard + limits_.lease <= now_.mono) {
      view.state = "silent";
    } else if (worker.beat.draining) {
      view.state = "draining";
    } else if (worker.beat.full) {
      view.state = "full";
    } else if (view.busy >= view.slots) {
      view.state = "busy";
    }
    out.workers.push_back(std::move(view));
  }
  send(m.message.header.session.peer, std::move(out));
}

std::vector<Outgoing> Core::pings() {
  std::vector<Outgoing> out;
  for (const auto& [id, worker] : workers_) {
    const auto* peer = sessions_.find(id);
    if (peer == nullptr || worker.gone_since) continue;
    const Route route = peer->route;
    out.push_back({route, id, {sessions_.stamp(id), WorkerPing{}}});
  }
  return out;
}

}  // namespace mlb::broker
