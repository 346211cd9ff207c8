// Ridge regression against the normal equations that define it.
#include <catch2/catch.hpp>

#include <cmath>

#include "base/rng.h"
#include "learn/ridge.h"

using namespace mlb;
using namespace mlb::learn;

namespace {

/// No validation rows; outlives every trainer, as a design must.
const Design kNoRows;

JobSpec job_of(const RidgeSpec& ridge) {
  JobSpec out;
  out.model = ridge;
  return out;
}

prep::Plan regression(std::size_t features) {
  prep::Plan plan;
  plan.task = prep::Task::regression;
  plan.target = "y";
  for (std::size_t i = 0; i < features; ++i) {
    prep::Feature x;
    x.name = "x" + std::to_string(i);
    plan.features.push_back(x);
  }
  return plan;
}

Design random_design(std::size_t rows, std::size_t columns) {
  Rng rng(9);
  Design out{{rows, columns, {}}, {}};
  for (std::size_t i = 0; i < rows; ++i) {
    double y = 30;
    for (std::size_t j = 0; j < columns; ++j) {
      const auto x = static_cast<float>(rng.normal() + static_cast<double>(j));
      out.x.values.push_back(x);
      y += static_cast<double>(x) * (static_cast<double>(j) - 2);
    }
    out.y.push_back(static_cast<float>(y + rng.normal()));
  }
  return out;
}

struct Fit {
  std::string error;
  std::vector<double> w;
  double b = 0;
  StepReport report;
};

Fit fit(const Design& train, const RidgeSpec& spec) {
  const auto plan = regression(train.x.columns);
  RidgeTrainer trainer(job_of(spec), plan, [] { return false; });
  Fit out;
  REQUIRE(trainer.begin(train, kNoRows));
  auto more = trainer.step(out.report);
  if (!more) {
    out.error = more.error().message;
    return out;
  }
  CHECK(*more);
  StepReport none;
  auto last = trainer.step(none);
  REQUIRE(last);
  CHECK_FALSE(*last);
  auto model = trainer.finish();
  REQUIRE(model);
  const auto& ridge = dynamic_cast<const RidgeModel&>(**model);
  out.w = ridge.weights();
  out.b = ridge.intercept();
  return out;
}

/// The gradient of the objective, relative to the size of its parts: zero at
/// the minimum.
double worst_equation(const Design& d, const Fit& f, const RidgeSpec& spec) {
  std::vector<double> gradient(d.x.columns), size(d.x.columns);
  double sum = 0;
  double sum_size = 0;
  for (std::size_t i = 0; i < d.x.rows; ++i) {
    double residual = static_cast<double>(d.y[i]) - f.b;
    for (std::size_t j = 0; j < d.x.columns; ++j) {
      residual -= f.w[j] * static_cast<double>(d.x.row(i)[j]);
    }
    sum += residual;
    sum_size += std::fabs(residual);
    for (std::size_t j = 0; j < d.x.columns; ++j) {
      gradient[j] += residual * static_cast<double>(d.x.row(i)[j]);
      size[j] += std::fabs(residual * static_cast<double>(d.x.row(i)[j]));
    }
  }
  double worst = spec.intercept ? std::fabs(sum) / sum_size : 0;
  for (std::size_t j = 0; j < d.x.columns; ++j) {
    worst = std::max(worst,
                     std::fabs(gradient[j] - *spec.lambda * f.w[j]) / size[j]);
  }
  return worst;
}

}  // namespace

TEST_CASE("ridge solves its normal equations to 1e-8") {
  const auto d = random_design(200, 12);
  for (const double lambda : {0.0, 1e-3, 1.0, 1e4}) {
    for (const bool intercept : {true, false}) {
      const RidgeSpec spec{lambda, intercept};
      const auto f = fit(d, spec);
      CAPTURE(lambda, intercept);
      REQUIRE(f.error.empty());
      CHECK(worst_equation(d, f, spec) <= 1e-8);
      CHECK((intercept || f.b == 0));
    }
  }
}

TEST_CASE("ridge on a line through two points, by hand") {
  // x = -1, 1; y = 1, 5: centred X'y = 4, X'X = 2, so w = 4 / (2 + lambda).
  const Design d{{2, 1, {-1, 1}}, {1, 5}};
  auto f = fit(d, {0, true});
  CHECK(f.w[0] == Approx(2));
  CHECK(f.b == Approx(3));
  CHECK(f.report.metrics.at("train.loss") == Approx(0).margin(1e-12));
  f = fit(d, {2, true});
  CHECK(f.w[0] == Approx(1));
  CHECK(f.b == Approx(3));
  // Residuals 1 - 2 and 5 - 4: the mean of the squares is 1.
  CHECK(f.report.metrics.at("train.loss") == Approx(1));
  CHECK(f.report.epoch == 1);
  CHECK(f.report.epochs == 1);
}

