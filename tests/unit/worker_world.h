// A worker's agent that is led by hand, and the broker that it hears.  All
// that it wants done is a line of text, so that a test also sees what else
// happened; heartbeats stand apart.
#pragma once

#include <algorithm>
#include <utility>
#include <variant>

#include "unit/broker_lines.h"
#include "worker/agent.h"

namespace mlb::worker {

using broker::attempt_named;
using broker::blob_named;
using broker::job_named;
using broker::Lines;

/// "beat held j1.1:3 ended j2.1:0 full draining"
inline std::string beat_line(const Heartbeat& h) {
  std::string out = "beat";
  for (const auto& held : h.held) {
    out += " held " + broker::name_of(held.attempt) + ":" +
           std::to_string(held.items);
  }
  for (const auto& ended : h.ended) {
    out += " ended " + broker::name_of(ended.attempt) + ":" +
           std::to_string(ended.items);
  }
  if (h.full) out += " full";
  if (h.draining) out += " draining";
  return out;
}

inline Settings with_slots(std::uint32_t slots) {
  Settings out;
  out.slots = slots;
  return out;
}

struct World {
  Session self{broker::peer_named("w1"), 3, 7};
  Agent agent;
  Time now{Millis(100000), Millis(1700000000000)};
  /// What the broker stamps; a test changes it to be another broker.
  Header broker{.store = {job_named("store").raw},
                .timeline = {job_named("line").raw},
                .epoch = 4,
                .session = self,
                .n = 0,
                .seen = 0};
  /// Items that fit into one message; 0: the socket takes nothing.
  std::uint64_t page = 1000;
  Heartbeat beat;  ///< the newest
  Lines lines;
  Lines beats;

  explicit World(Settings settings = with_slots(2),
                 const std::vector<Recovered>& outbox = {})
      : agent(session::PeerSession(self), std::move(settings), outbox) {}

  World& hear(Body body) {
    ++broker.n;
    return step(FromBroker{{broker, std::move(body)}});
  }
  /// Overtaken by what was heard already.
  World& hear_late(Body body) {
    Header old = broker;
    old.n -= 1;
    return step(FromBroker{{old, std::move(body)}});
  }
  World& start(const std::string& attempt, Resources resources = {}) {
    return hear(start_of(attempt, resources));
  }
  static Start start_of(const std::string& attempt, Resources resources = {}) {
    Start out;
    out.attempt = attempt_named(attempt);
    out.envelope.resources = resources;
    return out;
  }
  /// Started, and its process is there.
  World& run(const std::string& attempt, Resources resources = {}) {
    start(attempt, resources).step(Launched{attempt_named(attempt), 42});
    came();
    told();
    return *this;
  }
  World& spool(const std::string& attempt, std::uint64_t upto) {
    return step(Spooled{attempt_named(attempt), upto});
  }
  World& ends(const std::string& attempt) {
    return step(Ended{attempt_named(attempt)});
  }
  World& taken(const std::string& attempt, std::uint64_t upto) {
    return hear(ProgressTaken{attempt_named(attempt), upto});
  }
  /// A tick each tenth of a second.
  World& wait(Millis time) {
    for (; time.count() > 0; time -= 100ms) {
      now.mono += 100ms;
      now.wall += 100ms;
      step(Tick{});
    }
    return *this;
  }
  World& step(const Event& event) {
    for (const auto& action : agent.step(now, event)) note(action);
    agent.check();
    return *this;
  }
  /// What it wanted since it was asked last, without heartbeats.
  Lines came() { return std::exchange(lines, {}); }
  /// The heartbeats.
  Lines told() { return std::exchange(beats, {}); }

 private:
  void note(const Action& action) {
    using broker::name_of;
    if (const auto* b = std::get_if<SendBeat>(&action)) {
      beat = b->beat;
      beats.push_back(beat_line(beat));
    } else if (const auto* i = std::get_if<SendItems>(&action)) {
      const auto upto = std::min(i->upto, i->from + page - 1);
      lines.push_back("items " + name_of(i->attempt) + " " +
                      std::to_string(i->from) + ".." + std::to_string(upto));
      if (page > 0) agent.items_sent(i->attempt, upto);
    } else if (const auto* f = std::get_if<SendFinished>(&action)) {
      lines.push_back("finished " + name_of(f->attempt) + ", last " +
                      std::to_string(f->last_item));
    } else if (const auto* l = std::get_if<Launch>(&action)) {
      lines.push_back("launch " + name_of(l->start.attempt));
    } else if (const auto* e = std::get_if<EndProcess>(&action)) {
      lines.push_back("end " + name_of(e->attempt) + " " + e->reason +
                      (e->hard ? ", hard" : ""));
    } else {
      note_rest(action);
    }
  }
  void note_rest(const Action& action) {
    using broker::name_of;
    if (const auto* u = std::get_if<Upload>(&action)) {
      std::string line = "upload " + name_of(u->attempt);
      for (const auto& digest : u->digests) line += " " + name_of(digest);
      lines.push_back(line);
    } else if (const auto* f = std::get_if<Forget>(&action)) {
      lines.push_back("forget " + name_of(f->attempt));
    } else if (const auto* r = std::get_if<Remember>(&action)) {
      lines.push_back("remember epoch " + std::to_string(r->epoch));
    } else if (const auto* w = std::get_if<Warn>(&action)) {
      lines.push_back("warn: " + w->text);
    } else if (const auto* s = std::get_if<Stop>(&action)) {
      lines.push_back("stop: " + s->reason);
    }
  }
};

/// Knows its broker and has told what it is.
struct Settled : World {
  explicit Settled(Settings settings = with_slots(2),
                   const std::vector<Recovered>& outbox = {})
      : World(std::move(settings), outbox) {
    step(Tick{}).hear(WorkerPing{});
    came();
    told();
  }
};

}  // namespace mlb::worker
