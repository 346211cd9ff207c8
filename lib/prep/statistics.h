// Plain statistics of columns of numbers.  No input is changed; none may be
// empty or hold what is not finite.
#pragma once

#include <vector>

namespace mlb::prep {

struct Moments {
  double mean = 0;
  double deviation = 0;  ///< of the population
};

/// Finite for every finite input, also near the end of the range.
Moments moments_of(const std::vector<double>& values);

/// The q-quantile, 0 <= q <= 1, linear between the two nearest values
/// (Hyndman, Fan, "Sample quantiles in statistical packages", 1996, type 7,
/// the default of numpy and R).
double quantile(std::vector<double> values, double q);

/// The mean of the two middle values of an even count.
double median(std::vector<double> values);

/// The value that is there most often; of several the smallest.
double mode(std::vector<double> values);

}  // namespace mlb::prep
