// Features as small codes: what makes growing trees fast.
#pragma once

#include <cstdint>
#include <vector>

#include "learn/net/shard_pool.h"
#include "prep/plan.h"

namespace mlb::learn {

/// Bins of a feature at most: a code is one byte.
inline constexpr std::size_t kMostBins = 256;

/// What one feature became.  A value of its own for each bin where there are
/// at most 256, so splits are exact; else bins of about equally many rows.
struct BinnedFeature {
  std::vector<std::uint8_t> codes;  ///< of each row
  std::vector<float> low;           ///< the smallest value in each bin
  std::vector<float> high;          ///< the largest

  std::size_t bins() const { return low.size(); }
  /// Between two bins, a < b: values <= it lie in a or before.
  float threshold(std::size_t a, std::size_t b) const;
};

std::vector<BinnedFeature> bin_features(const prep::Matrix& x, ShardPool& pool);

}  // namespace mlb::learn
