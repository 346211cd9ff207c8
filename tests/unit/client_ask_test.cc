// A client's requests: asked until they are answered, by our broker only.
#include <catch2/catch.hpp>

#include "unit/client_world.h"

using namespace mlb;
using namespace mlb::client;

namespace {

Refused refusal_of(const std::string& job, const std::string& code) {
  return {job.empty() ? JobId{} : job_named(job), code, "text"};
}

/// Whether this reply ends that request.
bool ends(Body request, Body reply) {
  World w;
  w.ask(std::move(request)).came();
  w.hear(std::move(reply));
  CHECK(w.came().size() == (w.client.is_asking() ? 0 : 1));
  return !w.client.is_asking();
}

}  // namespace

TEST_CASE("a request is asked again each second until it is answered") {
  World w;
  w.ask(submit_of("j1"));
  CHECK(w.came() == Lines{"say submit j1"});
  w.wait(500ms);
  CHECK(w.came().empty());
  w.wait(500ms);
  CHECK(w.came() == Lines{"say submit j1"});
  w.wait(1s);
  CHECK(w.came() == Lines{"say submit j1"});
  w.hear(Accepted{job_named("j1"), job_named("j1")});
  CHECK(w.came() == Lines{"reply: accepted j1"});
  CHECK_FALSE(w.client.is_asking());
  w.wait(10s);
  CHECK(w.came().empty());
}

TEST_CASE("a request that was given up is asked no more") {
  World w;
  w.ask(submit_of("j1")).came();
  w.client.give_up();
  w.wait(10s).hear(Accepted{job_named("j1"), job_named("j1")});
  CHECK(w.came().empty());
}

TEST_CASE("an answer that comes twice is one answer") {
  World w;
  w.ask(submit_of("j1")).came();
  const Accepted accepted{job_named("j1"), job_named("j1")};
  w.hear(accepted).hear_again(accepted).hear(accepted);
  CHECK(w.came() == Lines{"reply: accepted j1"});
}

TEST_CASE("a submit is answered by what names its job") {
  const JobId one = job_named("j1");
  const JobId two = job_named("j2");
  CHECK(ends(submit_of("j1"), Accepted{one, one}));
  // A known key: the job of an earlier submit.
  CHECK(ends(submit_of("j1"), Accepted{one, two}));
  CHECK(ends(submit_of("j1"), NeedBlobs{one, {blob_named("d1")}}));
  CHECK(ends(submit_of("j1"), refusal_of("j1", "conflict")));
  CHECK(ends(submit_of("j1"), refusal_of("", "bad_message")));
  CHECK_FALSE(ends(submit_of("j1"), Accepted{two, one}));
  CHECK_FALSE(ends(submit_of("j1"), NeedBlobs{two, {}}));
  CHECK_FALSE(ends(submit_of("j1"), NeedBlobs{{}, {}}));
  CHECK_FALSE(ends(submit_of("j1"), refusal_of("j2", "conflict")));
  CHECK_FALSE(ends(submit_of("j1"), CancelTaken{one}));
  CHECK_FALSE(ends(submit_of("j1"), Welcome{}));
}

TEST_CASE("a cancel and a spec are answered by what names their job") {
  const Cancel cancel{job_named("j1")};
  CHECK(ends(cancel, CancelTaken{job_named("j1")}));
  CHECK(ends(cancel, refusal_of("j1", "no_such_job")));
  CHECK_FALSE(ends(cancel, CancelTaken{job_named("j2")}));
  CHECK_FALSE(ends(cancel, refusal_of("j2", "no_such_job")));
  const GetSpec spec{job_named("j1")};
  SpecText text;
  text.job = job_named("j2");
  CHECK_FALSE(ends(spec, text));
  text.job = job_named("j1");
  CHECK(ends(spec, text));
  CHECK(ends(spec, refusal_of("j1", "no_such_job")));
}

TEST_CASE("questions about no job are answered by their kind of answer") {
  CHECK(ends(Ping{}, Welcome{}));
  CHECK_FALSE(ends(Ping{}, Workers{}));
  CHECK(ends(ListWorkers{}, Workers{}));
  CHECK_FALSE(ends(ListWorkers{}, Jobs{}));
  CHECK(ends(ListJobs{}, Jobs{}));
  CHECK(ends(GetJobs{}, Jobs{}));
  CHECK_FALSE(ends(GetJobs{}, Workers{}));
  CHECK(ends(Have{}, NeedBlobs{}));
  CHECK_FALSE(ends(Have{}, NeedBlobs{job_named("j1"), {}}));
  CHECK(ends(FindBlobs{}, Blobs{}));
  CHECK_FALSE(ends(FindBlobs{}, NeedBlobs{}));
  CHECK(ends(RemoveBlobs{}, BlobsRemoved{}));
  CHECK_FALSE(ends(RemoveBlobs{}, Blobs{}));
  for (const Body& request :
       {Body(Ping{}), Body(ListWorkers{}), Body(ListJobs{}), Body(GetJobs{}),
        Body(Have{}), Body(FindBlobs{}), Body(RemoveBlobs{})}) {
    CHECK(ends(request, refusal_of("", "unsupported")));
    CHECK_FALSE(ends(request, refusal_of("j1", "conflict")));
  }
}

TEST_CASE("five seconds of silence are said once, and so is their end") {
  World w;
  w.ask(Ping{}).wait(4500ms).came();
  w.wait(500ms);
  CHECK(w.came() == Lines{"say ping", "reconnecting"});
  w.wait(2s);
  CHECK(w.came() == Lines{"say ping", "say ping"});
  w.hear(Welcome{});
  CHECK(w.came() == Lines{"reconnected",
                          "reply: welcome, 0 workers, 0 slots, 0 queued, "
                          "0 running"});
}

TEST_CASE("who asks nothing misses nobody") {
  World w;
  w.ask(Ping{}).hear(Welcome{}).came();
  w.wait(60s);
  CHECK(w.came().empty());
}

TEST_CASE("a broker with another store is not believed") {
  World w;
  w.ask(Ping{}).hear(Welcome{}).ask(submit_of("j1")).came();
  w.broker.store = {job_named("other").raw};
  w.hear(Accepted{job_named("j1"), job_named("j1")});
  CHECK(w.came().empty());
  CHECK(w.client.is_asking());
}

TEST_CASE("a broker with another store may say so, and all ends") {
  World w;
  w.ask(Ping{}).hear(Welcome{}).follow("j1").ask(submit_of("j2")).came();
  w.broker.store = {job_named("other").raw};
  w.hear(refusal_of("", "foreign_store"));
  CHECK(w.came() == Lines{"reply: refused foreign_store"});
  w.wait(60s);
  CHECK(w.came().empty());
}

TEST_CASE("an answer from before the broker's restart does not count") {
  World w;
  w.ask(Ping{}).hear(Welcome{}).ask(submit_of("j1")).came();
  w.broker.epoch -= 1;
  w.hear(Accepted{job_named("j1"), job_named("j1")});
  CHECK(w.came().empty());
  w.broker.epoch += 2;
  w.hear(Accepted{job_named("j1"), job_named("j1")});
  CHECK(w.came() == Lines{"reply: accepted j1"});
}

TEST_CASE("an answer to another process is not ours") {
  World w;
  w.ask(submit_of("j1")).hear(Welcome{}).came();
  w.broker.session.nonce += 1;
  w.broker.epoch += 1;
  w.hear(Accepted{job_named("j2"), job_named("j2")});
  CHECK(w.client.is_asking());
}
