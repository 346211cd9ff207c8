// Weights of classes: what they are, and what they do to each classifier.
#include "learn/class_weights.h"
#include "learn/metrics.h"
#include "learn/registry.h"
#include "learn_world.h"

using namespace mlb;
using namespace mlb::learn;

namespace {

/// A class of `many` rows near 0 and one of `few` near 1, that overlap.
Design uneven(int many, int few) {
  Rng rng(4);
  std::vector<Row> rows;
  std::vector<float> y;
  for (int i = 0; i < many + few; ++i) {
    const float k = i < many ? 0 : 1;
    rows.push_back({k + static_cast<float>(rng.normal()),
                    k + static_cast<float>(rng.normal())});
    y.push_back(k);
  }
  return design_of(rows, y);
}

JobSpec weighing(ModelSpec model, std::map<std::string, double> weights) {
  JobSpec out = spec_of(std::move(model));
  out.train.class_weights = {ClassWeightsType::given, std::move(weights)};
  return out;
}

Design weighed(const JobSpec& spec, const prep::Plan& plan, Design train) {
  const auto done = weigh_classes(spec, plan, train);
  REQUIRE(done);
  return train;
}

double said_yes(const Model& model, const Design& d) {
  const auto p = model.predict(d.x);
  REQUIRE(p);
  double out = 0;
  for (std::size_t i = 0; i < p->rows; ++i) {
    out += p->row(i)[1] > p->row(i)[0] ? 1 : 0;
  }
  return out / static_cast<double>(p->rows);
}

}  // namespace

TEST_CASE("balanced classes count as much as each other") {
  const std::vector<float> y{0, 0, 0, 1, 2, 2};
  const ClassWeights balanced{ClassWeightsType::balanced, {}};
  const auto plan = classes_plan(1, {"a", "b", "c"});
  const auto weights = class_weights(balanced, plan, y);
  REQUIRE(weights);
  CHECK((*weights)[0] == Approx(6.0 / 9));
  CHECK((*weights)[1] == Approx(2));
  CHECK((*weights)[2] == Approx(1));
}

TEST_CASE("weights of classes multiply those of rows, but not a net's") {
  Design d = design_of({{1}, {2}, {3}}, {0, 1, 1});
  d.weights = {1, 0.5f, 2};
  const auto plan = classes_plan(1);
  const JobSpec spec = weighing(LogisticSpec{}, {{"b", 3}});
  CHECK(weighed(spec, plan, d).weights == std::vector<float>{1, 1.5f, 6});
  d.weights = {};
  CHECK(weighed(spec, plan, d).weights == std::vector<float>{1, 3, 3});
  CHECK(weighed(weighing(NetSpec{}, {{"b", 3}}), plan, d).weights.empty());
  CHECK(weighed(spec_of(LogisticSpec{}), plan, d).weights.empty());
}

TEST_CASE("weights of classes that are not there are refused") {
  Design d = design_of({{1}, {2}}, {0, 1});
  const auto classes =
      weigh_classes(weighing(LogisticSpec{}, {{"z", 3}}), classes_plan(1), d);
  REQUIRE_FALSE(classes);
  CHECK(classes.error().message ==
        "train.class_weights: the target has no class 'z'");
  const auto numbers =
      weigh_classes(weighing(RidgeSpec{}, {{"b", 3}}), numbers_plan(1), d);
  REQUIRE_FALSE(numbers);
  CHECK(numbers.error().message ==
        "train.class_weights: the target holds numbers, not classes");
}

TEST_CASE("a class of weight 2 is a class with each row twice") {
  const Design once = uneven(40, 20);
  Design twice = once;
  for (std::size_t i = 40; i < 60; ++i) {
    const auto row = once.x.row(i);
    twice.x.values.insert(twice.x.values.end(), row.begin(), row.end());
    twice.y.push_back(1);
    ++twice.x.rows;
  }
  const auto plan = classes_plan(2);
  for (const ModelSpec& model :
       {ModelSpec(LogisticSpec{}), ModelSpec(NaiveBayesSpec{}),
        ModelSpec(BaselineSpec{BaselineStrategy::prior})}) {
    CAPTURE(model.index());
    const JobSpec spec = weighing(model, {{"b", 2}});
    const auto a = trained(spec, plan, weighed(spec, plan, once));
    const auto b = trained(spec_of(model), plan, twice);
    const auto p = a->predict(once.x);
    const auto q = b->predict(once.x);
    REQUIRE(p);
    REQUIRE(q);
    for (std::size_t i = 0; i < p->values.size(); ++i) {
      CHECK(p->values[i] == Approx(q->values[i]).margin(1e-4));
    }
  }
}

TEST_CASE("every classifier finds more of a rare class that weighs more") {
  const Design d = uneven(90, 10);
  const auto plan = classes_plan(2);
  RandomForestSpec forest;
  forest.trees = 20;
  forest.min_leaf = 5;
  BoostedTreesSpec boosted;
  boosted.trees = 5;
  boosted.max_depth = 2;
  KnnSpec knn{15, KnnWeights::uniform};
  for (const ModelSpec& model :
       {ModelSpec(LogisticSpec{}), ModelSpec(LinearSvmSpec{}),
        ModelSpec(NaiveBayesSpec{}), ModelSpec(forest), ModelSpec(boosted),
        ModelSpec(SvmSpec{}), ModelSpec(knn)}) {
    CAPTURE(model.index());
    JobSpec spec = spec_of(model);
    const auto plain = trained(spec, plan, d);
    spec.train.class_weights.type = ClassWeightsType::balanced;
    const auto fair = trained(spec, plan, weighed(spec, plan, d));
    CHECK(said_yes(*fair, d) > said_yes(*plain, d));
  }
}
