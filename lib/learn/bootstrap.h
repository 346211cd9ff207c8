// How sure a metric is: the percentile bootstrap of Efron and Tibshirani, "An
// introduction to the bootstrap", 1993, section 13.3.  Rows are drawn again
// with replacement; the metric of each such sample is computed anew.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "job/spec.h"
#include "learn/metrics.h"

namespace mlb::learn {

/// Asked again and again with the share of the work that is done; false: stop.
using GoesOn = std::function<bool(double)>;

struct Interval {
  double low = 0;
  double high = 0;
};

/// One interval a metric, of `spec.samples` samples of as many rows as there
/// are: its bounds leave (1 - ci) / 2 of the samples out at each side, between
/// two samples by linear interpolation.  A sample in which a metric is nan does
/// not count for it; nan: there was no other.  `weights` are the rows' own, or
/// none.  The same seed gives the same bounds.  Fault::cancelled: stopped.
/// Time: samples x rows x metrics.
Result<std::vector<Interval>> bootstrap(const std::vector<OfWeights>& metrics,
                                        std::size_t rows,
                                        const std::vector<float>& weights,
                                        const Bootstrap& spec,
                                        std::uint64_t seed,
                                        const GoesOn& goes_on);

}  // namespace mlb::learn
