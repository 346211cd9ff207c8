// A job of kind evaluate: what it measures, and which data it refuses.
#include <catch2/catch.hpp>

#include <cmath>
#include <sstream>

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

TEST_CASE("rows that all weigh nothing judge nothing") {
  Judge w(line_model());
  w.spec.features.weight = "w";
  CHECK(w.refusal("x,y,w\n1.5,4.0,0\n3.5,10.0,0\n") ==
        "features.weight: no row has a weight above 0");
}

TEST_CASE("a split may have nothing to train on, for nothing is trained") {
  Judge w(line_model());
  w.spec.data.split.by = SplitBy::column;
  w.spec.data.split.column = "part";
  w.spec.data.split.train_values = {"a"};
  w.spec.data.split.test_values = {"b"};
  w.run("x,y,part\n1.5,4.0,b\n3.5,8.0,b\n");
  CHECK(w.outcome.reason.empty());
  CHECK(w.outcome.metrics.contains("test.rmse"));
  CHECK_FALSE(w.outcome.metrics.contains("train.rmse"));
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
        "the target 'y' has labels that the model does not know: '1.5', "
        "'2.5'; it knows 'no', 'yes'");
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

/// Two groups of flowers: in one the model is right, in the other it is wrong
/// half of the time; three have no group.
std::string two_groups() {
  std::string csv = "x,z,garden,y\n";
  for (int i = 1; i <= 60; ++i) {
    const int x = i % 2 == 0 ? i : -i;
    const bool good = i <= 30;
    const bool yes = good ? x > 0 : i % 4 < 2;
    csv += std::to_string(x) + ",1.5," +
           (i > 57 ? ""
            : good ? "east"
                   : "west") +
           "," + (yes ? "yes" : "no") + "\n";
  }
  return csv;
}

std::string only(const std::string& csv, const std::string& garden) {
  std::istringstream in(csv);
  std::string out;
  for (std::string line; std::getline(in, line);) {
    const bool head = out.empty();
    if (head || line.find("," + garden + ",") != line.npos) out += line + "\n";
  }
  return out;
}

TEST_CASE("intervals stand around the metrics of an evaluation") {
  Judge w(flower_model());
  w.spec.require = {
      {"test.accuracy.lo", Comparison::at_least, 0.5, 0, ">= 0.5"}};
  w.run(two_groups());
  REQUIRE(w.outcome.success);
  const auto& m = w.outcome.metrics;
  CHECK(m.at("test.accuracy.lo") < m.at("test.accuracy"));
  CHECK(m.at("test.accuracy") < m.at("test.accuracy.hi"));
  // By one standard error of a share of 60 rows.
  const double share = m.at("test.accuracy");
  const double width = 2 * 1.96 * std::sqrt(share * (1 - share) / 60);
  CHECK(m.at("test.accuracy.hi") - m.at("test.accuracy.lo") ==
        Approx(width).epsilon(0.25));
  REQUIRE(w.outcome.gates.size() == 1);
  CHECK(w.outcome.gates[0].passed);
  Judge none(flower_model());
  none.spec.evaluate.bootstrap.samples = 0;
  none.run(two_groups());
  REQUIRE(none.outcome.success);
  CHECK_FALSE(none.outcome.metrics.contains("test.accuracy.lo"));
  CHECK(none.outcome.metrics.at("test.accuracy") == share);
}

TEST_CASE("the metrics of a group are those of its rows alone") {
  Judge w(flower_model());
  w.spec.evaluate.slices = {"garden"};
  w.run(two_groups());
  REQUIRE(w.outcome.success);
  for (const char* garden : {"east", "west"}) {
    Judge part(flower_model());
    part.run(only(two_groups(), garden));
    REQUIRE(part.outcome.success);
    for (const char* name : {"accuracy", "f1", "log_loss", "auc"}) {
      CAPTURE(garden, name);
      const std::string plain = "test." + std::string(name);
      CHECK(w.outcome.metrics.at(plain + "[garden=" + garden + "]") ==
            Approx(part.outcome.metrics.at(plain)));
    }
  }
  CHECK(w.outcome.metrics.at("test.accuracy[garden=east]") >= 0.9);
  CHECK(w.outcome.metrics.at("test.accuracy[garden=west]") <= 0.6);
  CHECK(w.outcome.metrics.contains("test.accuracy[garden=]"));
  CHECK_FALSE(w.outcome.metrics.contains("test.accuracy[garden=east].lo"));
}

