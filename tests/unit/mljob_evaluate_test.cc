// A job of kind evaluate: what it measures, and which data it refuses.
#include <catch2/catch.hpp>

#include "unit/mljob_world.h"

using namespace mlb;
using namespace mlb::job_program;

namespace {

/// The model file of a training.
std::string model_of(const JobSpec& spec, const std::string& csv) {
  World w;
  w.spec = spec;
  w.run(csv);
  REQUIRE(w.outcome.success);
  return w.file("model.mlm");
}

JobSpec training(ModelSpec model) {
  JobSpec out;
  out.data.path = "/home/ann/flowers.csv";
  out.target = "y";
  out.seed = 3;
  out.model = std::move(model);
  return out;
}

/// Says "yes" where x is above 0.
const std::string& flower_model() {
  static const std::string file =
      model_of(training(LogisticSpec{}), World::flowers());
  return file;
}

const std::string& line_model() {
  static const std::string file =
      model_of(training(RidgeSpec{0, true}), World::line());
  return file;
}

struct Judge : World {
  explicit Judge(const std::string& model) {
    blob::write(folder.at("model"), model);
    spec.kind = Kind::evaluate;
    spec.target.clear();
    spec.data.split.by = SplitBy::automatic;
    spec.evaluate.model.name = "m.mlm";
  }
  /// Why it is bad data.
  std::string refusal(const std::string& csv) {
    run(csv);
    CHECK(outcome.failure == FailureClass::bad_data);
    CHECK(outcome.metrics.empty());
    return outcome.reason;
  }
};

TEST_CASE("a model is judged by all rows of a CSV without a split") {
  Judge w(flower_model());
  w.run(World::flowers());
  CHECK(w.outcome.reason.empty());
  REQUIRE(w.outcome.success);
  CHECK(w.outcome.metrics.at("test.accuracy") >= 0.95);
  CHECK(w.outcome.metrics.contains("test.auc"));
  CHECK_FALSE(w.outcome.metrics.contains("train.accuracy"));
  CHECK(w.stages() == "fetch convert prepare evaluate save");
  CHECK(w.lines("predictions.csv").size() == 201);
  for (const auto& artefact : w.outcome.artefacts) {
    CHECK(artefact.name != "model");
  }
}

TEST_CASE("the same split as in training gives the same metrics") {
  World trained;
  trained.spec = training(LogisticSpec{});
  trained.run(World::flowers());
  Judge w(flower_model());
  w.spec.data.split = {};
  w.run(World::flowers());
  REQUIRE(w.outcome.success);
  for (const char* name : {"train.log_loss", "valid.f1", "test.auc"}) {
    CAPTURE(name);
    CHECK(w.outcome.metrics.at(name) == trained.outcome.metrics.at(name));
  }
}

TEST_CASE("gates judge an evaluation as they judge a training") {
  Judge w(line_model());
  w.spec.require = {{"test.r2", Comparison::at_least, 0.99, 0, ">= 0.99"},
                    {"test.rmse", Comparison::above, 1, 0, "> 1"}};
  w.run(World::line());
  REQUIRE(w.outcome.success);
  REQUIRE(w.outcome.gates.size() == 2);
  CHECK(w.outcome.gates[0].passed);
  CHECK_FALSE(w.outcome.gates[1].passed);
}

TEST_CASE("columns are found by name, whatever their order") {
  Judge w(line_model());
  w.run("other,y,x\na,4.0,1.5\nb,8.0,3.5\nc,2.0,0.5\n");
  REQUIRE(w.outcome.success);
  CHECK(w.outcome.metrics.at("test.rmse") == Approx(0).margin(1e-4));
}

TEST_CASE("the target may have another name") {
  Judge w(line_model());
  w.spec.target = "measured";
  w.run("x,measured\n1.5,4.0\n3.5,8.0\n0.5,2.0\n");
  REQUIRE(w.outcome.success);
  CHECK(w.outcome.metrics.at("test.rmse") == Approx(0).margin(1e-4));
}

TEST_CASE("rows weigh in metrics as features.weight says") {
  Judge w(line_model());
  w.spec.features.weight = "w";
  // Only the first two rows count: one is hit, one is 2 off.
  w.run("x,y,w\n1.5,4.0,1\n3.5,10.0,1\n0.5,900.0,0\n");
  REQUIRE(w.outcome.success);
  CHECK(w.outcome.metrics.at("test.mae") == Approx(1).margin(1e-4));
}

TEST_CASE("rows without a target are left out, with a warning") {
  Judge w(line_model());
  w.run("x,y\n1.5,4.0\n3.5,\n0.5,2.0\n");
  REQUIRE(w.outcome.success);
  CHECK(w.lines("predictions.csv").size() == 3);
  CHECK(w.outcome.warnings ==
        std::vector<std::string>{"1 rows have no target; they are left out"});
}

TEST_CASE("all features that the data lack are named") {
  Judge w(flower_model());
  CHECK(w.refusal("a,y\n1,yes\n2,no\n") ==
        "the data lacks these features: x, z");
}

TEST_CASE("a column of another type is named with what is wanted") {
  Judge w(flower_model());
  CHECK(w.refusal("x,z,y\nlow,1.5,yes\nhigh,low,no\n") ==
        "column 'x' is category; the model wants numbers; column 'z' is "
        "category; the model wants numbers");
}

TEST_CASE("a target that is not there is named, and what is") {
  Judge w(flower_model());
  CHECK(w.refusal("x,z\n1,1.5\n2,2.5\n") ==
        "the target 'y' is no column of the data, which have 'x', 'z'");
}

TEST_CASE("labels that the model never saw are listed") {
  Judge w(flower_model());
  CHECK(w.refusal("x,z,y\n1,1.5,yes\n2,2.5,maybe\n3,1.5,never\n") ==
        "the target 'y' has labels that the model does not know: 'maybe', "
        "'never'; it knows 'no', 'yes'");
}

TEST_CASE("a model of another task is refused") {
  Judge classes(flower_model());
  CHECK(classes.refusal("x,z,y\n1,1.5,1.5\n2,2.5,2.5\n") ==
        "the target 'y' is real; the model predicts the classes 'no', 'yes'");
  Judge numbers(line_model());
  CHECK(numbers.refusal("x,y\n1.5,a\n2.5,b\n") ==
        "the target 'y' is category; the model predicts numbers");
}

TEST_CASE("nothing is judged by a target that is always the same") {
  Judge classes(flower_model());
  CHECK(classes.refusal("x,z,y\n1,1.5,yes\n2,2.5,yes\n") ==
        "the target 'y' has one class only in these data: 'yes'");
  Judge numbers(line_model());
  CHECK(numbers.refusal("x,y\n1.5,2.0\n2.5,2.0\n") ==
        "the target 'y' is constant in these data");
}

TEST_CASE("a model file that is none, or damaged, is bad data") {
  Judge none("nonsense");
  CHECK(none.refusal(World::flowers()) ==
        "evaluate.model: the model file does not begin like one of mlbatch");
  std::string damaged = flower_model();
  damaged[damaged.size() / 2] ^= 1;
  Judge w(damaged);
  CHECK(w.refusal(World::flowers()).starts_with("evaluate.model: "));
}

TEST_CASE("evaluating twice gives the same files") {
  Judge first(flower_model());
  Judge second(flower_model());
  first.run(World::flowers());
  second.run(World::flowers());
  CHECK(first.file("predictions.csv") == second.file("predictions.csv"));
  CHECK(first.outcome.metrics == second.outcome.metrics);
}

}  // namespace
