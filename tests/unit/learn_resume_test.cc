// Training that is saved after any step and goes on in another trainer ends
// with the same bytes, whatever the family.
#include "learn/class_weights.h"
#include "learn/registry.h"
#include "learn_world.h"

using namespace mlb;
using namespace mlb::learn;

namespace {

struct Case {
  std::string name;
  JobSpec spec;
  prep::Plan plan;
};

struct Told {
  std::vector<std::uint32_t> epochs;
  std::vector<std::map<std::string, double>> metrics;

  bool operator==(const Told&) const = default;
  void add(const StepReport& report) {
    epochs.push_back(report.epoch);
    metrics.push_back(report.metrics);
  }
  Told from(std::size_t at) const {
    const auto step = static_cast<long>(at);
    return {{epochs.begin() + step, epochs.end()},
            {metrics.begin() + step, metrics.end()}};
  }
};

Design rows_of(std::uint64_t seed, int count, std::size_t classes) {
  Rng rng(seed);
  std::vector<Row> rows;
  std::vector<float> y;
  for (int i = 0; i < count; ++i) {
    const auto k = static_cast<float>(static_cast<std::size_t>(i) % classes);
    rows.push_back({k + static_cast<float>(rng.normal()),
                    static_cast<float>(rng.normal()) - k,
                    static_cast<float>(rng.normal())});
    y.push_back(k);
  }
  return design_of(rows, y);
}

std::vector<Case> cases() {
  const auto classes = classes_plan(3, {"a", "b", "c"});
  const auto numbers = numbers_plan(3);
  BoostedTreesSpec boosted;
  boosted.trees = 12;
  boosted.max_depth = 2;

  RandomForestSpec forest;
  forest.trees = 40;
  KmeansSpec means;
  means.k = 3;
  means.n_init = 4;
  std::vector<Case> out{{"logistic", spec_of(LogisticSpec{}), classes},
                        {"linear_svm", spec_of(LinearSvmSpec{}), classes},
                        {"forest of classes", spec_of(forest), classes},
                        {"forest of numbers", spec_of(forest), numbers},
                        {"boosted trees of classes", spec_of(boosted), classes},
                        {"boosted trees of numbers", spec_of(boosted), numbers},
                        {"kmeans", spec_of(means), classes}};
  NetSpec embeds{
      .layers = {{.type = LayerType::embed, .units = 2, .columns = "*"},
                 {.type = LayerType::dense, .units = 4}},
      .input = {}};
  out.push_back({"net that embeds", spec_of(embeds), classes});
  out.back().spec.train.epochs = 5;
  prep::Feature& code = out.back().plan.features[0];
  code.kind = prep::FeatureKind::code;
  code.levels = {"a", "b", "c"};
  out.push_back({"logistic on components", spec_of(LogisticSpec{}), classes});
  out.back().spec.pca = 2;
  return out;
}

/// Steps to the end; the state after `stop` steps goes to `state`.
Told run(Trainer& trainer, std::size_t stop, Bytes& state) {
  Told out;
  StepReport report;
  for (;;) {
    if (out.epochs.size() == stop) {
      Writer w;
      trainer.save_state(w);
      state = w.take();
    }
    const auto more = trainer.step(report);
    REQUIRE(more);
    if (!*more) return out;
    out.add(report);
  }
}

Bytes model_of(Trainer& trainer) {
  auto model = trainer.finish();
  REQUIRE(model);
  return bytes_of_model(**model);
}

}  // namespace

TEST_CASE("a family that goes on from any step ends with the same bytes") {
  const Design train = rows_of(1, 60, 3);
  const Design valid = rows_of(2, 30, 3);
  for (const Case& c : cases()) {
    CAPTURE(c.name);
    Bytes state;
    const auto calm = make_trainer(c.spec, c.plan, never);
    REQUIRE(calm->begin(train, valid));
    REQUIRE(calm->resumable());
    const Told all = run(*calm, 0, state);
    const Bytes model = model_of(*calm);
    CHECK(all.epochs.size() > 1);
    for (std::size_t stop = 0; stop <= all.epochs.size(); ++stop) {
      CAPTURE(stop);
      const auto first = make_trainer(c.spec, c.plan, never);
      REQUIRE(first->begin(train, valid));
      run(*first, stop, state);
      const auto second = make_trainer(c.spec, c.plan, never);
      REQUIRE(second->begin(train, valid));
      Reader reader(state);
      REQUIRE(second->load_state(reader));
      CHECK(reader.left() == 0);
      Bytes unused;
      CHECK((run(*second, all.epochs.size() + 1, unused) == all.from(stop)));
      CHECK((model_of(*second) == model));
    }
  }
}

TEST_CASE("a state that is cut, or of other rows, is refused") {
  const Design train = rows_of(1, 60, 3);
  const Design valid = rows_of(2, 30, 3);
  for (const Case& c : cases()) {
    CAPTURE(c.name);
    const auto first = make_trainer(c.spec, c.plan, never);
    REQUIRE(first->begin(train, valid));
    Bytes state;
    run(*first, 1, state);
    // Each cut is tried but in the longest states.
    const std::size_t stride = 1 + state.size() / 500;
    for (std::size_t size = 0; size < state.size(); size += stride) {
      const auto other = make_trainer(c.spec, c.plan, never);
      REQUIRE(other->begin(train, valid));
      Reader reader(ByteView(state).first(size));
      const auto loaded = other->load_state(reader);
      if (loaded) FAIL("goes on from " << size << " bytes");
    }
  }
}

TEST_CASE("one-step models, and trees on draws of rows, begin anew") {
  const Design train = rows_of(1, 30, 2);
  const prep::Plan plan = classes_plan(3);
  BoostedTreesSpec rows;
  rows.subsample = 0.5;
  BoostedTreesSpec columns;
  columns.colsample = 0.5;
  for (const ModelSpec& model :
       {ModelSpec(NaiveBayesSpec{}), ModelSpec(rows), ModelSpec(columns)}) {
    const JobSpec spec = spec_of(model);
    const auto trainer = make_trainer(spec, plan, never);
    REQUIRE(trainer->begin(train, kNoRows));
    CHECK_FALSE(trainer->resumable());
  }
}
