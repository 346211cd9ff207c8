// A job as YAML is the same job when it is read again, and work that is equal
// has an equal hash.
#include <catch2/catch.hpp>

#include <functional>
#include <set>

#include "base/rng.h"
#include "spec_random.h"
#include "spec_world.h"

namespace mlb::spec {
namespace {

TEST_CASE("what is written is read as the same job") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const JobSpec spec = RandomSpec(seed).make();
    const std::string yaml = to_yaml(spec);
    INFO("seed " << seed << "\n" << yaml);
    const auto result = read(yaml);
    REQUIRE(codes(result.errors).empty());
    REQUIRE(result.jobs.size() == 1);
    REQUIRE(result.jobs[0].spec == spec);
    REQUIRE(to_yaml(result.jobs[0].spec) == yaml);
    REQUIRE(spec_hash(result.jobs[0].spec) == spec_hash(spec));
    // With origins it is the same job, too.
    const auto again = read(to_yaml_with_origins(result.jobs[0]));
    REQUIRE(again.jobs.size() == 1);
    REQUIRE(again.jobs[0].spec == spec);
  }
}

TEST_CASE("early stopping that was asked for is written out") {
  const auto job = job_in(text_with("train.early_stop", "{patience: 3}"));
  REQUIRE(job);
  CHECK(job_in(to_yaml(*job)) == job);
}

TEST_CASE("each value is marked with its origin") {
  Options options = fixed_options();
  options.set = {"train.epochs=5"};
  options.tags = {"t"};
  const auto result = read_with(options, kLeast + "seed: 3\n");
  REQUIRE(result.jobs.size() == 1);
  const std::string yaml = to_yaml_with_origins(result.jobs[0]);
  const auto has = [&](const std::string& line) {
    return yaml.find(line + "\n") != std::string::npos;
  };
  CHECK(has("seed: 3  # job.yaml:5"));
  CHECK(has("  epochs: 5  # --set"));
  CHECK(has("  batch_size: 64  # default"));
  CHECK(has("tags: [t]  # --tag"));
  CHECK(has("name: job  # default"));
}

Digest hash_of(std::string_view text) {
  const auto job = job_in(text);
  REQUIRE(job);
  return spec_hash(*job);
}

TEST_CASE("the hash does not depend on how a spec is written") {
  const Digest hash = hash_of(kLeast);
  CHECK(hash_of("# a comment\nmodel: {type: net}\ntarget: y   # y\n"
                "data: {csv: a.csv}\nkind: train\n") == hash);
  CHECK(hash_of(to_yaml(*job_in(kLeast))) == hash);
  CHECK(hash_of(kLeast + "seed: 0\nfeatures: {}\ncolumns: {}\n"
                         "train: {epochs: 1e2, early_stop: {}}\n") == hash);
  CHECK(hash_of(text_with("metrics", "[auc, f1]")) ==
        hash_of(text_with("metrics", "[f1, auc]")));
  CHECK(hash_of(text_with("data.split.seed", "0")) == hash);
  CHECK(hash_of(text_with("csv.delimiter", "\"\\t\"")) ==
        hash_of(text_with("csv.delimiter", "tab")));
  CHECK(hash_of(text_with("columns", "{a: {dates: [epoch]}}")) ==
        hash_of(text_with("columns", "{a: {}}")));
}

TEST_CASE("the hash does not depend on what cannot change the result") {
  const Digest hash = hash_of(kLeast);
  for (const char* line :
       {"name: other", "description: other", "tags: [other]",
        "labels: {other: x}", "resources: {cpus: 2, memory: 1G, timeout: 1h}",
        "retry: {max: 0, on: [signal], backoff: 2s}",
        "require: {test.auc: \"> 0.5\"}", "keep: {predictions: false}"}) {
    CAPTURE(line);
    CHECK(hash_of(kLeast + line + "\n") == hash);
  }
  const std::string ridge =
      "kind: train\ndata: a.csv\ntarget: y\nmodel: ridge\n";
  CHECK(hash_of(ridge + "train: {epochs: 3}\n") == hash_of(ridge));
}

