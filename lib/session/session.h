// Who speaks, in which order, after which restart (docs/protocol.md, "Frames
// and sessions").  One module for worker, client and broker, so that the two
// ends cannot disagree.  Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "job/messages.h"

namespace mlb::session {

/// What to make of a header.
enum class Verdict {
  fresh,          ///< newer than all before: obey it
  stale,          ///< older than something seen: state messages are dropped
  foreign_store,  ///< another broker store than the one we belong to
  old_epoch,      ///< from before a restart that we know of
  superseded,     ///< a newer session of the same peer exists
  cloned,         ///< the same peer and counter under another nonce
  misaddressed,   ///< for another process than this one: not for our eyes
};

/// The end of a worker or client.
class PeerSession {
 public:
  explicit PeerSession(Session self) : self_(self) {}
  /// A worker knows from its disk whom it belongs to.
  PeerSession(Session self, StoreId store, std::uint64_t epoch)
      : self_(self), store_(store), epoch_(epoch) {}

  /// The header of the next message to the broker.
  Header stamp();
  /// Judges a message from the broker and remembers what is new.  The first
  /// broker ever heard is adopted; a new epoch restarts the counter `seen`.
  Verdict accept(const Header& header);

  const Session& self() const { return self_; }
  StoreId store() const { return store_; }
  TimelineId timeline() const { return timeline_; }
  std::uint64_t epoch() const { return epoch_; }
  std::uint64_t seen() const { return seen_; }
  /// True once, after accept() met another timeline than before.
  bool take_timeline_change();

 private:
  Session self_;
  StoreId store_;
  TimelineId timeline_;
  std::uint64_t epoch_ = 0;
  std::uint64_t n_ = 0;
  std::uint64_t seen_ = 0;
  bool timeline_changed_ = false;
};

/// The broker's end: one entry a peer.
class BrokerSessions {
 public:
  struct Peer {
    Session session;
    std::string route;            ///< where answers go
    std::uint64_t n = 0;          ///< newest sent
    std::uint64_t seen = 0;       ///< newest received
    std::uint64_t peer_seen = 0;  ///< what the peer has seen of ours
    Millis heard{0};              ///< mono
  };

  BrokerSessions(StoreId store, TimelineId timeline, std::uint64_t epoch)
      : store_(store), timeline_(timeline), epoch_(epoch) {}

  /// Judges a message.  The peer's entry is made or renewed unless the
  /// verdict is superseded, cloned, foreign_store or old_epoch (the peer
  /// claims an epoch that this store has not reached).
  Verdict accept(const Header& header, const std::string& route, Millis mono);
  /// Takes the route of this message as the one to answer to.
  void answer_to(PeerId peer, const std::string& route);
  /// The header of the next message to a peer.  The peer must be known.
  Header stamp(PeerId peer);
  /// A header for a peer that is not in the table (refusals).
  Header stamp_stranger(const Session& session) const;

  const Peer* find(PeerId peer) const;
  const std::map<PeerId, Peer>& all() const { return peers_; }
  void forget(PeerId peer) { peers_.erase(peer); }

 private:
  StoreId store_;
  TimelineId timeline_;
  std::uint64_t epoch_;
  std::map<PeerId, Peer> peers_;
};

}  // namespace mlb::session
