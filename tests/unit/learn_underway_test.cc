// How far a training is, told in the middle of a step.
#include <thread>

#include "learn_world.h"

using namespace mlb;
using namespace mlb::learn;

namespace {

Design some_rows() {
  Rng rng(11);
  std::vector<Row> rows;
  std::vector<float> y;
  for (int i = 0; i < 120; ++i) {
    const auto k = static_cast<float>(i % 4);
    rows.push_back({k + static_cast<float>(rng.normal()),
                    static_cast<float>(rng.normal()) - k});
    y.push_back(k);
  }
  return design_of(rows, y);
}

/// What underway() said in the first step, each time that one asked.
std::vector<Underway> told_in_first_step(const JobSpec& spec) {
  const Design train = some_rows();
  const auto plan = classes_plan(2, {"a", "b", "c", "d"});
  const auto main = std::this_thread::get_id();
  std::vector<Underway> out;
  std::unique_ptr<Trainer> trainer;
  trainer = make_trainer(spec, plan, [&] {
    if (std::this_thread::get_id() == main) out.push_back(trainer->underway());
    return false;
  });
  REQUIRE(trainer->begin(train, kNoRows));
  StepReport report;
  auto stepped = trainer->step(report);
  REQUIRE(stepped);
  CHECK(*stepped);
  return out;
}

void check_grows(const std::vector<Underway>& told) {
  REQUIRE(told.size() > 2);
  CHECK(told.front().fraction == 0);
  for (std::size_t i = 1; i < told.size(); ++i) {
    CHECK(told[i].fraction >= told[i - 1].fraction);
    CHECK(told[i].step >= told[i - 1].step);
  }
  CHECK(told.back().fraction > 0);
  CHECK(told.back().fraction <= 1);
}

}  // namespace

TEST_CASE("a net tells its step, loss and learning rate between batches") {
  JobSpec spec = spec_of(NetSpec{{{LayerType::dense, 4, true, 0}}});
  spec.train.epochs = 2;
  spec.train.batch_size = 30;
  const auto told = told_in_first_step(spec);
  check_grows(told);
  REQUIRE(told.size() == 4);
  CHECK(told[3].step == 3);
  CHECK(told[3].fraction == 3.0 / 8);
  CHECK(told[3].metrics.at("train.loss") > 0);
  CHECK(told[3].metrics.at("train.lr") == Approx(1e-3));
  CHECK(told[0].metrics.empty());
}

TEST_CASE("a forest tells its trees, a machine its pairs of classes") {
  RandomForestSpec forest;
  forest.trees = 10;
  const auto trees = told_in_first_step(spec_of(forest));
  check_grows(trees);
  CHECK(trees.back().fraction ==
        Approx(static_cast<double>(trees.back().step) / 10));
  SvmSpec machine;
  machine.kernel.type = KernelType::rbf;
  check_grows(told_in_first_step(spec_of(machine)));
}

TEST_CASE("k-means tells how its centres move within a start") {
  KmeansSpec means;
  means.k = 3;
  means.n_init = 2;
  means.max_iter = 40;
  means.tol = 0;
  const auto told = told_in_first_step(spec_of(means));
  check_grows(told);
  CHECK(told.back().fraction < 0.5);
}

TEST_CASE("a model on components tells what the model in it tells") {
  JobSpec spec = spec_of(NetSpec{{{LayerType::dense, 4, true, 0}}});
  spec.train.batch_size = 30;
  spec.pca = 1;
  check_grows(told_in_first_step(spec));
}
