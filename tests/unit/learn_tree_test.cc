// Trees and forests: splits by hand, the same bits for any number of threads.
#include "learn/forest.h"
#include "learn_world.h"

using namespace mlb;
using namespace mlb::learn;

namespace {

std::vector<BinnedFeature> binned(const Design& d) {
  ShardPool pool(1);
  return bin_features(d.x, pool);
}

/// One tree on all rows that may look at every feature.
Tree tree_on(const Design& d, std::size_t classes, TreeOptions options = {}) {
  const auto features = binned(d);
  TreeData data{features, std::max<std::size_t>(classes, 1), {}, {}};
  for (const float y : d.y) {
    if (classes > 0) {
      data.classes.push_back(static_cast<std::uint32_t>(y));
    } else {
      data.values.push_back(y);
    }
  }
  options.features_a_split = d.x.columns;
  return grow_tree(data, options, std::vector<float>(d.x.rows, 1), Rng(1));
}

float leaf_value(const Tree& tree, const Row& row) {
  return tree.leaves[tree.leaf_of(row.data())];
}

}  // namespace

TEST_CASE("few values have a bin each, many share bins evenly") {
  const auto few = binned(design_of({{3}, {1}, {3}, {2}}, {}));
  CHECK(few[0].bins() == 3);
  CHECK(few[0].codes == std::vector<std::uint8_t>{2, 0, 2, 1});
  std::vector<Row> rows;
  for (int i = 0; i < 10000; ++i) rows.push_back({static_cast<float>(i)});
  const auto many = binned(design_of(rows, {}));
  CHECK(many[0].bins() == 256);
  for (std::size_t b = 0; b < 256; ++b) {
    const float size = many[0].high[b] - many[0].low[b] + 1;
    CHECK(size >= 38);
    CHECK(size <= 41);
  }
  CHECK(many[0].codes.front() == 0);
  CHECK(many[0].codes.back() == 255);
}

TEST_CASE("bins never part equal values") {
  std::vector<Row> rows;
  for (int i = 0; i < 3000; ++i) {
    rows.push_back({i < 1500 ? 0.0f : static_cast<float>(i)});
  }
  const auto features = binned(design_of(rows, {}));
  CHECK(features[0].bins() <= 256);
  CHECK(features[0].high[0] == 0);
  CHECK(features[0].codes[1499] == 0);
  CHECK(features[0].codes[1500] == 1);
}

TEST_CASE("a split lies in the middle of the gap that parts best") {
  const Tree tree = tree_on(design_of({{1}, {2}, {6}, {7}}, {5, 5, 9, 9}), 0);
  REQUIRE(tree.nodes.size() == 3);
  CHECK(tree.nodes[0].threshold == 4);
  CHECK(leaf_value(tree, {3.9f}) == 5);
  CHECK(leaf_value(tree, {4.1f}) == 9);
}

TEST_CASE("exclusive or takes two levels") {
  const Tree tree =
      tree_on(design_of({{0, 0}, {0, 1}, {1, 0}, {1, 1}}, {0, 1, 1, 0}), 2);
  CHECK(tree.nodes.size() == 7);
  for (const Row& row : std::vector<Row>{{0, 0}, {0, 1}, {1, 0}, {1, 1}}) {
    const std::size_t leaf = tree.leaf_of(row.data());
    CHECK(tree.leaves[leaf * 2 + (row[0] == row[1] ? 0 : 1)] == 1);
  }
  // Leaves of one class are stored once.
  CHECK(tree.leaves.size() == 4);
}

TEST_CASE("depth and size of leaves are limits") {
  std::vector<Row> rows;
  std::vector<float> y;
  Rng rng(5);
  for (int i = 0; i < 500; ++i) {
    rows.push_back({static_cast<float>(rng.normal())});
    y.push_back(static_cast<float>(rng.normal()));
  }
  const Design d = design_of(rows, y);
  CHECK(tree_on(d, 0, {.most_depth = 3}).nodes.size() <= 15);
  const Tree tree = tree_on(d, 0, {.least_leaf = 20});
  std::vector<int> counts(tree.leaves.size(), 0);
  for (const Row& row : rows) ++counts[tree.leaf_of(row.data())];
  CHECK(*std::min_element(counts.begin(), counts.end()) >= 20);
  CHECK(tree.leaves.size() > 5);
}

