// The worker's core: which attempts are here, what the broker must hear, when
// to end a process.  Pure: (time, event) -> actions.  The shell (supervisor)
// owns processes, spool files, blobs and the socket.  docs/protocol.md,
// "Attempts" and "Progress".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "job/messages.h"
#include "session/session.h"

namespace mlb::worker {

struct Settings {
  std::string name;
  std::string host;
  std::uint32_t pid = 0;
  std::string build;
  std::uint32_t slots = 1;
  std::uint64_t memory = 0;
  std::map<std::string, std::string> labels;
  Millis beat{2500};         ///< between heartbeats
  Millis live_every{100};    ///< between heartbeats that only carry live values
  Millis resend{2500};       ///< items not acknowledged
  Millis hard_after{10000};  ///< from a polite kill to SIGKILL
  std::uint64_t window = 64;  ///< unacknowledged items an attempt
  std::size_t outbox = 4096;  ///< ended attempts, with the slots
};

/// What a worker finds of an earlier life: an attempt with a durable outcome.
struct Recovered {
  Attempt attempt;
  std::uint64_t items = 0;  ///< spooled
};

// ---- events ----
struct FromBroker {
  Message message;
};
struct Launched {
  Attempt attempt;
  std::uint32_t pid = 0;
};
/// Items up to this number are durable in the spool.
struct Spooled {
  Attempt attempt;
  std::uint64_t upto = 0;
};
struct LiveChanged {
  Attempt attempt;
  Live live;
};
/// The process is gone and its outcome durable on disk.
struct Ended {
  Attempt attempt;
};
/// The process is gone and the attempt shall run elsewhere: no outcome.
struct GivenBack {
  Attempt attempt;
};
/// The blobs that an Upload asked for are at the broker.
struct Uploaded {
  Attempt attempt;
};
struct DiskFull {
  bool full = false;
};
struct Drain {};  ///< take no more, end what runs and give it back
struct Tick {};

using Event = std::variant<FromBroker, Launched, Spooled, LiveChanged, Ended,
                           GivenBack, Uploaded, DiskFull, Drain, Tick>;

// ---- actions, in order ----
/// Send it under stamp(), like the two below: numbered as it leaves.
struct SendBeat {
  Heartbeat beat;
};
/// Read items from..upto of the spool, send as many as fit into one Progress
/// under stamp(), and report items_sent().
struct SendItems {
  Attempt attempt;
  std::uint64_t from = 0;
  std::uint64_t upto = 0;
};
/// Read the outcome, send Finished under stamp().
struct SendFinished {
  Attempt attempt;
  std::uint64_t last_item = 0;
};
struct Launch {
  Start start;
};
struct EndProcess {
  Attempt attempt;
  std::string reason;  ///< cancelled, superseded, timeout, drain
  bool hard = false;   ///< SIGKILL instead of SIGTERM
};
struct Upload {
  Attempt attempt;
  std::vector<Digest> digests;
};
/// The broker has it all: delete the directory.
struct Forget {
  Attempt attempt;
};
/// Write down whom this worker belongs to, before the next message goes out.
struct Remember {
  StoreId store;
  std::uint64_t epoch = 0;
};
/// Say it in the log.
struct Warn {
  std::string text;
};
/// This process must end: another one has its identity.
struct Stop {
  std::string reason;
};

using Action = std::variant<SendBeat, SendItems, SendFinished, Launch,
                            EndProcess, Upload, Forget, Remember, Warn, Stop>;

class Agent {
 public:
  Agent(session::PeerSession session, Settings settings,
        const std::vector<Recovered>& outbox);

  std::vector<Action> step(Time now, const Event& event);
  Header stamp() { return session_.stamp(); }
  /// What of a SendItems has left, in the order of the socket.
  void items_sent(const Attempt& attempt, std::uint64_t upto);

  bool idle() const { return attempts_.empty(); }
  /// Whether a process of this attempt is here or being started.
  bool holds(const Attempt& attempt) const;
  /// Whether the broker has taken every item that was spooled.
  bool all_taken(const Attempt& attempt) const;
  /// When the broker was last heard; mono.
  Millis heard() const { return heard_; }
  void check() const;

 private:
  struct Held {
    Resources resources;
    bool ended = false;
    std::uint32_t pid = 0;
    Millis started{0};  ///< mono
    std::uint32_t resumed_from = 0;
    std::uint64_t spooled = 0;
    std::uint64_t taken = 0;
    std::uint64_t sent = 0;
    Millis sent_at{0};
    Live live;
    bool want_finish = false;
    std::string ending;  ///< why it is being ended; empty: it is not
    Millis ending_since{0};
    bool hard = false;
  };

  void message(const Message& m);
  void started(const Start& s);
  void kill(const Attempt& attempt, const std::string& reason);
  void taken(const ProgressTaken& p);
  void need(const Need& n);
  void forget(const Attempt& attempt);
  void refused(const Refused& r);
  void tick();
  void push(const Attempt& attempt, Held& held);
  void beat();
  Held* find(const Attempt& attempt);

  session::PeerSession session_;
  Settings settings_;
  std::map<Attempt, Held> attempts_;
  std::uint64_t remembered_epoch_ = 0;
  StoreId remembered_store_;
  bool full_ = false;
  bool draining_ = false;
  bool changed_ = true;
  bool live_changed_ = false;
  std::optional<Millis> beaten_;
  Millis heard_{0};
  Time now_;
  std::vector<Action> out_;
};

}  // namespace mlb::worker
