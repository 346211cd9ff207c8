// The broker's end: whose message counts, where answers go.
#include <catch2/catch.hpp>

#include "unit/session_world.h"

using namespace mlb;
using namespace mlb::session;

namespace {

BrokerSessions broker() {
  return {kStore, kTimeline, kEpoch};
}

/// What a process says that was never answered yet.
Header stranger(std::uint64_t n) {
  Header out;
  out.session = kWorker;
  out.n = n;
  return out;
}

}  // namespace

TEST_CASE("whoever knows no store is taken in") {
  auto b = broker();
  CHECK(b.accept(stranger(1), "r1", 10ms) == Verdict::fresh);
  const auto* peer = b.find(kWorker.peer);
  REQUIRE(peer != nullptr);
  CHECK(peer->session == kWorker);
  CHECK(peer->route == "r1");
  CHECK(peer->seen == 1);
  CHECK(peer->heard == 10ms);
}

TEST_CASE("the broker counts for each peer apart") {
  auto b = broker();
  Header second = stranger(4);
  second.session.peer = id<PeerId>(2);
  CHECK(b.accept(stranger(1), "r1", 0ms) == Verdict::fresh);
  CHECK(b.accept(second, "r2", 0ms) == Verdict::fresh);
  CHECK(b.stamp(kWorker.peer).n == 1);
  CHECK(b.stamp(kWorker.peer).n == 2);
  const Header other = b.stamp(second.session.peer);
  CHECK(other.n == 1);
  CHECK(other.seen == 4);
  CHECK(other.session == second.session);
  CHECK(other.store == kStore);
  CHECK(other.timeline == kTimeline);
  CHECK(other.epoch == kEpoch);
}

TEST_CASE("an overtaken or doubled message is a sign of life and stale") {
  auto b = broker();
  CHECK(b.accept(header(5), "r1", 10ms) == Verdict::fresh);
  CHECK(b.accept(header(4), "r2", 20ms) == Verdict::stale);
  CHECK(b.accept(header(5), "r2", 30ms) == Verdict::stale);
  const auto* peer = b.find(kWorker.peer);
  CHECK(peer->seen == 5);
  CHECK(peer->route == "r1");
  CHECK(peer->heard == 30ms);
}

TEST_CASE("only the caller decides that answers go another way") {
  auto b = broker();
  CHECK(b.accept(header(1), "r1", 0ms) == Verdict::fresh);
  CHECK(b.accept(header(2), "r2", 0ms) == Verdict::fresh);
  CHECK(b.find(kWorker.peer)->route == "r1");
  b.answer_to(kWorker.peer, "r2");
  CHECK(b.find(kWorker.peer)->route == "r2");
  b.answer_to(id<PeerId>(9), "r3");
  CHECK(b.find(id<PeerId>(9)) == nullptr);
}

TEST_CASE("a peer of another store is not taken in") {
  auto b = broker();
  Header foreign = header(1);
  foreign.store = id<StoreId>(11);
  CHECK(b.accept(foreign, "r1", 0ms) == Verdict::foreign_store);
  CHECK(b.all().empty());
}

TEST_CASE("a peer that saw a later epoch proves that the store is old") {
  auto b = broker();
  Header later = header(1);
  later.epoch = kEpoch + 1;
  CHECK(b.accept(later, "r1", 0ms) == Verdict::old_epoch);
  // A worker that was restarted knows its epoch but no timeline.
  later.timeline = {};
  CHECK(b.accept(later, "r1", 0ms) == Verdict::old_epoch);
  CHECK(b.all().empty());
}

TEST_CASE("what a peer saw of an earlier epoch does not count") {
  auto b = broker();
  Header before = header(1, 900);
  before.epoch = kEpoch - 1;
  CHECK(b.accept(before, "r1", 0ms) == Verdict::fresh);
  CHECK(b.find(kWorker.peer)->peer_seen == 0);
  CHECK(b.accept(header(2, 3), "r1", 0ms) == Verdict::fresh);
  CHECK(b.find(kWorker.peer)->peer_seen == 3);
}

TEST_CASE("what a peer has seen never falls") {
  auto b = broker();
  CHECK(b.accept(header(2, 8), "r1", 0ms) == Verdict::fresh);
  CHECK(b.accept(header(1, 4), "r1", 0ms) == Verdict::stale);
  CHECK(b.find(kWorker.peer)->peer_seen == 8);
}

TEST_CASE("a newer session begins anew and supersedes the older") {
  auto b = broker();
  CHECK(b.accept(header(50, 40), "r1", 0ms) == Verdict::fresh);
  b.stamp(kWorker.peer);
  Header reborn = header(1);
  reborn.session.counter = 4;
  reborn.session.nonce = 5;
  CHECK(b.accept(reborn, "r2", 0ms) == Verdict::fresh);
  const auto* peer = b.find(kWorker.peer);
  CHECK(peer->session == reborn.session);
  CHECK(peer->route == "r2");
  CHECK(peer->n == 0);
  CHECK(peer->peer_seen == 0);
  CHECK(b.accept(header(51), "r1", 0ms) == Verdict::superseded);
  CHECK(b.find(kWorker.peer)->route == "r2");
}

TEST_CASE("a copy of a worker is told apart by its nonce") {
  auto b = broker();
  CHECK(b.accept(header(1), "r1", 10ms) == Verdict::fresh);
  Header clone = header(2);
  clone.session.nonce = 78;
  CHECK(b.accept(clone, "r2", 20ms) == Verdict::cloned);
  const auto* peer = b.find(kWorker.peer);
  CHECK(peer->session == kWorker);
  CHECK(peer->route == "r1");
  CHECK(peer->heard == 10ms);
}

TEST_CASE("a refusal can be stamped for whom the table does not hold") {
  const auto b = broker();
  const Header refusal = b.stamp_stranger(kWorker);
  CHECK(refusal.session == kWorker);
  CHECK(refusal.store == kStore);
  CHECK(refusal.n == 0);
  CHECK(b.all().empty());
}

TEST_CASE("a peer that was forgotten goes on where it is") {
  auto b = broker();
  PeerSession peer(kWorker);
  CHECK(b.accept(peer.stamp(), "r1", 0ms) == Verdict::fresh);
  CHECK(peer.accept(b.stamp(kWorker.peer)) == Verdict::fresh);
  b.forget(kWorker.peer);
  CHECK(b.all().empty());
  CHECK(b.accept(peer.stamp(), "r1", 0ms) == Verdict::fresh);
  // Its answer counts from 1 again: stale, which no client minds.
  CHECK(peer.accept(b.stamp(kWorker.peer)) == Verdict::stale);
}
