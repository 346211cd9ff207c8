// Reproducible randomness.  Streams are derived from one seed by name, so
// that adding a use of randomness in one place never shifts another.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace mlb {

/// One step of splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom
/// number generators", OOPSLA 2014): a good 64-bit mixing function.
std::uint64_t splitmix64(std::uint64_t& state);

/// xoshiro256** 1.0 (Blackman, Vigna: "Scrambled linear pseudorandom number
/// generators", 2018), seeded through splitmix64.  Same numbers everywhere.
class Rng {
 public:
  explicit Rng(std::uint64_t seed);
  /// The stream called `name` of `seed`: "split", "weights", "shuffle" ...
  static Rng stream(std::uint64_t seed, std::string_view name);

  std::uint64_t next();
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  /// Uniform in [0, bound), without bias; bound >= 1.
  std::uint64_t below(std::uint64_t bound);
  /// Standard normal (Marsaglia's polar method; keeps no second value).
  double normal();

  using State = std::array<std::uint64_t, 4>;
  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 private:
  State state_{};
};

/// Draws `count` of `items` to their front, in random order, without putting
/// back (Knuth, TAOCP 2, 3.4.2, algorithm P, from the front).
template <class Items>
void draw_first(Items& items, std::size_t count, Rng& rng) {
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(items[i], items[i + rng.below(items.size() - i)]);
  }
}

/// Every order alike (the same algorithm).
template <class Items>
void shuffle(Items& items, Rng& rng) {
  for (std::size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1], items[rng.below(i)]);
  }
}

}  // namespace mlb
