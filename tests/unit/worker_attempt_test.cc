// Attempts at the worker: begun once, ended when the broker says so, kept
// until it has them.  docs/protocol.md, rules 13 to 16 and 24.
#include <catch2/catch.hpp>

#include "unit/worker_world.h"

using namespace mlb;
using namespace mlb::worker;

TEST_CASE("an attempt that the broker lost is named on, and runs on") {
  Settled w;
  w.run("j1.1");
  w.wait(60s);
  CHECK(w.came().empty());
  for (const auto& line : w.told()) CHECK(line == "beat held j1.1:0");
}

TEST_CASE("a start is launched once, however often it comes") {
  Settled w;
  w.start("j1.1").start("j1.1");
  CHECK(w.came() == Lines{"launch j1.1"});
  w.step(Launched{attempt_named("j1.1"), 42}).start("j1.1");
  w.ends("j1.1").start("j1.1");
  CHECK(w.came().empty());
}

TEST_CASE("the next message says up to which start all arrived") {
  Settled w;
  w.start("j1.1");
  CHECK(w.agent.stamp().seen == w.broker.n);
}

TEST_CASE("a new attempt of a job runs beside the one to be killed") {
  Settled w;
  w.run("j1.1").start("j1.2");
  CHECK(w.came() == Lines{"launch j1.2"});
  w.hear(Kill{attempt_named("j1.1"), "superseded"});
  CHECK(w.came() == Lines{"end j1.1 superseded"});
  CHECK(w.agent.holds(attempt_named("j1.2")));
}

TEST_CASE("what an earlier process left is named in the first heartbeat") {
  World w(with_slots(1), {{attempt_named("j1.2"), 5}});
  w.step(Tick{});
  CHECK(w.told() == Lines{"beat ended j1.2:5"});
  CHECK(w.came() == Lines{"items j1.2 1..5"});
  w.taken("j1.2", 5).came();
  w.hear(Need{attempt_named("j1.2"), 0, {}});
  CHECK(w.came() == Lines{"finished j1.2, last 5"});
}

TEST_CASE("a kill is polite once, and hard after ten seconds") {
  Settled w;
  w.run("j1.1");
  const Kill kill{attempt_named("j1.1"), "cancelled"};
  w.hear(kill).hear(kill);
  CHECK(w.came() == Lines{"end j1.1 cancelled"});
  w.wait(9900ms).hear(kill);
  CHECK(w.came().empty());
  w.wait(100ms);
  CHECK(w.came() == Lines{"end j1.1 cancelled, hard"});
  w.wait(30s);
  CHECK(w.came().empty());
}

TEST_CASE("a process that ends in time is not killed hard") {
  Settled w;
  w.run("j1.1").hear(Kill{attempt_named("j1.1"), "cancelled"});
  w.ends("j1.1").came();
  w.wait(30s);
  CHECK(w.came().empty());
}

TEST_CASE("what is unknown or over is not killed") {
  Settled w;
  w.run("j1.1").ends("j1.1").told();
  w.hear(Kill{attempt_named("j1.1"), "cancelled"});
  w.hear(Kill{attempt_named("j9.1"), "superseded"});
  CHECK(w.came().empty());
  CHECK(w.told().empty());
}

TEST_CASE(
    "an attempt at its wall-clock limit is ended, and the first reason "
    "stays") {
  Settled w;
  Resources limited;
  limited.timeout = 3s;
  w.run("j1.1", limited);
  w.wait(2900ms);
  CHECK(w.came().empty());
  w.wait(100ms);
  CHECK(w.came() == Lines{"end j1.1 timeout"});
  w.hear(Kill{attempt_named("j1.1"), "cancelled"});
  CHECK(w.came().empty());
  w.wait(10s);
  CHECK(w.came() == Lines{"end j1.1 timeout, hard"});
}

TEST_CASE("an outcome is not sent before the broker asks") {
  Settled w;
  w.run("j1.1").ends("j1.1").wait(60s);
  CHECK(w.came().empty());
  w.hear(Need{attempt_named("j1.1"), 0, {}});
  CHECK(w.came() == Lines{"finished j1.1, last 0"});
  w.wait(60s);
  CHECK(w.came().empty());
}

TEST_CASE("missing blobs are sent up before the outcome") {
  Settled w;
  w.run("j1.1").ends("j1.1").came();
  w.hear(Need{attempt_named("j1.1"), 0, {blob_named("d1"), blob_named("d2")}});
  CHECK(w.came() == Lines{"upload j1.1 d1 d2"});
  w.step(Uploaded{attempt_named("j1.1")});
  CHECK(w.came() == Lines{"finished j1.1, last 0"});
}

TEST_CASE("missing items are sent again before the outcome") {
  Settled w;
  w.run("j1.1").spool("j1.1", 5).taken("j1.1", 5).ends("j1.1").came();
  w.hear(Need{attempt_named("j1.1"), 3, {}});
  CHECK(w.came() == Lines{"items j1.1 3..5"});
  w.taken("j1.1", 4);
  CHECK(w.came().empty());
  w.taken("j1.1", 5);
  CHECK(w.came() == Lines{"finished j1.1, last 5"});
}

TEST_CASE("an attempt is forgotten when the broker has it all") {
  Settled w;
  w.run("j1.1").ends("j1.1").told();
  w.hear(Taken{attempt_named("j1.1")});
  CHECK(w.came() == Lines{"forget j1.1"});
  CHECK(w.told() == Lines{"beat"});
  CHECK(w.agent.idle());
  w.hear(Taken{attempt_named("j1.1")});
  CHECK(w.came().empty());
}

TEST_CASE("an attempt that still runs is neither sent up nor forgotten") {
  Settled w;
  w.run("j1.1");
  w.hear(Need{attempt_named("j1.1"), 0, {blob_named("d1")}});
  w.hear(Need{attempt_named("j1.1"), 0, {}});
  w.hear(Taken{attempt_named("j1.1")});
  w.step(Uploaded{attempt_named("j1.1")});
  CHECK(w.came().empty());
  CHECK(w.agent.holds(attempt_named("j1.1")));
}
