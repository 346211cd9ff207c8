// Headers in few words, for the tests of both ends of a session.
#pragma once

#include "session/session.h"

namespace mlb::session {

template <class Id>
Id id(std::uint8_t number) {
  Id out;
  out.raw[0] = number;
  return out;
}

inline const Session kWorker{id<PeerId>(1), 3, 77};
inline const StoreId kStore = id<StoreId>(10);
inline const TimelineId kTimeline = id<TimelineId>(20);
inline constexpr std::uint64_t kEpoch = 5;

/// A header between kWorker and the broker, at the broker's epoch.
inline Header header(std::uint64_t n, std::uint64_t seen = 0) {
  return {.store = kStore,
          .timeline = kTimeline,
          .epoch = kEpoch,
          .session = kWorker,
          .n = n,
          .seen = seen};
}

}  // namespace mlb::session
