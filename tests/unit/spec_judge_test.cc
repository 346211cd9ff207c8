// Jobs that use a model: how they name it, and what of a spec they have.
#include <catch2/catch.hpp>

#include "job/model_ref.h"
#include "spec_world.h"

namespace mlb::spec {
namespace {

const std::string kEvaluate =
    "kind: evaluate\ndata: a.csv\nevaluate: {model: m.mlm}\n";

std::string evaluate_with(const std::string& model) {
  return "kind: evaluate\ndata: a.csv\nevaluate: {model: " + model + "}\n";
}

TEST_CASE("a model is a job, a digest or a path") {
  const auto named = [](const std::string& model) {
    const auto job = job_in(evaluate_with(model));
    return job ? job->evaluate.model.name : "an error";
  };
  CHECK(named("m.mlm") == "/jobs/m.mlm");
  CHECK(named("./deadbeef") == "/jobs/deadbeef");
  CHECK(named("\"@last\"") == "@last");
  CHECK(named("\"@last~2\"") == "@last~2");
  CHECK(named("name:churn.v2") == "name:churn.v2");
  CHECK(named("deadbeef") == "deadbeef");
  CHECK(named("7f3a2c1e-0000-4000-8000-00000000abcd") ==
        "7f3a2c1e-0000-4000-8000-00000000abcd");
  CHECK(named("12345678") == "12345678");
  CHECK(named("abcde") == "/jobs/abcde");
  CHECK(named("a/deadbeef") == "/jobs/a/deadbeef");
  const std::string digest = "sha256:" + std::string(64, 'a');
  const auto job = job_in(evaluate_with(digest));
  REQUIRE(job);
  CHECK(job->evaluate.model.name.empty());
  CHECK(job->evaluate.model.digest.text() == std::string(64, 'a'));
  CHECK(job_in(to_yaml(*job)) == job);
  CHECK(errors_of(evaluate_with("sha256:abc")) == "3:19 E208 evaluate.model");
  CHECK(errors_of(evaluate_with("sha256:" + std::string(64, '0'))) ==
        "3:19 E208 evaluate.model");
  CHECK(errors_of(evaluate_with("$HOME/m")) == "3:19 E208 evaluate.model");
}

TEST_CASE("training begins with a model that is named alike") {
  const auto named = [](const std::string& model) {
    const auto job = job_in(text_with("train.init_from", model));
    return job ? job->train.init_from.name : "an error";
  };
  CHECK(named("m.mlm") == "/jobs/m.mlm");
  CHECK(named("name:first") == "name:first");
}

TEST_CASE("each kind of job has its own field for a model") {
  JobSpec job;
  CHECK(named_model(job) == &job.train.init_from);
  CHECK(model_field(Kind::train) == "train.init_from");
  job.kind = Kind::evaluate;
  CHECK(named_model(job) == &job.evaluate.model);
  job.kind = Kind::predict;
  CHECK(named_model(job) == &job.predict.model);
  job.kind = Kind::prep;
  CHECK(named_model(job) == nullptr);
}

TEST_CASE("of a model the hash has the digest alone") {
  auto job = *job_in(evaluate_with("name:first"));
  auto same = *job_in(evaluate_with("m.mlm"));
  CHECK(spec_hash(job) != spec_hash(same));
  job.evaluate.model.digest = same.evaluate.model.digest =
      sha256(view_of(std::string("a model")));
  CHECK(spec_hash(job) == spec_hash(same));
  same.evaluate.model.digest = sha256(view_of(std::string("another")));
  CHECK(spec_hash(job) != spec_hash(same));
}

TEST_CASE("an evaluation names its model, and brings none") {
  const auto job = job_in(kEvaluate);
  REQUIRE(job);
  CHECK(job->kind == Kind::evaluate);
  CHECK(job->target.empty());
  CHECK(job->data.split.by == SplitBy::automatic);
  CHECK(job_in(to_yaml(*job)) == job);
  CHECK(to_yaml(*job).find("\nmodel:") == std::string::npos);
  CHECK(to_yaml(*job).find("\ntrain:") == std::string::npos);
  CHECK(message_of(read("kind: evaluate\ndata: a.csv\n")) ==
        "evaluate is missing; want a map that names the model");
  CHECK(errors_of("kind: evaluate\ndata: a.csv\nevaluate: {}\n") ==
        "3:11 E114 evaluate.model");
  CHECK(message_of(read(kEvaluate + "model: net\n")) ==
        "model is for kind train, which makes one; want evaluate.model");
  CHECK(message_of(read(kLeast + "evaluate: {model: m.mlm}\n")) ==
        "evaluate is for kind evaluate, not for train");
}

TEST_CASE("what the model decides has no effect on its evaluation") {
  const auto odd = read(kEvaluate +
                        "task: regression\nfeatures: {exclude: [a]}\n"
                        "keep: {model: none}\n");
  CHECK(codes(odd.errors).empty());
  CHECK(codes(odd.warnings) ==
        "4:7 W301 task\n5:21 W301 features.exclude\n6:15 W301 keep.model");
  CHECK(codes(read(kEvaluate + "target: y\nfeatures: {weight: w}\n"
                               "metrics: [f1]\nkeep: {predictions: false}\n")
                  .warnings)
            .empty());
}

TEST_CASE("without a split of its own a CSV has test rows alone") {
  CHECK(job_in(kEvaluate + "require: {test.auc: \">= 0.5\"}\n"));
  CHECK(errors_of(kEvaluate + "require: {train.auc: \">= 0.5\"}\n") ==
        "4:11 E216 require");
  CHECK(
      job_in("kind: evaluate\ndata: a.h5\nevaluate: {model: m.mlm}\n"
             "require: {train.auc: \">= 0.5\"}\n"));
  const auto job = job_in(
      "kind: evaluate\nevaluate: {model: m.mlm}\n"
      "data: {csv: a.csv, split: {train: 0.5, valid: 0, test: 0.5}}\n");
  REQUIRE(job);
  CHECK(job->data.split.by == SplitBy::fractions);
  CHECK(errors_of(text_with("data.split", "auto")) == "1:27 E218 data.split");
}

TEST_CASE(
    "an evaluation says how sure its metrics are, unless it is told not") {
  const auto of = [](const std::string& keys) {
    const auto job = job_in("kind: evaluate\ndata: a.csv\nevaluate: {model: m" +
                            keys + "}\n");
    REQUIRE(job);
    return job->evaluate;
  };
  CHECK(of("").bootstrap == Bootstrap{1000, 0.95});
  CHECK(of(", bootstrap: 0").bootstrap.samples == 0);
  CHECK(of(", bootstrap: {samples: 200, ci: 0.9}").bootstrap ==
        Bootstrap{200, 0.9});
  CHECK(of("").importance.type == ImportanceType::none);
  CHECK(of(", importance: permutation").importance ==
        Importance{ImportanceType::permutation, 5});
  CHECK(of(", importance: {permutation: {repeats: 9}}").importance.repeats ==
        9);
  CHECK(of(", importance: {type: permutation, repeats: 9}").importance ==
        Importance{ImportanceType::permutation, 9});
  CHECK(of(", slices: [country, sex]").slices ==
        std::vector<std::string>{"country", "sex"});
}

TEST_CASE("bounds and groups of metrics may be required of an evaluation") {
  const auto of = [](const std::string& keys, const std::string& gate) {
    return errors_of("kind: evaluate\ndata: a.csv\nevaluate: {model: m" + keys +
                     "}\nrequire: {" + gate + ": \">= 0.5\"}\n");
  };
  CHECK(of("", "test.auc.lo").empty());
  CHECK(of("", "test.rmse.hi").empty());
  CHECK(of(", slices: [country]", "\"test.auc[country=D.E=]\"").empty());
  CHECK(of("", "\"test.auc[country=DE]\"") == "4:11 E216 require");
  CHECK(of(", slices: [count]", "\"test.auc[country=DE]\"") ==
        "4:11 E216 require");
  CHECK(of(", bootstrap: 0", "test.auc.lo") == "4:11 E216 require");
  CHECK(of("", "test.auc.mid") == "4:11 E210 require.test.auc.mid");
  CHECK(of("", "train.auc.lo") == "4:11 E216 require");
  CHECK(message_of(read(kLeast + "require: {test.auc.lo: \">= 0.5\"}\n")) ==
        "require: 'test.auc.lo' cannot be: only a job of kind evaluate has it");
  const std::string group = "test.auc[c=" + std::string(244, 'x') + "]";
  CHECK(group.size() == 256);
  CHECK(of(", slices: [c]", "\"" + group + "\"").empty());
  CHECK(of(", slices: [c]", "\"x" + group + "\"")
            .starts_with("4:11 E213 require."));
}

TEST_CASE("a gate on a group goes through an argument and through YAML") {
  Options options = fixed_options();
  options.require = {"test.auc[age=<= 30]>=0.8", "test.f1.lo > 0.5"};
  const auto job = job_of(read_with(
      options,
      "kind: evaluate\ndata: a.csv\nevaluate: {model: m, slices: [age]}\n"));
  REQUIRE(job);
  REQUIRE(job->require.size() == 2);
  CHECK(job->require[0].metric == "test.auc[age=<= 30]");
  CHECK(job->require[0].low == 0.8);
  CHECK(job->require[1].metric == "test.f1.lo");
  CHECK(job_in(to_yaml(*job)) == job);
}

TEST_CASE("confusion is a table, which has no conditions") {
  CHECK(job_in(text_with("metrics", "[confusion, f1]")));
  CHECK(errors_of(text_with("metrics", "[confusion, rmse]")) ==
        "1:22 E216 metrics");
  CHECK(message_of(read(kLeast + "require: {test.confusion: \">= 1\"}\n")) ==
        "require: 'test.confusion' is a table, not a number: it has no "
        "conditions");
  CHECK(errors_of(text_with("train.early_stop.metric", "valid.confusion")) ==
        "1:30 E216 train.early_stop.metric");
}

TEST_CASE("how columns are prepared is the model's, how they are read is not") {
  const auto plain = read(kEvaluate + "columns: {a: {type: real}}\n");
  CHECK(codes(plain.warnings).empty());
  const auto odd = read(kEvaluate + "columns: {a: {scale: none}}\n");
  CHECK(codes(odd.errors).empty());
  CHECK(codes(odd.warnings) == "4:11 W301 columns.a");
}

const std::string kPredict =
    "kind: predict\ndata: a.csv\npredict: {model: m.mlm}\n";

TEST_CASE("a prediction says what comes out of it") {
  const auto plain = job_in(kPredict);
  REQUIRE(plain);
  CHECK(plain->predict.format == PredictFormat::csv);
  CHECK(plain->predict.probabilities);
  const auto job = job_in(
      "kind: predict\ndata: a.csv\npredict: {model: m.mlm, format: h5, "
      "probabilities: false, id: who, input: [\"a*\", b]}\n");
  REQUIRE(job);
  CHECK(job->predict.format == PredictFormat::h5);
  CHECK_FALSE(job->predict.probabilities);
  CHECK(job->predict.id == "who");
  CHECK(job->predict.input == std::vector<std::string>{"a*", "b"});
  CHECK(job_in(to_yaml(*job)) == job);
  CHECK(spec_hash(*job) != spec_hash(*plain));
}

TEST_CASE("what the model brings has no effect on its prediction") {
  for (const char* line :
       {"columns: {a: {type: real}}", "features: {exclude: [a]}",
        "keep: {predictions: false}", "task: regression"}) {
    CAPTURE(line);
    const auto odd = read(kPredict + line + "\n");
    CHECK(codes(odd.errors).empty());
    CHECK(codes(odd.warnings).find("W301") != std::string::npos);
  }
  CHECK_FALSE(job_in(kPredict + "metrics: [f1]\n"));
  CHECK_FALSE(job_in(kPredict + "evaluate: {model: m.mlm}\n"));
  const auto plain = read(kPredict + "target: y\ncsv: {delimiter: \";\"}\n");
  CHECK(codes(plain.errors).empty());
  CHECK(codes(plain.warnings).empty());
  const auto divided = read(
      "kind: predict\npredict: {model: m.mlm}\n"
      "data: {csv: a.csv, sample: 0.5, split: stored}\n");
  CHECK(codes(divided.warnings).find("W301") != std::string::npos);
}

}  // namespace
}  // namespace mlb::spec
