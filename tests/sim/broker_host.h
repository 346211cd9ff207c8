// A simulated broker process: the real Core, codec and answers around a store
// that outlives it.  The same four things as the shell: wait, step, make the
// records durable, send; it can end between any two of them.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/core.h"
#include "judges.h"
#include "loop.h"
#include "network.h"
#include "store/memory_store.h"
#include "trace.h"

namespace mlb::sim {

/// What outlives a broker: its store, in memory or in an SQLite file, and
/// its blobs.
struct BrokerDisk {
  std::string path;  ///< of an SQLite file; empty: in memory
  store::MemoryDisk memory;
  std::map<Digest, std::uint64_t> blobs;

  std::uint64_t epoch() const { return epoch_; }
  void started(std::uint64_t epoch) { epoch_ = epoch; }
  /// A backup: the same content at another place.  No broker may use it now.
  BrokerDisk copy_to(const std::string& other_path) const;

 private:
  std::uint64_t epoch_ = 0;  ///< of its newest start
};

class BrokerHost {
 public:
  BrokerHost(Loop& loop, Dice& dice, Network& network, Judges& judges,
             Trace& trace, double partial_drain, Figures& figures);

  /// `judged`: this disk is the one that the judges watch.
  void start(BrokerDisk& disk, bool judged);
  void crash();
  bool is_up() const { return core_.has_value(); }
  bool on(const BrokerDisk& disk) const { return is_up() && disk_ == &disk; }
  void receive(const broker::Route& from, const Bytes& frame);

  // ---- faults ----
  /// The next turn that reaches this point is the last.
  void arm(Fault fault) { armed_ = fault; }
  void stall(Millis lasts) { stalled_until_ = loop_.now() + lasts; }
  void low_disk(bool low);
  void jump_clock(Millis by) { wall_ += by; }
  void heal();

  /// Judge 5 once more, over everything: memory, store and event logs.
  void compare_all();
  /// The transfer thread took a blob.  False: there is no broker.
  bool upload(const Digest& digest);
  const broker::Core* core() const { return core_ ? &*core_ : nullptr; }

 private:
  struct Incoming {
    broker::Route from;
    Bytes frame;
  };
  struct Batch {
    std::vector<Record> records;
    std::vector<broker::Outgoing> messages;
    std::vector<broker::Read> reads;
  };
  Time time() const;
  void wake();
  void ticks(int life);
  void turn();
  void step(const broker::Event& event, Batch& batch);
  void take(const Incoming& in, Batch& batch);
  bool commit(const Batch& batch);
  bool speak(Batch& batch);
  void speak_pages();
  void send(const broker::Route& to, const Message& message);
  void ping();
  bool is_armed(Fault fault, bool matters);

  Loop& loop_;
  Dice& dice_;
  Network& network_;
  Judges& judges_;
  Trace& trace_;
  double partial_drain_;
  Figures& figures_;
  BrokerDisk* disk_ = nullptr;
  bool judged_ = false;
  std::unique_ptr<store::Store> store_;
  std::optional<broker::Core> core_;
  std::vector<broker::Event> pending_;
  std::deque<Incoming> inbox_;
  std::optional<Fault> armed_;
  bool waking_ = false;
  int life_ = 0;
  bool disk_low_ = false;
  bool told_low_ = false;  ///< the core knows
  std::uint64_t turns_ = 0;
  Millis mono_{0};  ///< of this process, less simulated time
  Millis wall_{1700000000000};
  Millis stalled_until_{0};
  Millis turn_began_{0};
  Millis ticked_{0};
  Millis pinged_{0};
  Millis longest_gap_{0};
};

/// The product's limits, shortened so that a schedule is short.
broker::Limits limits();

}  // namespace mlb::sim
