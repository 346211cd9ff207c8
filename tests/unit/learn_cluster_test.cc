// Metrics of clusterings against values worked out by hand, and those of
// scikit-learn 1.2.1.
#include <cmath>

#include "learn/cluster_metrics.h"
#include "learn_world.h"

using namespace mlb;
using namespace mlb::learn;

namespace {

/// Rows of one feature, and their squared distances to the centres.
struct Line {
  Design rows;
  prep::Matrix distances;

  Line(const std::vector<float>& values, const std::vector<float>& centres) {
    std::vector<Row> all;
    for (const float v : values) all.push_back({v});
    rows = design_of(all, {});
    distances = make_matrix(values.size(), centres.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (std::size_t c = 0; c < centres.size(); ++c) {
        const float d = values[i] - centres[c];
        distances.values[i * centres.size() + c] = d * d;
      }
    }
  }
  double value(const std::string& name, std::uint64_t seed = 0) const {
    return cluster_metric(name, rows, distances, seed);
  }
};

}  // namespace

TEST_CASE("inertia adds up the squared distances to the nearest centres") {
  Line line({0, 1, 4, 5, 6}, {0.5, 5});
  CHECK(line.value("inertia") == Approx(0.25 + 0.25 + 1 + 0 + 1));
  line.rows.weights = {2, 0, 1, 1, 3};
  CHECK(line.value("inertia") == Approx(0.5 + 0 + 1 + 0 + 3));
}

TEST_CASE("silhouette is as worked out by hand") {
  // By rows (5-1)/5, (4-1)/4, (3.5-1.5)/3.5, (4.5-1)/4.5, (5.5-1.5)/5.5.
  CHECK(Line({0, 1, 4, 5, 6}, {0.5, 5}).value("silhouette") ==
        Approx(0.7252958152958152));
  // A row alone in its cluster has 0, and a cluster without rows is none.
  CHECK(Line({0, 1, 9}, {0.5, 100, 9}).value("silhouette") ==
        Approx((8.0 / 9 + 7.0 / 8) / 3));
  // No distance at all: neither near nor far.
  Line same({3, 3, 3, 3}, {3, 4});
  same.distances.values = {0, 1, 0, 1, 1, 0, 1, 0};
  CHECK(same.value("silhouette") == 0);
}

TEST_CASE("silhouette of one cluster is nan") {
  CHECK(std::isnan(Line({0, 1, 2}, {1, 50}).value("silhouette")));
  CHECK(std::isnan(Line({}, {1, 50}).value("silhouette")));
  CHECK(std::isnan(Line({0, 9}, {0, 9}).value("accuracy")));
}

TEST_CASE("rows of weight zero have no part in the silhouette") {
  Line line({0, 1, 4, 5, 6, 3}, {0.5, 5});
  line.rows.weights = {1, 2, 1, 1, 5, 0};
  CHECK(line.value("silhouette") == Approx(0.7252958152958152));
}

TEST_CASE("silhouettes of iris and wine are those of scikit-learn") {
  // Of the best of 100 starts on standardised features.
  const auto score = [](const std::string& set) {
    KmeansSpec spec;
    spec.k = 3;
    const auto trial = run_trial(shipped_set(set), -1, spec_of(spec));
    REQUIRE(trial);
    const auto p = trial->model->predict(trial->train.x);
    return silhouette(trial->train, *p, 0);
  };
  CHECK(score("iris") == Approx(0.459948).margin(0.002));
  CHECK(score("wine") == Approx(0.284859).margin(0.002));
}

TEST_CASE("of many rows some are drawn by the seed") {
  Rng rng(3);
  std::vector<float> values;
  for (std::size_t i = 0; i <= kSilhouetteRows; ++i) {
    values.push_back(static_cast<float>(rng.normal() + (i % 2 == 0 ? 4 : -4)));
  }
  const Line more(values, {-4, 4});
  CHECK(more.value("silhouette", 1) == more.value("silhouette", 1));
  CHECK(more.value("silhouette", 1) != more.value("silhouette", 2));
  CHECK(more.value("silhouette", 1) ==
        Approx(more.value("silhouette", 2)).margin(0.01));
  values.pop_back();
  const Line all(values, {-4, 4});
  CHECK(all.value("silhouette", 1) == all.value("silhouette", 2));
}
