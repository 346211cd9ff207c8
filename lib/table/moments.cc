// Groups of a fixed number of values, joined after Chan, Golub and LeVeque,
// "Updating formulae and a pairwise algorithm for computing sample variances"
// (1979).  See moments.h.
#include "table/moments.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mlb::table {
namespace {

constexpr std::size_t kGroup = 64;
/// Sums side by side, so that the processor adds them at once.
constexpr std::size_t kLanes = 4;

}  // namespace

/// of() of a whole group, lane by lane: the same sums.
Moments::Sums Moments::of_whole(const double* group) {
  std::array<double, kLanes> low, high, sums{}, squares{};
  std::copy_n(group, kLanes, low.begin());
  high = low;
  for (std::size_t i = 0; i < kGroup; i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) {
      const double x = group[i + k];
      sums[k] += x;
      low[k] = x < low[k] ? x : low[k];
      high[k] = x > high[k] ? x : high[k];
    }
  }
  Sums out{.count = kGroup, .min = 0, .max = 0, .mean = 0, .squares = 0};
  out.min = std::min(std::min(low[0], low[1]), std::min(low[2], low[3]));
  out.max = std::max(std::max(high[0], high[1]), std::max(high[2], high[3]));
  out.mean = ((sums[0] + sums[1]) + (sums[2] + sums[3])) / double{kGroup};
  for (std::size_t i = 0; i < kGroup; i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) {
      const double distance = group[i + k] - out.mean;
      squares[k] += distance * distance;
    }
  }
  out.squares = (squares[0] + squares[1]) + (squares[2] + squares[3]);
  return out;
}

Moments::Sums Moments::of(std::span<const double> group) {
  Sums out;
  if (group.empty()) return out;
  if (group.size() == kGroup) return of_whole(group.data());
  out.count = group.size();
  out.min = out.max = group[0];
  std::array<double, kLanes> lanes{};
  for (std::size_t i = 0; i < group.size(); ++i) {
    lanes[i % kLanes] += group[i];
    out.min = std::min(out.min, group[i]);
    out.max = std::max(out.max, group[i]);
  }
  out.mean = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) /
             static_cast<double>(group.size());
  lanes = {};
  for (std::size_t i = 0; i < group.size(); ++i) {
    const double distance = group[i] - out.mean;
    lanes[i % kLanes] += distance * distance;
  }
  out.squares = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
  return out;
}

Moments::Sums Moments::joined(const Sums& a, const Sums& b) {
  if (a.count == 0) return b;
  if (b.count == 0) return a;
  Sums out;
  out.count = a.count + b.count;
  out.min = std::min(a.min, b.min);
  out.max = std::max(a.max, b.max);
  const double delta = b.mean - a.mean;
  const double share =
      static_cast<double>(b.count) / static_cast<double>(out.count);
  out.mean = a.mean + delta * share;
  out.squares = a.squares + b.squares +
                delta * delta * share * static_cast<double>(a.count);
  return out;
}

void Moments::add(std::span<const double> values) {
  while (!values.empty()) {
    if (pending_.empty() && values.size() >= kGroup) {
      sums_ = joined(sums_, of(values.first(kGroup)));
      values = values.subspan(kGroup);
      continue;
    }
    const std::size_t some = std::min(values.size(), kGroup - pending_.size());
    pending_.insert(pending_.end(), values.begin(),
                    values.begin() + static_cast<std::ptrdiff_t>(some));
    values = values.subspan(some);
    if (pending_.size() < kGroup) continue;
    sums_ = joined(sums_, of(pending_));
    pending_.clear();
  }
}

Moments::Summary Moments::summary() const {
  const Sums all = joined(sums_, of(pending_));
  if (all.count == 0) return {};
  return {all.min, all.max, all.mean,
          std::sqrt(all.squares / static_cast<double>(all.count))};
}

}  // namespace mlb::table
