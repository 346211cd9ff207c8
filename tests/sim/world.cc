// See world.h.
#include "world.h"

#include <algorithm>
#include <utility>

namespace mlb::sim {
namespace {

/// Longer than the longest wait that the limits allow for one loss after
/// another, see limits().
constexpr Millis kPatience{180000};
constexpr Millis kLook{300};  // at workers that were told to stop
constexpr int kTries = 20;    // to restore, until the workers are ahead

}  // namespace

World::World(const Schedule& schedule, const Options& options)
    : schedule_(schedule),
      dice_(Rng::stream(schedule.seed, "run")),
      judges_(schedule),
      trace_(loop_, options.trace),
      network_(loop_, dice_, schedule.rates, figures_),
      broker_(loop_, dice_, network_, judges_, trace_, schedule.partial_drain,
              figures_) {
  if (!options.sqlite_dir.empty()) {
    main_disk_.path = options.sqlite_dir + "/main.db";
    other_disk_.path = options.sqlite_dir + "/other.db";
  }
  network_.set_broker([this](const broker::Route& from, const Bytes& frame) {
    broker_.receive(from, frame);
  });
  const auto upload = [this](const Digest& digest) {
    return broker_.upload(digest);
  };
  for (std::size_t i = 0; i < schedule.workers.size(); ++i) {
    workers_.push_back(std::make_unique<WorkerHost>(
        loop_, dice_, network_, judges_, trace_, "w" + std::to_string(i),
        schedule.workers[i], upload, figures_));
    workers_.back()->disk().id = PeerId::random(dice_.rng());
  }
  for (const auto& job : schedule.jobs) {
    clients_.push_back(std::make_unique<ClientHost>(
        loop_, dice_, network_, judges_, trace_, job, upload));
  }
}

void World::begin() {
  broker_.start(main_disk_, true);
  const StoreId store = broker_.core()->store_row().store;
  for (auto& worker : workers_) {
    // A worker that belongs to nobody would stay with a wrong store for good.
    if (schedule_.has(Fault::wrong_store) ||
        schedule_.has(Fault::restored_store)) {
      worker->disk().store = store;
    }
    worker->start();
  }
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    loop_.after(schedule_.jobs[i].submit, [this, i] { clients_[i]->start(); });
  }
  for (const auto& fault : schedule_.faults) plan_fault(fault);
  loop_.after(schedule_.faults_end, [this] { heal(); });
  keep_workers_up();
}

void World::run() {
  begin();
  while (!is_settled()) {
    if (loop_.now() > schedule_.faults_end + kPatience || !loop_.run_next()) {
      judges_.at_the_end();
      throw Violation("judge 7: somebody still waits");
    }
  }
  judges_.at_the_end();
  broker_.compare_all();
}

Figures World::figures() const {
  Figures out = figures_;
  out.events = loop_.count();
  judges_.count(out);
  return out;
}

bool World::is_settled() const {
  if (!healed_ || !broker_.on(main_disk_) || !judges_.all_ended()) {
    return false;
  }
  return std::all_of(clients_.begin(), clients_.end(),
                     [](const auto& c) { return c->is_done(); }) &&
         std::all_of(workers_.begin(), workers_.end(), [](const auto& w) {
           return w->is_retired() || w->is_idle();
         });
}

void World::plan_fault(const TimedFault& fault) {
  loop_.after(fault.at, [this, fault] {
    if (healed_) return;
    ++figures_.faults;
    trace_.say("FAULT ", name_of(fault.what), " for ", fault.lasts.count());
    strike(fault);
  });
}

void World::strike(const TimedFault& fault) {
  switch (fault.what) {
    case Fault::kill_broker:
      broker_.crash();
      return restart_broker(fault.lasts);
    case Fault::crash_before_commit:
    case Fault::fail_commit:
    case Fault::crash_after_commit:
    case Fault::crash_while_sending:
      broker_.arm(fault.what);
      return restart_broker(fault.lasts);
    case Fault::stall_broker: return broker_.stall(fault.lasts);
    case Fault::wrong_store:
      broker_.crash();
      return serve_elsewhere(other_disk_, 50ms, fault.lasts);
    case Fault::restored_store: return restored_store(fault.lasts);
    case Fault::low_disk:
      broker_.low_disk(true);
      return loop_.after(fault.lasts, [this] { broker_.low_disk(false); });
    case Fault::jump_clock:
      return broker_.jump_clock(fault.who % 2 == 0 ? 3600000ms : -3600000ms);
    case Fault::kill_worker:
    case Fault::crash_worker_acting:
    case Fault::lose_worker:
    case Fault::stall_worker:
    case Fault::drain_worker:
    case Fault::fill_worker:
    case Fault::clone_worker: return strike_worker(fault);
    case Fault::kill_client:
    case Fault::kill_client_hearing:
    case Fault::cut:
    case Fault::reconnect: return strike_peer(fault);
  }
}

