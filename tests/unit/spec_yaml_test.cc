// The rules of YAML that mlbatch-jobspec(5) adds: see decision 3.
#include <catch2/catch.hpp>

#include "spec_world.h"

namespace mlb::spec {
namespace {

TEST_CASE("the least job has all defaults and its file's name") {
  const auto job = job_in(kLeast);
  REQUIRE(job);
  JobSpec want;
  want.name = "job";
  want.data.path = "/jobs/a.csv";
  want.target = "y";
  CHECK(*job == want);
}

TEST_CASE("all errors of a file are told in one pass, by place") {
  CHECK(errors_of("seed: x\nkind: train\n"
                  "data: a.csv\n"
                  "targte: y\n"
                  "model: {type: ridge, lambda: -1}\n"
                  "train: {epochs: ten}\n") ==
        "1:1 E114 target\n"
        "1:7 E201 seed\n"
        "4:1 E101 targte\n"
        "5:30 E214 model.lambda\n"
        "6:17 E201 train.epochs");
}

TEST_CASE("a file with an error gives no job of that document") {
  const auto result = read(kLeast + "---\n" + kLeast + "colour: blue\n");
  CHECK(codes(result.errors) == "10:1 E101 colour");
  REQUIRE(result.jobs.size() == 1);
  CHECK(result.jobs[0].document == 0);
}

TEST_CASE("columns count characters, whatever the encoding's length") {
  CHECK(errors_of(kLeast + "description: \"äöü €\"\nlabels: {ä: {}}\n") ==
        "6:10 E209 labels.ä\n6:13 E207 labels.ä");
  const auto result = read(kLeast + "tags: [ü, ok]\n");
  REQUIRE(result.errors.size() == 1);
  CHECK(result.errors[0].caret_len == 1);
}

TEST_CASE("unknown keys are errors with the nearest name") {
  const auto found = [](const std::string& line) {
    const auto result = read(kLeast + line);
    return result.errors.size() == 1 ? result.errors[0].suggestion : "none";
  };
  CHECK(found("sede: 1\n") == "seed");
  CHECK(found("train: {epoch: 3}\n") == "epochs");
  CHECK(found("train: {optimizer: {learning-rate: 1}}\n") == "learning_rate");
  CHECK(found("resources: {cpu: 1}\n") == "cpus");
  CHECK(found("quite_another_thing: 1\n").empty());
}

TEST_CASE("a key may stand once, under any of its names") {
  CHECK(errors_of(kLeast + "seed: 1\nseed: 2\n") == "6:1 E102");
  CHECK(errors_of(kLeast + "train: {epochs: 1, epochs: 1}\n") == "5:20 E102");
  CHECK(errors_of(kLeast + "train: {optimizer: {lr: 1, learning_rate: 1}}\n") ==
        "5:28 E102 train.optimizer.learning_rate");
}

TEST_CASE("merge keys and tags are errors, a quoted << is a key") {
  CHECK(errors_of(kLeast + "labels: &l {a: b}\ntrain: {<<: *l}\n") ==
        "6:9 E103");
  CHECK(errors_of(kLeast + "seed: !!int 5\n") == "5:7 E104");
  CHECK(errors_of(kLeast + "tags: !list [a]\n") == "5:7 E104");
  CHECK(errors_of(kLeast + "labels: !x {a: b}\n") == "5:9 E104");
  CHECK(errors_of(kLeast + "description: ! plain\n") == "5:14 E104");
  CHECK(errors_of(kLeast + "train: {\"<<\": 1}\n") == "5:9 E101 train.<<");
}

TEST_CASE("a key that is not text is an error") {
  CHECK(errors_of(kLeast + "labels: {1: a}\n") == "5:10 E105");
  CHECK(errors_of(kLeast + "labels: {true: a}\n") == "5:10 E105");
  CHECK(errors_of(kLeast + "labels: {~: a}\n") == "5:10 E105");
  CHECK(errors_of(kLeast + "labels: {[a]: b}\n") == "5:10 E105");
  CHECK(errors_of(kLeast + "? {a: b}\n: c\n") == "5:3 E105");
  const auto job = job_in(kLeast + "labels: {\"1\": a, \"true\": b}\n");
  REQUIRE(job);
  CHECK(job->labels.size() == 2);
}

TEST_CASE("anchors and aliases stand for the whole value") {
  const auto job = job_in(
      "kind: train\ndata: a.csv\ntarget: &t y\nmodel: net\n"
      "tags: &tags [*t, b]\nfeatures: {include: *tags, exclude: *tags}\n");
  REQUIRE(job);
  CHECK(job->tags == std::vector<std::string>{"y", "b"});
  CHECK(job->features.include == job->tags);
}

TEST_CASE("an error in an anchored value is told once") {
  CHECK(errors_of(kLeast + "retry: {max: &n 30}\ntrain: {epochs: *n}\n") ==
        "5:17 E214 retry.max");
  CHECK(errors_of("kind: train\ndata: a.csv\ntarget: y\n"
                  "model: {type: net, layers: [&d {dense: x}, *d]}\n") ==
        "4:40 E201 model.layers[0].dense\n4:40 E201 model.layers[1].dense");
}

TEST_CASE("an alias inside its own value, or of nothing, is an error") {
  CHECK(errors_of(kLeast + "tags: &a [*a]\n") == "5:11 E106");
  CHECK(errors_of(kLeast + "labels: &a {x: {y: *a}}\n") == "5:20 E106");
  CHECK(errors_of(kLeast + "tags: [*nothing]\n") == "5:8 E100");
}

TEST_CASE("an anchor ends with its document") {
  CHECK(errors_of(kLeast + "seed: &s 3\n---\n" + kLeast + "seed: *s\n")
            .find("E10") != std::string::npos);
}

TEST_CASE("a field without a value is an error, not its default") {
  CHECK(errors_of(kLeast + "seed:\n") == "5:1 E111 seed");
  CHECK(errors_of(kLeast + "train: {epochs: null, shuffle: ~}\n") ==
        "5:9 E111 train.epochs\n5:23 E111 train.shuffle");
  CHECK(errors_of(kLeast + "tags: [a, ]\n").empty());
  CHECK(errors_of(kLeast + "tags:\n- a\n-\n") == "6:1 E111 tags");
  CHECK(errors_of(kLeast + "train:\n") == "5:1 E111 train");
}

TEST_CASE("quoted scalars are text") {
  CHECK(errors_of(kLeast + "seed: \"7\"\n") == "5:7 E202 seed");
  CHECK(errors_of(kLeast + "train: {shuffle: 'true'}\n") ==
        "5:18 E202 train.shuffle");
  const auto job = job_in(kLeast + "description: \"007\"\n");
  REQUIRE(job);
  CHECK(job->description == "007");
}

TEST_CASE("--- separates jobs, named after the file and their number") {
  const auto result =
      read(kLeast + "---\n" + kLeast + "---\n" + kLeast + "name: own\n");
  REQUIRE(codes(result.errors).empty());
  REQUIRE(result.jobs.size() == 3);
  CHECK(result.jobs[0].spec.name == "job");
  CHECK(result.jobs[1].spec.name == "job-2");
  CHECK(result.jobs[2].spec.name == "own");
  CHECK(result.jobs[2].document == 2);
  CHECK(result.jobs[1].origins.at("kind") == "job.yaml:6");
}

TEST_CASE("an empty file, an empty document and a list are no jobs") {
  CHECK(errors_of("") == "1:1 E112");
  CHECK(errors_of("# only a comment\n") == "1:1 E112");
  CHECK(errors_of("---\n---\n" + kLeast).find("E112") != std::string::npos);
  CHECK(errors_of("[a, b]\n") == "1:1 E112");
  CHECK(errors_of("text\n") == "1:1 E112");
  CHECK(errors_of("{}\n").find("E114 kind") != std::string::npos);
}

TEST_CASE("a syntax error says where, and what is usually meant") {
  const auto hint = [](const std::string& line) {
    const auto result = read(kLeast + line);
    if (result.errors.size() != 1) return codes(result.errors);
    CHECK(result.errors[0].code == "E100");
    CHECK(result.errors[0].line >= 5);
    return result.errors[0].hint;
  };
  CHECK(hint("require: {test.auc: >= 0.9}\n").find("quotes") !=
        std::string::npos);
  CHECK(hint("train:\n\tepochs: 3\n").find("not with tabs") !=
        std::string::npos);
  CHECK(hint("description: a: b\n").find("quotes") != std::string::npos);
  const std::string star = "a text that starts with * must stand in quotes: ";
  CHECK(hint("features: {exclude: [*_id]}\n") == star + "\"*_id\"");
  CHECK(hint("columns: {*: {type: id}}\n") == star + "\"*_id\"");
  CHECK(hint("labels: {a: b, c: @d}\n").empty());
  CHECK(hint("tags: [a, b\n").empty());
}

TEST_CASE("documents before a syntax error are still read") {
  const auto result = read(kLeast + "colour: red\n---\nkind: [\n");
  CHECK(codes(result.errors).find("5:1 E101 colour\n") == 0);
  CHECK(codes(result.errors).find("E100") != std::string::npos);
}

TEST_CASE("the name comes from the file's stem, in lower case") {
  const auto name = [](const std::string& file) {
    const auto result = parse(kLeast, file, fixed_options());
    return result.jobs.empty() ? codes(result.errors)
                               : result.jobs[0].spec.name;
  };
  CHECK(name("jobs/My Job.v2.yaml") == "my-job.v2");
  CHECK(name("-") == "job");
  CHECK(name("") == "job");
  CHECK(name("/x/" + std::string(100, 'a') + ".yaml") == std::string(64, 'a'));
  CHECK(name("ä.yaml") == "--");
}

TEST_CASE("a long name leaves room for the number of the document") {
  const auto result = parse(kLeast + "---\n" + kLeast,
                            std::string(80, 'a') + ".yaml", fixed_options());
  REQUIRE(result.jobs.size() == 2);
  CHECK(result.jobs[1].spec.name == std::string(62, 'a') + "-2");
}

TEST_CASE("paths are relative to the file, and never expanded") {
  const auto path = [](const std::string& data, const Options& options = {}) {
    const auto result =
        parse("kind: train\ntarget: y\nmodel: net\ndata: " + data + "\n",
              "/specs/sub/job.yaml", options);
    return result.jobs.empty() ? codes(result.errors)
                               : result.jobs[0].spec.data.path;
  };
  CHECK(path("a.csv") == "/specs/sub/a.csv");
  CHECK(path("../a.csv") == "/specs/a.csv");
  CHECK(path("/b/./a.csv") == "/b/a.csv");
  CHECK(path("a.csv", fixed_options()) == "/jobs/a.csv");
  CHECK(path("~/a.csv") == "4:7 E208 data");
  CHECK(path("$HOME/a.csv") == "4:7 E208 data");
  CHECK(path("{csv: \"\"}") == "4:13 E208 data.csv");
  CHECK(path("{csv: \"a\\0b\"}") == "4:13 E209 data.csv");
  CHECK(path("{csv: ./x/~y}") == "/specs/sub/x/~y");
}

TEST_CASE("on stdin, paths are relative to the working directory") {
  Options options;
  options.working_dir = "/here";
  const auto result = parse(kLeast, "-", options);
  REQUIRE(result.jobs.size() == 1);
  CHECK(result.jobs[0].spec.data.path == "/here/a.csv");
  CHECK(result.jobs[0].origins.at("data") == "stdin:2");
}

}  // namespace
}  // namespace mlb::spec
