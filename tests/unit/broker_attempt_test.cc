// Attempts: assigned, lost, found again, superseded (protocol rules 12-16).
#include <catch2/catch.hpp>

#include "unit/broker_world.h"

using namespace mlb;
using namespace mlb::broker;

namespace {

constexpr Millis kSilence = 11s;  // longer than a lease

}  // namespace

TEST_CASE("an attempt has its number and worker before its Start leaves") {
  World w;
  w.join("w1", 1).submit("j1");
  CHECK(w.said() ==
        Lines{"w1 <- ping", "c1 <- accepted j1", "w1 <- start j1.1"});
  CHECK(w.saved().back() == "put job j1 running, attempt 1 at w1 session 1");
  CHECK(w.story("j1") == "accepted started");
}

TEST_CASE("any message of a worker is a sign of life") {
  World w;
  w.run("j1", "w1");
  for (std::uint64_t n = 1; n <= 4; ++n) {
    w.wait(8s).points("w1", "j1.1", n, n);
  }
  CHECK(w.state("j1") == JobState::running);
}

TEST_CASE("a worker that falls silent gives its job back") {
  World w;
  w.run("j1", "w1").wait(9s);
  CHECK(w.state("j1") == JobState::running);
  CHECK(w.said().empty());
  w.wait(2s);
  CHECK(w.state("j1") == JobState::queued);
  CHECK(w.row("j1").retries == 1);
  CHECK(w.said().empty());
  CHECK(w.saved() ==
        Lines{"event j1 3 retry (no heartbeat from the worker)",
              "put job j1 queued, 1 retries, attempt 1 at w1 session 1, lost"});
}

TEST_CASE("a lost attempt goes on when its worker is back in time") {
  World w;
  w.run("j1", "w1").wait(kSilence).said();
  w.beat("w1", {.held = {"j1.1"}});
  CHECK(w.state("j1") == JobState::running);
  CHECK(w.row("j1").retries == 0);
  CHECK(w.row("j1").attempts.size() == 1);
  CHECK(w.said().empty());
  w.finish("w1", "j1.1");
  CHECK(w.said() == Lines{"w1 <- taken j1.1"});
  CHECK(w.story("j1") == "accepted started retry message ended");
}

namespace {

Progress checkpoint_of(const std::string& attempt, std::uint64_t number,
                       std::uint32_t epoch, const std::string& blob) {
  Item item;
  item.number = number;
  item.type = ItemType::checkpoint;
  item.checkpoint = {epoch, epoch * 10ull, "file", 1, blob_named(blob)};
  return {attempt_named(attempt), {item}};
}

}  // namespace

TEST_CASE("a lost job goes on from its newest checkpoint that is here") {
  World w;
  w.run("j1", "w1").on_disk("k1").on_disk("k2");
  w.say("w1", checkpoint_of("j1.1", 1, 4, "k1"));
  w.say("w1", checkpoint_of("j1.1", 2, 7, "k2"));
  w.say("w1", checkpoint_of("j1.1", 3, 9, "missing"));
  CHECK(w.row("j1").attempts.back().items == 3);
  CHECK(w.row("j1").attempts.back().resumed_from == 0);
  w.wait(kSilence).restart();
  w.wait(40s).join("w2", 1).wait(5s).beat("w2");
  const JobRow& row = w.row("j1");
  REQUIRE(row.attempts.size() == 2);
  CHECK(row.attempts.back().resumed_from == 7);
  CHECK(row.checkpoint.digest == blob_named("k2"));
  CHECK(row.checkpoint.file.empty());
  CHECK(w.story("j1") == "accepted started retry started");
}

