// A client that is led by hand, and the broker that it hears.  All that comes
// of a step is a line of text, so that a test also sees what else happened.
#pragma once

#include <utility>
#include <variant>

#include "client/client.h"
#include "unit/broker_lines.h"

namespace mlb::client {

using broker::blob_named;
using broker::job_named;
using broker::Lines;

/// "submit j1", "watch j1 from 3 to 9"
inline std::string request_line(const Body& body) {
  if (const auto* s = std::get_if<Submit>(&body)) {
    return "submit " + broker::name_of(s->job);
  }
  if (const auto* c = std::get_if<Cancel>(&body)) {
    return "cancel " + broker::name_of(c->job);
  }
  if (std::holds_alternative<Ping>(body)) return "ping";
  const auto* w = std::get_if<Watch>(&body);
  if (w == nullptr) return "another request";
  std::string out =
      "watch " + broker::name_of(w->job) + " from " + std::to_string(w->next);
  if (w->upto > 0) out += " to " + std::to_string(w->upto);
  if (w->filter == WatchFilter::states) out += ", states";
  return out;
}

inline Body submit_of(const std::string& job) {
  Submit out;
  out.job = job_named(job);
  return out;
}

/// Events from..upto of a job.
inline Events events_of(const std::string& job, std::uint64_t from,
                        std::uint64_t upto) {
  Events out;
  out.job = job_named(job);
  out.first = from;
  out.next = upto + 1;
  out.state = JobState::running;
  for (auto n = from; n <= upto; ++n) {
    EventRow event;
    event.job = out.job;
    event.number = n;
    event.type = EventType::point;
    out.events.push_back(event);
  }
  return out;
}

struct World {
  Session self{broker::peer_named("c1"), 1, 7};
  Client client{self, {}};
  Time now{Millis(5000), Millis(1700000000000)};
  /// What the broker stamps; a test changes it to be another broker.
  Header broker{.store = {job_named("store").raw},
                .timeline = {job_named("line").raw},
                .epoch = 4,
                .session = self,
                .n = 0,
                .seen = 0};
  Lines lines;
  Live live;  ///< of the job that was told of last

  World& ask(Body request) { return take(client.ask(now, std::move(request))); }
  World& follow(const std::string& job, std::uint64_t next = 1,
                std::uint64_t upto = 0, WatchFilter filter = WatchFilter::all) {
    return take(client.follow(now, job_named(job), next, upto, filter));
  }
  /// The broker says something new.
  World& hear(Body body) {
    ++broker.n;
    return hear_again(std::move(body));
  }
  /// The same header once more, as after a reconnect.
  World& hear_again(Body body) {
    return take(client.receive(now, {broker, std::move(body)}));
  }
  /// A tick each half second.
  World& wait(Millis time) {
    for (; time.count() > 0; time -= 500ms) {
      now.mono += 500ms;
      now.wall += 500ms;
      take(client.tick(now));
    }
    return *this;
  }
  /// What happened since it was asked last.
  Lines came() { return std::exchange(lines, {}); }

 private:
  World& take(const Output& out) {
    if (out.reconnected) lines.push_back("reconnected");
    if (out.restarted) lines.push_back("restarted");
    for (const auto& event : out.events) {
      lines.push_back("event " + broker::name_of(event.job) + " " +
                      std::to_string(event.number));
    }
    if (out.reply) lines.push_back("reply: " + broker::line_of(*out.reply));
    for (const auto& message : out.send) {
      lines.push_back("say " + request_line(message.body));
    }
    if (out.reconnecting) lines.push_back("reconnecting");
    for (const auto& [job, value] : out.live) live = value;
    return *this;
  }
};

}  // namespace mlb::client
