// A simulated user of one job: submits it, perhaps cancels it, follows it to
// its end; when the process dies, the user starts another one.
#pragma once

#include <functional>
#include <optional>

#include "client/client.h"
#include "judges.h"
#include "loop.h"
#include "network.h"
#include "trace.h"

namespace mlb::sim {

class ClientHost {
 public:
  using Upload = std::function<bool(const Digest&)>;
  ClientHost(Loop& loop, Dice& dice, Network& network, Judges& judges,
             Trace& trace, const JobPlan& plan, Upload upload);
  ClientHost(const ClientHost&) = delete;
  ClientHost& operator=(const ClientHost&) = delete;

  void start();
  void kill();
  bool is_done() const { return done_; }
  int peer() const { return peer_; }
  /// Its process ends with the next message, before or after acting on it.
  void arm() { armed_ = true; }

 private:
  void receive(const Bytes& frame, bool official);
  void ticks(int life);
  void take(const client::Output& output);
  void reply(const Body& body);
  void submit();
  void upload(const NeedBlobs& need);
  void accepted(JobId job);
  void maybe_cancel();
  void start_again();
  Time time() const { return {loop_.now() + mono_, loop_.now()}; }
  void later(Millis wait, std::function<void()> what);

  Loop& loop_;
  Dice& dice_;
  Network& network_;
  Judges& judges_;
  Trace& trace_;
  const JobPlan& plan_;
  Upload upload_;
  int peer_;
  std::optional<client::Client> client_;
  std::optional<JobId> printed_;  ///< the UUID that the user has seen
  bool done_ = false;
  bool cancel_said_ = false;
  bool official_ = true;  ///< the message in hand is of the judged broker
  bool armed_ = false;
  std::uint64_t next_ = 1;    ///< event that this process must hear
  std::uint64_t passed_ = 1;  ///< what the client would ask for next
  WatchFilter filter_ = WatchFilter::all;
  int life_ = 0;
  Millis mono_{0};
};

}  // namespace mlb::sim
