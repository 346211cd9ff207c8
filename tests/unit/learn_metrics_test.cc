// Metrics against values worked out by hand.
#include <catch2/catch.hpp>

#include <cmath>
#include <string_view>

#include "learn/early_stop.h"
#include "learn/metrics.h"
#include "unit/learn_answers.h"

using namespace mlb;
using namespace mlb::learn;
using mlb::prep::Matrix;

namespace {

/// Certain of one class in each row.
Matrix certain(const std::vector<std::size_t>& classes, std::size_t count) {
  Matrix out{classes.size(), count, std::vector<float>(classes.size() * count)};
  for (std::size_t i = 0; i < classes.size(); ++i) {
    out.values[i * count + classes[i]] = 1;
  }
  return out;
}

}  // namespace

TEST_CASE("accuracy counts the most probable class, the first of equals") {
  CHECK(accuracy(binary({0.9f, 0.4f, 0.6f, 0.1f}), Y{1, 1, 1, 0}) == 0.75);
  CHECK(accuracy(binary({0.5f}), Y{0}) == 1);
  CHECK(std::isnan(accuracy(binary({}), {})));
}

TEST_CASE("log_loss is the mean of -log p, clipped") {
  CHECK(log_loss(binary({0.25f, 0.5f}), Y{1, 0}) ==
        Approx((std::log(4) + std::log(2)) / 2).epsilon(1e-7));
  CHECK(log_loss(binary({0}), Y{1}) == Approx(-std::log(1e-15)));
  CHECK(log_loss(binary({1}), Y{1}) == 0);
  CHECK(std::isnan(log_loss(binary({std::nanf("")}), Y{1})));
  CHECK(std::isnan(log_loss(binary({}), {})));
}

TEST_CASE("f1 of two classes is that of the last one") {
  // Of the last class: 2 hits, 3 said, 4 were: 2 * 2 / (3 + 4).
  CHECK(f1(binary({0.9f, 0.8f, 0.7f, 0.1f, 0.2f}), Y{1, 1, 0, 1, 1}) ==
        Approx(4.0 / 7));
  CHECK(f1(binary({0.1f, 0.2f}), Y{0, 0}) == 0);
  CHECK(f1(binary({0.9f}), Y{1}) == 1);
}

TEST_CASE("f1 of more classes is the mean over them") {
  const Matrix p{4, 3, {1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}};
  // Class 0: 1 hit, 2 said, 1 was: 2/3.  1: 1, 1, 2: 2/3.  2: 1, 1, 1: 1.
  CHECK(f1(p, Y{0, 1, 1, 2}) == Approx((2.0 / 3 + 2.0 / 3 + 1) / 3));
}

TEST_CASE("auc is the share of pairs in order, ties count half") {
  CHECK(auc(binary({0.1f, 0.4f, 0.35f, 0.8f}), Y{0, 0, 1, 1}) == 0.75);
  CHECK(auc(binary({0.5f, 0.5f}), Y{0, 1}) == 0.5);
  CHECK(auc(binary({0.2f, 0.3f, 0.3f}), Y{0, 0, 1}) == 0.75);
  CHECK(auc(binary({0.9f, 0.1f}), Y{1, 0}) == 1);
  CHECK(std::isnan(auc(binary({0.9f, 0.1f}), Y{1, 1})));
  CHECK(std::isnan(auc(binary({}), {})));
}

TEST_CASE("a probability of nan makes no ranking") {
  CHECK(std::isnan(
      auc(binary({std::nanf(""), 0.1f, 0.2f, 0.9f}), Y{1, 0, 1, 0})));
}

TEST_CASE("rmse, mae and r2 of numbers") {
  const Matrix p = column({1, 2, 5});
  const Y y{1, 4, 4};
  CHECK(rmse(p, y) == Approx(std::sqrt(5.0 / 3)));
  CHECK(mae(p, y) == Approx(1));
  // Mean 3, total 4 + 1 + 1.
  CHECK(r2(p, y) == Approx(1 - 5.0 / 6));
  CHECK(r2(column({1, 4, 4}), y) == 1);
  CHECK(std::isnan(r2(column({1, 2}), Y{3, 3})));
  CHECK(std::isnan(rmse(column({}), {})));
  CHECK(std::isnan(mae(column({}), {})));
  CHECK(std::isnan(r2(column({}), {})));
}

// Worked out by hand; those of whole lists are what scikit-learn 1.2.1 gives.

TEST_CASE("precision and recall of more classes are means over them") {
  const Matrix p = certain({0, 2, 1, 0, 0, 1}, 3);
  const Y y{0, 1, 2, 0, 1, 2};
  CHECK(precision(p, y) == Approx(2.0 / 9));
  CHECK(recall(p, y) == Approx(1.0 / 3));
  CHECK(f1(p, y) == Approx(0.8 / 3));
}