TEST_CASE("a group of one class has no auc, but an accuracy") {
  Judge w(flower_model());
  w.spec.evaluate.slices = {"y"};
  w.spec.require = {
      {"test.auc[y=yes]", Comparison::at_least, 0, 0, ">= 0"},
      {"test.accuracy[y=no]", Comparison::at_least, 0, 0, ">= 0"}};
  w.run(two_groups());
  REQUIRE(w.outcome.success);
  CHECK(std::isnan(w.outcome.metrics.at("test.auc[y=yes]")));
  CHECK_FALSE(w.outcome.gates[0].passed);
  CHECK(w.outcome.gates[1].passed);
}

TEST_CASE("groups are few, and their column is there") {
  Judge w(flower_model());
  w.spec.evaluate.slices = {"plot"};
  CHECK(w.refusal(two_groups()) ==
        "evaluate.slices: column 'plot' is not in the data");
  Judge many(flower_model());
  many.spec.evaluate.slices = {"id"};
  many.spec.metrics = {"accuracy"};
  std::string csv = "x,z,id,y\n";
  const auto add = [&](int first, int last) {
    for (int i = first; i <= last; ++i) {
      csv += std::to_string(i - 500) + ",1.5,g" + std::to_string(i) + "," +
             (i > 500 ? "yes" : "no") + "\n";
    }
  };
  add(1, 1000);
  many.run(csv);
  CHECK(many.outcome.success);
  CHECK(many.outcome.metrics.size() == 1003);
  add(1001, 1001);
  CHECK(many.refusal(csv).starts_with(
      "evaluate.slices: column 'id' has 1001 values in the test rows, which "
      "makes more than 1000 metrics"));
  Judge longer(flower_model());
  longer.spec.evaluate.slices = {"id"};
  CHECK(longer
            .refusal("x,z,id,y\n1,1.5,a,yes\n-1,1.5," + std::string(300, 'b') +
                     ",no\n")
            .ends_with("which is too long to name a group"));
}

TEST_CASE("a gate on a group that is not there is an error") {
  Judge w(flower_model());
  w.spec.evaluate.slices = {"garden"};
  w.spec.require = {
      {"test.accuracy[garden=north]", Comparison::at_least, 0, 0, ">= 0"}};
  w.run(two_groups());
  CHECK(w.outcome.failure == FailureClass::bad_data);
  CHECK(w.outcome.reason.starts_with(
      "require: there is no test.accuracy[garden=north]"));
}

TEST_CASE("importance is worst for what the model looks at") {
  Judge w(flower_model());
  w.spec.evaluate.importance = {ImportanceType::permutation, 3};
  w.spec.metrics = {"accuracy"};
  w.run(World::flowers());
  REQUIRE(w.outcome.success);
  const auto lines = w.lines("importance.csv");
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "column,metric,importance,deviation");
  const std::string head = "x,test.accuracy,";
  REQUIRE(lines[1].starts_with(head));
  // Without x the model guesses; 200 rows, 3 repeats.
  CHECK(std::stod(lines[1].substr(head.size())) == Approx(0.5).margin(0.1));
  CHECK(lines[2].starts_with("z,test.accuracy,"));
}

TEST_CASE("confusion is a table of each split, also of a training") {
  World trained;
  trained.spec = training(LogisticSpec{});
  trained.spec.metrics = {"confusion", "accuracy"};
  trained.run(World::flowers());
  REQUIRE(trained.outcome.success);
  CHECK(trained.lines("confusion.csv").size() == 7);
  CHECK_FALSE(trained.outcome.metrics.contains("test.confusion"));
  Judge w(flower_model());
  w.spec.metrics = {"confusion"};
  w.run("x,z,y\n50,1.5,yes\n60,1.5,no\n-50,1.5,no\n-60,1.5,no\n");
  REQUIRE(w.outcome.success);
  CHECK(w.file("confusion.csv") ==
        "split,target,no,yes\ntest,no,2,1\ntest,yes,0,1\n");
}

TEST_CASE("an evaluation is a point of the history, without its groups") {
  Judge w(flower_model());
  w.spec.evaluate.slices = {"garden"};
  w.run(two_groups());
  REQUIRE(w.points().size() == 1);
  const Point point = w.points().front();
  CHECK(point.epoch == 0);
  CHECK(point.metrics.at("test.auc") == w.outcome.metrics.at("test.auc"));
  CHECK(point.metrics.contains("test.auc.hi"));
  CHECK_FALSE(point.metrics.contains("test.auc[garden=east]"));
  CHECK(w.file("metrics.csv").find(",test.auc[garden=east],") !=
        std::string::npos);
}

TEST_CASE("an evaluation that is asked to stop is cancelled") {
  Judge w(flower_model());
  questions_before_stop = 100;
  w.run(World::flowers());
  CHECK(w.outcome.failure == FailureClass::cancelled);
  CHECK(w.outcome.artefacts.empty());
}

