// Metrics against values worked out by hand.
#include <catch2/catch.hpp>

#include <cmath>

#include "learn/metrics.h"

using namespace mlb;
using namespace mlb::learn;
using mlb::prep::Matrix;

namespace {

/// Two classes, by the probability of the last.
Matrix binary(const std::vector<float>& p) {
  Matrix out{p.size(), 2, {}};
  for (const float v : p) {
    out.values.push_back(1 - v);
    out.values.push_back(v);
  }
  return out;
}

Matrix column(const std::vector<float>& v) {
  return {v.size(), 1, v};
}

using Y = std::vector<float>;

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
  for (const char* name : {"accuracy", "log_loss", "f1", "auc"}) {
    CAPTURE(name);
    CHECK(metric(name, binary(chances), truth, weights) ==
          Approx(metric(name, binary(repeated), repeated_truth)));
  }
  for (const char* name : {"rmse", "mae", "r2"}) {
    CAPTURE(name);
    CHECK(metric(name, column(chances), truth, weights) ==
          Approx(metric(name, column(repeated), repeated_truth)));
  }
}

TEST_CASE("weights of nothing but zero leave no metric") {
  CHECK(std::isnan(accuracy(binary({0.9f}), Y{1}, Y{0})));
  CHECK(std::isnan(auc(binary({0.9f, 0.1f}), Y{1, 0}, Y{1, 0})));
}