TEST_CASE("a retry that names its job's checkpoint goes on from it") {
  World w;
  w.on_disk("data").on_disk("k1").on_disk("k2");
  w.run("j1", "w1", {.blobs = {"data"}});
  w.say("w1", checkpoint_of("j1.1", 1, 4, "k1"));
  w.say("w1", checkpoint_of("j1.1", 2, 7, "k2"));
  w.finish("w1", "j1.1", {.last = 2, .failure = FailureClass::error});
  w.submit("j2", {.blobs = {"data", "k2"}, .retry_of = "j1"}).beat("w1");
  CHECK(w.row("j2").checkpoint.digest == blob_named("k2"));
  CHECK(w.row("j2").envelope.digests == std::vector{blob_named("data")});
  REQUIRE(w.state("j2") == JobState::running);
  CHECK(w.row("j2").attempts.back().resumed_from == 7);
  CHECK(w.row("j1").state == JobState::failed);
}

namespace {

/// The blobs that go away among what was saved.
Lines deleted(World& w) {
  Lines out;
  for (const auto& line : w.saved()) {
    if (line.starts_with("delete blob")) out.push_back(line);
  }
  return out;
}

}  // namespace

TEST_CASE("a checkpoint goes when a newer one is here, and at the end") {
  World w;
  w.on_disk("data").on_disk("k1").on_disk("k2").on_disk("k3");
  w.run("j1", "w1", {.blobs = {"data"}});
  w.say("w1", checkpoint_of("j1.1", 1, 4, "k1"));
  w.say("w1", checkpoint_of("j1.1", 2, 6, "missing"));
  CHECK(deleted(w).empty());
  w.say("w1", checkpoint_of("j1.1", 3, 7, "k2"));
  CHECK(deleted(w) == Lines{"delete blob k1"});
  // Two in one message, and the same one twice.
  Progress both = checkpoint_of("j1.1", 4, 8, "k2");
  both.items.push_back(checkpoint_of("j1.1", 5, 9, "k3").items[0]);
  w.say("w1", both);
  CHECK(deleted(w) == Lines{"delete blob k2"});
  w.finish("w1", "j1.1", {.last = 5});
  CHECK(deleted(w) == Lines{"delete blob k3"});
  CHECK(w.row("j1").state == JobState::succeeded);
}

TEST_CASE("what a job that did not succeed has left stays") {
  for (const FailureClass why :
       {FailureClass::error, FailureClass::cancelled}) {
    World w;
    w.on_disk("k1").run("j1", "w1");
    w.say("w1", checkpoint_of("j1.1", 1, 4, "k1"));
    w.finish("w1", "j1.1", {.last = 1, .failure = why});
    CHECK(deleted(w).empty());
    CHECK(w.row("j1").checkpoint.digest == blob_named("k1"));
  }
}

TEST_CASE("a checkpoint that another job needs stays") {
  World w;
  w.on_disk("k1").on_disk("k2").run("j1", "w1");
  w.say("w1", checkpoint_of("j1.1", 1, 4, "k1"));
  // As its data: odd, but a blob is a blob.
  w.submit("j2", {.blobs = {"k1"}});
  w.say("w1", checkpoint_of("j1.1", 2, 7, "k2"));
  CHECK(deleted(w).empty());
}

TEST_CASE("a retry leaves its job the checkpoint that it began with") {
  World w;
  w.on_disk("k1").on_disk("k2").on_disk("k3").run("j1", "w1");
  w.say("w1", checkpoint_of("j1.1", 1, 4, "k1"));
  w.finish("w1", "j1.1", {.last = 1, .failure = FailureClass::error});
  w.submit("j2", {.blobs = {"k1"}, .retry_of = "j1"}).beat("w1");
  w.say("w1", checkpoint_of("j2.1", 1, 7, "k2"));
  CHECK(deleted(w).empty());
  w.say("w1", checkpoint_of("j2.1", 2, 9, "k3"));
  CHECK(deleted(w) == Lines{"delete blob k2"});
  // Also over a restart, when it is known from the store alone.
  w.restart().join("w1", 1).say("w1", checkpoint_of("j2.1", 3, 9, "k3"));
  w.finish("w1", "j2.1", {.last = 3});
  CHECK(deleted(w) == Lines{"delete blob k3"});
  CHECK(w.row("j1").checkpoint.digest == blob_named("k1"));
}

