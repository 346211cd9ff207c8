// A job's phases: what succeeds, and which class each failure is of.
#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/mljob_world.h"

using namespace mlb;
using namespace mlb::job_program;

int mlb::job_program::questions_before_stop = 0;

bool mlb::job_program::stop_asked() {
  return questions_before_stop-- <= 0;
}

TEST_CASE("a net is trained, judged and saved, an epoch a point") {
  World w;
  w.spec.model = small_net();
  w.spec.train.epochs = 5;
  w.spec.train.early_stop_mode = EarlyStopMode::off;
  w.run(World::flowers());
  CHECK(w.outcome.success);
  CHECK(w.outcome.failure == FailureClass::none);
  CHECK(w.outcome.reason.empty());
  REQUIRE(w.points().size() == 5);
  for (std::uint32_t i = 0; i < 5; ++i) {
    CHECK(w.points()[i].epoch == i + 1);
    CHECK(w.points()[i].epochs == 5);
    CHECK(w.points()[i].metrics.count("valid.loss") == 1);
  }
  CHECK(w.stages() == "convert prepare train evaluate save");
  for (const char* name : {"train.accuracy", "valid.f1", "test.auc"}) {
    CAPTURE(name);
    CHECK(w.outcome.metrics.count(name) == 1);
  }
}

TEST_CASE("a ridge on a straight line is exact") {
  World w;
  w.spec.model = RidgeSpec{0, true};
  w.run(World::line());
  CHECK(w.outcome.success);
  CHECK(w.points().size() == 1);
  CHECK(w.outcome.metrics.at("test.r2") == Approx(1).epsilon(1e-9));
  CHECK(w.outcome.metrics.count("test.accuracy") == 0);
}

TEST_CASE("a loss that becomes nan ends training with class nan") {
  World w;
  w.spec.model = small_net();
  w.spec.train.epochs = 50;
  w.spec.train.optimizer.type = OptimizerType::sgd;
  w.spec.train.optimizer.learning_rate = 1e30;
  w.run(World::line());
  CHECK_FALSE(w.outcome.success);
  CHECK(w.outcome.failure == FailureClass::nan);
  CHECK(w.outcome.reason.find("learning rate") != std::string::npos);
  CHECK(w.points().size() < 50);
  CHECK_FALSE(std::isfinite(w.points().back().metrics.at("train.loss")));
}

TEST_CASE("what is no CSV is bad data, under the name of the user's file") {
  World w;
  w.spec.model = RidgeSpec{};
  w.run("x,y\n1,2\n1,2,3\n");
  CHECK_FALSE(w.outcome.success);
  CHECK(w.outcome.failure == FailureClass::bad_data);
  CHECK(w.outcome.reason.find("flowers.csv") != std::string::npos);
  CHECK(w.outcome.reason.find(w.folder.path) == std::string::npos);
  CHECK(w.points().empty());
  CHECK(w.outcome.artefacts.empty());
}

TEST_CASE("a data set that is none is bad data") {
  World w;
  w.spec.model = RidgeSpec{};
  w.spec.data.source = DataSource::dataset;
  w.run("not HDF5");
  CHECK(w.outcome.failure == FailureClass::bad_data);
  CHECK(w.outcome.reason.find("flowers.csv") != std::string::npos);
}

TEST_CASE("a target that cannot be learned is bad data") {
  World w;
  w.spec.model = RidgeSpec{};
  w.spec.target = "missing";
  w.run(World::line());
  CHECK(w.outcome.failure == FailureClass::bad_data);
  CHECK(w.outcome.reason == "the data has no column 'missing' for the target");
  w.spec.target = "y";
  w.run(World::flowers());  // classes, for a ridge
  CHECK(w.outcome.failure == FailureClass::bad_data);
  CHECK(w.stages() == "convert prepare train");
}

TEST_CASE("a spec or an input that is not there is an error") {
  World w;
  w.run_folder();
  CHECK_FALSE(w.outcome.success);
  CHECK(w.outcome.failure == FailureClass::error);
  CHECK(w.outcome.reason.find("spec") != std::string::npos);
  blob::write(w.folder.at("spec"), "nonsense");
  w.run_folder();
  CHECK(w.outcome.failure == FailureClass::error);
}

TEST_CASE("asked to stop, a job is cancelled, with the model it has") {
  World w;
  w.spec.model = small_net();
  w.spec.train.epochs = 100000;
  w.spec.train.early_stop_mode = EarlyStopMode::off;
  questions_before_stop = 200;
  w.run(World::flowers());
  CHECK_FALSE(w.outcome.success);
  CHECK(w.outcome.failure == FailureClass::cancelled);
  CHECK_FALSE(w.points().empty());
  CHECK(w.outcome.artefacts.size() == 3);
}

#ifndef __SANITIZE_ADDRESS__
TEST_CASE("a job that needs more memory than it may have is oom") {
  World w;
  w.spec.model = NetSpec{
      {{LayerType::dense, 30000, true, 0}, {LayerType::dense, 30000, true, 0}}};
  w.spec.resources.memory = 1u << 30;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit limit{1u << 30, 1u << 30};
    ::setrlimit(RLIMIT_AS, &limit);
    w.run(World::flowers());
    const bool right =
        w.outcome.failure == FailureClass::oom &&
        w.outcome.reason.starts_with("out of memory with ") &&
        w.outcome.reason.ends_with(" MiB in use; resources.memory is 1024 MiB");
    ::_exit(right ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
#endif

TEST_CASE("rows of weight 0 neither teach nor count") {
  std::string csv = "x,w,y\n";
  for (int i = 0; i < 100; ++i) {
    const bool wrong = i % 10 == 3;
    csv += std::to_string(i) + ".5," + (wrong ? "0" : "3") + "," +
           (wrong ? "5000.5" : std::to_string(2 * i + 2) + ".0") + "\n";
  }
  World w;
  w.spec.model = RidgeSpec{0, true};
  w.spec.features.weight = "w";
  w.run(csv);
  CHECK(w.outcome.success);
  for (const char* name : {"train.rmse", "valid.rmse", "test.rmse"}) {
    CHECK(w.outcome.metrics.at(name) == Approx(0).margin(1e-3));
  }
  w.spec.features.weight.clear();
  w.spec.features.exclude = {"w"};
  w.run(csv);
  CHECK(w.outcome.metrics.at("train.rmse") > 100);
}

TEST_CASE("weights that are none are bad data") {
  World w;
  w.spec.model = RidgeSpec{0, true};
  w.spec.features.weight = "w";
  w.run("x,w,y\n1.5,1,1.5\n2.5,-1,2.5\n3.5,1,3.5\n4.5,1,4.5\n");
  CHECK(w.outcome.failure == FailureClass::bad_data);
  CHECK(w.outcome.reason.find(":3: features.weight: row 2 has '-1'") !=
        std::string::npos);
}

TEST_CASE("a prep job leaves a data set and nothing else") {
  World w;
  w.spec.kind = Kind::prep;
  w.run(World::flowers());
  CHECK(w.outcome.success);
  CHECK(w.outcome.metrics.empty());
  CHECK(w.points().empty());
  REQUIRE(w.outcome.artefacts.size() == 1);
  const Artefact& made = w.outcome.artefacts[0];
  CHECK(made.name == "dataset");
  CHECK(made.bytes == w.file("dataset.h5").size());
  CHECK(made.digest == sha256(view_of(w.file("dataset.h5"))));
  CHECK(w.stages() == "convert prepare");
}
