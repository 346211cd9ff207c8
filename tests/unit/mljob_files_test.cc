// What a job leaves: gates, artefacts, predictions, history, model.
#include <catch2/catch.hpp>

#include <functional>

#include "learn/container.h"
#include "unit/mljob_world.h"

using namespace mlb;
using namespace mlb::job_program;

namespace {

Gate gate(const std::string& metric, Comparison comparison, double low,
          double high = 0) {
  return {metric, comparison, low, high, "as written"};
}

/// The gates' answers on a ridge whose test.r2 is 1.
std::string passed(const std::vector<Gate>& gates) {
  World w;
  w.spec.model = RidgeSpec{0, true};
  w.spec.require = gates;
  w.run(World::line());
  CHECK(w.outcome.success);
  std::string out;
  for (const auto& g : w.outcome.gates) out += g.passed ? "y" : "n";
  return out;
}

std::vector<std::string> fields(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> out;
  for (std::string field; std::getline(in, field, ',');) out.push_back(field);
  return out;
}

Digest model_digest(const World& w) {
  return w.outcome.artefacts.at(0).digest;
}

}  // namespace

TEST_CASE("each comparison of a gate holds where it says") {
  using C = Comparison;
  const std::string m = "test.rmse";  // about 0
  CHECK(passed({gate(m, C::at_least, -1), gate(m, C::at_least, 1)}) == "yn");
  CHECK(passed({gate(m, C::above, -1), gate(m, C::above, 1)}) == "yn");
  CHECK(passed({gate(m, C::at_most, 1), gate(m, C::at_most, -1)}) == "yn");
  CHECK(passed({gate(m, C::below, 1), gate(m, C::below, -1)}) == "yn");
  CHECK(passed({gate(m, C::between, -1, 1), gate(m, C::between, 1, 2),
                gate(m, C::between, -2, -1)}) == "ynn");
}

TEST_CASE("a gate on a metric that is not there is bad data") {
  World w;
  w.spec.model = RidgeSpec{0, true};
  w.spec.data.split = {
      .train = 0.8, .valid = 0.2, .test = 0, .stratify = {}, .seed = {}};
  w.spec.require = {gate("test.r2", Comparison::at_least, 0)};
  w.run(World::line());
  CHECK(w.outcome.failure == FailureClass::bad_data);
  CHECK(w.outcome.reason.find("test.r2") != std::string::npos);
}

TEST_CASE("artefacts are the files, by their size and digest") {
  World w;
  w.spec.model = RidgeSpec{};
  w.run(World::line());
  std::string names;
  for (const auto& a : w.outcome.artefacts) {
    names += a.name + ":" + a.file + " ";
    const std::string content = w.file(a.file);
    CHECK(a.bytes == content.size());
    CHECK(a.digest == sha256(view_of(content)));
  }
  CHECK(names ==
        "model:model.mlm predictions:predictions.csv metrics:metrics.csv ");
}

TEST_CASE("what keep leaves out is not written") {
  World w;
  w.spec.model = RidgeSpec{};
  w.spec.keep.model = KeptModel::none;
  w.spec.keep.predictions = false;
  w.run(World::line());
  CHECK(w.outcome.success);
  REQUIRE(w.outcome.artefacts.size() == 1);
  CHECK(w.outcome.artefacts[0].name == "metrics");
  CHECK(w.file("model.mlm").empty());
}

TEST_CASE("predictions of numbers: row, split, target, prediction") {
  World w;
  w.spec.model = RidgeSpec{0, true};
  w.run(World::line());
  const auto lines = w.lines("predictions.csv");
  REQUIRE(lines.size() == 1 + 30);  // 15 % and 15 % of 100
  CHECK(lines[0] == "row,split,target,prediction");
  int last = 0;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto f = fields(lines[i]);
    REQUIRE(f.size() == 4);
    const int row = std::stoi(f[0]);
    CHECK(row > last);
    last = row;
    CHECK((f[1] == "valid" || f[1] == "test"));
    // Row 1 is x = 0.5, y = 2.
    CHECK(std::stod(f[2]) == 2 * row);
    CHECK(std::stod(f[3]) == Approx(2 * row));
  }
}

