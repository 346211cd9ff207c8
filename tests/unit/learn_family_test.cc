// What every family promises: its model survives being stored, no damage to
// the bytes does harm, and a trainer stops when asked.
#include "learn/container.h"
#include "learn/registry.h"
#include "learn_world.h"

using namespace mlb;
using namespace mlb::learn;

namespace {

bool always() {
  return true;
}

struct Example {
  JobSpec spec;
  prep::Plan plan;
  Design train;
};

/// Small data on which each family can learn.
Example example_of(const ModelSpec& model) {
  const bool numbers = std::holds_alternative<RidgeSpec>(model) ||
                       std::holds_alternative<SvrSpec>(model);
  Example out{spec_of(model),
              numbers ? numbers_plan(2) : classes_plan(2, {"a", "b", "c"}),
              {}};
  out.spec.train.epochs = 2;
  Rng rng(6);
  std::vector<Row> rows;
  std::vector<float> y;
  for (int i = 0; i < 24; ++i) {
    const auto k = static_cast<float>(i % 3);
    rows.push_back({k + static_cast<float>(0.3 * rng.normal()),
                    -k + static_cast<float>(0.3 * rng.normal())});
    y.push_back(k);
  }
  out.train = design_of(rows, y);
  return out;
}

ModelSpec small(ModelSpec model) {
  if (auto* net = std::get_if<NetSpec>(&model)) {
    net->layers = {{.type = LayerType::dense, .units = 2}};
  }
  if (auto* forest = std::get_if<RandomForestSpec>(&model)) forest->trees = 2;
  if (auto* trees = std::get_if<BoostedTreesSpec>(&model)) trees->trees = 1;
  if (auto* means = std::get_if<KmeansSpec>(&model)) means->k = 2;
  return model;
}

template <std::size_t... I>
std::vector<Example> all(std::index_sequence<I...>) {
  return {example_of(small(ModelSpec(std::in_place_index<I>)))...};
}

/// One of each family, and one behind components.
std::vector<Example> examples() {
  auto out = all(std::make_index_sequence<std::variant_size_v<ModelSpec>>());
  out.push_back(example_of(RidgeSpec{}));
  out.back().spec.pca = 1;
  return out;
}

}  // namespace

TEST_CASE("every model that is stored predicts the same") {
  for (const Example& e : examples()) {
    const auto model = trained(e.spec, e.plan, e.train);
    CAPTURE(model->kind());
    const Bytes bytes = pack_model(e.plan, {}, *model);
    auto stored = unpack_model(bytes);
    if (!stored) FAIL(stored.error().message);
    CHECK(stored->model->kind() == model->kind());
    const auto a = model->predict(e.train.x);
    const auto b = stored->model->predict(e.train.x);
    REQUIRE(a);
    REQUIRE(b);
    CHECK(a->values == b->values);
    CHECK(bytes_of_model(*stored->model) == bytes_of_model(*model));
    // A baseline does not look at the features.
    const bool blind = model->kind() == "baseline";
    CHECK(static_cast<bool>(model->predict(design_of({{1, 2, 3}}, {}).x)) ==
          blind);
  }
}

TEST_CASE("training twice gives the same bytes") {
  for (const Example& e : examples()) {
    const auto a = trained(e.spec, e.plan, e.train);
    const auto b = trained(e.spec, e.plan, e.train);
    CAPTURE(a->kind());
    CHECK(bytes_of_model(*a) == bytes_of_model(*b));
  }
}

TEST_CASE("every payload that is cut is refused") {
  for (const Example& e : examples()) {
    const auto model = trained(e.spec, e.plan, e.train);
    CAPTURE(model->kind());
    const Bytes bytes = bytes_of_model(*model);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      Reader r(ByteView(bytes).first(size));
      const auto loaded = load_model(model->kind(), e.plan, r);
      // What is left whole may load; then bytes are missing at the end.
      if (loaded) FAIL("loads with " << size << " bytes");
    }
  }
}

TEST_CASE("a payload with any byte changed loads and predicts, or is refused") {
  for (const Example& e : examples()) {
    const auto model = trained(e.spec, e.plan, e.train);
    CAPTURE(model->kind());
    Bytes bytes = bytes_of_model(*model);
    int refused = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      const std::uint8_t old = bytes[at];
      for (const int change : {0x01, 0x80, 0xff}) {
        bytes[at] = static_cast<std::uint8_t>(old ^ change);
        Reader r(bytes);
        const auto loaded = load_model(model->kind(), e.plan, r);
        if (loaded) {
          (void)(*loaded)->predict(e.train.x);
        } else {
          ++refused;
        }
      }
      bytes[at] = old;
    }
    CHECK(refused > 0);
  }
}

TEST_CASE("no trainer goes on when it is asked to stop") {
  for (const Example& e : examples()) {
    const auto trainer = make_trainer(e.spec, e.plan, always);
    REQUIRE(trainer->begin(e.train, kNoRows));
    StepReport report;
    int steps = 0;
    // A caller asks, too; these are only the steps that pay no attention.
    while (steps < 3) {
      const auto more = trainer->step(report);
      REQUIRE(more);
      if (!*more) break;
      ++steps;
    }
    CAPTURE(e.spec.model.index());
    CHECK(steps <= 3);
    // A model so far, or a sentence why there is none.
    const auto model = trainer->finish();
    if (!model) CHECK(model.error().message.starts_with("stopped before"));
  }
}

TEST_CASE("every step reports where it stands") {
  for (const Example& e : examples()) {
    const auto trainer = make_trainer(e.spec, e.plan, never);
    REQUIRE(trainer->begin(e.train, kNoRows));
    StepReport report;
    std::uint32_t last = 0;
    for (;;) {
      CAPTURE(e.spec.model.index());
      const auto more = trainer->step(report);
      INFO((more ? "" : more.error().message));
      REQUIRE(more);
      if (!*more) break;
      CHECK(report.epoch > last);
      CHECK(report.epoch <= report.epochs);
      last = report.epoch;
    }
    CHECK(last >= 1);
  }
}

TEST_CASE("probabilities add up to one") {
  for (const Example& e : examples()) {
    const bool classes = e.plan.task == prep::Task::classification;
    const bool clusters = std::holds_alternative<KmeansSpec>(e.spec.model);
    if (!classes || clusters) continue;
    const auto model = trained(e.spec, e.plan, e.train);
    CAPTURE(model->kind());
    const auto p = model->predict(e.train.x);
    REQUIRE(p);
    REQUIRE(p->columns == 3);
    for (std::size_t i = 0; i < p->rows; ++i) {
      float sum = 0;
      for (const float value : p->row(i)) {
        CHECK(value >= 0);
        sum += value;
      }
      CHECK(sum == Approx(1).epsilon(1e-5));
    }
  }
}

TEST_CASE("a model of an unknown kind is refused") {
  Reader r(ByteView{});
  const auto model = load_model("magic", numbers_plan(1), r);
  REQUIRE_FALSE(model);
  CHECK(model.error().message == "the model is of an unknown kind: magic");
}