void World::strike_worker(const TimedFault& fault) {
  WorkerHost& worker = *workers_[std::size_t(fault.who) % workers_.size()];
  switch (fault.what) {
    case Fault::kill_worker:
      worker.kill();
      return restart_worker(worker, fault.lasts);
    case Fault::crash_worker_acting: return worker.arm();
    case Fault::lose_worker:
      // Every job fits the first one, which stays.
      if (fault.who % int(workers_.size()) == 0) return;
      worker.kill();
      return worker.retire();
    case Fault::stall_worker: return worker.stall(fault.lasts);
    case Fault::drain_worker:
      worker.drain();
      return loop_.after(fault.lasts, [this, &worker] {
        worker.kill();
        restart_worker(worker, dice_.between(10ms, 300ms));
      });
    case Fault::fill_worker:
      worker.fill(true);
      return loop_.after(fault.lasts, [&worker] { worker.fill(false); });
    default: return clone(worker, fault.lasts);
  }
}

void World::strike_peer(const TimedFault& fault) {
  const auto n = std::size_t(fault.who);
  ClientHost& client = *clients_[n % clients_.size()];
  const int peer =
      n % 2 == 0 ? client.peer() : workers_[n / 2 % workers_.size()]->peer();
  switch (fault.what) {
    case Fault::kill_client:
      if (client.is_done() ||
          loop_.now() < schedule_.jobs[n % clients_.size()].submit)
        return;
      client.kill();
      return loop_.after(fault.lasts, [&client] {
        if (!client.is_done()) {
          client.kill();
          client.start();
        }
      });
    case Fault::kill_client_hearing: return client.arm();
    case Fault::cut:
      network_.cut(peer, true);
      return loop_.after(fault.lasts,
                         [this, peer] { network_.cut(peer, false); });
    default: return network_.reconnect(peer);
  }
}

/// After the wait a broker serves another disk, later its own one again.
void World::serve_elsewhere(BrokerDisk& disk, Millis wait, Millis lasts) {
  loop_.after(wait, [this, &disk] {
    if (!broker_.is_up() && !healed_) broker_.start(disk, false);
  });
  loop_.after(wait + lasts, [this] {
    if (broker_.on(main_disk_)) return;
    broker_.crash();
    broker_.start(main_disk_, true);
  });
}

/// Somebody takes a backup, the broker restarts twice, and then the backup
/// is served by mistake: who heard of the newest start can tell.
void World::restored_store(Millis lasts) {
  if (std::exchange(backup_used_, true)) return;
  broker_.crash();
  backup_ = main_disk_.copy_to(main_disk_.path + ".backup");
  restart_broker(dice_.between(10ms, 100ms));
  loop_.after(200ms, [this, lasts] {
    broker_.crash();
    restart_broker(dice_.between(10ms, 100ms));
    restore(lasts, kTries);
  });
}

void World::restore(Millis lasts, int tries) {
  loop_.after(dice_.between(50ms, 300ms), [this, lasts, tries] {
    if (healed_ || tries == 0) return;
    // Its start adds one; nobody can tell one start from another of the
    // same number.
    if (!workers_know_more_than(backup_.epoch() + 1)) {
      return restore(lasts, tries - 1);
    }
    trace_.say("the backup is served");
    broker_.crash();
    serve_elsewhere(backup_, 0ms, lasts);
  });
}

bool World::workers_know_more_than(std::uint64_t epoch) const {
  const auto knows = [&](const WorkerHost& worker) {
    return worker.is_retired() || worker.disk().epoch > epoch;
  };
  return (!clone_ || knows(*clone_)) &&
         std::all_of(workers_.begin(), workers_.end(),
                     [&](const auto& worker) { return knows(*worker); });
}

void World::restart_broker(Millis wait) {
  loop_.after(wait, [this] {
    if (!broker_.is_up()) broker_.start(main_disk_, true);
  });
}

void World::restart_worker(WorkerHost& worker, Millis wait) {
  loop_.after(wait, [&worker] {
    if (!worker.is_up()) worker.start();
  });
}

/// A service manager starts what was told to stop.
void World::keep_workers_up() {
  loop_.after(kLook, [this] {
    for (auto& worker : workers_) {
      if (worker->was_stopped() && !worker->is_up()) worker->start();
    }
    keep_workers_up();
  });
}

void World::clone(WorkerHost& original, Millis lasts) {
  // One that never came back may know less than a backup that is served.
  if (clone_ || original.is_retired()) return;
  clone_ = std::make_unique<WorkerHost>(
      loop_, dice_, network_, judges_, trace_, "clone", original.plan(),
      [this](const Digest& digest) { return broker_.upload(digest); },
      figures_);
  clone_->disk() = original.disk();
  clone_->start();
  loop_.after(lasts, [this] { clone_->kill(); });
}

void World::heal() {
  trace_.say("the faults end");
  healed_ = true;
  network_.heal();
  broker_.heal();
  if (!broker_.on(main_disk_)) {
    broker_.crash();
    broker_.start(main_disk_, true);
  }
  if (clone_) clone_->kill();
  for (auto& worker : workers_) {
    worker->stall(0ms);
    worker->fill(false);
    if (!worker->is_up()) worker->start();
  }
}

}  // namespace mlb::sim
