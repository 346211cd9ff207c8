// Optimisers and schedules against numbers worked out by their formulas.
#include <catch2/catch.hpp>

#include "learn/net/optimizer.h"
#include "learn/net/schedule.h"

namespace mlb::learn {
namespace {

/// A weight that begins at 1, after gradients 1, -2 and 0.5.
std::vector<float> path_of(const Optimizer& options) {
  ShardPool pool(1);
  NetOptimizer optimizer(options, 1);
  std::vector<float> p{1};
  std::vector<float> out;
  for (const float g : {1.0f, -2.0f, 0.5f}) {
    optimizer.step(p, std::vector<float>{2 * g}, 0.5f, 0.1, pool);
    out.push_back(p[0]);
  }
  return out;
}

void check_path(const Optimizer& options, const std::vector<double>& wanted) {
  const auto found = path_of(options);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CAPTURE(i);
    CHECK(static_cast<double>(found[i]) == Approx(wanted[i]).epsilon(1e-6));
  }
}

TEST_CASE("sgd goes down the slope, with momentum and with a look ahead") {
  Optimizer o{.type = OptimizerType::sgd, .momentum = 0};
  check_path(o, {0.9, 1.1, 1.05});
  o.weight_decay = 0.5;
  check_path(o, {0.85, 1.0075, 0.907125});
  o = {.type = OptimizerType::sgd};
  check_path(o, {0.9, 1.01, 1.059});
  o.nesterov = true;
  check_path(o, {0.81, 1.109, 1.1031});
}

TEST_CASE("adam and adamw take the steps of their algorithms") {
  Optimizer o{.type = OptimizerType::adam};
  check_path(o, {0.9, 0.9366104, 0.9502794});
  o.weight_decay = 0.5;
  check_path(o, {0.9, 0.9069015, 0.8859373});
  o.type = OptimizerType::adamw;
  check_path(o, {0.85, 0.8441104, 0.8155739});
}

TEST_CASE("rmsprop divides by the size of recent gradients") {
  check_path({.type = OptimizerType::rmsprop},
             {0.6837722, 0.9694865, 0.8962417});
}

TEST_CASE("an optimiser that is loaded goes on as the one that was saved") {
  for (const OptimizerType type :
       {OptimizerType::sgd, OptimizerType::adam, OptimizerType::adamw,
        OptimizerType::rmsprop}) {
    const Optimizer options{.type = type};
    ShardPool pool(2);
    NetOptimizer one(options, 2);
    std::vector<float> p{1, 2};
    one.step(p, std::vector<float>{3, -1}, 1, 0.1, pool);
    Writer writer;
    one.save(writer);
    NetOptimizer other(options, 2);
    Reader reader(writer.bytes());
    REQUIRE(other.load(reader));
    CHECK(reader.left() == 0);
    std::vector<float> q = p;
    one.step(p, std::vector<float>{1, 1}, 1, 0.1, pool);
    other.step(q, std::vector<float>{1, 1}, 1, 0.1, pool);
    CHECK(p == q);
    NetOptimizer larger(options, 3);
    Reader again(writer.bytes());
    CHECK_FALSE(larger.load(again));
  }
}

std::vector<double> rates(const RateSchedule& schedule, std::uint64_t count) {
  std::vector<double> out;
  for (std::uint64_t i = 0; i < count; ++i) out.push_back(schedule.at(i));
  return out;
}

void check_rates(const RateSchedule& schedule,
                 const std::vector<double>& wanted) {
  const auto found = rates(schedule, wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CAPTURE(i);
    CHECK(found[i] == Approx(wanted[i]).margin(1e-6));
  }
}

TEST_CASE("a constant rate may warm up") {
  Schedule s;
  check_rates(RateSchedule(s, 2, 5, 10), {2, 2, 2});
  s.warmup = {SpanUnit::steps, 4};
  check_rates(RateSchedule(s, 2, 5, 10), {0.5, 1, 1.5, 2, 2, 2});
  s.warmup = {SpanUnit::epochs, 1};
  check_rates(RateSchedule(s, 1, 5, 10), {0.2, 0.4, 0.6, 0.8, 1, 1});
}

TEST_CASE("step and exp fall by a factor") {
  Schedule s{.type = ScheduleType::step, .every = {SpanUnit::steps, 2}};
  check_rates(RateSchedule(s, 1, 3, 9), {1, 1, 0.1, 0.1, 0.01});
  s.every = {SpanUnit::epochs, 1};
  check_rates(RateSchedule(s, 1, 3, 9), {1, 1, 1, 0.1, 0.1, 0.1, 0.01});
  s = {.type = ScheduleType::exp, .decay = 0.5};
  check_rates(RateSchedule(s, 1, 2, 9), {1, 1, 0.5, 0.5, 0.25});
}

TEST_CASE("cosine falls to its least rate at the planned end") {
  const Schedule s{.type = ScheduleType::cosine, .min_rate = 0.1};
  check_rates(RateSchedule(s, 1, 5, 10),
              {1, 0.977975, 0.914058, 0.814503, 0.689058, 0.55, 0.410942,
               0.285497, 0.185942, 0.122025, 0.1, 0.1});
}

TEST_CASE("onecycle rises and falls as PyTorch's") {
  const Schedule s{.type = ScheduleType::onecycle};
  check_rates(RateSchedule(s, 1, 5, 10),
              {0.04, 0.52, 1, 0.950485, 0.811746, 0.611262, 0.388742, 0.188258,
               0.049519, 0.000004});
}

TEST_CASE("plateau falls after its patience, and no further than its least") {
  const Schedule s{.type = ScheduleType::plateau,
                   .factor = 0.5,
                   .patience = 2,
                   .min_rate = 0.3};
  RateSchedule schedule(s, 1, 5, 10);
  std::vector<double> found;
  for (const double loss : {3.0, 3.0, 4.0, 3.5, 2.0, 2.0, 2.0, 2.0, 2.0}) {
    schedule.note(loss);
    found.push_back(schedule.at(0));
  }
  CHECK(found == std::vector<double>{1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.3, 0.3});
  Writer writer;
  schedule.save(writer);
  RateSchedule other(s, 1, 5, 10);
  Reader reader(writer.bytes());
  REQUIRE(other.load(reader));
  CHECK(other.at(0) == 0.3);
}

}  // namespace
}  // namespace mlb::learn
