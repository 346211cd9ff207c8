// The one way to the broker: a socket, client::Client and the loop between
// them.  Starts the embedded pair when no broker is configured.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blob/transfer.h"
#include "client/client.h"
#include "globals.h"
#include "transport/socket.h"

namespace mlb::submit {

class Connection {
 public:
  /// Connects, and waits for the broker's Welcome.
  static Result<std::unique_ptr<Connection>> open(const Globals& globals);

  /// Asks until answered; a Refused becomes an Error with its exit code.
  Result<Body> ask(Body request);
  template <class T>
  Result<T> ask_for(Body request) {
    auto reply = ask(std::move(request));
    if (!reply) return std::move(reply).fail();
    if (auto* found = std::get_if<T>(&*reply)) return std::move(*found);
    return Error{Fault::bug, "the broker answered with another message"};
  }

  void follow(JobId job, std::uint64_t next, std::uint64_t upto,
              WatchFilter filter);
  void unfollow(JobId job) { client_.unfollow(job); }
  /// The number of the next event of a followed job.
  std::uint64_t next_of(JobId job) const { return client_.next_of(job); }
  /// Waits up to `wait` and returns what came of followed jobs; an Error when
  /// the broker refuses to let one be followed.
  Result<client::Output> poll(Millis wait);

  const Welcome& welcome() const { return welcome_; }
  bool same_machine() const;
  transport::Context& context() { return context_; }
  bool embedded() const { return embedded_; }

 private:
  explicit Connection(const Globals& globals);
  Result<Welcome> greet(Millis patience);
  Result<> greet_until_answered(const std::string& url);
  bool is_other_build() const;
  Result<> replace_pair(const std::string& url);
  void handle(client::Output output);
  void pump(Millis wait);

  Globals globals_;
  transport::Context context_;
  std::optional<transport::Dealer> dealer_;
  client::Client client_;
  Welcome welcome_;
  bool embedded_ = false;
  std::optional<Body> reply_;
  client::Output pending_;
};

inline constexpr Millis kTransferPatience{60000};
/// The way of a blob's frames; a signal stops it.
blob::Line transfer_line(transport::Dealer& dealer);

/// The Error that a refusal stands for.
Error refusal(const Refused& refused);

}  // namespace mlb::submit
