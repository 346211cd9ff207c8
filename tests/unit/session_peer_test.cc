// The end of a worker or client: what it stamps, whom it obeys.
#include <catch2/catch.hpp>

#include "unit/session_world.h"

using namespace mlb;
using namespace mlb::session;

TEST_CASE("a peer that knows no broker yet says so") {
  PeerSession peer(kWorker);
  const Header first = peer.stamp();
  CHECK(first.session == kWorker);
  CHECK(first.store.is_nil());
  CHECK(first.timeline.is_nil());
  CHECK(first.epoch == 0);
  CHECK(first.n == 1);
  CHECK(first.seen == 0);
}

TEST_CASE("a peer counts what it sends and names what it has seen") {
  PeerSession peer(kWorker);
  CHECK(peer.stamp().n == 1);
  CHECK(peer.accept(header(7)) == Verdict::fresh);
  const Header next = peer.stamp();
  CHECK(next.n == 2);
  CHECK(next.seen == 7);
  CHECK(next.store == kStore);
  CHECK(next.timeline == kTimeline);
  CHECK(next.epoch == kEpoch);
}

TEST_CASE("a message that was overtaken is stale and changes nothing") {
  PeerSession peer(kWorker);
  CHECK(peer.accept(header(7)) == Verdict::fresh);
  CHECK(peer.accept(header(6)) == Verdict::stale);
  CHECK(peer.seen() == 7);
  CHECK(peer.accept(header(8)) == Verdict::fresh);
}

TEST_CASE("a message that comes twice is stale the second time") {
  PeerSession peer(kWorker);
  CHECK(peer.accept(header(7)) == Verdict::fresh);
  CHECK(peer.accept(header(7)) == Verdict::stale);
}

TEST_CASE("a worker obeys only the store it belongs to") {
  PeerSession peer(kWorker, kStore, kEpoch);
  Header other = header(1);
  other.store = id<StoreId>(11);
  CHECK(peer.accept(other) == Verdict::foreign_store);
  CHECK(peer.store() == kStore);
  CHECK(peer.seen() == 0);
  CHECK(peer.accept(header(1)) == Verdict::fresh);
}

TEST_CASE("a worker does not obey an epoch before the highest it has seen") {
  PeerSession peer(kWorker);
  CHECK(peer.accept(header(1)) == Verdict::fresh);
  Header older = header(2);
  older.epoch = kEpoch - 1;
  CHECK(peer.accept(older) == Verdict::old_epoch);
  CHECK(peer.epoch() == kEpoch);
  CHECK(peer.seen() == 1);
}

TEST_CASE("a worker remembers the highest epoch over its own restart") {
  PeerSession peer(kWorker, kStore, kEpoch);
  Header older = header(1);
  older.epoch = kEpoch - 1;
  CHECK(peer.accept(older) == Verdict::old_epoch);
  CHECK(peer.accept(header(1)) == Verdict::fresh);
}

TEST_CASE("a new epoch begins a new count of what was seen") {
  PeerSession peer(kWorker);
  CHECK(peer.accept(header(90)) == Verdict::fresh);
  Header restarted = header(1);
  restarted.epoch = kEpoch + 1;
  CHECK(peer.accept(restarted) == Verdict::fresh);
  CHECK(peer.seen() == 1);
  CHECK(peer.stamp().epoch == kEpoch + 1);
  // What the broker said before its restart is not obeyed after it.
  CHECK(peer.accept(header(91)) == Verdict::old_epoch);
}

TEST_CASE("a new timeline is obeyed at a lower epoch and told once") {
  PeerSession peer(kWorker);
  CHECK(peer.accept(header(90)) == Verdict::fresh);
  CHECK_FALSE(peer.take_timeline_change());
  Header restored = header(1);
  restored.timeline = id<TimelineId>(21);
  restored.epoch = 2;
  CHECK(peer.accept(restored) == Verdict::fresh);
  CHECK(peer.epoch() == 2);
  CHECK(peer.seen() == 1);
  CHECK(peer.take_timeline_change());
  CHECK_FALSE(peer.take_timeline_change());
}

TEST_CASE("a message for another process is not for our eyes") {
  for (const Session& other :
       {Session{kWorker.peer, 2, 77}, Session{kWorker.peer, 3, 78},
        Session{id<PeerId>(2), 3, 77}}) {
    PeerSession peer(kWorker);
    Header late = header(9);
    late.session = other;
    CHECK(peer.accept(late) == Verdict::misaddressed);
    CHECK(peer.seen() == 0);
    CHECK(peer.store().is_nil());
  }
}
