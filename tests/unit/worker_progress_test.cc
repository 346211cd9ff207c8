// Items from the spool to the broker: in order, none lost, few under way.
// docs/protocol.md, rule 21.
#include <catch2/catch.hpp>

#include "unit/worker_world.h"

using namespace mlb;
using namespace mlb::worker;

TEST_CASE("an item goes at once; those behind it travel together") {
  Settled w;
  w.run("j1.1").spool("j1.1", 1);
  CHECK(w.came() == Lines{"items j1.1 1..1"});
  w.spool("j1.1", 2).spool("j1.1", 4);
  CHECK(w.came().empty());
  w.taken("j1.1", 1);
  CHECK(w.came() == Lines{"items j1.1 2..4"});
  w.taken("j1.1", 4);
  CHECK(w.came().empty());
}

TEST_CASE("at most 64 items are unacknowledged") {
  Settled w;
  w.run("j1.1").spool("j1.1", 200);
  CHECK(w.came() == Lines{"items j1.1 1..64"});
  w.taken("j1.1", 64);
  CHECK(w.came() == Lines{"items j1.1 65..128"});
}

TEST_CASE("what did not fit into a message is the next one") {
  Settled w;
  w.page = 10;
  w.run("j1.1").spool("j1.1", 25);
  CHECK(w.came() == Lines{"items j1.1 1..10"});
  w.taken("j1.1", 10).taken("j1.1", 20);
  CHECK(w.came() == Lines{"items j1.1 11..20", "items j1.1 21..25"});
}

TEST_CASE("items that are not acknowledged are sent again after 2.5 s") {
  Settled w;
  w.run("j1.1").spool("j1.1", 3).came();
  w.wait(2400ms);
  CHECK(w.came().empty());
  w.spool("j1.1", 4).wait(100ms);
  CHECK(w.came() == Lines{"items j1.1 1..4"});
  w.taken("j1.1", 4).wait(60s);
  CHECK(w.came().empty());
}

TEST_CASE("a broker that lacks the middle gets it again, not at once") {
  Settled w;
  w.run("j1.1").spool("j1.1", 6).came();
  // It answers a gap with what it has; more of it may be under way.
  w.taken("j1.1", 2).taken("j1.1", 2);
  CHECK(w.came().empty());
  w.wait(2500ms);
  CHECK(w.came() == Lines{"items j1.1 3..6"});
}

TEST_CASE("an acknowledgement that was overtaken loses nothing") {
  Settled w;
  w.run("j1.1").spool("j1.1", 3).taken("j1.1", 3).came();
  w.hear_late(ProgressTaken{attempt_named("j1.1"), 1});
  w.wait(3s).came();
  w.taken("j1.1", 3).spool("j1.1", 4);
  CHECK(w.came() == Lines{"items j1.1 4..4"});
}

TEST_CASE("an acknowledgement of more than there is counts as all") {
  Settled w;
  w.run("j1.1").spool("j1.1", 2).taken("j1.1", 900).came();
  w.spool("j1.1", 3);
  CHECK(w.came() == Lines{"items j1.1 3..3"});
  w.taken("j9.1", 1);
  CHECK(w.came().empty());
}

TEST_CASE("a socket that takes nothing is tried again with each tick") {
  Settled w;
  w.page = 0;
  w.run("j1.1").spool("j1.1", 2).came();
  w.page = 10;
  w.wait(100ms);
  CHECK(w.came() == Lines{"items j1.1 1..2"});
}

TEST_CASE("attempts wait for their own acknowledgements only") {
  Settled w;
  w.run("j1.1").run("j2.1").spool("j1.1", 1).came();
  w.spool("j2.1", 1).spool("j1.1", 2);
  CHECK(w.came() == Lines{"items j2.1 1..1"});
}