TEST_CASE("precision and recall of two classes are those of the last one") {
  const Matrix p = certain({1, 1, 1, 0, 0}, 2);
  CHECK(precision(p, Y{1, 1, 0, 1, 1}) == Approx(2.0 / 3));
  CHECK(recall(p, Y{1, 1, 0, 1, 1}) == Approx(2.0 / 4));
}

TEST_CASE("a class that is never predicted or never there counts 0") {
  CHECK(precision(certain({0, 0}, 2), Y{0, 1}) == 0);
  CHECK(recall(certain({1, 0}, 2), Y{0, 0}) == 0);
  const Matrix p = certain({0, 1}, 3);
  CHECK(precision(p, Y{0, 1}) == Approx(2.0 / 3));
  CHECK(recall(p, Y{0, 1}) == Approx(2.0 / 3));
}

TEST_CASE("balanced accuracy passes over classes without rows") {
  CHECK(balanced_accuracy(certain({0, 1, 0, 0, 0, 1}, 2),
                          Y{0, 1, 0, 0, 1, 0}) == 0.625);
  CHECK(balanced_accuracy(certain({0, 2}, 3), Y{0, 0}) == 0.5);
  CHECK(balanced_accuracy(certain({1, 1}, 2), Y{1, 1}) == 1);
}

TEST_CASE("mcc of two and of more classes") {
  CHECK(mcc(certain({1, 0, 1, 1}, 2), Y{1, 1, 1, 0}) == Approx(-1.0 / 3));
  // 3 of 4 right; said 1 2 1, were 1 1 2: (12 - 5) / sqrt(10 * 10).
  CHECK(mcc(certain({0, 1, 2, 1}, 3), Y{0, 1, 2, 2}) == Approx(0.7));
  CHECK(mcc(certain({0, 1, 2}, 3), Y{0, 1, 2}) == Approx(1));
  CHECK(mcc(certain({0, 1}, 2), Y{1, 0}) == Approx(-1));
  CHECK(mcc(certain({1, 1}, 2), Y{1, 1}) == 0);
  CHECK(mcc(certain({1, 1}, 2), Y{0, 1}) == 0);
}

TEST_CASE("brier is the squared distance of the probability") {
  CHECK(brier(binary({0.1f, 0.9f, 0.8f, 0.3f}), Y{0, 1, 1, 0}) ==
        Approx(0.0375).epsilon(1e-6));
  // Of its three classes: 0.09 + 0.04 + 0.01.
  const Matrix p{1, 3, {0.7f, 0.2f, 0.1f}};
  CHECK(brier(p, Y{0}) == Approx(0.14 / 3).epsilon(1e-6));
}

TEST_CASE("ece weighs the gap of each bin of confidence by its rows") {
  // 0.75 twice, one right: a gap of 0.25; 1 twice, both right: none.
  CHECK(ece(binary({0.75f, 0.75f, 1, 1}), Y{1, 0, 1, 1}) == Approx(0.125));
  // Different bins do not even out: 0.75 right, 1 wrong.
  CHECK(ece(binary({0.75f, 1}), Y{1, 0}) == Approx((0.25 + 1) / 2));
  // Of one bin they do: 0.75 right, 0.75 wrong.
  CHECK(ece(binary({0.75f, 0.75f}), Y{1, 0}) == Approx(0.25));
  CHECK(ece(certain({0, 1, 2}, 3), Y{0, 1, 2}) == 0);
}

TEST_CASE("mape is a share of the target, and vast where that is 0") {
  const Matrix p = column({2.5f, 0, 2, 8});
  CHECK(mape(p, Y{3, -0.5f, 2, 7}) == Approx((1.0 / 6 + 1 + 1.0 / 7) / 4));
  CHECK(mape(column({1}), Y{0}) == Approx(1 / 2.220446049250313e-16));
  CHECK(mape(column({0}), Y{0}) == 0);
}

TEST_CASE("medae is the middle error, or between the two middle ones") {
  CHECK(medae(column({2.5f, 0, 2, 8}), Y{3, -0.5f, 2, 7}) == 0.5);
  CHECK(medae(column({0, 0, 0}), Y{5, -1, 2}) == 2);
  CHECK(medae(column({0, 0}), Y{1, 2}) == 1.5);
  CHECK(medae(column({0}), Y{-3}) == 3);
}

TEST_CASE("auc of more classes needs rows of each") {
  CHECK(auc(certain({0, 1, 2}, 3), Y{0, 1, 2}) == 1);
  CHECK(auc(certain({0, 0, 2}, 3), Y{0, 1, 2}) == Approx((0.75 + 0.5 + 1) / 3));
  CHECK(std::isnan(auc(certain({0, 1}, 3), Y{0, 1})));
}

