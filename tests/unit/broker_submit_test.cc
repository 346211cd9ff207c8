// Taking jobs in, and cancelling them (protocol rules 7-11, 16, 27, 28).
#include <catch2/catch.hpp>

#include "unit/broker_world.h"

using namespace mlb;
using namespace mlb::broker;

TEST_CASE("a submit is accepted once its job is durable") {
  World w;
  w.submit("j1");
  CHECK(w.said() == Lines{"c1 <- accepted j1"});
  CHECK(w.state("j1") == JobState::queued);
  CHECK(w.story("j1") == "accepted");
  CHECK(w.disk().specs.at(job_named("j1")).spec == bytes_of("a spec"));
}

TEST_CASE("the same submit again has the same answer and no effect") {
  World w;
  w.submit("j1").said();
  w.saved();
  w.submit("j1");
  CHECK(w.said() == Lines{"c1 <- accepted j1"});
  CHECK(w.saved().empty());
}

TEST_CASE("the same submit after the end of the job starts nothing") {
  World w;
  w.submit("j1").cancel("j1").said();
  w.saved();
  w.join("w1", 1).submit("j1");
  CHECK(w.said() == Lines{"w1 <- ping", "c1 <- accepted j1"});
  CHECK(w.saved().empty());
  CHECK(w.state("j1") == JobState::cancelled);
}

TEST_CASE("the same submit after a restart has the same answer") {
  World w;
  w.submit("j1").restart().said();
  w.saved();
  w.submit("j1");
  CHECK(w.said() == Lines{"c1 <- accepted j1"});
  CHECK(w.saved().empty());
}

TEST_CASE("what an unfinished job needs is not removed") {
  World w;
  w.uploaded("d1").uploaded("d2").submit("j1", {.blobs = {"d1"}}).said();
  w.submit("j2", {.blobs = {"d1"}}).said();
  w.saved();
  w.remove_blobs({"d1", "d2"});
  CHECK(w.said() == Lines{"c1 <- removed d2, d1 needed by j1"});
  CHECK(w.saved() == Lines{"delete blob d2"});
  w.remove_blobs({"d1"}, "bob");
  CHECK(w.said() == Lines{"c1 <- removed, d1 needed by another user"});
  w.cancel("j1").cancel("j2").said();
  w.saved();
  w.remove_blobs({"d1"});
  CHECK(w.said() == Lines{"c1 <- removed d1"});
  CHECK(w.saved() == Lines{"delete blob d1"});
}

TEST_CASE("removing what is not there, or twice, is no change") {
  World w;
  w.uploaded("d1").remove_blobs({"d1"}).said();
  w.saved();
  w.remove_blobs({"d1", "d9"});
  CHECK(w.said() == Lines{"c1 <- removed d1 d9"});
  CHECK(w.saved().empty());
  w.restart().said();
  w.find_blobs({"d1"});
  CHECK(w.said() == Lines{"c1 <- blobs"});
}

TEST_CASE("a blob on disk that nobody spoke of is found and removed, too") {
  World w;
  w.on_disk("d1").find_blobs({"d1", "d2"});
  CHECK(w.said() == Lines{"c1 <- blobs d1 1"});
  CHECK(w.saved().empty());
  w.remove_blobs({"d1"}).find_blobs({"d1"});
  CHECK(w.said() == Lines{"c1 <- removed d1", "c1 <- blobs"});
}

TEST_CASE("a job that names removed data must bring them again") {
  World w;
  w.uploaded("d1").remove_blobs({"d1"}).said();
  w.submit("j1", {.blobs = {"d1"}});
  CHECK(w.said() == Lines{"c1 <- need-blobs j1 d1"});
  w.uploaded("d1").submit("j1", {.blobs = {"d1"}});
  CHECK(w.said() == Lines{"c1 <- accepted j1"});
}

TEST_CASE("the same id with another body is a conflict") {
  World w;
  w.submit("j1").said();
  w.saved();
  w.submit("j1", {.body = "another"});
  CHECK(w.said() == Lines{"c1 <- refused j1 conflict"});
  w.cancel("j1").said();
  w.submit("j1", {.body = "another"});
  CHECK(w.said() == Lines{"c1 <- refused j1 conflict"});
}

TEST_CASE("the id of another user's job does not exist") {
  World w;
  w.submit("j1").said();
  w.saved();
  w.submit("j1", {.user = "bob"});
  w.cancel("j1", "bob");
  w.watch("j1", {.user = "bob"});
  w.look("j1", "bob");
  CHECK(w.said() ==
        Lines{"c1 <- refused j1 no_such_job", "c1 <- refused j1 no_such_job",
              "c1 <- refused j1 no_such_job", "c1 <- jobs unknown j1"});
  CHECK(w.saved().empty());
}

TEST_CASE("a known idempotency key answers with its job") {
  World w;
  w.submit("j1", {.key = "k"}).said();
  w.saved();
  w.submit("j2", {.key = "k"});
  CHECK(w.said() == Lines{"c1 <- accepted j2 as j1"});
  CHECK(w.saved().empty());
}

