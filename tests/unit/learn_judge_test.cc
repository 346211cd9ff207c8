// How sure metrics are, and what columns are worth: against closed forms.
#include <catch2/catch.hpp>

#include <cmath>

#include "base/rng.h"
#include "learn/bootstrap.h"
#include "learn/importance.h"
#include "learn/metrics.h"
#include "unit/learn_answers.h"

using namespace mlb;
using namespace mlb::learn;
using mlb::prep::Matrix;

namespace {

bool always(double) {
  return true;
}

Interval interval(const std::string& name, const Matrix& p, const Y& y,
                  const Bootstrap& spec, std::uint64_t seed = 1,
                  const std::vector<float>& weights = {}) {
  auto found = bootstrap({metric_of_weights(name, p, y)}, p.rows, weights, spec,
                         seed, always);
  REQUIRE(found);
  return found->front();
}

/// 400 rows of which 320 are right.
std::pair<Matrix, Y> mostly_right() {
  std::pair<Matrix, Y> out{binary(std::vector<float>(400, 0.9f)), Y(400, 1)};
  for (std::size_t i = 0; i < 80; ++i) out.second[5 * i] = 0;
  return out;
}

/// Predicts column 0, or with two outputs the class that column 0 is.
class FirstColumn final : public Model {
 public:
  explicit FirstColumn(std::size_t outputs) : outputs_(outputs) {}
  Result<Matrix> predict(const Matrix& x) const override {
    Matrix out{x.rows, outputs_, std::vector<float>(x.rows * outputs_)};
    for (std::size_t i = 0; i < x.rows; ++i) {
      const float value = x.row(i)[0];
      if (outputs_ == 1) {
        out.values[i] = value;
      } else {
        out.values[2 * i + (value > 0 ? 1 : 0)] = 1;
      }
    }
    return out;
  }
  std::string kind() const override { return "first_column"; }
  void save(Writer&) const override {}