TEST_CASE("a job that repeats another from the start has no checkpoint") {
  World w;
  w.on_disk("k1").run("j1", "w1");
  w.say("w1", checkpoint_of("j1.1", 1, 4, "k1"));
  w.finish("w1", "j1.1", {.last = 1, .failure = FailureClass::error});
  w.submit("j2", {.retry_of = "j1"}).beat("w1");
  CHECK(w.row("j2").checkpoint.digest.is_none());
  CHECK(w.row("j2").attempts.back().resumed_from == 0);
}

TEST_CASE("only a job of the same user that is there can be repeated") {
  World w;
  w.run("j1", "w1").finish("w1", "j1.1").said();
  w.saved();
  w.submit("j2", {.retry_of = "gone"});
  w.submit("j3", {.user = "bob", .retry_of = "j1"});
  CHECK(w.said() ==
        Lines{"c1 <- refused j2 no_such_job", "c1 <- refused j3 no_such_job"});
  CHECK(w.saved().empty());
  w.restart().submit("j4", {.retry_of = "j1"});
  CHECK(w.said() == Lines{"c1 <- accepted j4"});
}

TEST_CASE("a point of a lost attempt takes it back, too") {
  World w;
  w.run("j1", "w1").wait(kSilence).points("w1", "j1.1", 1, 1).wait(1s);
  CHECK(w.state("j1") == JobState::running);
  CHECK(w.row("j1").attempts.back().items == 1);
}

TEST_CASE("the outcome of a lost attempt counts while the job is queued") {
  World w;
  w.run("j1", "w1").wait(kSilence).said();
  // The worker has room again: it must not get the same job once more.
  w.beat("w1", {.ended = {"j1.1:2"}});
  CHECK(w.said() == Lines{"w1 <- need j1.1 from 1"});
  w.finish("w1", "j1.1", {.last = 2});
  CHECK(w.said() == Lines{"w1 <- need j1.1 from 1"});
  w.points("w1", "j1.1", 1, 2).finish("w1", "j1.1", {.last = 2});
  CHECK(w.state("j1") == JobState::succeeded);
  CHECK(w.row("j1").attempts.size() == 1);
  CHECK(w.row("j1").retries == 0);
}

TEST_CASE("an outcome that waits for its points keeps the job from others") {
  World w;
  w.run("j1", "w1").wait(kSilence).said();
  w.finish("w1", "j1.1", {.last = 2}).join("w2", 1);
  CHECK(w.said() == Lines{"w1 <- need j1.1 from 1", "w2 <- ping"});
}

TEST_CASE("a lost attempt that ended by a signal costs one retry") {
  World w;
  w.run("j1", "w1", {.retry = {.max = 1, .on_signal = true}});
  w.wait(kSilence).finish("w1", "j1.1",
                          {.failure = FailureClass::signal, .signal = 9});
  CHECK(w.state("j1") == JobState::queued);
  CHECK(w.row("j1").retries == 1);
}

TEST_CASE("an attempt number is used once") {
  World w;
  w.run("j1", "w1").wait(12s).join("w2", 1);
  CHECK(w.row("j1").attempts.size() == 2);
  CHECK(w.row("j1").attempts.back().number == 2);
  CHECK(w.saved().back() ==
        "put job j1 running, 1 retries, attempt 2 at w2 session 1");
}

