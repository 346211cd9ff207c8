// What happened in schedules, counted, so that "so many a second" is honest.
#pragma once

#include <cstdint>

namespace mlb::sim {

struct Figures {
  std::uint64_t events = 0;  ///< things that happened at a simulated time
  std::uint64_t frames = 0;  ///< delivered
  std::uint64_t lost = 0;    ///< frames that never arrived
  std::uint64_t doubled = 0;
  std::uint64_t overtaken = 0;  ///< frames that came after a later one
  std::uint64_t faults = 0;     ///< timed faults that struck
  std::uint64_t lives = 0;      ///< starts of processes
  std::uint64_t commits = 0;
  std::uint64_t jobs = 0;
  std::uint64_t attempts = 0;

  Figures& operator+=(const Figures& o) {
    events += o.events;
    frames += o.frames;
    lost += o.lost;
    doubled += o.doubled;
    overtaken += o.overtaken;
    faults += o.faults;
    lives += o.lives;
    commits += o.commits;
    jobs += o.jobs;
    attempts += o.attempts;
    return *this;
  }
};

}  // namespace mlb::sim
