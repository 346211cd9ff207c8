// See bootstrap.h.
#include "learn/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/rng.h"

namespace mlb::learn {
namespace {

/// Uniform below `bound`, without bias and mostly without a division: Lemire,
/// "Fast random integer generation in an interval", 2019.
std::size_t below(Rng& rng, std::uint32_t bound) {
  for (;;) {
    const std::uint64_t product = (rng.next() >> 32) * bound;
    const auto rest = static_cast<std::uint32_t>(product);
    if (rest >= bound || rest >= (0 - bound) % bound) return product >> 32;
  }
}

/// A sample as weights: how often each row was drawn, times its own weight.
/// Drawing costs less than copying rows, and metrics keep their order of rows.
void draw(Rng& rng, const std::vector<float>& weights,
          std::vector<float>& sample) {
  std::fill(sample.begin(), sample.end(), 0.0f);
  const auto rows = static_cast<std::uint32_t>(sample.size());
  for (std::uint32_t i = 0; i < rows; ++i) sample[below(rng, rows)] += 1;
  for (std::size_t i = 0; i < weights.size(); ++i) sample[i] *= weights[i];
}

/// Of values in order, with linear interpolation.
double quantile(const std::vector<double>& values, double share) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  const double part = place - static_cast<double>(below);
  return values[below] + part * (values[above] - values[below]);
}

Interval interval_of(std::vector<double> values, double ci) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  std::sort(values.begin(), values.end());
  const double outside = (1 - ci) / 2;
  return {quantile(values, outside), quantile(values, 1 - outside)};
}

}  // namespace

Result<std::vector<Interval>> bootstrap(const std::vector<OfWeights>& metrics,
                                        std::size_t rows,
                                        const std::vector<float>& weights,
                                        const Bootstrap& spec,
                                        std::uint64_t seed,
                                        const GoesOn& goes_on) {
  CHECK(rows <= std::numeric_limits<std::uint32_t>::max());
  std::vector<std::vector<double>> values(metrics.size());
  std::vector<float> sample(rows);
  Rng rng = Rng::stream(seed, "bootstrap");
  for (int s = 0; s < spec.samples; ++s) {
    if (!goes_on(static_cast<double>(s) / spec.samples)) {
      return Error{Fault::cancelled, "asked to stop"};
    }
    draw(rng, weights, sample);
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      values[m].push_back(metrics[m](sample));
    }
  }
  std::vector<Interval> out;
  for (auto& of_metric : values) {
    out.push_back(interval_of(std::move(of_metric), spec.ci));
  }
  return out;
}

}  // namespace mlb::learn