TEST_CASE("small and large nodes are split alike") {
  // The best split by trying all of them, on data with several features.
  Rng rng(11);
  std::vector<Row> rows;
  std::vector<float> y;
  for (int i = 0; i < 200; ++i) {
    rows.push_back(
        {static_cast<float>(rng.below(50)), static_cast<float>(rng.below(50))});
    y.push_back(static_cast<float>(rng.normal()));
  }
  for (const std::size_t n : {std::size_t{20}, std::size_t{200}}) {
    const Design d =
        design_of({rows.begin(), rows.begin() + static_cast<long>(n)},
                  {y.begin(), y.begin() + static_cast<long>(n)});
    double best = -1;
    for (std::size_t f = 0; f < 2; ++f) {
      for (float cut = 0.5f; cut < 49; cut += 1) {
        double sums[2] = {0, 0};
        double counts[2] = {0, 0};
        for (std::size_t i = 0; i < n; ++i) {
          const int side = rows[i][f] <= cut ? 0 : 1;
          sums[side] += static_cast<double>(y[i]);
          counts[side] += 1;
        }
        if (counts[0] == 0 || counts[1] == 0) continue;
        best = std::max(best, sums[0] * sums[0] / counts[0] +
                                  sums[1] * sums[1] / counts[1]);
      }
    }
    const Tree tree = tree_on(d, 0, {.most_depth = 1});
    double sums[2] = {0, 0};
    double counts[2] = {0, 0};
    for (std::size_t i = 0; i < n; ++i) {
      const auto side = tree.leaf_of(rows[i].data());
      sums[side] += static_cast<double>(y[i]);
      counts[side] += 1;
    }
    CHECK(sums[0] * sums[0] / counts[0] + sums[1] * sums[1] / counts[1] ==
          Approx(best).epsilon(1e-9));
  }
}

TEST_CASE("a forest is the same with any number of threads") {
  const FoldedSet wine = shipped_set("wine");
  RandomForestSpec forest;
  forest.trees = 40;
  const auto one = run_trial(wine, 0, spec_of(forest, 1));
  const auto three = run_trial(wine, 0, spec_of(forest, 3));
  REQUIRE(one);
  REQUIRE(three);
  CHECK(bytes_of_model(*one->model) == bytes_of_model(*three->model));
  JobSpec other = spec_of(forest);
  other.seed = 1;
  const auto reseeded = run_trial(wine, 0, other);
  REQUIRE(reseeded);
  CHECK(bytes_of_model(*one->model) != bytes_of_model(*reseeded->model));
}

TEST_CASE("the score out of bag is near that of rows never seen") {
  for (const char* set : {"breast_cancer", "digits"}) {
    RandomForestSpec forest;
    forest.trees = 100;
    const JobSpec spec = spec_of(forest, 2);
    auto trial = prepare_trial(shipped_set(set), 0, spec);
    REQUIRE(trial);
    const auto trainer = make_trainer(spec, trial->plan, never);
    REQUIRE(trainer->begin(trial->train, kNoRows));
    StepReport report;
    while (*trainer->step(report)) {
      CHECK(report.epochs == 100);
    }
    CHECK(report.epoch == 100);
    trial->model = std::move(*trainer->finish());
    CHECK(report.metrics.at("oob.accuracy") ==
          Approx(trial->score("accuracy")).margin(0.03));
  }
}

TEST_CASE("without bootstrap there is no row out of bag") {
  const Design d = design_of({{1}, {2}, {3}, {4}}, {0, 0, 1, 1});
  RandomForestSpec forest;
  forest.trees = 3;
  forest.bootstrap = false;
  const auto plan = classes_plan(1);
  const auto trainer = make_trainer(spec_of(forest), plan, never);
  REQUIRE(trainer->begin(d, kNoRows));
  StepReport report;
  REQUIRE(*trainer->step(report));
  CHECK(report.metrics.empty());
  const auto model = trainer->finish();
  REQUIRE(model);
  CHECK(answer(**model, {1.5f}) == Row{1, 0});
}

TEST_CASE("a forest of numbers predicts means") {
  RandomForestSpec forest;
  forest.trees = 50;
  forest.min_leaf = 1;
  const auto model =
      trained(spec_of(forest), numbers_plan(1),
              design_of({{0}, {0}, {1}, {1}, {1}}, {3, 5, 10, 10, 10}));
  CHECK(answer(*model, {1})[0] == Approx(10).margin(1.5));
  CHECK(answer(*model, {0})[0] == Approx(4).margin(1.5));
}

TEST_CASE("a stored tree that would not end is refused") {
  const auto plan = classes_plan(1);
  RandomForestSpec forest;
  forest.trees = 1;
  forest.bootstrap = false;
  const auto model =
      trained(spec_of(forest), plan, design_of({{1}, {2}}, {0, 1}));
  const Bytes good = bytes_of_model(*model);
  // Trees u64, nodes u64, then of the root: feature, threshold, next.
  const auto loads_with = [&](std::size_t at, std::uint8_t value) {
    Bytes bytes = good;
    bytes[at] = value;
    Reader r(bytes);
    return static_cast<bool>(ForestModel::load(plan, r));
  };
  CHECK(loads_with(24, 1));        // as it is
  CHECK_FALSE(loads_with(24, 0));  // the root is its own child
  CHECK_FALSE(loads_with(24, 2));  // the right child does not exist
  CHECK_FALSE(loads_with(16, 1));  // a feature that does not exist
  CHECK_FALSE(loads_with(36, 9));  // a leaf that does not exist
}
