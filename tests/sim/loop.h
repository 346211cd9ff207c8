// Simulated time: what shall happen, in order of when.  Same order every run.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "base/time.h"

namespace mlb::sim {

class Loop {
 public:
  Millis now() const { return now_; }
  /// How many things were done.
  std::uint64_t count() const { return count_; }

  void after(Millis wait, std::function<void()> what) {
    heap_.push_back(
        {now_ + std::max(wait, Millis(0)), ++order_, std::move(what)});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }

  /// Goes to the next thing and does it.  False when nothing is left.
  bool run_next() {
    if (heap_.empty()) return false;
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Entry entry = std::move(heap_.back());
    heap_.pop_back();
    now_ = entry.at;
    ++count_;
    entry.what();
    return true;
  }

 private:
  struct Entry {
    Millis at;
    std::uint64_t order;
    std::function<void()> what;
  };
  static bool later(const Entry& a, const Entry& b) {
    return std::pair(a.at, a.order) > std::pair(b.at, b.order);
  }
  Millis now_{0};
  std::uint64_t order_ = 0;
  std::uint64_t count_ = 0;
  std::vector<Entry> heap_;
};

/// The dice of one schedule.
class Dice {
 public:
  explicit Dice(Rng rng) : rng_(rng) {}
  bool chance(double p) { return rng_.uniform() < p; }
  /// Uniform in [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + std::int64_t(rng_.below(std::uint64_t(high - low + 1)));
  }
  Millis between(Millis low, Millis high) {
    return Millis(between(low.count(), high.count()));
  }
  Rng& rng() { return rng_; }

 private:
  Rng rng_;
};

}  // namespace mlb::sim
