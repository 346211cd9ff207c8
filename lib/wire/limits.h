// How much one value may hold, in both directions.  Private to lib/wire.
#pragma once

#include <cstddef>

namespace mlb::wire {

inline constexpr std::size_t kLongestList = 10'000;  ///< lists and maps
inline constexpr std::size_t kLongestBytes = 1u << 20;
inline constexpr std::size_t kDeepest = 32;

}  // namespace mlb::wire