TEST_CASE("a nan among the predictions leaves no metric, unless of weight 0") {
  const float nan = std::nanf("");
  for (const char* name :
       {"accuracy", "balanced_accuracy", "precision", "recall", "f1", "auc",
        "log_loss", "brier", "ece", "mcc"}) {
    CAPTURE(name);
    const Matrix p = binary({nan, 0.2f, 0.9f});
    CHECK(std::isnan(metric(name, p, Y{1, 0, 1})));
    CHECK(std::isnan(metric(name, binary({}), {})));
    if (std::string_view(name) == "auc") continue;
    CHECK(std::isfinite(metric(name, p, Y{1, 0, 1}, Y{0, 1, 1})));
  }
  for (const char* name : {"rmse", "mae", "r2", "mape", "medae"}) {
    CAPTURE(name);
    const Matrix p = column({nan, 0.2f, 0.9f});
    CHECK(std::isnan(metric(name, p, Y{1, 2, 3})));
    CHECK(std::isnan(metric(name, column({}), {})));
    CHECK(std::isfinite(metric(name, p, Y{1, 2, 3}, Y{0, 1, 1})));
  }
}

TEST_CASE("each name gives its metric and only of its task") {
  prep::Plan plan;
  plan.task = prep::Task::regression;
  CHECK(default_metrics(plan) == std::vector<std::string>{"rmse", "mae", "r2"});
  const Matrix p = column({1, 2, 5});
  const Y y{1, 4, 4};
  CHECK(metric("rmse", p, y) == rmse(p, y));
  CHECK(metric("mae", p, y) == mae(p, y));
  CHECK(metric("r2", p, y) == r2(p, y));
  plan.task = prep::Task::classification;
  plan.classes = {"a", "b", "c"};
  CHECK(default_metrics(plan) ==
        std::vector<std::string>{"accuracy", "f1", "log_loss"});
  plan.classes = {"a", "b"};
  CHECK(default_metrics(plan).back() == "auc");
  const Matrix q = binary({0.1f, 0.4f, 0.35f, 0.8f});
  const Y c{0, 0, 1, 1};
  CHECK(metric("accuracy", q, c) == accuracy(q, c));
  CHECK(metric("f1", q, c) == f1(q, c));
  CHECK(metric("log_loss", q, c) == log_loss(q, c));
  CHECK(metric("auc", q, c) == auc(q, c));
  CHECK(has_metric(prep::Task::regression, "r2"));
  CHECK_FALSE(has_metric(prep::Task::regression, "accuracy"));
  CHECK(has_metric(prep::Task::classification, "auc"));
  CHECK_FALSE(has_metric(prep::Task::classification, "loss"));
}

TEST_CASE("a row of weight 2 counts as two rows, one of weight 0 as none") {
  const std::vector<float> chances{0.9f, 0.3f, 0.6f, 0.4f, 0.1f};
  const Y truth{1, 1, 0, 0, 1};
  const Y weights{2, 1, 1, 2, 0};
  const std::vector<float> repeated{0.9f, 0.9f, 0.3f, 0.6f, 0.4f, 0.4f};
  const Y repeated_truth{1, 1, 1, 0, 0, 0};
  for (const char* name :
       {"accuracy", "balanced_accuracy", "precision", "recall", "f1", "auc",
        "log_loss", "brier", "ece", "mcc"}) {
    CAPTURE(name);
    CHECK(metric(name, binary(chances), truth, weights) ==
          Approx(metric(name, binary(repeated), repeated_truth)));
  }
  for (const char* name : {"rmse", "mae", "r2", "mape", "medae"}) {
    CAPTURE(name);
    CHECK(metric(name, column(chances), truth, weights) ==
          Approx(metric(name, column(repeated), repeated_truth)));
  }
}

TEST_CASE("weights of nothing but zero leave no metric") {
  CHECK(std::isnan(accuracy(binary({0.9f}), Y{1}, Y{0})));
  CHECK(std::isnan(auc(binary({0.9f, 0.1f}), Y{1, 0}, Y{1, 0})));
}

TEST_CASE("the model that early_stop keeps is the better one by each metric") {
  for (const char* rising : {"accuracy", "balanced_accuracy", "precision",
                             "recall", "f1", "auc", "mcc", "r2"}) {
    CAPTURE(rising);
    CHECK(larger_is_better("valid." + std::string(rising)));
  }
  for (const char* falling :
       {"loss", "log_loss", "brier", "ece", "rmse", "mae", "mape", "medae"}) {
    CAPTURE(falling);
    CHECK_FALSE(larger_is_better("valid." + std::string(falling)));
  }
}

TEST_CASE("what early_stop watches is computed beside the defaults") {
  prep::Plan plan;
  plan.task = prep::Task::regression;
  TrainSpec spec;
  const std::vector<std::string> usual{"rmse", "mae", "r2"};
  CHECK(validation_metrics(spec, plan) == usual);
  spec.early_stop.metric = "valid.mae";
  CHECK(validation_metrics(spec, plan) == usual);
  spec.early_stop.metric = "valid.medae";
  CHECK(validation_metrics(spec, plan).back() == "medae");
}
