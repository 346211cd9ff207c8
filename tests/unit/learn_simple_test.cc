// The small models, by hand: baseline, neighbours, naive Bayes, ridge, and
// principal components.
#include <numbers>

#include "learn/eigen.h"
#include "learn/knn.h"
#include "learn/pca.h"
#include "learn/ridge.h"
#include "learn/ridge_lambda.h"
#include "learn_world.h"

using namespace mlb;
using namespace mlb::learn;

TEST_CASE("a baseline tells shares, the mode, the mean or the median") {
  const Design classes = design_of({{1}, {2}, {3}, {4}}, {0, 1, 1, 1});
  const auto with = [](BaselineStrategy s) { return spec_of(BaselineSpec{s}); };
  const auto said = [&](BaselineStrategy s) {
    return answer(*trained(with(s), classes_plan(1), classes), {9});
  };
  CHECK(said(BaselineStrategy::automatic) == Row{0.25f, 0.75f});
  CHECK(said(BaselineStrategy::prior) == Row{0.25f, 0.75f});
  CHECK(said(BaselineStrategy::most_frequent) == Row{0, 1});
  Design numbers = design_of({{1}, {2}, {3}, {4}}, {1, 2, 4, 9});
  const auto number = [&](BaselineStrategy s) {
    return answer(*trained(with(s), numbers_plan(1), numbers), {9})[0];
  };
  CHECK(number(BaselineStrategy::automatic) == 4);
  CHECK(number(BaselineStrategy::median) == 3);
  numbers.weights = {1, 1, 1, 4};
  CHECK(number(BaselineStrategy::median) == 9);
  CHECK(number(BaselineStrategy::mean) == Approx(43.0 / 7));
  CHECK(refusal(with(BaselineStrategy::mean), classes_plan(1), classes) ==
        "this baseline predicts numbers; the target 'y' has classes");
}

TEST_CASE("the nearest rows decide") {
  const Design d = design_of({{0}, {1}, {3}, {10}}, {0, 0, 1, 1});
  KnnSpec knn{3, KnnWeights::uniform};
  const auto uniform = trained(spec_of(knn), classes_plan(1), d);
  CHECK(answer(*uniform, {0})[0] == Approx(2.0 / 3));
  CHECK(answer(*uniform, {9})[1] == Approx(2.0 / 3));
  knn.weights = KnnWeights::distance;
  const auto near = trained(spec_of(knn), classes_plan(1), d);
  // Distances 2, 1, 1: weights 1/2 and 1 against 1.
  CHECK(answer(*near, {2})[0] == Approx(1.5 / 2.5));
  // At distance 0 nothing else counts.
  CHECK(answer(*near, {3}) == Row{0, 1});
  knn = {2, KnnWeights::uniform};
  const auto numbers = trained(spec_of(knn), numbers_plan(1),
                               design_of({{0}, {1}, {10}}, {5, 7, 100}));
  CHECK(answer(*numbers, {0.2f})[0] == 6);
}

TEST_CASE("of neighbours equally far the first rows count") {
  const Design d = design_of({{1}, {-1}, {1}, {-1}}, {0, 0, 1, 1});
  const auto model =
      trained(spec_of(KnnSpec{2, KnnWeights::uniform}), classes_plan(1), d);
  CHECK(answer(*model, {0}) == Row{1, 0});
}

TEST_CASE("more neighbours than rows are all rows") {
  const auto model = trained(spec_of(KnnSpec{50, KnnWeights::uniform}),
                             classes_plan(1), design_of({{0}, {1}}, {0, 1}));
  CHECK(answer(*model, {0}) == Row{0.5f, 0.5f});
}

TEST_CASE("neighbours are found among more rows than a block holds") {
  std::vector<Row> rows;
  std::vector<float> y;
  for (int i = 0; i < 10000; ++i) {
    rows.push_back(
        {static_cast<float>(i % 5000), static_cast<float>(i / 5000)});
    y.push_back(static_cast<float>(i));
  }
  const auto model = trained(spec_of(KnnSpec{1, KnnWeights::uniform}),
                             numbers_plan(2), design_of(rows, y));
  CHECK(answer(*model, {4711, 1})[0] == 9711);
  CHECK(answer(*model, {17, 0})[0] == 17);
}

TEST_CASE("naive Bayes multiplies normal densities") {
  // Class a: mean 0, variance 1; b: mean 4, variance 1; half of the rows each.
  const Design d = design_of({{-1}, {1}, {3}, {5}}, {0, 0, 1, 1});
  const auto model = trained(spec_of(NaiveBayesSpec{}), classes_plan(1), d);
  CHECK(answer(*model, {2})[0] == Approx(0.5).epsilon(1e-6));
  CHECK(answer(*model, {1})[0] ==
        Approx(1 / (1 + std::exp(-4.0))).epsilon(1e-5));
}

