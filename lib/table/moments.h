// Mean and variance of a stream of numbers.  The result depends on the values
// and their order only, not on how the stream was cut into pieces.  Private to
// lib/table.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mlb::table {

class Moments {
 public:
  void add(std::span<const double> values);
  /// Forgets all values.
  void clear() { *this = {}; }

  struct Summary {
    double min = 0;
    double max = 0;
    double mean = 0;
    double std = 0;  ///< of the population
  };
  /// Zeros when there was no value.
  Summary summary() const;

 private:
  struct Sums {
    std::uint64_t count = 0;
    double min = 0;
    double max = 0;
    double mean = 0;
    double squares = 0;  ///< of the distances from the mean
  };
  static Sums of(std::span<const double> group);
  static Sums of_whole(const double* group);
  static Sums joined(const Sums& a, const Sums& b);

  Sums sums_;                    ///< of whole groups
  std::vector<double> pending_;  ///< of the group that is not yet whole
};

}  // namespace mlb::table
