// The shell of broker::Core: waits, steps every message that came, commits
// once, and only then speaks.  It owns the control socket and the store; one
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "blob/cas.h"
#include "broker/core.h"
#include "store/store.h"
#include "transport/socket.h"

namespace mlb::tool {

/// What only the shell knows about this broker.
struct Identity {
  std::string build;
  std::string machine;
  std::string transfer;  ///< endpoint of the blob socket
  std::string blob_dir;
};

class Shell {
 public:
  /// Borrows all three; they must outlive the shell.
  Shell(broker::Core& core, store::Store& store, transport::Router& router,
        blob::Cas& blobs, Identity identity)
      : core_(core),
        store_(store),
        router_(router),
        blobs_(blobs),
        identity_(std::move(identity)) {}

  /// Takes what waits (at most 1,000 messages, 4 MiB, 5 ms), steps, commits,
  /// answers.  An error is that of the store: the process must end at once,
  /// because memory is ahead of the disk.
  Result<> turn();
  /// Steps an event of this machine with the next turn.
  void add(broker::Event event) { pending_.push_back(std::move(event)); }
  /// Asks every worker whether it is there; who has no way back is gone.
  void ping_workers();

  /// False when the last turn left messages waiting.
  bool drained() const { return drained_; }
  /// Worth another turn at once: messages wait, or watchers read on.
  bool has_more() const { return !drained_ || paging_; }
  /// When a client last spoke; workers do not count.
  Millis client_heard() const { return client_heard_; }

 private:
  struct Batch {
    std::vector<Record> records;
    std::vector<broker::Outgoing> messages;
    std::vector<broker::Read> reads;
  };
  void step(Time now, const broker::Event& event, Batch& batch);
  Result<> take_messages(Batch& batch);
  Result<> take(const transport::Incoming& in, Batch& batch);
  Result<broker::Received> look_up(broker::Received received);
  void tick(Batch& batch);
  Result<> speak(Batch& batch);
  Result<> speak_pages();
  Result<> complete(Message& message);
  void send(const broker::Route& to, const Message& message);
  void refuse(const broker::Route& to, const Header& header, JobId job,
              const std::string& code, const std::string& text);

  broker::Core& core_;
  store::Store& store_;
  transport::Router& router_;
  blob::Cas& blobs_;
  Identity identity_;
  std::vector<broker::Event> pending_;
  bool drained_ = true;
  bool paging_ = false;  ///< the last turn sent events
  Millis client_heard_ = read_clock().mono;
  Millis turn_began_ = read_clock().mono;
  Millis ticked_{0};
  Millis longest_gap_{0};  ///< between turns, since the last tick
};

}  // namespace mlb::tool