TEST_CASE("a superseded attempt is killed and its outcome not counted") {
  World w;
  w.run("j1", "w1").wait(12s).join("w2", 1).said();
  w.saved();
  w.beat("w1", {.held = {"j1.1"}});
  CHECK(w.said() == Lines{"w1 <- kill j1.1 superseded"});
  w.points("w1", "j1.1", 1, 3);
  CHECK(w.said() == Lines{"w1 <- progress-taken j1.1 upto 3"});
  w.beat("w1", {.ended = {"j1.1"}}).finish("w1", "j1.1");
  CHECK(w.said() == Lines{"w1 <- taken j1.1", "w1 <- taken j1.1"});
  CHECK(w.saved().empty());
  CHECK(w.row("j1").attempts.back().number == 2);
  CHECK(w.state("j1") == JobState::running);
}

TEST_CASE("a Start that was lost is sent again as the same attempt") {
  World w;
  w.join("w1", 1).deaf("w1").submit("j1").said();
  w.saved();
  w.beat("w1");
  // It may still be on its way: the worker has not seen anything later.
  CHECK(w.said().empty());
  w.ping_workers();
  w.hears("w1").ping_workers().beat("w1");
  CHECK(w.said() == Lines{"w1 <- start j1.1"});
  CHECK(w.saved().empty());
  CHECK(w.row("j1").attempts.size() == 1);
  CHECK(w.row("j1").retries == 0);
  w.beat("w1", {.held = {"j1.1"}});
  CHECK(w.said().empty());
}

TEST_CASE("a Start that was lost is sent again until it is held") {
  World w;
  w.join("w1", 1).deaf("w1").submit("j1").hears("w1");
  for (int i = 0; i < 3; ++i) {
    w.ping_workers().deaf("w1").said();
    w.beat("w1").hears("w1");
    CHECK(w.said() == Lines{"w1 <- start j1.1"});
  }
  CHECK(w.row("j1").retries == 0);
}

TEST_CASE("a Start is sent again after a restart of the broker") {
  World w;
  w.join("w1", 1).deaf("w1").submit("j1").hears("w1").restart().said();
  w.beat("w1");
  // What it knows is from before: it is asked, and answers at once.
  CHECK(w.said() == Lines{"w1 <- ping"});
  w.beat("w1");
  CHECK(w.said() == Lines{"w1 <- start j1.1"});
  CHECK(w.row("j1").attempts.size() == 1);
}

TEST_CASE("an attempt that was held and is not named was given back") {
  World w;
  w.run("j1", "w1");
  w.beat("w1", {.draining = true});
  CHECK(w.state("j1") == JobState::queued);
  CHECK(w.story("j1") == "accepted started retry");
  CHECK(w.said().empty());
}

TEST_CASE("an attempt with points was held, also over a restart") {
  World w;
  w.run("j1", "w1").points("w1", "j1.1", 1, 2).restart().said();
  w.beat("w1").beat("w1", {.draining = true});
  CHECK(w.said() == Lines{"w1 <- ping"});
  CHECK(w.state("j1") == JobState::queued);
}

TEST_CASE("what another worker says of an attempt is not taken") {
  World w;
  w.run("j1", "w1").join("w2", 1).said();
  w.saved();
  w.beat("w2", {.held = {"j1.1"}});
  CHECK(w.said() == Lines{"w2 <- kill j1.1 superseded"});
  w.points("w2", "j1.1", 1, 1).finish("w2", "j1.1");
  CHECK(w.saved().empty());
  CHECK(w.state("j1") == JobState::running);
}

TEST_CASE("a newer process of the worker may deliver the outcome") {
  World w;
  w.run("j1", "w1").reborn("w1").beat("w1", {.ended = {"j1.1"}});
  CHECK(w.said() == Lines{"w1 <- ping", "w1 <- need j1.1"});
  w.finish("w1", "j1.1");
  CHECK(w.state("j1") == JobState::succeeded);
}

TEST_CASE("a newer process without the attempt proves it gone") {
  World w;
  w.run("j1", "w1").reborn("w1").beat("w1");
  CHECK(w.state("j1") == JobState::queued);
  CHECK(w.row("j1").retries == 1);
  CHECK(w.saved().front() == "event j1 3 retry (the worker was restarted)");
}

