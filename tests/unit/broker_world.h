// The vocabulary of the core's tests: one broker core, the store it leaves
// behind, and peers that are led by hand.  Each call is one turn of the
// broker: step, commit, send.  Jobs, peers and blobs have short names.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/core.h"
#include "store/memory_store.h"
#include "unit/broker_lines.h"

namespace mlb::broker {

struct SubmitWish {
  std::string by = "c1";
  std::string user = "ann";
  std::string body = "a spec";  ///< other text, other digest
  std::string key{};
  int cpus = 1;
  int priority = 0;
  Retry retry{};
  Lines blobs{};
  std::string retry_of{};
};
struct BeatWish {
  Lines held{};             ///< "j1.1"
  Lines ended{};            ///< "j1.1", or "j1.1:3" with three items
  std::uint32_t slots = 0;  ///< 0: as before
  bool full = false;
  bool draining = false;
};
struct FinishWish {
  std::uint64_t last = 0;
  FailureClass failure = FailureClass::none;
  int signal = 0;
  Lines blobs{};
};
struct WatchWish {
  std::string by = "c1";
  std::string user = "ann";
  std::uint64_t next = 1;
  std::uint64_t upto = 0;
};

class World {
 public:
  explicit World(Limits limits = {});
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // ---- what peers say; each is one turn ----
  World& submit(const std::string& job, const SubmitWish& wish = {});
  World& cancel(const std::string& job, const std::string& user = "ann");
  World& watch(const std::string& job, const WatchWish& wish = {});
  World& ping(const std::string& client);
  World& have(const Lines& blobs, const std::string& client = "c1");
  World& find_blobs(const Lines& blobs);
  World& remove_blobs(const Lines& blobs, const std::string& user = "ann");
  World& look(const std::string& job, const std::string& user = "ann");
  World& workers(const std::string& client = "c1");
  /// A heartbeat; its slots stay those of the next.
  World& beat(const std::string& worker, const BeatWish& wish = {});
  /// A worker begins: two heartbeats, so that the broker serves it.
  World& join(const std::string& worker, std::uint32_t slots);
  /// The job runs as its first attempt, alone on a worker that joins for it.
  World& run(const std::string& job, const std::string& worker,
             const SubmitWish& wish = {});
  /// Points from..upto of an attempt.
  World& points(const std::string& worker, const std::string& attempt,
                std::uint64_t from, std::uint64_t upto);
  World& finish(const std::string& worker, const std::string& attempt,
                const FinishWish& wish = {});
  /// Any message, from a peer's newest route.
  World& say(const std::string& peer, Body body);
  /// A header made by hand.
  World& raw(const std::string& route, const Header& header, Body body);

  // ---- what else happens ----
  /// Time passes, a tick each half second.
  World& wait(Millis time);
  /// The broker stands still, then ticks.
  World& stall(Millis time);
  World& tick(const Tick& tick);
  World& ping_workers();
  World& gone(const std::string& worker);
  World& uploaded(const std::string& blob);
  /// Somebody linked it in: the broker finds it when it is named.
  World& on_disk(const std::string& blob);
  World& disk_low(bool low);
  /// What is sent to this peer is lost, until hears().
  World& deaf(const std::string& peer);
  World& hears(const std::string& peer);
  /// Pages for this peer do not leave: its queue is full.
  World& clogged(const std::string& peer, bool is);
  /// A new process of this peer: a worker's counter rises.
  World& reborn(const std::string& peer);
  /// The worker's process before that one sends a heartbeat, too.
  World& ghost(const std::string& worker);
  /// The peer speaks over a new connection.
  World& moves(const std::string& peer, const std::string& route);
  /// The broker ends and starts again on its store.
  World& restart();
  /// Moves the wall clock alone.
  World& set_clock(Millis by);

  // ---- what came of it ----
  /// What was sent since it was asked last: "w1 <- start j1.1".
  Lines said();
  /// The same for what became durable.
  Lines saved();
  /// Both, as the turns made them.
  Lines effects();
  JobRow row(const std::string& job);
  JobState state(const std::string& job) { return row(job).state; }
  /// The events of a job: "1 accepted queued".
  Lines events(const std::string& job);
  /// "accepted started ended".
  std::string story(const std::string& job);
  /// Codes of why it does not run.
  Lines reasons(const std::string& job);
  Header stamp(const std::string& peer);
  const session::PeerSession& session(const std::string& peer);
  Core& core() { return *core_; }
  store::MemoryDisk& disk() { return disk_; }
  Time now() const { return now_; }
  /// Everything sent to this peer since it was asked last.
  std::vector<Message> inbox(const std::string& peer);

 private:
  struct Peer {
    session::PeerSession session;
    std::string route;
    std::uint32_t slots = 1;
    bool deaf = false;
    bool clogged = false;
    std::vector<Message> inbox;
  };
  Peer& peer(const std::string& name);
  World& receive(const Route& from, const std::string& user, Message message);
  void turn(const Event& event);
  void deliver(const Route& to, PeerId id, const Message& message);
  void send_pages();
  void start();

  Limits limits_;
  store::MemoryDisk disk_;
  store::MemoryStore store_{disk_};
  std::unique_ptr<Core> core_;
  std::map<Digest, BlobRow> on_disk_;
  Time now_{Millis(1000000), Millis(1700000000000)};
  std::map<std::string, Peer> peers_;
  Lines said_;
  Lines saved_;
  Lines effects_;
};

}  // namespace mlb::broker
