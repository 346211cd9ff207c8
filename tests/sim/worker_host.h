// A simulated worker process: the real Agent around simulated job processes
// and a disk that outlives both.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "judges.h"
#include "loop.h"
#include "network.h"
#include "trace.h"
#include "worker/agent.h"

namespace mlb::sim {

/// What an attempt leaves in its directory.
struct AttemptDir {
  std::vector<Item> spool;
  std::optional<Outcome> outcome;
};

struct WorkerDisk {
  PeerId id;
  std::uint64_t counter = 0;
  StoreId store;
  std::uint64_t epoch = 0;
  std::map<Attempt, AttemptDir> dirs;
};

class WorkerHost {
 public:
  using Upload = std::function<bool(const Digest&)>;
  WorkerHost(Loop& loop, Dice& dice, Network& network, Judges& judges,
             Trace& trace, std::string place, WorkerPlan plan, Upload upload,
             Figures& figures);
  WorkerHost(const WorkerHost&) = delete;
  WorkerHost& operator=(const WorkerHost&) = delete;

  WorkerDisk& disk() { return disk_; }
  const WorkerDisk& disk() const { return disk_; }
  void start();
  void kill();
  bool is_up() const { return agent_.has_value(); }
  /// Nothing is left to tell.
  bool is_idle() const { return agent_ && agent_->idle(); }
  /// Told to stop by the protocol: another process has its identity.
  bool was_stopped() const { return stopped_; }

  // ---- faults ----
  /// It never starts again.
  void retire() { retired_ = true; }
  bool is_retired() const { return retired_; }
  void stall(Millis lasts) { stalled_until_ = loop_.now() + lasts; }
  void drain();
  void fill(bool full);
  /// It dies in the middle of the next step that has something to do.
  void arm() { armed_ = true; }
  int peer() const { return peer_; }
  const WorkerPlan& plan() const { return plan_; }

 private:
  struct Process {
    int cpus = 1;
    int epochs = 0;  ///< to be trained
    int made = 0;    ///< items
    bool signal = false;
    bool error = false;
    bool endless = false;
    std::string ending;
    bool gone = false;
  };
  struct Incoming {
    Bytes frame;
    bool official = true;
  };
  void receive(const Bytes& frame, bool official);
  void take(const Incoming& in);
  void wake();
  void ticks(int life);
  void step(const worker::Event& event);
  void do_step(const worker::Event& event);
  void act(const worker::SendBeat& a);
  void act(const worker::SendItems& a);
  void act(const worker::SendFinished& a);
  void act(const worker::Launch& a);
  void act(const worker::EndProcess& a);
  void act(const worker::Upload& a);
  void act(const worker::Forget& a);
  void act(const worker::Remember& a);
  void act(const worker::Warn& a);
  void act(const worker::Stop& a);
  void send(const Message& message);

  // the life of a job process
  void run(const Attempt& attempt);
  void make_item(const Attempt& attempt, Process& process);
  void exit(const Attempt& attempt);
  Outcome outcome_of(const Attempt& attempt, const Process& process) const;
  void deliver(const Attempt& attempt);
  /// `what` after the disk has done its work, in order, in this life.
  void on_disk(std::function<void()> what);
  /// `what` after a wait, in this life.
  void later(Millis wait, std::function<void()> what);

  Loop& loop_;
  Dice& dice_;
  Network& network_;
  Judges& judges_;
  Trace& trace_;
  std::string place_;
  WorkerPlan plan_;
  Upload upload_;
  Figures& figures_;
  int peer_;
  WorkerDisk disk_;
  std::optional<worker::Agent> agent_;
  std::map<Attempt, Process> processes_;
  std::deque<Incoming> inbox_;
  std::deque<worker::Event> waiting_;
  bool waking_ = false;
  bool stopped_ = false;
  bool armed_ = false;
  bool retired_ = false;
  int life_ = 0;
  Millis mono_{0};
  Millis disk_free_{0};
  Millis stalled_until_{0};
};

}  // namespace mlb::sim