TEST_CASE("cancel of a running job kills it and keeps its slot") {
  World w;
  w.run("j1", "w1").cancel("j1").submit("j2");
  CHECK(w.said() == Lines{"w1 <- kill j1.1 cancelled",
                          "c1 <- cancel-taken j1 running",
                          "c1 <- accepted j2"});
  CHECK(w.state("j1") == JobState::running);
  w.finish("w1", "j1.1", {.failure = FailureClass::cancelled});
  CHECK(w.said() == Lines{"w1 <- taken j1.1"});
  CHECK(w.state("j1") == JobState::cancelled);
  w.beat("w1");
  CHECK(w.said() == Lines{"w1 <- start j2.1"});
  CHECK(w.story("j1") == "accepted started cancel ended");
}

TEST_CASE("a Kill that was lost is said again, also after a restart") {
  World w;
  w.run("j1", "w1").deaf("w1").cancel("j1").hears("w1").said();
  w.beat("w1", {.held = {"j1.1"}});
  CHECK(w.said() == Lines{"w1 <- kill j1.1 cancelled"});
  w.restart().beat("w1", {.held = {"j1.1"}});
  CHECK(w.said() == Lines{"w1 <- ping", "w1 <- kill j1.1 cancelled"});
}

TEST_CASE("a cancelled job ends when its worker does not name it") {
  World w;
  w.run("j1", "w1").cancel("j1").beat("w1");
  CHECK(w.state("j1") == JobState::cancelled);
}

TEST_CASE("a cancelled job ends when its lease does") {
  World w;
  w.run("j1", "w1").cancel("j1").wait(9s);
  CHECK(w.state("j1") == JobState::running);
  w.wait(2s);
  CHECK(w.state("j1") == JobState::cancelled);
  CHECK(w.row("j1").retries == 0);
}

TEST_CASE("the process of an ended job keeps all its slots until it is gone") {
  World w;
  w.join("w1", 2).submit("j1", {.cpus = 2}).beat("w1", {.held = {"j1.1"}});
  w.cancel("j1").wait(kSilence).submit("j2").said();
  CHECK(w.state("j1") == JobState::cancelled);
  w.beat("w1", {.held = {"j1.1"}});
  CHECK(w.said() == Lines{"w1 <- kill j1.1 superseded"});
  CHECK(w.state("j2") == JobState::queued);
  w.beat("w1");
  CHECK(w.said() == Lines{"w1 <- start j2.1"});
}

TEST_CASE("only a heartbeat tells that the room of a lost start is free") {
  World w;
  w.join("w1", 1).submit("j1").cancel("j1").wait(kSilence).submit("j2");
  CHECK(w.state("j1") == JobState::cancelled);
  w.points("w1", "j1.1", 1, 1);
  CHECK(w.state("j2") == JobState::queued);
  w.beat("w1", {.held = {"j1.1"}});
  CHECK(w.state("j2") == JobState::queued);
  w.beat("w1");
  CHECK(w.state("j2") == JobState::running);
}

TEST_CASE("a cancelled job that succeeded meanwhile ends as cancelled") {
  World w;
  w.run("j1", "w1").uploaded("d1").cancel("j1");
  w.finish("w1", "j1.1", {.blobs = {"d1"}});
  CHECK(w.state("j1") == JobState::cancelled);
  const Outcome outcome = w.row("j1").attempts.back().outcome;
  CHECK(outcome.success);
  CHECK(outcome.artefacts.size() == 1);
}

TEST_CASE("a lost attempt of a job cancelled while queued is killed") {
  World w;
  w.run("j1", "w1").wait(kSilence).cancel("j1").said();
  w.beat("w1", {.held = {"j1.1"}});
  CHECK(w.said() == Lines{"w1 <- kill j1.1 superseded"});
  CHECK(w.state("j1") == JobState::cancelled);
}
