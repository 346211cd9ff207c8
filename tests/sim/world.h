// One schedule from its first submit to the end of its last job.
#pragma once

#include <memory>
#include <vector>

#include "broker_host.h"
#include "client_host.h"
#include "figures.h"
#include "judges.h"
#include "loop.h"
#include "network.h"
#include "schedule.h"
#include "trace.h"
#include "worker_host.h"

namespace mlb::sim {

struct Options {
  bool trace = false;
  std::string sqlite_dir;  ///< stores are files here; empty: in memory
};

class World {
 public:
  World(const Schedule& schedule, const Options& options);
  /// Throws a Violation when a guarantee is broken.
  void run();
  Millis now() const { return loop_.now(); }
  /// What has happened so far.
  Figures figures() const;

 private:
  bool upload(const Digest& digest) { return broker_.upload(digest); }
  void begin();
  void plan_fault(const TimedFault& fault);
  void strike(const TimedFault& fault);
  void strike_worker(const TimedFault& fault);
  void strike_peer(const TimedFault& fault);
  void serve_elsewhere(BrokerDisk& disk, Millis wait, Millis lasts);
  void restored_store(Millis lasts);
  void restore(Millis lasts, int tries);
  bool workers_know_more_than(std::uint64_t epoch) const;
  void clone(WorkerHost& original, Millis lasts);
  void restart_broker(Millis wait);
  void restart_worker(WorkerHost& worker, Millis wait);
  void keep_workers_up();
  void heal();
  bool is_settled() const;

  const Schedule& schedule_;
  Loop loop_;
  Dice dice_;
  Figures figures_;
  Judges judges_;
  Trace trace_;
  Network network_;
  BrokerDisk main_disk_;
  BrokerDisk other_disk_;
  BrokerDisk backup_;
  bool backup_used_ = false;
  BrokerHost broker_;
  std::vector<std::unique_ptr<WorkerHost>> workers_;
  std::unique_ptr<WorkerHost> clone_;
  std::vector<std::unique_ptr<ClientHost>> clients_;
  bool healed_ = false;
};

}  // namespace mlb::sim
