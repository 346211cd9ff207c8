// Linear classifiers, and what finds their weights, against closed forms.
#include "learn/lbfgs.h"
#include "learn/linear_svm.h"
#include "learn/logistic.h"
#include "learn_world.h"

using namespace mlb;
using namespace mlb::learn;

TEST_CASE("L-BFGS finds the bottom of Rosenbrock's valley") {
  Lbfgs search(
      [](std::span<const double> x, std::span<double> g) {
        const double a = 1 - x[0];
        const double b = x[1] - x[0] * x[0];
        g[0] = -2 * a - 400 * x[0] * b;
        g[1] = 200 * b;
        return a * a + 100 * b * b;
      },
      {-1.2, 1});
  double last = search.value();
  int steps = 0;
  while (search.largest_gradient() > 1e-9 && search.step() && steps < 200) {
    CHECK(search.value() < last);
    last = search.value();
    ++steps;
  }
  CHECK(steps < 100);
  CHECK(search.at()[0] == Approx(1).epsilon(1e-8));
  CHECK(search.at()[1] == Approx(1).epsilon(1e-8));
}

TEST_CASE("the gradient of a linear objective is that of its value") {
  const Design d = design_of({{1, 2}, {-1, 0.5}, {0.25, -3}}, {0, 1, 2});
  ShardPool pool(1);
  const LinearObjective f(
      d.x, 3, 0.7, Intercept::free,
      [&](std::size_t row, std::span<double> s) {
        double sum = 0;  // a quadratic: differences are exact but for rounding
        for (std::size_t o = 0; o < s.size(); ++o) {
          const double miss =
              s[o] - (static_cast<double>(d.y[row]) + static_cast<double>(o));
          sum += miss * miss;
          s[o] = 2 * miss;
        }
        return sum;
      },
      pool);
  std::vector<double> at{0.1, -0.2, 0.3, 0.4, 0.5, -0.6, 0.7, 0.8, -0.9};
  std::vector<double> gradient(at.size());
  std::vector<double> unused(at.size());
  f(at, gradient);
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double h = 1e-4;
    auto up = at;
    auto down = at;
    up[i] += h;
    down[i] -= h;
    CHECK(gradient[i] ==
          Approx((f(up, unused) - f(down, unused)) / (2 * h)).epsilon(1e-8));
  }
}

TEST_CASE("logistic regression ends where the gradient vanishes") {
  const auto trial = prepare_trial(shipped_set("iris"), 0, spec_of({}));
  REQUIRE(trial);
  const JobSpec spec =
      spec_of(LogisticSpec{.lambda = 1, .max_iter = 1000, .tol = 1e-10});
  LogisticTrainer trainer(spec, trial->plan, never);
  REQUIRE(train_to_end(trainer, trial->train));
  CHECK(trainer.largest_gradient() <= 1e-9);
}

TEST_CASE("without features that tell, logistic learns the shares") {
  const Design d = design_of({{0}, {0}, {0}, {0}}, {0, 1, 1, 1});
  const auto model = trained(spec_of(LogisticSpec{}), classes_plan(1), d);
  CHECK(answer(*model, {0})[1] == Approx(0.75).epsilon(1e-4));
  const auto three =
      trained(spec_of(LogisticSpec{}), classes_plan(1, {"a", "b", "c"}),
              design_of({{0}, {0}, {0}, {0}}, {0, 1, 2, 2}));
  CHECK(answer(*three, {0})[2] == Approx(0.5).epsilon(1e-4));
}

TEST_CASE("a weight of 2 is the row twice") {
  const JobSpec spec = spec_of(LogisticSpec{.tol = 1e-10});
  const Design twice = design_of({{1}, {2}, {2}, {-1}}, {0, 1, 1, 1});
  Design weighted = design_of({{1}, {2}, {-1}}, {0, 1, 1});
  weighted.weights = {1, 2, 1};
  const auto a = trained(spec, classes_plan(1), twice);
  const auto b = trained(spec, classes_plan(1), weighted);
  CHECK(answer(*a, {0.3f})[1] == Approx(answer(*b, {0.3f})[1]).epsilon(1e-6));
}

