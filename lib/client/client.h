// The client's core: asks until it is answered, follows jobs by event number
// without a gap or a duplicate, also over a restart of the broker.  Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "job/messages.h"
#include "session/session.h"

namespace mlb::client {

struct Settings {
  Millis ask_again{1000};
  Millis watch_again{2500};  ///< protocol rule 23
  Millis silence{5000};      ///< before it says "reconnecting"
};

/// What a step brings to the program.
struct Output {
  std::vector<Message> send;
  /// To the request that was asked; or Refused, when another broker than
  /// ours answers at this address: nothing is asked or followed any more.
  std::optional<Body> reply;
  std::vector<EventRow> events;  ///< in order, each number once a job
  std::map<JobId, Live> live;    ///< newest values of followed jobs
  bool reconnecting = false;     ///< silence began
  bool reconnected = false;      ///< and ended
  bool restarted = false;  ///< the broker was restored: events begin again
};

/// One request at a time, any number of followed jobs.
class Client {
 public:
  Client(Session self, Settings settings);

  /// Asks until answered: every request may safely arrive twice.  Ping ->
  /// Welcome, Submit -> Accepted | NeedBlobs | Refused, Have -> NeedBlobs,
  /// Cancel -> CancelTaken | Refused, ListJobs and GetJobs -> Jobs, GetSpec ->
  /// SpecText | Refused, ListWorkers -> Workers,
  /// FindBlobs -> Blobs, RemoveBlobs -> BlobsRemoved.
  Output ask(Time now, Body request);
  bool is_asking() const { return request_.has_value(); }
  void give_up() { request_.reset(); }

  /// Follows a job from event `next` on (upto 0: to its end).
  Output follow(Time now, JobId job, std::uint64_t next, std::uint64_t upto,
                WatchFilter filter);
  void unfollow(JobId job) { followed_.erase(job); }
  /// The number of the next event that will be delivered.
  std::uint64_t next_of(JobId job) const;

  Output receive(Time now, const Message& message);
  Output tick(Time now);

 private:
  struct Followed {
    std::uint64_t next = 1;
    std::uint64_t upto = 0;
    WatchFilter filter = WatchFilter::all;
    Millis asked{0};
  };

  bool answers(const Body& body) const;
  void take_events(Time now, const Events& e, Output& out);
  void send_watch(Time now, JobId job, Followed& f, Output& out);

  session::PeerSession session_;
  Settings settings_;
  std::optional<Body> request_;
  Millis asked_{0};
  std::map<JobId, Followed> followed_;
  std::optional<Millis> heard_;
  bool silent_ = false;
};

}  // namespace mlb::client