TEST_CASE("a data set with a split of its own is judged part by part") {
  World made;
  made.spec = training(LogisticSpec{});
  made.spec.kind = Kind::prep;
  made.run(World::flowers());
  REQUIRE(made.outcome.success);
  Judge w(flower_model());
  w.spec.data.source = DataSource::dataset;
  w.run(made.file("dataset.h5"));
  REQUIRE(w.outcome.success);
  for (const char* split : {"train", "valid", "test"}) {
    CHECK(w.outcome.metrics.contains(std::string(split) + ".accuracy"));
  }
}

TEST_CASE("a clustering is judged by rows without a target") {
  JobSpec groups = training(KmeansSpec{.k = 2});
  groups.target.clear();
  groups.metrics = {"inertia", "silhouette"};
  groups.data.split = {.train = 1, .valid = 0, .test = 0};
  const std::string rows = "x,z\n1,1\n2,1\n101,1\n102,2\n";
  World trained;
  trained.spec = groups;
  trained.run(rows);
  REQUIRE(trained.outcome.success);
  Judge w(trained.file("model.mlm"));
  w.spec.metrics = groups.metrics;
  w.run(rows);
  CHECK(w.outcome.reason.empty());
  REQUIRE(w.outcome.success);
  for (const char* name : {"inertia", "silhouette"}) {
    CAPTURE(name);
    CHECK(w.outcome.metrics.at("test." + std::string(name)) ==
          Approx(trained.outcome.metrics.at("train." + std::string(name))));
  }
  CHECK(w.lines("predictions.csv").size() == 5);
  Judge asked(trained.file("model.mlm"));
  asked.spec.evaluate.slices = {"z"};
  CHECK(asked.refusal(rows) ==
        "evaluate: a clustering has neither slices nor importance");
  Judge target(trained.file("model.mlm"));
  target.spec.target = "z";
  CHECK(target.refusal(rows) ==
        "target: a kmeans predicts no column; leave target out");
}

TEST_CASE("a data set that changed since it was made is bad data") {
  World made;
  made.spec = training(LogisticSpec{});
  made.spec.kind = Kind::prep;
  made.run(World::flowers());
  std::string damaged = made.file("dataset.h5");
  damaged[damaged.size() / 2] ^= 1;
  Judge w(flower_model());
  w.spec.data.source = DataSource::dataset;
  CHECK_FALSE(w.refusal(damaged).empty());
}

TEST_CASE("data are read as those of the training were") {
  JobSpec spec = training(RandomForestSpec{});
  spec.csv.decimal = ",";
  spec.csv.missing = {"-"};
  // Days before months: the 13th says so here, and nothing in what comes later.
  std::string csv = "x;seen;plot;y\n";
  for (int i = 0; i < 60; ++i) {
    csv += (i % 5 == 0 ? "-" : std::to_string(i % 7) + ",5") + ";" +
           std::to_string(10 + i % 15) + ".0" + std::to_string(1 + i % 9) +
           ".2024;plot " + std::to_string(i % 3) + ";" +
           (i % 3 == 0 ? "no" : "yes") + "\n";
  }
  Judge w(model_of(spec, csv));
  w.run(
      "plot;y;x;seen\n0;yes;-;02.03.2024\n"
      "plot 0;no;1,5;01.02.2024\nplot 1;yes;-;04.05.2024\n");
  CHECK(w.outcome.reason.empty());
  REQUIRE(w.outcome.success);
  CHECK(w.outcome.metrics.count("test.accuracy") == 1);
  // What the spec says of the file comes first, and says no more than that.
  w.spec.csv.delimiter = "tab";
  w.run(
      "plot\ty\tx\tseen\n0\tyes\t-\t02.03.2024\n"
      "plot 0\tno\t1,5\t01.02.2024\n");
  CHECK(w.outcome.reason.empty());
}

TEST_CASE("a column that lies as none of the training rows is warned of") {
  Judge w(flower_model());
  std::string csv = "x,z,y\n";
  for (int i = 0; i < 200; ++i) {
    csv += std::to_string(500 + i) + "," + std::to_string(i % 7) + ".5," +
           (i % 2 == 0 ? "yes" : "no") + "\n";
  }
  w.run(csv);
  REQUIRE(w.outcome.success);
  REQUIRE(w.outcome.warnings.size() == 1);
  CHECK(w.outcome.warnings[0].starts_with(
      "column 'x' is not as it was in training: PSI "));
  w.outcome = {};
  w.run(World::flowers());
  CHECK(w.outcome.warnings.empty());
}

TEST_CASE("a column without any value is filled as the model fills it") {
  Judge w(flower_model());
  w.run("x,z,y\n5,,yes\n60,,yes\n-50,,no\n-60,,no\n");
  CHECK(w.outcome.reason.empty());
  CHECK(w.outcome.success);
}

}  // namespace
