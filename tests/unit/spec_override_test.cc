// The command line on top of a file: --set, --unset, --name, --tag, --require.
#include <catch2/catch.hpp>

#include "spec_world.h"

namespace mlb::spec {
namespace {

ParseResult set(const std::vector<std::string>& arguments,
                std::string_view text = kLeast) {
  Options options = fixed_options();
  options.set = arguments;
  return read_with(options, text);
}

ParseResult unset(const std::vector<std::string>& paths,
                  std::string_view text) {
  Options options = fixed_options();
  options.unset = paths;
  return read_with(options, text);
}

TEST_CASE("--set is typed by the field table") {
  const auto job =
      job_of(set({"train.epochs=5", "seed=1e3", "train.shuffle=false",
                  "resources.memory=4G", "description=12", "tags=[a, b]",
                  "labels.run.id=007"}));
  REQUIRE(job);
  CHECK(job->train.epochs == 5);
  CHECK(job->seed == 1000);
  CHECK_FALSE(job->train.shuffle);
  CHECK(job->resources.memory == 4ull << 30);
  CHECK(job->description == "12");
  CHECK(job->tags == std::vector<std::string>{"a", "b"});
  CHECK(job->labels.at("run.id") == "007");
}

TEST_CASE("--set errors name the argument in place of a line") {
  const auto result = set({"train.epochs=ten"});
  CHECK(codes(result.errors) == "--set train.epochs=ten E201 train.epochs");
  CHECK(print_human(result.errors)
            .starts_with("--set train.epochs=ten: error[E201]: train.epochs: "
                         "'ten' is not a "
                         "whole number; want 1..1000000\n"));
  CHECK(codes(set({"train.epoch=3"}).errors) ==
        "--set train.epoch=3 E101 train.epoch");
  CHECK(codes(set({"train.epochs=0"}).errors) ==
        "--set train.epochs=0 E214 train.epochs");
  CHECK(codes(set({"priority=3"}).errors) == "--set priority=3 E113 priority");
}

TEST_CASE("an argument that is no PATH=VALUE is an error of its own") {
  CHECK(codes(set({"train.epochs"}).errors) == "--set train.epochs E301");
  CHECK(set({"train.epochs"}).jobs.empty());
  CHECK(codes(set({"=5"}).errors) == "--set =5 E301");
  CHECK(codes(set({"seed=[a"}).errors) == "--set seed=[a E100");
  CHECK(codes(set({std::string("seed=1\0", 7)}).errors) == "--set seed=1 E301");
  CHECK(codes(set({"seed=\xFF"}).errors) == "--set seed=\xFF E301");
  std::string deep = "a";
  for (int i = 0; i < 40; ++i) deep += ".a";
  CHECK(codes(set({deep + "=1"}).errors) == "--set " + deep + "=1 E301");
  const std::string dots(200'000, '.');
  CHECK(set({dots + "=1"}).errors.size() == 1);
  CHECK(unset({dots}, kLeast).errors.size() == 1);
}

TEST_CASE("an empty value is text, or no value") {
  const auto job = job_of(set({"description="}));
  REQUIRE(job);
  CHECK(job->description.empty());
  CHECK(codes(set({"seed="}).errors) == "--set seed= E111 seed");
}

TEST_CASE("errors of the file come before those of the arguments") {
  CHECK(codes(set({"seed=x"}, kLeast + "colour: red\n").errors) ==
        "5:1 E101 colour\n--set seed=x E201 seed");
}

TEST_CASE("--set goes below short forms and second names") {
  const auto job =
      job_of(set({"data.split.train=0.4", "data.split.test=0.45",
                  "model.layers=[relu]", "train.optimizer.lr=0.5"},
                 kLeast + "train: {optimizer: {learning_rate: 1}}\n"));
  REQUIRE(job);
  CHECK(job->data.path == "/jobs/a.csv");
  CHECK(job->data.split.train == 0.4);
  CHECK(std::get<NetSpec>(job->model).layers.size() == 1);
  CHECK(job->train.optimizer.learning_rate == 0.5);
}

TEST_CASE("paths are understood as help fields prints them") {
  const std::string ridge =
      "kind: train\ndata: a.csv\ntarget: y\nmodel: {type: ridge, lambda: 3}\n";
  const auto lambda = [](const ParseResult& result) {
    const auto job = job_of(result);
    return job ? std::get<RidgeSpec>(job->model).lambda : -1;
  };
  CHECK(lambda(set({"model.ridge.lambda=2"}, ridge)) == 2);
  CHECK(lambda(unset({"model.ridge.lambda"}, ridge)) == 1);
  CHECK(lambda(unset({"model.lambda"}, ridge)) == 1);
  CHECK(codes(set({"model.ridge.lamda=2"}, ridge).errors) ==
        "--set model.ridge.lamda=2 E101 model.lamda");
  // That would be the key of another type.
  CHECK(codes(set({"model.net.layers=[]"}, ridge).errors) ==
        "--set model.net.layers=[] E119 model.layers");
}

TEST_CASE("the last --set of a field wins") {
  const auto job = job_of(set({"seed=1", "seed=2"}));
  REQUIRE(job);
  CHECK(job->seed == 2);
}

TEST_CASE("--set mends what is wrong in the file") {
  CHECK(job_of(set({"train.epochs=5"}, kLeast + "train: {epochs: ten}\n")));
  CHECK(job_of(set({"model=ridge"}, "kind: train\ndata: a.csv\ntarget: y\n")));
}

TEST_CASE("--set of a column or a gate takes the name as it is") {
  const auto job =
      job_of(set({"columns.a.b.type=id", "require.test.r2=> 0.5"}));
  REQUIRE(job);
  CHECK(job->columns == std::vector<ColumnRule>{{"a.b", ColumnType::id}});
  REQUIRE(job->require.size() == 1);
  CHECK(job->require[0].metric == "test.r2");
}

TEST_CASE("--set of a path starts at the working directory") {
  const auto job = job_of(set({"data.csv=b.csv"}));
  REQUIRE(job);
  CHECK(job->data.path == "/here/b.csv");
  CHECK(codes(set({"data.csv=~/b.csv"}).errors) ==
        "--set data.csv=~/b.csv E208 data.csv");
}

TEST_CASE("a part of a list cannot be set") {
  CHECK(codes(set({"tags.0=b"}, kLeast + "tags: [a]\n").errors) ==
        "--set tags.0=b E302 tags.0");
}

TEST_CASE("--unset gives a field its default back") {
  const auto result = unset({"train.epochs", "seed", "columns.a"},
                            kLeast +
                                "seed: 5\ntrain: {epochs: 3, batch_size: 2}\n"
                                "columns: {a: {type: id}}\n");
  const auto job = job_of(result);
  REQUIRE(job);
  CHECK(job->seed == 0);
  CHECK(job->train.epochs == 100);
  CHECK(job->train.batch_size == 2);
  CHECK(job->columns.empty());
  CHECK_FALSE(result.jobs[0].origins.contains("seed"));
}

TEST_CASE("--unset of what is not there changes nothing, of no field fails") {
  CHECK(job_of(unset({"train.epochs", "labels.a"}, kLeast)) == job_in(kLeast));
  CHECK(codes(unset({"train.epoch"}, kLeast).errors) ==
        "--unset train.epoch E101 train.epoch");
  CHECK(codes(unset({"target"}, kLeast).errors) == "1:1 E114 target");
}

TEST_CASE("--unset comes before --set") {
  Options options = fixed_options();
  options.unset = {"seed"};
  options.set = {"seed=9"};
  CHECK(job_of(read_with(options, kLeast + "seed: 5\n"))->seed == 9);
}

TEST_CASE("--name names the job, and further ones by number") {
  Options options = fixed_options();
  options.name = "mine";
  const auto result = read_with(options, kLeast + "---\n" + kLeast);
  REQUIRE(result.jobs.size() == 2);
  CHECK(result.jobs[0].spec.name == "mine");
  CHECK(result.jobs[1].spec.name == "mine-2");
  options.name = "Not Mine";
  CHECK(codes(read_with(options).errors) == "--name Not Mine E209 name");
  options.name = std::string(65, 'a');
  CHECK(codes(read_with(options).errors) ==
        "--name " + *options.name + " E209 name");
  options.name = "";
  CHECK(codes(read_with(options).errors) == "--name  E209 name");
}

TEST_CASE("--tag adds to the file's tags") {
  Options options = fixed_options();
  options.tags = {"b", "c"};
  const auto job = job_of(read_with(options, kLeast + "tags: [a, b]\n"));
  REQUIRE(job);
  CHECK(job->tags == std::vector<std::string>{"a", "b", "c"});
  CHECK(job_of(read_with(options))->tags.size() == 2);
  options.tags = {"a b"};
  CHECK(codes(read_with(options).errors) == "--tag a b E209 tags");
}

TEST_CASE("--require adds a gate, or replaces the file's") {
  Options options = fixed_options();
  options.require = {"test.auc>=.85", "test.f1 between 0 1"};
  const auto job =
      job_of(read_with(options, kLeast + "require: {test.auc: \"> 0.5\"}\n"));
  REQUIRE(job);
  REQUIRE(job->require.size() == 2);
  CHECK(job->require[0].low == 0.85);
  CHECK(job->require[1].comparison == Comparison::between);
  options.require = {"test.auc"};
  CHECK(codes(read_with(options).errors) == "--require test.auc E211 require");
  options.require = {"test.acc>1"};
  CHECK(codes(read_with(options).errors) ==
        "--require test.acc>1 E210 "
        "require.test.acc");
}

TEST_CASE("an argument holds for every document, and fails once") {
  const std::string two = kLeast + "---\n" + kLeast;
  const auto good = set({"seed=4"}, two);
  REQUIRE(good.jobs.size() == 2);
  CHECK(good.jobs[1].spec.seed == 4);
  const auto bad = set({"seed=x"}, two);
  CHECK(codes(bad.errors) == "--set seed=x E201 seed");
  CHECK(bad.jobs.empty());
}

TEST_CASE("where each value came from is known") {
  const auto result = set({"train.epochs=5"}, kLeast + "seed: 3\n");
  REQUIRE(result.jobs.size() == 1);
  const auto& origins = result.jobs[0].origins;
  CHECK(origins.at("seed") == "job.yaml:5");
  CHECK(origins.at("train.epochs") == "--set");
  CHECK_FALSE(origins.contains("train.batch_size"));
}

}  // namespace
}  // namespace mlb::spec
