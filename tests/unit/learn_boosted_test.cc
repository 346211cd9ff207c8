// Boosted trees: early stopping, monotone features, damaged models.
#include "learn/boosted.h"
#include "learn_world.h"

using namespace mlb;
using namespace mlb::learn;

namespace {

Design wave(std::size_t rows, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<Row> x;
  std::vector<float> y;
  for (std::size_t i = 0; i < rows; ++i) {
    const double a = 6 * rng.uniform();
    x.push_back({static_cast<float>(a)});
    y.push_back(static_cast<float>(std::sin(a) + 0.3 * rng.normal()));
  }
  return design_of(x, y);
}

JobSpec boosted(int trees) {
  BoostedTreesSpec spec;
  spec.trees = trees;
  return spec_of(spec);
}

const std::string& json_of(const Model& model) {
  return dynamic_cast<const BoostedModel&>(model).json();
}

/// Trains to the end, which comes 5 rounds behind the best; the least value of
/// the metric.
double stopped_early(Trainer& trainer, const Design& train, const Design& valid,
                     const char* metric) {
  REQUIRE(trainer.begin(train, valid));
  StepReport report;
  double best = 1e9;
  std::uint32_t best_round = 0;
  while (*trainer.step(report)) {
    if (report.metrics.at(metric) < best) {
      best = report.metrics.at(metric);
      best_round = report.epoch;
    }
  }
  CHECK(report.epoch == best_round + 5);
  CHECK(report.epoch < 400);
  return best;
}

}  // namespace

TEST_CASE("boosting one tree of one split predicts the means") {
  BoostedTreesSpec spec;
  spec.trees = 1;
  spec.learning_rate = 1;
  spec.l2 = 0;
  spec.max_depth = 1;
  const auto model = trained(spec_of(spec), numbers_plan(1),
                             design_of({{1}, {2}, {6}, {7}}, {5, 6, 9, 12}));
  CHECK(answer(*model, {1})[0] == Approx(5.5));
  CHECK(answer(*model, {7})[0] == Approx(10.5));
}

TEST_CASE("boosting stops early by a metric that is no default") {
  JobSpec spec = boosted(400);
  spec.train.early_stop.metric = "valid.medae";
  spec.train.early_stop.patience = 5;
  const auto plan = numbers_plan(1);
  const Design train = wave(100, 1);
  const Design valid = wave(100, 2);
  stopped_early(*make_trainer(spec, plan, never), train, valid, "valid.medae");
}

TEST_CASE("boosting stops early and keeps the best round") {
  const Design train = wave(100, 1);
  const Design valid = wave(100, 2);
  JobSpec spec = boosted(400);
  spec.train.early_stop.patience = 5;
  const auto plan = numbers_plan(1);
  const auto trainer = make_trainer(spec, plan, never);
  const double best = stopped_early(*trainer, train, valid, "valid.loss");
  const auto model = trainer->finish();
  REQUIRE(model);
  const auto predicted = (*model)->predict(valid.x);
  REQUIRE(predicted);
  CHECK(loss_of(plan, *predicted, valid) == Approx(best).epsilon(1e-5));

  spec.keep.model = KeptModel::last;
  const auto last = trained(spec, plan, train, valid);
  CHECK(json_of(*last).size() > json_of(**model).size());
}

TEST_CASE("early stopping that was asked for needs rows that validate") {
  JobSpec spec = boosted(5);
  spec.train.early_stop_mode = EarlyStopMode::on;
  CHECK(refusal(spec, numbers_plan(1), wave(20, 1)) ==
        "early_stop is asked for, but no row validates");
}

TEST_CASE("a monotone prediction never falls") {
  JobSpec spec = boosted(50);
  const Design train = wave(300, 1);
  const auto plan = numbers_plan(1);
  const auto falls = [&](const Model& model) {
    float last = -10;
    bool out = false;
    for (float x = 0; x < 6; x += 0.05f) {
      const float y = answer(model, {x})[0];
      out = out || y < last;
      last = y;
    }
    return out;
  };
  CHECK(falls(*trained(spec, plan, train)));
  std::get<BoostedTreesSpec>(spec.model).monotone["x0"] = 1;
  CHECK_FALSE(falls(*trained(spec, plan, train)));
  std::get<BoostedTreesSpec>(spec.model).monotone["other"] = 1;
  CHECK(refusal(spec, plan, train) ==
        "monotone: there is no feature 'other' that is learned as a number");
}

TEST_CASE("weights count in boosting") {
  Design d = design_of({{0}, {0}, {0}}, {0, 0, 1});
  d.weights = {1, 1, 8};
  BoostedTreesSpec spec;
  spec.trees = 200;
  spec.l2 = 0;
  const auto model = trained(spec_of(spec), classes_plan(1), d);
  CHECK(answer(*model, {0})[1] == Approx(0.8).margin(0.01));
}

TEST_CASE("a stored booster whose trees do not end is refused") {
  const auto model = trained(boosted(2), numbers_plan(1), wave(50, 1));
  const std::string good = json_of(*model);
  CHECK(is_sound_booster(good, 1, 1));
  CHECK_FALSE(is_sound_booster(good, 2, 1));
  CHECK_FALSE(is_sound_booster(good, 1, 3));
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string out = good;
    const std::size_t at = out.find(from);
    REQUIRE(at != out.npos);
    return out.replace(at, from.size(), to);
  };
  CHECK_FALSE(is_sound_booster(
      with("\"left_children\":[1,", "\"left_children\":[0,"), 1, 1));
  CHECK_FALSE(is_sound_booster(
      with("\"left_children\":[1,", "\"left_children\":[9999,"), 1, 1));
  CHECK_FALSE(is_sound_booster(with("gbtree", "gblinea"), 1, 1));
  CHECK_FALSE(is_sound_booster("{L", 1, 1));
  CHECK_FALSE(is_sound_booster("{\"a\":" + std::string(100000, '['), 1, 1));
}