 private:
  std::size_t outputs_;
};

prep::Feature number(const std::string& name) {
  prep::Feature out;
  out.name = name;
  return out;
}

/// Columns of standard normal numbers; the target is the first of them.
Design normal_rows(std::size_t rows, std::size_t columns) {
  Rng rng(5);
  Design out;
  out.x = {rows, columns, {}};
  for (std::size_t i = 0; i < rows * columns; ++i) {
    out.x.values.push_back(static_cast<float>(rng.normal()));
  }
  for (std::size_t i = 0; i < rows; ++i) out.y.push_back(out.x.row(i)[0]);
  return out;
}

std::vector<ColumnImportance> importance(const Model& model,
                                         const prep::Plan& plan,
                                         const Design& rows,
                                         const std::string& metric) {
  auto found = permutation_importance(model, plan, rows, metric, 20, 3, always);
  REQUIRE(found);
  return *found;
}

TEST_CASE("the interval of accuracy is that of a binomial share") {
  const auto [p, y] = mostly_right();
  const Interval of = interval("accuracy", p, y, {.samples = 4000, .ci = 0.95});
  // 0.8 +- 1.96 sqrt(0.8 0.2 / 400), to one row of 400 and four standard
  // errors of a quantile of 4000 samples (0.0009 each).
  CHECK(of.low == Approx(0.7608).margin(0.006));
  CHECK(of.high == Approx(0.8392).margin(0.006));
}

TEST_CASE("the interval of a mean is as wide as its standard error says") {
  Rng rng(9);
  Y y(500);
  double mean = 0;
  double square = 0;
  for (float& v : y) {
    v = static_cast<float>(std::fabs(rng.normal()));
    mean += static_cast<double>(v) / 500;
    square += static_cast<double>(v) * static_cast<double>(v) / 500;
  }
  const Interval of =
      interval("mae", column(Y(500)), y, {.samples = 4000, .ci = 0.9});
  const double error = std::sqrt((square - mean * mean) / 500);
  // 5 % are four standard errors of the width.
  CHECK(of.high - of.low == Approx(2 * 1.6449 * error).epsilon(0.05));
  CHECK((of.low + of.high) / 2 == Approx(mean).epsilon(0.01));
}

TEST_CASE("a smaller share of the samples lies in a narrower interval") {
  const auto [p, y] = mostly_right();
  const Interval wide =
      interval("accuracy", p, y, {.samples = 500, .ci = 0.99});
  const Interval narrow =
      interval("accuracy", p, y, {.samples = 500, .ci = 0.5});
  CHECK(wide.low < narrow.low);
  CHECK(narrow.low < narrow.high);
  CHECK(narrow.high < wide.high);
}

TEST_CASE("the seed decides which rows are drawn") {
  const auto [p, y] = mostly_right();
  const Bootstrap spec{.samples = 100, .ci = 0.9};
  const Interval first = interval("log_loss", p, y, spec, 1);
  const Interval again = interval("log_loss", p, y, spec, 1);
  const Interval other = interval("log_loss", p, y, spec, 2);
  CHECK(first.low == again.low);
  CHECK(first.high == again.high);
  CHECK(first.low != other.low);
}

TEST_CASE("a row without weight changes no interval") {
  Matrix p = column({1, 2, 3, 4, std::nanf("")});
  const Y y{1.5f, 2, 2.5f, 5, 9};
  const Interval of =
      interval("rmse", p, y, {.samples = 200, .ci = 0.9}, 1, {1, 1, 1, 1, 0});
  CHECK(of.low >= 0);
  CHECK(of.high <= 1);
}

TEST_CASE("samples in which a metric is nan do not count for it") {
  const Matrix p = binary({0.1f, 0.2f, 0.3f, 0.9f});
  // Every third sample lacks the only row of its class.
  const Interval of = interval("auc", p, Y{0, 0, 0, 1}, {200, 0.9});
  CHECK(of.low == 1);
  CHECK(of.high == 1);
  const Interval none = interval("auc", p, Y{1, 1, 1, 1}, {200, 0.9});
  CHECK(std::isnan(none.low));
  CHECK(std::isnan(none.high));
}

TEST_CASE("drawing ends when it is asked to") {
  const auto [p, y] = mostly_right();
  int asked = 0;
  const auto stopped = bootstrap({metric_of_weights("f1", p, y)}, p.rows, {},
                                 {1000, 0.9}, 1, [&](double share) {
                                   CHECK(share == Approx(asked / 1000.0));
                                   return ++asked < 4;
                                 });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().fault == Fault::cancelled);
  CHECK(asked == 4);
}

TEST_CASE("a row that weighs 3 counts as three rows, in every metric") {
  Rng rng(2);
  Y classes;
  Y numbers;
  Y scores;
  Y guesses;
  Y weights;
  for (int i = 0; i < 60; ++i) {
    classes.push_back(static_cast<float>(rng.below(2)));
    numbers.push_back(1 + static_cast<float>(rng.below(9)));
    // Few values, for ties.
    scores.push_back(static_cast<float>(1 + rng.below(9)) / 10);
    guesses.push_back(static_cast<float>(rng.below(10)));
    weights.push_back(static_cast<float>(rng.below(4)));
  }
  const auto repeated = [&](const Y& values) {
    Y out;
    for (std::size_t i = 0; i < values.size(); ++i) {
      out.insert(out.end(), static_cast<std::size_t>(weights[i]), values[i]);
    }
    return out;
  };
  for (const char* name :
       {"accuracy", "balanced_accuracy", "precision", "recall", "f1", "auc",
        "log_loss", "brier", "ece", "mcc"}) {
    CAPTURE(name);
    CHECK(metric_of_weights(name, binary(scores), classes)(weights) ==
          Approx(metric(name, binary(repeated(scores)), repeated(classes))));
  }
  for (const char* name : {"rmse", "mae", "r2", "mape", "medae"}) {
    CAPTURE(name);
    CHECK(metric_of_weights(name, column(guesses), numbers)(weights) ==
          Approx(metric(name, column(repeated(guesses)), repeated(numbers))));
  }
}