TEST_CASE("the squared hinge of two points has a closed form") {
  // x = +1 and -1, n rows in all: minimise w^2 / 2 + C n (1 - w)^2.
  const double c = 0.25;
  const Design d = design_of({{1}, {-1}, {1}, {-1}}, {1, 0, 1, 0});
  const double w = 2 * c * 4 / (1 + 2 * c * 4);
  const JobSpec spec = spec_of(LinearSvmSpec{c});
  const auto plan = classes_plan(1);
  LinearSvmTrainer trainer(spec, plan, never);
  const auto model = train_to_end(trainer, d);
  REQUIRE(model);
  const auto& weights =
      dynamic_cast<const LinearClassifier&>(**model).weights().values;
  CHECK(weights[0] == Approx(w).epsilon(1e-5));
  CHECK(std::fabs(weights[1]) < 1e-5);
}

TEST_CASE("linear models are the same with any number of threads") {
  // More rows than one part holds.
  std::vector<Row> rows;
  std::vector<float> y;
  Rng rng(3);
  for (int i = 0; i < 5000; ++i) {
    const double a = rng.normal();
    const double b = rng.normal();
    rows.push_back({static_cast<float>(a), static_cast<float>(b)});
    y.push_back(a + b + rng.normal() > 0 ? 1.0f : 0.0f);
  }
  const Design d = design_of(rows, y);
  for (const ModelSpec& model :
       {ModelSpec(LogisticSpec{}), ModelSpec(LinearSvmSpec{})}) {
    const auto one = trained(spec_of(model, 1), classes_plan(2), d);
    const auto three = trained(spec_of(model, 3), classes_plan(2), d);
    CHECK(bytes_of_model(*one) == bytes_of_model(*three));
  }
}

TEST_CASE("the sigmoid of scores makes them likeliest") {
  const std::vector<double> scores{-2, -1, -0.5, 0.5, 1, 2};
  const std::vector<bool> yes{false, false, true, false, true, true};
  const Sigmoid s = fit_sigmoid(scores, yes);
  // At the optimum the errors against Platt's targets, 4/5 and 1/5, sum to 0,
  // also when weighted by the scores.
  double sum = 0;
  double weighted = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double miss = (yes[i] ? 0.8 : 0.2) - s(scores[i]);
    sum += miss;
    weighted += miss * scores[i];
  }
  CHECK(std::fabs(sum) < 1e-4);
  CHECK(std::fabs(weighted) < 1e-4);
  CHECK(s(10) > 0.9);
}

TEST_CASE("pairs that agree are coupled to their probabilities") {
  const std::vector<double> want{0.5, 0.3, 0.2};
  std::vector<double> r(9, 0);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      r[i * 3 + j] = want[i] / (want[i] + want[j]);
    }
  }
  const auto found = couple(r, 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(found[i] == Approx(want[i]).epsilon(0.01));
  }
}

TEST_CASE("calibration parts hold each class evenly") {
  const std::vector<std::size_t> classes{0, 0, 0, 1, 1, 1, 1, 1, 1};
  const auto folds = calibration_folds(classes, Rng(1));
  std::vector<int> counts(6, 0);
  for (std::size_t i = 0; i < folds.size(); ++i) {
    ++counts[classes[i] * 3 + static_cast<std::size_t>(folds[i])];
  }
  CHECK(counts == std::vector<int>{1, 1, 1, 2, 2, 2});
}

TEST_CASE("linear classifiers refuse a target that is a number") {
  const Design d = design_of({{1}, {2}}, {1, 2});
  CHECK(refusal(spec_of(LogisticSpec{}), numbers_plan(1), d) ==
        "logistic predicts classes; the target 'y' is a number");
  CHECK(refusal(spec_of(LinearSvmSpec{}), numbers_plan(1), d) ==
        "linear_svm predicts classes; the target 'y' is a number");
}
