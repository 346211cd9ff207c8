// What a worker tells of itself, and whom it obeys.  docs/protocol.md, rules
// 3, 4, 6 and 12.
#include <catch2/catch.hpp>

#include "unit/worker_world.h"

using namespace mlb;
using namespace mlb::worker;

TEST_CASE("a worker speaks first, then each 2.5 seconds") {
  Settings settings = with_slots(3);
  settings.name = "lab2";
  settings.host = "lab2.local";
  settings.memory = 99;
  World w(settings);
  w.step(Tick{});
  CHECK(w.told() == Lines{"beat"});
  CHECK(w.beat.name == "lab2");
  CHECK(w.beat.host == "lab2.local");
  CHECK(w.beat.slots == 3);
  CHECK(w.beat.memory == 99);
  w.wait(2400ms);
  CHECK(w.told().empty());
  w.wait(100ms);
  CHECK(w.told().size() == 1);
  w.wait(25s);
  CHECK(w.told().size() == 10);
  CHECK(w.came().empty());
}

TEST_CASE("a heartbeat is the full state, and every change sends one") {
  Settled w;
  w.start("j1.1");
  CHECK(w.told() == Lines{"beat held j1.1:0"});
  CHECK(w.beat.held[0].pid == 0);
  CHECK(w.beat.held[0].live.stage == "fetch");
  w.step(Launched{attempt_named("j1.1"), 42});
  CHECK(w.told() == Lines{"beat held j1.1:0"});
  CHECK(w.beat.held[0].pid == 42);
  w.spool("j1.1", 3).start("j2.4");
  CHECK(w.told() == Lines{"beat held j1.1:3 held j2.4:0"});
  w.ends("j1.1");
  CHECK(w.told() == Lines{"beat held j2.4:0 ended j1.1:3"});
  w.step(GivenBack{attempt_named("j2.4")});
  CHECK(w.told() == Lines{"beat ended j1.1:3"});
}

TEST_CASE("live values alone send a heartbeat at most each 100 ms") {
  Settled w;
  w.run("j1.1");
  const auto lives = [&](std::uint32_t epoch) {
    Live live;
    live.epoch = epoch;
    w.step(LiveChanged{attempt_named("j1.1"), live});
  };
  lives(1);
  lives(2);
  CHECK(w.told().empty());
  w.wait(100ms);
  CHECK(w.told().size() == 1);
  CHECK(w.beat.held[0].live.epoch == 2);
  lives(3);
  CHECK(w.told().empty());
  w.wait(1s);
  CHECK(w.told().size() == 1);
  CHECK(w.beat.held[0].live.epoch == 3);
}

TEST_CASE("a full disk takes no work until there is room") {
  Settled w;
  w.step(DiskFull{true});
  CHECK(w.told() == Lines{"beat full"});
  w.step(DiskFull{true});
  CHECK(w.told().empty());
  w.step(DiskFull{false});
  CHECK(w.told() == Lines{"beat"});
}

TEST_CASE("no slot is offered that the outbox has no room for") {
  Settings settings = with_slots(1);
  settings.outbox = 3;
  Settled w(settings);
  w.run("j1.1").run("j2.1").ends("j1.1").ends("j2.1");
  CHECK(w.told().back() == "beat ended j1.1:0 ended j2.1:0");
  w.run("j3.1").ends("j3.1");
  CHECK(w.told() == Lines{"beat ended j1.1:0 ended j2.1:0 ended j3.1:0 full"});
  w.hear(Taken{attempt_named("j2.1")});
  CHECK(w.told() == Lines{"beat ended j1.1:0 ended j3.1:0"});
}

TEST_CASE("a worker that drains ends and gives back what runs") {
  Settled w;
  w.run("j1.1").run("j2.1").ends("j2.1").told();
  w.step(Drain{});
  CHECK(w.came() == Lines{"end j1.1 drain"});
  CHECK(w.told() == Lines{"beat held j1.1:0 ended j2.1:0 draining"});
  w.start("j3.1");
  CHECK(w.came().empty());
  w.step(GivenBack{attempt_named("j1.1")}).hear(Taken{attempt_named("j2.1")});
  CHECK(w.came() == Lines{"forget j2.1"});
  CHECK(w.agent.idle());
}

TEST_CASE("the first broker is remembered, and a new epoch is told all") {
  World w;
  w.step(Tick{}).hear(WorkerPing{});
  CHECK(w.came() == Lines{"remember epoch 4"});
  w.run("j1.1").hear(WorkerPing{});
  CHECK(w.came().empty());
  CHECK(w.told().empty());
  w.broker.epoch = 5;
  w.broker.n = 0;
  w.hear(WorkerPing{});
  CHECK(w.came() == Lines{"remember epoch 5"});
  CHECK(w.told() == Lines{"beat held j1.1:0"});
}

TEST_CASE("a broker with another store is not obeyed, and that is loud") {
  Settled w;
  w.run("j1.1");
  w.broker.store = {job_named("other").raw};
  w.hear(Kill{attempt_named("j1.1"), "superseded"}).start("j2.1");
  const std::string loud =
      "warn: a broker with another store answers; not obeyed";
  CHECK(w.came() == Lines{loud, loud});
  CHECK(w.told().empty());
  CHECK(w.agent.holds(attempt_named("j1.1")));
}

TEST_CASE("a broker of an earlier epoch is not obeyed") {
  Settled w;
  w.broker.epoch -= 1;
  w.start("j1.1");
  CHECK(w.came().empty());
  CHECK(w.told().empty());
}

TEST_CASE("start, kill and taken that were overtaken change nothing") {
  Settled w;
  w.run("j1.1").run("j2.1").ends("j2.1").told();
  w.hear_late(World::start_of("j3.1"));
  w.hear_late(Kill{attempt_named("j1.1"), "cancelled"});
  w.hear_late(Taken{attempt_named("j2.1")});
  CHECK(w.came().empty());
  CHECK(w.told().empty());
}

TEST_CASE("only a newer process of this worker makes it stop") {
  Settled w;
  w.hear(Superseded{w.self.counter});
  CHECK(w.came().empty());
  w.hear(Superseded{w.self.counter + 1});
  CHECK(w.came() ==
        Lines{"stop: a newer process serves this worker's directory"});
}

TEST_CASE("a copied worker stops, any other refusal is only said") {
  Settled w;
  w.hear(Refused{{}, "unsupported", "too new"});
  CHECK(w.came() == Lines{"warn: the broker refuses: too new"});
  w.hear(Refused{{}, "cloned", "another machine has this id"});
  CHECK(w.came() == Lines{"stop: another machine has this id"});
}
