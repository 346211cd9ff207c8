// Following jobs: every event once, in order, whatever the network does.
#include <catch2/catch.hpp>

#include "unit/client_world.h"

using namespace mlb;
using namespace mlb::client;

TEST_CASE("events come in order and once, however pages overlap") {
  World w;
  w.follow("j1");
  CHECK(w.came() == Lines{"say watch j1 from 1"});
  w.hear(events_of("j1", 1, 2));
  CHECK(w.came() == Lines{"event j1 1", "event j1 2"});
  w.hear(events_of("j1", 1, 3));
  CHECK(w.came() == Lines{"event j1 3"});
  w.hear_again(events_of("j1", 1, 3)).hear(events_of("j1", 2, 2));
  CHECK(w.came().empty());
  CHECK(w.client.next_of(job_named("j1")) == 4);
}

TEST_CASE("a gap delivers nothing and is asked for at once") {
  World w;
  w.follow("j1").hear(events_of("j1", 1, 2)).came();
  w.hear(events_of("j1", 4, 9));
  CHECK(w.came() == Lines{"say watch j1 from 3"});
  w.hear(events_of("j1", 3, 9));
  CHECK(w.came().size() == 7);
}

TEST_CASE("a page that a filter thinned leaves no gap") {
  World w;
  w.follow("j1", 1, 0, WatchFilter::states);
  CHECK(w.came() == Lines{"say watch j1 from 1, states"});
  Events page = events_of("j1", 1, 9);
  page.events = {page.events.front(), page.events.back()};
  w.hear(page);
  CHECK(w.came() == Lines{"event j1 1", "event j1 9"});
  CHECK(w.client.next_of(job_named("j1")) == 10);
}

TEST_CASE("a watch is renewed each 2.5 s, from the next event on") {
  World w;
  w.follow("j1", 1, 50).hear(events_of("j1", 1, 7)).came();
  w.wait(2s);
  CHECK(w.came().empty());
  w.wait(500ms);
  CHECK(w.came() == Lines{"say watch j1 from 8 to 50"});
  w.wait(2500ms);
  CHECK(w.came().front() == "say watch j1 from 8 to 50");
}

TEST_CASE("the newest live values of a job are handed on") {
  World w;
  Events page = events_of("j1", 1, 0);
  page.live.epoch = 12;
  w.follow("j1").came();
  w.hear(page);
  CHECK(w.live.epoch == 12);
  CHECK(w.came().empty());
}

TEST_CASE("jobs are followed apart, and one that is left is not") {
  World w;
  w.follow("j1", 5).follow("j2").came();
  w.hear(events_of("j2", 1, 1)).hear(events_of("j1", 5, 5));
  CHECK(w.came() == Lines{"event j2 1", "event j1 5"});
  w.client.unfollow(job_named("j1"));
  w.hear(events_of("j1", 6, 6)).hear(events_of("j3", 1, 1));
  CHECK(w.came().empty());
  w.wait(2500ms);
  CHECK(w.came() == Lines{"say watch j2 from 2"});
}

TEST_CASE("a job that may not be followed is left, with the reason") {
  World w;
  w.follow("j1").follow("j2").came();
  w.hear(Refused{job_named("j1"), "no_such_job", "text"});
  CHECK(w.came() == Lines{"reply: refused j1 no_such_job"});
  w.hear(Refused{job_named("j3"), "no_such_job", "text"});
  CHECK(w.came().empty());
  w.wait(2500ms);
  CHECK(w.came() == Lines{"say watch j2 from 1"});
}

TEST_CASE("a restart of the broker neither repeats nor loses an event") {
  World w;
  w.follow("j1").hear(events_of("j1", 1, 4)).came();
  w.wait(5s);
  CHECK(w.came() ==
        Lines{"say watch j1 from 5", "say watch j1 from 5", "reconnecting"});
  w.broker.epoch += 1;
  w.broker.n = 0;
  w.hear(events_of("j1", 5, 6));
  CHECK(w.came() == Lines{"reconnected", "event j1 5", "event j1 6"});
}

TEST_CASE("a page from before the broker's restart is not delivered") {
  World w;
  w.follow("j1").hear(events_of("j1", 1, 4)).came();
  w.broker.epoch += 1;
  w.hear(events_of("j1", 5, 5)).came();
  w.broker.epoch -= 1;
  w.hear(events_of("j1", 6, 6));
  CHECK(w.came().empty());
}

TEST_CASE("after a restore events begin again, which is said") {
  World w;
  w.follow("j1").follow("j2", 3).hear(events_of("j1", 1, 4)).came();
  w.broker.timeline = {job_named("restored").raw};
  w.broker.epoch = 2;
  w.broker.n = 0;
  w.hear(Welcome{});
  CHECK(w.came() ==
        Lines{"restarted", "say watch j1 from 1", "say watch j2 from 1"});
  w.hear(events_of("j1", 1, 1));
  CHECK(w.came() == Lines{"event j1 1"});
}

TEST_CASE("a restore is not said to who follows nothing") {
  World w;
  w.ask(Ping{}).hear(Welcome{}).came();
  w.broker.timeline = {job_named("restored").raw};
  w.hear(Welcome{});
  CHECK(w.came().empty());
}