TEST_CASE("naive Bayes bears a constant feature and an absent class") {
  const Design d = design_of({{1, 7}, {2, 7}, {8, 7}}, {0, 0, 1});
  const auto model =
      trained(spec_of(NaiveBayesSpec{}), classes_plan(2, {"a", "b", "c"}), d);
  const Row p = answer(*model, {1.5f, 7});
  CHECK(p[0] == Approx(1));
  CHECK(p[2] == 0);
}

TEST_CASE("a symmetric matrix falls into its eigenvectors") {
  const Eigen two = symmetric_eigen({2, 1, 1, 2}, 2);
  CHECK(two.values[0] == Approx(3));
  CHECK(two.values[1] == Approx(1));
  CHECK(std::fabs(two.vectors[0]) == Approx(std::sqrt(0.5)));
  constexpr std::size_t n = 30;
  Rng rng(4);
  std::vector<double> a(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      a[i * n + j] = a[j * n + i] = rng.normal();
    }
  }
  const Eigen e = symmetric_eigen(a, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0;
      double product = 0;
      for (std::size_t k = 0; k < n; ++k) {
        sum += e.values[k] * e.vectors[k * n + i] * e.vectors[k * n + j];
        product += e.vectors[i * n + k] * e.vectors[j * n + k];
      }
      CHECK(sum == Approx(a[i * n + j]).margin(1e-12));
      CHECK(product == Approx(i == j ? 1 : 0).margin(1e-12));
    }
  }
  CHECK(std::is_sorted(e.values.rbegin(), e.values.rend()));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(symmetric_eigen({nan, nan, nan, nan}, 2).values.empty());
}

TEST_CASE("the first component lies along the data") {
  const Design d = design_of({{0, 1}, {1, 3}, {2, 5}, {3, 7}}, {0, 0, 0, 0});
  const auto p = fit_projection(d, 0.95);
  REQUIRE(p);
  CHECK(p->components() == 1);
  CHECK(p->axes[0] == Approx(1 / std::sqrt(5.0)));
  CHECK(p->axes[1] == Approx(2 / std::sqrt(5.0)));
  const auto x = p->apply(d.x);
  REQUIRE(x);
  CHECK(x->values[3] - x->values[0] == Approx(3 * std::sqrt(5.0)));
  CHECK(fit_projection(d, 2)->components() == 2);
  CHECK_FALSE(fit_projection(d, 3));
  CHECK_FALSE(fit_projection(design_of({{1}, {1}}, {0, 0}), 0.9));
}

TEST_CASE("a model behind components is stored with them") {
  JobSpec spec = spec_of(LogisticSpec{});
  spec.pca = 0.95;
  const auto trial = trial_on("wine", spec);
  CHECK(trial.model->kind() == "pca");
  CHECK(trial.score("accuracy") > 0.9);
  // A net behind a projection: its width is the number of components.
  spec.model = NetSpec{};
  spec.pca = 3;
  spec.train.epochs = 3;
  CHECK(trial_on("wine", spec).model->kind() == "pca");
}

TEST_CASE("ridge reaches the published error on diabetes to four digits") {
  CHECK(score_on("diabetes", spec_of(RidgeSpec{1, true}), "rmse") ==
        Approx(55.452).epsilon(1e-5));
  CHECK(score_on("concrete", spec_of(RidgeSpec{1, true}), "rmse") ==
        Approx(10.505).epsilon(5e-5));
}

TEST_CASE("the best lambda is that of leaving each row out") {
  Rng rng(8);
  std::vector<Row> rows;
  std::vector<float> y;
  for (int i = 0; i < 25; ++i) {
    Row row;
    for (int j = 0; j < 6; ++j) {
      row.push_back(static_cast<float>(rng.normal()));
    }
    y.push_back(row[0] + static_cast<float>(2 * rng.normal()));
    rows.push_back(row);
  }
  const auto plan = numbers_plan(6);
  // Really leaving each row out, for every lambda of the grid.
  double best = 1e300;
  double lambda = 0;
  for (const double candidate : ridge_lambdas()) {
    double sum = 0;
    for (std::size_t out = 0; out < rows.size(); ++out) {
      auto some = rows;
      auto some_y = y;
      some.erase(some.begin() + static_cast<long>(out));
      some_y.erase(some_y.begin() + static_cast<long>(out));
      const auto model = trained(spec_of(RidgeSpec{candidate, true}), plan,
                                 design_of(some, some_y));
      const auto miss =
          static_cast<double>(answer(*model, rows[out])[0] - y[out]);
      sum += miss * miss;
    }
    if (sum < best) {
      best = sum;
      lambda = candidate;
    }
  }
  const Design d = design_of(rows, y);
  const auto own = trained(spec_of(RidgeSpec{std::nullopt, true}), plan, d);
  const auto want = trained(spec_of(RidgeSpec{lambda, true}), plan, d);
  CHECK(bytes_of_model(*own) == bytes_of_model(*want));
}
