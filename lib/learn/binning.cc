// See binning.h.
#include "learn/binning.h"

#include <algorithm>

namespace mlb::learn {
namespace {

/// The edges of the bins of sorted values.
void cut(const std::vector<float>& sorted, BinnedFeature& out) {
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    distinct += i == 0 || sorted[i] != sorted[i - 1] ? 1 : 0;
  }
  const std::size_t n = sorted.size();
  for (std::size_t i = 0; i < n;) {
    std::size_t end = i + 1;
    if (distinct > kMostBins) {
      // As many rows as each of the bins that are left would get.
      const std::size_t left = kMostBins - out.low.size();
      end = std::max(end, i + (n - i) / std::max<std::size_t>(left, 1));
      if (left <= 1) end = n;
    }
    while (end < n && sorted[end] == sorted[end - 1]) ++end;
    out.low.push_back(sorted[i]);
    out.high.push_back(sorted[end - 1]);
    i = end;
  }
}

BinnedFeature bin_feature(const prep::Matrix& x, std::size_t feature) {
  std::vector<float> values(x.rows);
  for (std::size_t i = 0; i < x.rows; ++i) values[i] = x.row(i)[feature];
  std::vector<float> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  BinnedFeature out;
  cut(sorted, out);
  out.codes.reserve(x.rows);
  for (const float v : values) {
    const auto bin = std::lower_bound(out.high.begin(), out.high.end(), v);
    out.codes.push_back(static_cast<std::uint8_t>(bin - out.high.begin()));
  }
  return out;
}

}  // namespace

float BinnedFeature::threshold(std::size_t a, std::size_t b) const {
  const float middle = high[a] + (low[b] - high[a]) / 2;
  // Between neighbouring floats there is none.
  return middle < low[b] ? middle : high[a];
}

std::vector<BinnedFeature> bin_features(const prep::Matrix& x,
                                        ShardPool& pool) {
  std::vector<BinnedFeature> out(x.columns);
  pool.run(x.columns, [&](std::size_t f) { out[f] = bin_feature(x, f); });
  return out;
}

}  // namespace mlb::learn
