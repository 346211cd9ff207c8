// See statistics.h.
#include "prep/statistics.h"

#include <algorithm>
#include <cmath>

namespace mlb::prep {

/// Counted in a power of two near the largest value, so that no sum leaves
/// the range of double; the bits are those of the plain formula.
Moments moments_of(const std::vector<double>& values) {
  double largest = 0;
  for (const double x : values) largest = std::max(largest, std::fabs(x));
  if (largest <= 0) return {};
  const double unit = std::ldexp(1, std::ilogb(largest));
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double x : values) sum += x / unit;
  const double mean = sum / n;
  double squares = 0;
  for (const double x : values) {
    squares += (x / unit - mean) * (x / unit - mean);
  }
  return {mean * unit, std::sqrt(squares / n) * unit};
}

double quantile(std::vector<double> values, double q) {
  const double place = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto at = values.begin() + static_cast<long>(below);
  std::nth_element(values.begin(), at, values.end());
  const double share = place - static_cast<double>(below);
  if (share <= 0) return *at;
  const double above = *std::min_element(at + 1, values.end());
  // Two products, for the difference may leave the range.
  return *at * (1 - share) + above * share;
}

double median(std::vector<double> values) {
  return quantile(std::move(values), 0.5);
}

double mode(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double best = values.front();
  std::size_t most = 0;
  for (auto first = values.begin(); first != values.end();) {
    const auto last = std::upper_bound(first, values.end(), *first);
    const auto count = static_cast<std::size_t>(last - first);
    if (count > most) {
      most = count;
      best = *first;
    }
    first = last;
  }
  return best;
}

}  // namespace mlb::prep
