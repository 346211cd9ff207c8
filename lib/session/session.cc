// See session.h.
#include "session/session.h"

#include <algorithm>
#include <utility>

namespace mlb::session {

Header PeerSession::stamp() {
  return {.store = store_,
          .timeline = timeline_,
          .epoch = epoch_,
          .session = self_,
          .n = ++n_,
          .seen = seen_};
}

Verdict PeerSession::accept(const Header& header) {
  if (header.session.peer != self_.peer ||
      header.session.counter != self_.counter ||
      header.session.nonce != self_.nonce) {
    return Verdict::misaddressed;
  }
  if (!store_.is_nil() && header.store != store_) {
    return Verdict::foreign_store;
  }
  // After a restart of ours the epoch is known, the timeline is not.
  const bool same_line = timeline_.is_nil() || header.timeline == timeline_;
  if (same_line && header.epoch < epoch_) return Verdict::old_epoch;
  if (!timeline_.is_nil() && header.timeline != timeline_) {
    timeline_changed_ = true;
    seen_ = 0;
  }
  if (header.epoch != epoch_) seen_ = 0;
  store_ = header.store;
  timeline_ = header.timeline;
  epoch_ = header.epoch;
  if (header.n <= seen_) return Verdict::stale;
  seen_ = header.n;
  return Verdict::fresh;
}

bool PeerSession::take_timeline_change() {
  return std::exchange(timeline_changed_, false);
}

Verdict BrokerSessions::accept(const Header& header, const std::string& route,
                               Millis mono) {
  if (!header.store.is_nil() && header.store != store_) {
    return Verdict::foreign_store;
  }
  const bool same_line =
      header.timeline.is_nil() || header.timeline == timeline_;
  if (same_line && header.epoch > epoch_) return Verdict::old_epoch;
  auto [it, is_new] = peers_.try_emplace(header.session.peer);
  Peer& peer = it->second;
  if (!is_new) {
    if (header.session.counter < peer.session.counter) {
      return Verdict::superseded;
    }
    const bool newer = header.session.counter > peer.session.counter;
    if (!newer && header.session.nonce != peer.session.nonce) {
      return Verdict::cloned;
    }
    if (newer) peer = Peer{};
  }
  if (peer.session.peer.is_nil()) {
    peer.session = header.session;
    peer.route = route;
  }
  peer.heard = mono;
  // What it saw of an earlier start of ours says nothing about this one.
  if (same_line && header.epoch == epoch_) {
    peer.peer_seen = std::max(peer.peer_seen, header.seen);
  }
  if (header.n <= peer.seen) return Verdict::stale;
  peer.seen = header.n;
  return Verdict::fresh;
}

void BrokerSessions::answer_to(PeerId peer, const std::string& route) {
  const auto it = peers_.find(peer);
  if (it != peers_.end()) it->second.route = route;
}

Header BrokerSessions::stamp(PeerId id) {
  const auto it = peers_.find(id);
  check_that(it != peers_.end(), "only known peers are written to");
  Peer& peer = it->second;
  return {.store = store_,
          .timeline = timeline_,
          .epoch = epoch_,
          .session = peer.session,
          .n = ++peer.n,
          .seen = peer.seen};
}

Header BrokerSessions::stamp_stranger(const Session& session) const {
  return {.store = store_,
          .timeline = timeline_,
          .epoch = epoch_,
          .session = session,
          .n = 0,
          .seen = 0};
}

const BrokerSessions::Peer* BrokerSessions::find(PeerId peer) const {
  const auto it = peers_.find(peer);
  return it == peers_.end() ? nullptr : &it->second;
}

}  // namespace mlb::session