/// Values that no other has the same hash with.
const std::vector<std::pair<std::string, std::string>> kChanges{
    {"seed", "1"},
    {"data", "b.csv"},
    {"kind", "prep"},
    {"data.dataset", "a.h5"},
    {"data.split", "{train: 0.8, valid: 0.1, test: 0.1}"},
    {"data.split", "{train: 0.8, valid: 0.15, test: 0.05}"},
    {"data.split.stratify", "false"},
    {"data.split.stratify", "true"},
    {"data.split.seed", "1"},
    {"columns", "{a: {type: id}}"},
    {"columns", "{a: {type: text}}"},
    {"columns", "{b: {type: text}}"},
    {"columns", "{a: {type: id}, b: {type: text}}"},
    {"columns", "{b: {type: text}, a: {type: id}}"},
    {"target", "z"},
    {"features.include", "[a]"},
    {"features.exclude", "[a]"},
    {"model", "ridge"},
    {"model", "{type: ridge, lambda: 2}"},
    {"model", "{type: ridge, intercept: false}"},
    {"model.net.layers", "[dense: 64]"},
    {"model.net.layers", "[dense: 32]"},
    {"model.net.layers", "[dense: {units: 32, bias: false}]"},
    {"model.net.layers", "[relu]"},
    {"model.net.layers", "[tanh]"},
    {"model.net.layers", "[sigmoid]"},
    {"model.net.layers", "[dropout]"},
    {"model.net.layers", "[dropout: 0.1]"},
    {"model.net.layers", "[{dense: {units: 32, init: lecun}}]"},
    {"model.net.layers", "[residual: [relu]]"},
    {"model.net.layers", "[concat: [[relu], []]]"},
    {"model.net.layers", "[repeat: {times: 3, layers: [relu]}]"},
    {"model.net.layers", "[batchnorm]"},
    {"model.net.preset", "mlp_large"},
    {"model.net.init", "xavier"},
    {"model.net.loss", "mae"},
    {"model.net.loss", "{huber: 2}"},
    {"model.net.label_smoothing", "0.1"},
    {"train.steps", "5"},
    {"train.time", "5s"},
    {"train.schedule", "cosine"},
    {"train.schedule.warmup", "5 epochs"},
    {"train.schedule.warmup", "5 steps"},
    {"train.schedule.step.every", "5 epochs"},
    {"train.clip_norm", "5"},
    {"train.l1", "5"},
    {"train.l2", "5"},
    {"train.class_weights", "balanced"},
    {"train.class_weights", "{a: 2}"},
    {"train.validate_every", "2 epochs"},
    {"train.on_nan", "rollback"},
    {"train.optimizer.type", "adamw"},
    {"train.optimizer.rmsprop.rho", "0.5"},
    {"train.epochs", "5"},
    {"train.batch_size", "5"},
    {"train.shuffle", "false"},
    {"train.optimizer.learning_rate", "5"},
    {"train.optimizer.weight_decay", "5"},
    {"train.optimizer.type", "sgd"},
    {"train.optimizer.sgd.momentum", "0.5"},
    {"train.optimizer.sgd.nesterov", "true"},
    {"train.optimizer.adam.beta1", "0.5"},
    {"train.optimizer.adam.beta2", "0.5"},
    {"train.optimizer.adam.eps", "0.5"},
    {"train.early_stop", "false"},
    {"train.early_stop.metric", "valid.auc"},
    {"train.early_stop.patience", "5"},
    {"train.early_stop.min_delta", "5"},
    {"metrics", "[auc]"},
    {"metrics", "[f1]"},
};

TEST_CASE("the hash changes with everything that changes the result") {
  std::set<std::string> seen{hash_of(kLeast).text()};
  for (const auto& [path, value] : kChanges) {
    CAPTURE(path, value);
    CHECK(seen.insert(hash_of(text_with(path, value)).text()).second);
  }
}

TEST_CASE("the hash changes with each rule of preparation") {
  std::set<std::string> seen{hash_of(kLeast).text()};
  for (const auto& [path, value] :
       std::vector<std::pair<std::string, std::string>>{
           {"data.split", "{column: s, train: [a]}"},
           {"data.split", "{column: s, train: [a], test: [b]}"},
           {"data.split", "{by_time: s}"},
           {"data.split", "{group: s}"},
           {"data.sample", "0.5"},
           {"data.sample", "500"},
           {"csv.delimiter", "tab"},
           {"csv.missing", "[]"},
           {"csv.escape", "'#'"},
           {"csv.comment", "'#'"},
           {"csv.quote", "none"},
           {"csv.encoding", "latin1"},
           {"csv.decimal", "','"},
           {"csv.thousands", "','"},
           {"csv.skip", "1"},
           {"csv.ragged", "fill"},
           {"csv.ragged", "skip"},
           {"csv.max_field", "1M"},
           {"columns", "{a: {type: date}}"},
           {"columns", "{a: {type: time}}"},
           {"columns", "{a: {date_format: '%d.%m.%Y'}}"},
           {"columns", "{a: {date_format: '%m.%d.%Y'}}"},
           {"columns", "{a: {dates: [year]}}"},
           {"columns", "{a: {dates: [year, dow]}}"},
           {"columns", "{a: {scale: none}}"},
           {"columns", "{a: {missing: mean}}"},
           {"columns", "{a: {missing: {const: 0}}}"},
           {"columns", "{a: {missing: {const: 1}}}"},
           {"columns", "{a: {encode: target}}"},
           {"columns", "{a: {encode: {hash: 5}}}"},
           {"columns", "{a: {max_levels: 5}}"},
           {"columns", "{a: {unknown: error}}"},
           {"columns", "{a: {clip: [0, 1]}}"},
           {"target_transform", "log1p"},
           {"task", "regression"},
           {"positive", "a"},
           {"features.id", "a"},
           {"features.weight", "a"},
       }) {
    CAPTURE(path, value);
    CHECK(seen.insert(hash_of(text_with(path, value)).text()).second);
  }
}

TEST_CASE("data count by content once it is known, not by place") {
  JobSpec a = *job_in(kLeast);
  JobSpec b = a;
  b.data.path = "/else/where.csv";
  CHECK(spec_hash(a) != spec_hash(b));
  a.data.digest = b.data.digest = sha256(view_of(std::string("content")));
  CHECK(spec_hash(a) == spec_hash(b));
  b.data.digest = sha256(view_of(std::string("other")));
  CHECK(spec_hash(a) != spec_hash(b));
}

TEST_CASE("the hash is the same on every machine and in every release") {
  // Whoever changes this changes kVersion in hash.cc, and CHANGELOG.md.
  CHECK(hash_of(kLeast).text() ==
        "5d2784791528d7253d2aeaedc92646bdf5b4521ce9f8404b8c955a5b9da98409");
}

}  // namespace
}  // namespace mlb::spec
