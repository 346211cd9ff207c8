// Means and sums of squares of a design, by the weights of its rows.
#pragma once

#include <vector>

#include "learn/trainer.h"

namespace mlb::learn {

/// Of each feature.
std::vector<double> weighted_means(const Design& design);
/// Rows first .. first + rows, less the mean; row by row.
std::vector<double> centred(const prep::Matrix& x, std::size_t first,
                            std::size_t rows, const std::vector<double>& mean);
/// inputs x inputs: the weighted sum of products of centred features.
std::vector<double> scatter(const Design& design,
                            const std::vector<double>& mean);

}  // namespace mlb::learn
