// Metrics of clusterings, which have no target: from rows and their squared
// distances to the centres, as a k-means model predicts them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "learn/trainer.h"

namespace mlb::learn {

/// Rows that silhouette looks at; of more so many are drawn.
inline constexpr std::size_t kSilhouetteRows = 5000;

/// The row's cluster: the nearest centre, the first of equals.
std::size_t cluster_of(const prep::Matrix& distances, std::size_t row);

/// The sum of the rows' least distances, each times the row's weight.
double inertia(const prep::Matrix& distances,
               const std::vector<float>& weights = {});

/// The mean over rows of (b - a) / max(a, b), a being the mean distance to the
/// other rows of its cluster, b that to the rows of the nearest other one; 0
/// of a row that is alone in its cluster: Rousseeuw, "Silhouettes: a graphical
/// aid to the interpretation and validation of cluster analysis", 1987.  Each
/// row of weight above 0 counts once; of more than kSilhouetteRows so many are
/// drawn by the seed, and only these are compared.  nan: fewer than two
/// clusters have rows.  Time grows with the square of the rows.
double silhouette(const Design& design, const prep::Matrix& distances,
                  std::uint64_t seed);

/// Whether this is one of them: "inertia", "silhouette".
bool is_cluster_metric(const std::string& name);
/// nan for another name.
double cluster_metric(const std::string& name, const Design& design,
                      const prep::Matrix& distances, std::uint64_t seed);

}  // namespace mlb::learn