TEST_CASE("an idempotency key is bound for as long as the job is kept") {
  World w;
  w.submit("j1", {.key = "k"}).cancel("j1").restart().said();
  w.submit("j2", {.key = "k"});
  CHECK(w.said() == Lines{"c1 <- accepted j2 as j1"});
  CHECK(w.disk().jobs.size() == 1);
}

TEST_CASE("an idempotency key with another body is a conflict") {
  World w;
  w.submit("j1", {.key = "k"}).said();
  w.submit("j2", {.body = "another", .key = "k"});
  CHECK(w.said() == Lines{"c1 <- refused j2 conflict"});
  CHECK(w.disk().jobs.size() == 1);
}

TEST_CASE("an idempotency key is of one user and one document") {
  World w;
  w.submit("j1", {.key = "k"}).said();
  w.submit("j2", {.user = "bob", .key = "k"});
  CHECK(w.said() == Lines{"c1 <- accepted j2"});
  Submit third;
  third.job = job_named("j3");
  third.idempotency_key = std::string("k");
  third.document = 1;
  w.say("c1", third);
  CHECK(w.said() == Lines{"c1 <- accepted j3"});
}

TEST_CASE("a submit whose data is missing is asked for it") {
  World w;
  w.submit("j1", {.blobs = {"d1", "d2"}});
  CHECK(w.said() == Lines{"c1 <- need-blobs j1 d1 d2"});
  CHECK(w.saved().empty());
  w.uploaded("d1").submit("j1", {.blobs = {"d1", "d2"}});
  CHECK(w.said() == Lines{"c1 <- need-blobs j1 d2"});
  w.uploaded("d2").submit("j1", {.blobs = {"d1", "d2"}});
  CHECK(w.said() == Lines{"c1 <- accepted j1"});
}

TEST_CASE("a job needs an id and a cpu") {
  World w;
  w.submit("", {}).submit("j1", {.cpus = 0});
  CHECK(w.said() ==
        Lines{"c1 <- refused bad_message", "c1 <- refused j1 bad_message"});
  CHECK(w.saved().empty());
}

TEST_CASE("a blob on disk is known and leased after a Have") {
  World w;
  w.on_disk("d1").have({"d1", "d2"});
  CHECK(w.said() == Lines{"c1 <- need-blobs d2"});
  CHECK(w.saved() == Lines{"put blob d1"});
  CHECK(w.disk().blobs.at(blob_named("d1")).leased_until == w.now().wall + 48h);
}

TEST_CASE("a yes to Have is a lease of a day at least") {
  World w;
  w.uploaded("d1").stall(23h).saved();
  w.have({"d1"});
  CHECK(w.said() == Lines{"c1 <- need-blobs"});
  CHECK(w.saved().empty());
  w.stall(2h).have({"d1"});
  CHECK(w.said() == Lines{"c1 <- need-blobs"});
  CHECK(w.saved() == Lines{"put blob d1"});
  CHECK(w.disk().blobs.at(blob_named("d1")).leased_until == w.now().wall + 48h);
}

TEST_CASE("a low disk refuses submits and uploads, nothing else") {
  World w;
  w.join("w1", 1).submit("j1").beat("w1", {.held = {"j1.1"}});
  w.disk_low(true).said();
  w.saved();
  w.submit("j2").have({"d1"});
  CHECK(w.said() ==
        Lines{"c1 <- refused j2 disk_low", "c1 <- refused disk_low"});
  CHECK(w.saved().empty());
  w.submit("j1").finish("w1", "j1.1");
  CHECK(w.said() == Lines{"c1 <- accepted j1", "w1 <- taken j1.1"});
  CHECK(w.state("j1") == JobState::succeeded);
  w.disk_low(false).submit("j2").beat("w1");
  CHECK(w.said() == Lines{"c1 <- accepted j2", "w1 <- start j2.1"});
}

TEST_CASE("a queued job that is cancelled ends at once") {
  World w;
  w.submit("j1").said();
  w.cancel("j1");
  CHECK(w.said() == Lines{"c1 <- cancel-taken j1 cancelled"});
  CHECK(w.row("j1").failure == FailureClass::cancelled);
  CHECK(w.story("j1") == "accepted ended");
  CHECK(w.core().unfinished() == 0);
}

TEST_CASE("cancel after the end answers with that end") {
  World w;
  w.join("w1", 1).submit("j1").finish("w1", "j1.1").said();
  w.saved();
  w.cancel("j1");
  CHECK(w.said() == Lines{"c1 <- cancel-taken j1 succeeded"});
  CHECK(w.saved().empty());
}

TEST_CASE("cancel twice is cancel once") {
  World w;
  w.join("w1", 1).submit("j1").cancel("j1").said();
  w.saved();
  w.cancel("j1");
  CHECK(w.said() == Lines{"c1 <- cancel-taken j1 running"});
  CHECK(w.saved().empty());
}

TEST_CASE("cancel of a job that never was is refused") {
  World w;
  w.cancel("j1");
  CHECK(w.said() == Lines{"c1 <- refused j1 no_such_job"});
}