TEST_CASE(
    "a table of confusion counts rows by what they are and what is said") {
  const Matrix p{4, 3, {1, 0, 0, 0, 1, 0, 0, 1, 0, std::nanf(""), 0, 1}};
  CHECK(confusion(p, Y{0, 1, 2, 2}) ==
        std::vector<double>{1, 0, 0, 0, 1, 0, 0, 1, 0});
  CHECK(confusion(p, Y{0, 1, 2, 2}, {2, 1, 0.5f, 1}) ==
        std::vector<double>{2, 0, 0, 0, 1, 0, 0, 0.5, 0});
}

TEST_CASE("a column that a model does not look at is worth nothing") {
  prep::Plan plan;
  plan.task = prep::Task::regression;
  plan.features = {number("used"), number("unused")};
  const auto found =
      importance(FirstColumn(1), plan, normal_rows(1000, 2), "rmse");
  REQUIRE(found.size() == 2);
  CHECK(found[0].column == "used");
  // The difference of two independent standard normal numbers.
  CHECK(found[0].mean == Approx(std::sqrt(2)).epsilon(0.03));
  CHECK(found[0].deviation > 0);
  CHECK(found[0].deviation < 0.1);
  CHECK(found[1].column == "unused");
  CHECK(found[1].mean == 0);
  CHECK(found[1].deviation == 0);
}

TEST_CASE("losing what is larger when better is worth something, too") {
  prep::Plan plan;
  plan.classes = {"low", "high"};
  plan.features = {number("used"), number("unused")};
  Design rows = normal_rows(1000, 2);
  for (float& y : rows.y) y = y > 0 ? 1 : 0;
  const auto found = importance(FirstColumn(2), plan, rows, "accuracy");
  // Always right, or as a coin; 20 repeats of 1000 rows.
  CHECK(found[0].mean == Approx(0.5).margin(0.02));
  CHECK(found[1].mean == 0);
}

TEST_CASE("all features of a column move together") {
  prep::Feature kind;
  kind.name = "kind";
  kind.kind = prep::FeatureKind::onehot;
  kind.levels = {"a", "b"};
  prep::Feature missing = number("other");
  missing.kind = prep::FeatureKind::indicator;
  prep::Plan plan;
  plan.task = prep::Task::regression;
  plan.features = {kind, number("other"), missing};
  Design rows;
  rows.x = {4, 4, {1, 0, 5, 0, 0, 1, 6, 1, 1, 0, 7, 0, 0, 1, 8, 1}};
  rows.y = {1, 2, 3, 4};
  /// Every row has one of each pair that a row can have.
  class Checking final : public Model {
   public:
    Result<Matrix> predict(const Matrix& x) const override {
      for (std::size_t i = 0; i < x.rows; ++i) {
        CHECK(x.row(i)[0] + x.row(i)[1] == 1);
        CHECK(static_cast<int>(x.row(i)[2]) % 2 == (x.row(i)[3] > 0 ? 0 : 1));
      }
      return Matrix{x.rows, 1, std::vector<float>(x.rows)};
    }
    std::string kind() const override { return "checking"; }
    void save(Writer&) const override {}
  };
  CHECK(importance(Checking(), plan, rows, "mae").size() == 2);
}

TEST_CASE("weighing columns ends when it is asked to") {
  prep::Plan plan;
  plan.task = prep::Task::regression;
  plan.features = {number("a"), number("b")};
  const auto stopped =
      permutation_importance(FirstColumn(1), plan, normal_rows(10, 2), "mae", 5,
                             1, [](double) { return false; });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().fault == Fault::cancelled);
}

}  // namespace
