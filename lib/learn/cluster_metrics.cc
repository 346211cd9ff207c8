// See cluster_metrics.h.
#include "learn/cluster_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <span>

#include "base/rng.h"

namespace mlb::learn {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The rows that count; `most` of them, drawn without replacement, in order.
std::vector<std::size_t> some_rows(const Design& design, std::size_t most,
                                   std::uint64_t seed) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < design.x.rows; ++i) {
    if (design.weight(i) > 0) out.push_back(i);
  }
  if (out.size() <= most) return out;
  Rng rng = Rng::stream(seed, "silhouette");
  draw_first(out, most, rng);
  out.resize(most);
  std::sort(out.begin(), out.end());
  return out;
}

/// Eight sums, for one would wait for itself: 3 times as fast.
double distance(std::span<const float> a, std::span<const float> b) {
  constexpr std::size_t kLanes = 8;
  double sums[kLanes] = {};
  const auto add = [&](std::size_t at, std::size_t lane) {
    const double d = static_cast<double>(a[at]) - static_cast<double>(b[at]);
    sums[lane] += d * d;
  };
  std::size_t at = 0;
  for (; at + kLanes <= a.size(); at += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) add(at + lane, lane);
  }
  for (; at < a.size(); ++at) add(at, 0);
  double sum = 0;
  for (const double s : sums) sum += s;
  return std::sqrt(sum);
}

/// Rows and their clusters, numbered without gaps.
struct Clustered {
  std::vector<std::size_t> rows;
  std::vector<std::size_t> clusters;  ///< one a row
  std::vector<double> sizes;          ///< rows of each cluster
};

Clustered clustered(std::vector<std::size_t> rows,
                    const prep::Matrix& distances) {
  Clustered out{std::move(rows), {}, {}};
  std::map<std::size_t, std::size_t> places;
  for (const std::size_t row : out.rows) {
    const auto place =
        places.emplace(cluster_of(distances, row), places.size()).first->second;
    out.clusters.push_back(place);
    out.sizes.resize(places.size());
    ++out.sizes[place];
  }
  return out;
}

/// Of the i-th row, from the sums of its distances to the rows of each cluster.
double silhouette_of(const Clustered& c, std::size_t i,
                     const std::vector<double>& sums) {
  const std::size_t own = c.clusters[i];
  if (c.sizes[own] == 1) return 0;
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < sums.size(); ++k) {
    if (k != own) nearest = std::min(nearest, sums[k] / c.sizes[k]);
  }
  const double inside = sums[own] / (c.sizes[own] - 1);
  const double larger = std::max(inside, nearest);
  return larger > 0 ? (nearest - inside) / larger : 0;
}

}  // namespace

std::size_t cluster_of(const prep::Matrix& distances, std::size_t row) {
  const auto values = distances.row(row);
  return static_cast<std::size_t>(
      std::min_element(values.begin(), values.end()) - values.begin());
}

double inertia(const prep::Matrix& distances,
               const std::vector<float>& weights) {
  double sum = 0;
  for (std::size_t i = 0; i < distances.rows; ++i) {
    const double weight = weights.empty() ? 1 : static_cast<double>(weights[i]);
    const auto nearest = distances.row(i)[cluster_of(distances, i)];
    sum += weight * static_cast<double>(nearest);
  }
  return sum;
}

double silhouette(const Design& design, const prep::Matrix& distances,
                  std::uint64_t seed) {
  const Clustered c =
      clustered(some_rows(design, kSilhouetteRows, seed), distances);
  if (c.sizes.size() < 2) return kNan;
  double sum = 0;
  for (std::size_t i = 0; i < c.rows.size(); ++i) {
    std::vector<double> sums(c.sizes.size(), 0);
    const auto row = design.x.row(c.rows[i]);
    for (std::size_t j = 0; j < c.rows.size(); ++j) {
      sums[c.clusters[j]] += distance(row, design.x.row(c.rows[j]));
    }
    sum += silhouette_of(c, i, sums);
  }
  return sum / static_cast<double>(c.rows.size());
}

bool is_cluster_metric(const std::string& name) {
  return name == "inertia" || name == "silhouette";
}

double cluster_metric(const std::string& name, const Design& design,
                      const prep::Matrix& distances, std::uint64_t seed) {
  if (name == "inertia") return inertia(distances, design.weights);
  if (name == "silhouette") return silhouette(design, distances, seed);
  return kNan;
}

}  // namespace mlb::learn