TEST_CASE("predictions of classes: the most probable, and all of them") {
  World w;
  w.spec.model = small_net();
  w.spec.train.epochs = 3;
  w.run(World::flowers());
  const auto lines = w.lines("predictions.csv");
  REQUIRE(lines.size() == 1 + 60);
  CHECK(lines[0] == "row,split,target,prediction,p_no,p_yes");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto f = fields(lines[i]);
    REQUIRE(f.size() == 6);
    const double no = std::stod(f[4]);
    const double yes = std::stod(f[5]);
    CHECK(no + yes == Approx(1).epsilon(1e-6));
    CHECK(f[3] == (yes > no ? "yes" : "no"));
  }
}

TEST_CASE("classes with commas and quotes stay one field") {
  World w;
  w.spec.model = small_net();
  w.spec.train.epochs = 1;
  std::string csv = World::flowers();
  for (std::size_t at = 0; (at = csv.find("yes", at)) != csv.npos; at += 9) {
    csv.replace(at, 3, "\"y,\"\"es\"");
  }
  w.run(csv);
  REQUIRE(w.outcome.success);
  CHECK(w.lines("predictions.csv")[0] ==
        "row,split,target,prediction,p_no,\"p_y,\"\"es\"");
}

TEST_CASE("the history has a row an epoch and metric") {
  World w;
  w.spec.model = small_net();
  w.spec.train.epochs = 3;
  w.run(World::flowers());
  const auto lines = w.lines("metrics.csv");
  CHECK(lines[0] == "step,epoch,time,name,value");
  const auto points = w.points();
  REQUIRE(points.size() == 3);
  CHECK(lines.size() == 1 + 3 * points[0].metrics.size());
  const auto f = fields(lines[1]);
  REQUIRE(f.size() == 5);
  CHECK(std::stoull(f[0]) == points[0].step);
  CHECK(f[1] == "1");
  CHECK(std::stod(f[4]) == points[0].metrics.at(f[3]));
}

TEST_CASE("equal work gives an equal model, whatever it is called") {
  World a;
  a.spec.model = small_net();
  a.spec.train.epochs = 2;
  World b;
  b.spec = a.spec;
  b.spec.name = "other";
  b.spec.tags = {"tag"};
  b.spec.data.path = "/elsewhere/copy.csv";
  b.spec.resources.cpus = 2;
  b.spec.retry.max = 0;
  World c;
  c.spec = a.spec;
  c.spec.seed = 4;
  for (World* w : {&a, &b, &c}) w->run(World::flowers());
  CHECK(model_digest(a) == model_digest(b));
  CHECK(model_digest(a) != model_digest(c));
  auto stored = learn::unpack_model(view_of(a.file("model.mlm")));
  REQUIRE(stored);
  CHECK(stored->plan.target == "y");
}

TEST_CASE("a training record has what changes the result and no more") {
  JobSpec ridge;
  ridge.model = RidgeSpec{};
  const auto as_before = [&](const std::function<void(JobSpec&)>& change) {
    JobSpec other = ridge;
    change(other);
    return training_record(other) == training_record(ridge);
  };
  CHECK(as_before([](JobSpec& s) { s.name = "x"; }));
  CHECK(as_before([](JobSpec& s) { s.train.epochs = 5; }));
  CHECK(as_before([](JobSpec& s) { s.train.threads = 2; }));
  CHECK(as_before([](JobSpec& s) { s.metrics = {"mae"}; }));
  CHECK(as_before([](JobSpec& s) { s.keep.model = KeptModel::last; }));
  CHECK_FALSE(as_before([](JobSpec& s) { s.pca = 2; }));
  CHECK_FALSE(as_before([](JobSpec& s) { s.seed = 1; }));
  CHECK_FALSE(as_before([](JobSpec& s) { s.train.time = Millis(5); }));
  ridge.model = NetSpec{};
  CHECK_FALSE(as_before([](JobSpec& s) { s.train.epochs = 5; }));
  CHECK_FALSE(as_before([](JobSpec& s) { s.keep.model = KeptModel::last; }));
}

TEST_CASE("rows without a target are left out, and that is told") {
  World w;
  w.spec.model = RidgeSpec{};
  std::string csv = World::line();
  csv += "7.5,\n8.5,\n";
  w.run(csv);
  CHECK(w.outcome.success);
  // The other one: x alone tells y.
  REQUIRE(w.outcome.warnings.size() == 2);
  CHECK(w.outcome.warnings[0] == "2 rows have no target; they are left out");
  int messages = 0;
  for (const auto& item : w.told.items) {
    if (item.type == ItemType::message) ++messages;
  }
  CHECK(messages == 2);
}