TEST_CASE("features that depend on each other need a lambda") {
  Design d{{3, 2, {1, 2, 2, 4, 3, 6}}, {1, 2, 4}};
  CHECK(fit(d, {0, true}).error ==
        "ridge: features depend on each other; use lambda > 0");
  CHECK(fit(d, {0.1, true}).error.empty());
}

TEST_CASE("levels of a category that add up to one depend on each other") {
  Design d{{3000, 3, {}}, {}};
  for (std::size_t i = 0; i < d.x.rows; ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      d.x.values.push_back(i * 7 % 11 % 3 == k ? 1.0f : 0.0f);
    }
    d.y.push_back(static_cast<float>(i % 7));
  }
  CHECK_FALSE(fit(d, {0, true}).error.empty());
  CHECK(fit(d, {1, true}).error.empty());
}

TEST_CASE("classes are refused by ridge") {
  auto plan = regression(1);
  plan.task = prep::Task::classification;
  RidgeTrainer trainer(job_of({}), plan, [] { return false; });
  const Design d{{2, 1, {-1, 1}}, {0, 1}};
  auto begun = trainer.begin(d, kNoRows);
  REQUIRE_FALSE(begun);
  CHECK(begun.error().fault == Fault::data);
  CHECK(begun.error().message ==
        "ridge predicts numbers; the target 'y' has classes");
}

TEST_CASE("a ridge model predicts what it was fitted to, and only that width") {
  const RidgeModel model({2, -1}, 3, {});
  auto p = model.predict({2, 2, {1, 1, 0, 5}});
  REQUIRE(p);
  CHECK(p->values == std::vector<float>{4, -2});
  CHECK_FALSE(model.predict({1, 3, {1, 2, 3}}));
}

TEST_CASE("Cholesky solves and refuses what is not positive definite") {
  std::vector<double> a{4, 0, 2, 5};  // the lower triangle counts
  std::vector<double> b{10, 21};
  REQUIRE(solve_cholesky(a, b));
  CHECK(b[0] == Approx(0.5));
  CHECK(b[1] == Approx(4));
  std::vector<double> indefinite{1, 2, 2, 1};
  std::vector<double> c{1, 1};
  CHECK_FALSE(solve_cholesky(indefinite, c));
}

TEST_CASE("a ridge takes a row of weight 2 as two rows") {
  const auto plan = regression(3);
  auto weighted = random_design(40, 3);
  Design repeated{{0, 3, {}}, {}};
  for (std::size_t i = 0; i < 40; ++i) {
    weighted.weights.push_back(static_cast<float>(i % 3));
    for (std::size_t n = 0; n < i % 3; ++n) {
      const auto row = weighted.x.row(i);
      repeated.x.values.insert(repeated.x.values.end(), row.begin(), row.end());
      repeated.y.push_back(weighted.y[i]);
      ++repeated.x.rows;
    }
  }
  const auto fitted = [&](const Design& train) {
    RidgeTrainer trainer(job_of({0.5, true}), plan, [] { return false; });
    StepReport report;
    REQUIRE(trainer.begin(train, kNoRows));
    REQUIRE(trainer.step(report));
    auto model = trainer.finish();
    return (*model)->predict(weighted.x)->values;
  };
  const auto a = fitted(weighted);
  const auto b = fitted(repeated);
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == Approx(b[i]));
}

TEST_CASE("a ridge on the logarithm of the target predicts in its units") {
  auto plan = regression(1);
  plan.target_scaling = {true, 1, 2};
  Design train{{3, 1, {0, 1, 2}}, {}};
  // Learned: 3 x - 1; so log(1 + y) = 2 (3 x - 1) + 1.
  for (const double x : {0, 1, 2}) {
    train.y.push_back(static_cast<float>(std::expm1(2 * (3 * x - 1) + 1)));
  }
  RidgeTrainer trainer(job_of({0, true}), plan, [] { return false; });
  StepReport report;
  REQUIRE(trainer.begin(train, kNoRows));
  REQUIRE(trainer.step(report));
  CHECK(report.metrics.at("train.loss") == Approx(0).margin(1e-9));
  const auto p = (*trainer.finish())->predict(train.x);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(p->values[i] == Approx(train.y[i]).epsilon(1e-5));
  }
}
