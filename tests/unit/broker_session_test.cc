// Who speaks to the broker: order, restarts, strangers, copies (protocol
// rules 2-6).
#include <catch2/catch.hpp>

#include "unit/broker_world.h"

using namespace mlb;
using namespace mlb::broker;

TEST_CASE("a heartbeat that was overtaken is dropped") {
  World w;
  w.join("w1", 1).submit("j1").said();
  const Header overtaken = w.stamp("w1");
  w.beat("w1", {.held = {"j1.1"}});
  // It was sent before the Start came: by its word the attempt is not there.
  Heartbeat old;
  old.slots = 1;
  old.held.push_back({.attempt = attempt_named("j9.1"), .live = {}});
  w.raw("w1", overtaken, old).wait(500ms);
  CHECK(w.said().empty());
  CHECK(w.state("j1") == JobState::running);
}

TEST_CASE("answers go where the newest heartbeat came from") {
  World w;
  w.join("w1", 2).said();
  const Header overtaken = w.stamp("w1");
  w.moves("w1", "second").beat("w1");
  w.raw("first", overtaken, Heartbeat{});
  w.submit("j1");
  CHECK(w.said() == Lines{"c1 <- accepted j1", "second <- start j1.1"});
}

TEST_CASE("a worker's other messages do not change the way to it") {
  World w;
  w.join("w1", 2).submit("j1").beat("w1", {.held = {"j1.1"}}).said();
  w.moves("w1", "second").points("w1", "j1.1", 1, 1);
  CHECK(w.said() == Lines{"w1 <- progress-taken j1.1 upto 1"});
}

TEST_CASE("a client is answered where it spoke last") {
  World w;
  w.ping("c1").moves("c1", "second").said();
  w.ping("c1");
  CHECK(w.said() ==
        Lines{"second <- welcome, 0 workers, 0 slots, 0 queued, 0 running"});
}

TEST_CASE("a peer of another store is refused and not served") {
  World w;
  w.submit("j1").said();
  Header foreign = w.stamp("w1");
  foreign.store = {job_named("other").raw};
  Heartbeat h;
  h.slots = 1;
  h.memory = 100;
  w.raw("w1", foreign, h).raw("w1", foreign, h);
  CHECK(w.said() ==
        Lines{"w1 <- refused foreign_store", "w1 <- refused foreign_store"});
  CHECK(w.reasons("j1") == Lines{"no_worker"});
}

TEST_CASE("a peer that saw a later epoch is refused: our data is old") {
  World w;
  w.join("w1", 1);
  const auto backup = w.disk();
  w.restart().beat("w1").said();
  w.disk() = backup;
  // The copy begins at the epoch before, and starts once: equal is obeyed.
  w.disk().store.epoch = 0;
  w.restart().beat("w1");
  CHECK(w.said() == Lines{"w1 <- refused epoch"});
}

TEST_CASE("an attempt that nobody knows is left alone") {
  World w;
  w.join("w1", 2).submit("j1").said();
  w.beat("w1", {.held = {"j1.1", "j1.2", "j9.1"}, .ended = {"j8.1"}});
  CHECK(w.said().empty());
  // Nor is its outcome taken, so that the worker keeps it.
  w.finish("w1", "j8.1").points("w1", "j9.1", 1, 1);
  CHECK(w.said().empty());
  CHECK(w.saved() != Lines{});
  CHECK(w.state("j1") == JobState::running);
}

TEST_CASE("an older process of a worker is told that it is superseded") {
  World w;
  w.join("w1", 1);
  const Header old = w.stamp("w1");
  w.reborn("w1").beat("w1").said();
  w.raw("old", old, Heartbeat{});
  CHECK(w.said() == Lines{"old <- superseded by 2"});
}

TEST_CASE("a copy of a worker is refused by name") {
  World w;
  w.join("w1", 1).said();
  Header clone = w.stamp("w1");
  clone.session.nonce = 99;
  w.raw("copy", clone, Heartbeat{});
  CHECK(w.said() == Lines{"copy <- refused cloned"});
  w.submit("j1");
  CHECK(w.said() == Lines{"c1 <- accepted j1", "w1 <- start j1.1"});
}

TEST_CASE("what only a broker may say is refused") {
  World w;
  w.say("c1", Taken{});
  CHECK(w.said() == Lines{"c1 <- refused bad_message"});
  CHECK(w.saved().empty());
}

TEST_CASE("a client that falls silent is forgotten") {
  World w;
  w.ping("c1").ping("c2").wait(40s).ping("c2");
  CHECK(w.core().peers() == 2);
  w.wait(21s);
  CHECK(w.core().peers() == 1);
  w.wait(40s);
  CHECK(w.core().peers() == 0);
}

TEST_CASE("a worker that falls silent is not forgotten") {
  World w;
  w.join("w1", 1);
  const Header old = w.stamp("w1");
  w.reborn("w1").beat("w1").wait(10min).said();
  w.raw("old", old, Heartbeat{});
  CHECK(w.said() == Lines{"old <- superseded by 2"});
}

TEST_CASE("a client that follows a job is not forgotten") {
  World w;
  w.submit("j1");
  for (int i = 0; i < 40; ++i) w.watch("j1").wait(2500ms);
  CHECK(w.core().peers() == 1);
}

TEST_CASE("a client that comes back after it was forgotten goes on") {
  World w;
  w.submit("j1").wait(2min).said();
  CHECK(w.core().peers() == 0);
  w.submit("j1").cancel("j1").watch("j1", {.next = 2});
  CHECK(w.said() == Lines{"c1 <- accepted j1",
                          "c1 <- cancel-taken j1 cancelled",
                          "c1 <- events j1 2..next 3 cancelled, 2 ended "
                          "cancelled (cancelled before it ran)"});
}
