// A job of kind predict: what it leaves, and how it reads.
#include <catch2/catch.hpp>

#include "unit/mljob_world.h"

using namespace mlb;
using namespace mlb::job_program;

namespace {

/// The model file of a training on y = 2 x + 1, written with decimal commas.
std::string line_model() {
  World w;
  w.spec.model = RidgeSpec{0, true};
  w.spec.csv.decimal = ",";
  w.spec.csv.missing = {"-"};
  std::string csv = "x;y\n";
  for (int i = 0; i < 100; ++i) {
    csv += std::to_string(i) + ",5;" + std::to_string(2 * i + 2) + ",0\n";
  }
  w.run(csv);
  CHECK(w.outcome.reason == "");
  REQUIRE(w.outcome.success);
  return w.file("model.mlm");
}

double predicted(const std::string& line) {
  return std::stod(line.substr(line.find(',') + 1));
}

struct Predictor : World {
  Predictor() {
    blob::write(folder.at("model"), line_model());
    spec.kind = Kind::predict;
    spec.target.clear();
    spec.predict.model.name = "m.mlm";
  }
};

TEST_CASE("a job of kind predict leaves a row a row") {
  Predictor w;
  w.run("x;other\n1,5;a\n-;b\n3,5;c\n");
  CHECK(w.outcome.reason.empty());
  REQUIRE(w.outcome.success);
  const auto lines = w.lines("predictions.csv");
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == "row,prediction");
  CHECK(predicted(lines[1]) == Approx(4).epsilon(1e-5));
  CHECK(lines[3].starts_with("3,"));
  CHECK(predicted(lines[3]) == Approx(8).epsilon(1e-5));
  REQUIRE(w.outcome.artefacts.size() == 1);
  CHECK(w.outcome.artefacts[0].name == "predictions");
}

TEST_CASE("what csv leaves unsaid is as in the training") {
  Predictor w;
  w.spec.csv.delimiter = "|";
  w.run("x|other\n1,5|a\n-|b\n");
  CHECK(w.outcome.reason.empty());
  REQUIRE(w.outcome.success);
  CHECK(predicted(w.lines("predictions.csv").at(1)) == Approx(4).epsilon(1e-5));
  Predictor other;
  other.spec.csv.missing = {"none"};
  other.run("x;other\n1,5;a\nnone;b\n");
  CHECK(other.outcome.reason.empty());
}

TEST_CASE("a prediction that is asked to stop is cancelled") {
  Predictor w;
  questions_before_stop = 0;
  w.run("x;other\n1,5;a\n");
  CHECK_FALSE(w.outcome.success);
  CHECK(w.outcome.failure == FailureClass::cancelled);
  questions_before_stop = 1'000'000'000;
}

TEST_CASE("a value that the model cannot read fails the job, with its line") {
  Predictor w;
  w.run("x;other\n1,5;a\nlow;b\n");
  CHECK(w.outcome.failure == FailureClass::bad_data);
  CHECK(w.outcome.reason ==
        "flowers.csv:3: column 'x' is 'low'; want a number");
}

}  // namespace
