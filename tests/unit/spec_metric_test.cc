// The metrics that a spec may name are those that a job computes.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

#include "learn/cluster_metrics.h"
#include "learn/metrics.h"
#include "spec/reader.h"
#include "spec_world.h"

namespace mlb::spec {
namespace {

using learn::has_metric;
using prep::Task;

const Field& metrics() {
  return *find_field("metrics");
}

/// Those that are numbers.
std::vector<std::string_view> numbers() {
  auto out = split_words(metrics().words);
  CHECK(std::erase(out, "confusion") == 1);
  return out;
}

TEST_CASE("every metric that is offered is computed for one of the tasks") {
  const prep::Matrix chances{4, 2, {.9f, .1f, .2f, .8f, .6f, .4f, .3f, .7f}};
  const prep::Matrix values{4, 1, {1.f, 2.5f, 3.f, 4.5f}};
  const prep::Matrix distances{4, 2, {.1f, 9.f, 1.f, 4.f, 4.f, 1.f, 9.f, .2f}};
  for (const std::string_view word : numbers()) {
    CAPTURE(word);
    const std::string name(word);
    const bool classes = has_metric(Task::classification, name);
    const bool numbers = has_metric(Task::regression, name);
    const bool clusters = has_metric(Task::none, name);
    CHECK(int{classes} + int{numbers} + int{clusters} == 1);
    const double value =
        classes    ? learn::metric(name, chances, {0, 1, 0, 1})
        : clusters ? learn::cluster_metric(name, {values, {}}, distances, 0)
                   : learn::metric(name, values, {1.f, 2.f, 3.f, 4.f});
    CHECK(std::isfinite(value));
    CHECK_FALSE(metric_fault("test." + name));
  }
}

TEST_CASE("no metric that is not supported yet would be computed") {
  for (const std::string_view word : split_words(metrics().words_later)) {
    CAPTURE(word);
    const std::string name(word);
    CHECK_FALSE(has_metric(Task::classification, name));
    CHECK_FALSE(has_metric(Task::regression, name));
    CHECK_FALSE(has_metric(Task::none, name));
    const auto fault = metric_fault("test." + name);
    REQUIRE(fault);
    CHECK(fault->code == "E113");
  }
}

TEST_CASE("the defaults of a task are among the metrics that are offered") {
  const auto words = split_words(metrics().words);
  prep::Plan two;
  two.classes = {"a", "b"};
  prep::Plan regression;
  regression.task = Task::regression;
  prep::Plan clustering;
  clustering.task = Task::none;
  for (const auto& plan : {two, regression, clustering}) {
    const auto names = learn::default_metrics(plan);
    CHECK(names.size() >= (plan.task == Task::none ? 1 : 3));
    for (const std::string& name : names) {
      CAPTURE(name);
      CHECK(std::count(words.begin(), words.end(), name) == 1);
      CHECK(metrics().fallback.find(name) != std::string_view::npos);
    }
  }
}

TEST_CASE("a ridge may ask for what regression has, and nothing else") {
  for (const std::string_view word : numbers()) {
    CAPTURE(word);
    const std::string text =
        "kind: train\ndata: a.csv\ntarget: y\n"
        "model: ridge\nmetrics: [" +
        std::string(word) + "]\n";
    CHECK(job_in(text).has_value() ==
          has_metric(Task::regression, std::string(word)));
  }
}

TEST_CASE("what is told apart as of classes is what classification has") {
  for (const std::string_view word : numbers()) {
    if (word == "accuracy") continue;
    CAPTURE(word);
    const auto job =
        job_in(text_with("metrics", "[accuracy, " + std::string(word) + "]"));
    CHECK(job.has_value() ==
          has_metric(Task::classification, std::string(word)));
  }
}

}  // namespace
}  // namespace mlb::spec
