// Rules that look at more than one field.
#include <catch2/catch.hpp>

#include "spec_world.h"

namespace mlb::spec {
namespace {

TEST_CASE("what every job needs is asked for, once") {
  CHECK(errors_of("name: x\n") ==
        "1:1 E114 kind\n1:1 E114 data\n1:1 E114 target\n1:1 E114 model");
  CHECK(errors_of("kind: train\ndata: {}\ntarget: y\nmodel: {layers: []}\n") ==
        "2:7 E114 data\n4:8 E114 model.type");
  CHECK(errors_of("kind: trian\n") == "1:7 E206 kind");
}

TEST_CASE("a newer version of the format is named") {
  const auto result = read("mlbatch: 2\n" + kLeast);
  CHECK(message_of(result) ==
        "mlbatch: this file needs a program that knows version 2; this one "
        "knows 1");
}

TEST_CASE("data come from exactly one source") {
  CHECK(errors_of(text_with("data", "{csv: a.csv, dataset: b.h5}")) ==
        "1:29 E116 data");
  CHECK(errors_of(text_with("data", "a.parquet")) == "1:7 E208 data");
  CHECK(errors_of(text_with("data", "sha256:0123")) == "1:7 E208 data");
  CHECK(errors_of(text_with("data", "{dataset: sha256:0123}")) ==
        "1:17 E208 data.dataset");
  const std::string digest = "sha256:" + std::string(64, 'a');
  for (const auto& text : {digest, "{dataset: \"" + digest + "\"}"}) {
    const auto job = job_in(text_with("data", text));
    REQUIRE(job);
    CHECK(job->data.source == DataSource::dataset);
    CHECK(job->data.path.empty());
    CHECK("sha256:" + job->data.digest.text() == digest);
  }
  CHECK(errors_of(text_with("data.csv", digest)) == "1:13 E208 data.csv");
  for (const char* file : {"a.csv", "a.tsv", "a.txt", "a.csv.gz"}) {
    const auto job = job_in(text_with("data", file));
    REQUIRE(job);
    CHECK(job->data.source == DataSource::csv);
  }
  for (const char* file : {"a.h5", "a.hdf5"}) {
    const auto job = job_in(text_with("data", file));
    REQUIRE(job);
    CHECK(job->data.source == DataSource::dataset);
  }
}

TEST_CASE("fractions add up to 1 within 1e-9") {
  const auto sum = [](const std::string& split) {
    return errors_of(text_with("data.split", split));
  };
  CHECK(sum("{train: 0.6, valid: 0.2, test: 0.2}").empty());
  CHECK(sum("{train: 1, valid: 0, test: 0}").empty());
  CHECK(sum("{train: 0.33333333333, valid: 0.33333333333, "
            "test: 0.33333333333}")
            .empty());
  CHECK(sum("{train: 0.600000002, valid: 0.2, test: 0.2}") ==
        "1:27 E212 data.split");
  const auto result = read(text_with("data.split", "{train: 0.8}"));
  CHECK(message_of(result) ==
        "data.split: the fractions add up to 1.1, not to 1");
  CHECK(result.errors[0].hint ==
        "valid is 0.15 by default, test is 0.15 by default");
  // Nothing follows from a fraction that is not known.
  CHECK(sum("{train: x}") == "1:35 E201 data.split.train");
}

TEST_CASE("a metric of an empty split is an error") {
  const std::string split =
      "data: {csv: a.csv, split: {train: 0.8, valid: 0, test: 0.2}}\n";
  const std::string head = "kind: train\ntarget: y\nmodel: net\n" + split;
  CHECK(errors_of(head + "require: {valid.accuracy: \">= 0.9\"}\n") ==
        "5:11 E216 require");
  CHECK(errors_of(head + "require: {test.accuracy: \">= 0.9\"}\n").empty());
  CHECK(errors_of(head + "train: {early_stop: {patience: 3}}\n") ==
        "5:21 E217 train.early_stop");
  CHECK(errors_of(head + "train: {early_stop: false}\n").empty());
  CHECK(errors_of(head + "train: {early_stop: auto}\n").empty());
}

TEST_CASE("a ridge has no metrics of classes") {
  const std::string head =
      "kind: train\ntarget: y\nmodel: ridge\ndata: a.csv\n";
  for (const char* name : {"accuracy", "f1", "log_loss", "auc"}) {
    CAPTURE(name);
    CHECK(errors_of(head + "metrics: [rmse, " + name + "]\n") ==
          "5:17 E216 metrics");
    CHECK(errors_of(head + "require: {test." + name + ": \"> 0\"}\n") ==
          "5:11 E216 require");
  }
  CHECK(errors_of(head + "metrics: [rmse, mae, r2]\n").empty());
}

TEST_CASE("all metrics of a job are of one task") {
  const auto result = read(kLeast +
                           "metrics: [rmse, f1]\n"
                           "require: {test.auc: \"> 0\", test.r2: \"> 0\"}\n"
                           "train: {early_stop: {metric: valid.accuracy}}\n");
  CHECK(codes(result.errors) ==
        "5:17 E216 metrics\n6:11 E216 require\n"
        "7:30 E216 train.early_stop.metric");
  CHECK(result.errors[0].message ==
        "metrics: 'f1' cannot be: 'rmse' is of numbers, and a job has one "
        "task");
  CHECK(errors_of(kLeast +
                  "metrics: [f1, auc]\nrequire: {test.accuracy: \"> 0\"}\n"
                  "train: {early_stop: {metric: valid.loss}}\n")
            .empty());
}

TEST_CASE("early_stop watches a metric of the valid split") {
  const auto metric = [](const std::string& name) {
    return errors_of(text_with("train.early_stop.metric", name));
  };
  for (const char* name : {"valid.loss", "valid.accuracy", "valid.auc",
                           "valid.f1", "valid.rmse", "valid.mae", "valid.r2"}) {
    CHECK(metric(name).empty());
  }
  CHECK(metric("train.loss") == "1:30 E216 train.early_stop.metric");
  CHECK(metric("loss") == "1:30 E210 train.early_stop.metric");
  CHECK(metric("valid.confusion") == "1:30 E216 train.early_stop.metric");
}

TEST_CASE("a gate names a split and a metric") {
  const auto gate = [](const std::string& metric) {
    const auto result = read(text_with("require", "{" + metric + ": \"> 0\"}"));
    return result.errors.size() == 1
               ? result.errors[0].code + " " + result.errors[0].suggestion
               : codes(result.errors);
  };
  CHECK(gate("test.accuracy").empty());
  CHECK(gate("train.r2").empty());
  CHECK(gate("test.acuracy") == "E210 test.accuracy");
  CHECK(gate("accuracy") == "E210 test.accuracy");
  CHECK(gate("tset.auc") == "E210 test.auc");
  CHECK(gate("nonsense") == "E210 ");
  CHECK(gate("test.confusion") == "E216 ");
  // The loss is of the epochs; at the end it is not computed yet.
  CHECK(gate("valid.loss") == "E113 ");
}

TEST_CASE("a condition is a comparison or a range") {
  const auto condition = [](const std::string& text) {
    return errors_of(text_with("require", "{test.r2: \"" + text + "\"}"));
  };
  for (const char* good : {">= 0.9", "> .5", "<=1", "<  -2e3", "between 0 1",
                           "  between -1  -1 "}) {
    CAPTURE(good);
    CHECK(condition(good).empty());
  }
  for (const char* bad :
       {"", "0.9", "= 0.9", "== 1", ">= x", "> 010", ">= nan", "> inf",
        "between 1", "between 1 0", "between 0 1 2", "within 0 1", ">"}) {
    CAPTURE(bad);
    CHECK(condition(bad) == "1:20 E211 require.test.r2");
  }
}

TEST_CASE("keys of another type are named as such") {
  const auto result =
      read(text_with("train.optimizer", "{type: adam, momentum: 0.5}"));
  CHECK(message_of(result) ==
        "train.optimizer.momentum is for type sgd, not for adam");
  CHECK(errors_of(text_with("model", "{type: ridge, layers: []}")) ==
        "1:22 E119 model.layers");
  CHECK(errors_of(text_with("model", "{type: net, lambda: 1}")) ==
        "1:20 E119 model.lambda");
  // The rows below a type are no keys.
  CHECK(errors_of(text_with("model", "{type: net, ridge: {lambda: 1}}")) ==
        "1:20 E101 model.ridge");
}

TEST_CASE("a net too large to be is refused at its layer") {
  CHECK(errors_of(text_with("model.net.layers",
                            "[dense: 65536, relu, dense: 65536]")) ==
        "1:49 E215 model.layers[2]");
  CHECK(errors_of(text_with("model.net.layers", "[dense: 65537]")) ==
        "1:36 E214 model.layers[0].dense");
}

TEST_CASE("training keys that change nothing are warned of") {
  const std::string head =
      "kind: train\ntarget: y\nmodel: ridge\ndata: a.csv\n";
  const auto result = read(head + "train: {epochs: 5}\n");
  CHECK(result.errors.empty());
  CHECK(result.jobs.size() == 1);
  CHECK(codes(result.warnings) == "5:17 W301 train.epochs");
  const auto more = read(head + "train: {epochs: 5, l2: 1, threads: 2}\n");
  REQUIRE(more.warnings.size() == 1);
  CHECK(more.warnings[0].message ==
        "train.epochs, train.l2 have no effect: ridge does not use them");
  // Its resolved form holds the defaults.
  CHECK(read(head + "train: {epochs: 100}\n").warnings.empty());
  CHECK(read(kLeast + "train: {epochs: 5}\n").warnings.empty());
}

TEST_CASE("numbers have no weights of classes") {
  for (const char* model : {"ridge", "svr"}) {
    CAPTURE(model);
    CHECK(errors_of("kind: train\ntarget: y\ndata: a.csv\nmodel: " +
                    std::string(model) +
                    "\ntrain: {class_weights: balanced}\n") ==
          "5:24 E218 train.class_weights");
  }
  CHECK(errors_of(kLeast + "task: regression\ntrain: {class_weights: {a: 2}}\n")
            .ends_with("E218 train.class_weights"));
}

std::string clustering(const std::string& more) {
  return "kind: train\ndata: a.csv\nmodel: {type: kmeans, k: 3}\n" + more;
}

TEST_CASE("a clustering has no target, and all rows train") {
  const auto job = job_in(clustering("task: clustering\n"));
  REQUIRE(job);
  CHECK(job->target.empty());
  CHECK(job->task == TaskAsked::clustering);
  CHECK(std::get<KmeansSpec>(job->model).k == 3);
  CHECK(job->data.split == SplitSpec{.train = 1, .valid = 0, .test = 0});
  CHECK(job_in(to_yaml(*job)) == job);
  // A split that is written is as for every job.
  const auto divided = job_in(
      "kind: train\nmodel: kmeans\ndata: {csv: a.csv, split: {seed: 3}}\n");
  REQUIRE(divided);
  CHECK(divided->data.split == SplitSpec{.seed = 3});
}

TEST_CASE("what is about a target does not go with a clustering") {
  CHECK(errors_of(clustering("target: y\n")) == "4:9 E220 target");
  CHECK(errors_of(clustering("positive: a\n")) == "4:11 E220 positive");
  CHECK(errors_of(clustering("target_transform: log1p\n")) ==
        "4:19 E220 target_transform");
  CHECK(errors_of(clustering("train: {class_weights: balanced}\n")) ==
        "4:24 E220 train.class_weights");
  CHECK(errors_of(clustering("columns: {x: {encode: target}}\n")) ==
        "4:11 E220 columns.x");
  CHECK(errors_of("kind: train\nmodel: kmeans\n"
                  "data: {csv: a.csv, split: {stratify: true}}\n") ==
        "3:38 E220 data.split.stratify");
  // What changes nothing does no harm: a resolved spec names it.
  CHECK(errors_of(clustering("target_transform: none\n")).empty());
}

TEST_CASE("a task and a model that does not do it are told apart") {
  CHECK(errors_of(clustering("task: regression\n")) == "4:7 E220 task");
  CHECK(errors_of(kLeast + "task: clustering\n") == "5:7 E220 task");
}

TEST_CASE("a clustering has metrics of its own") {
  CHECK(errors_of(clustering("metrics: [inertia, silhouette]\n")).empty());
  CHECK(errors_of(clustering("require: {train.inertia: \"< 9\"}\n")).empty());
  CHECK(errors_of(clustering("metrics: [inertia, f1]\n")) ==
        "4:20 E216 metrics");
  CHECK(message_of(read(clustering("metrics: [rmse]\n"))) ==
        "metrics: 'rmse' cannot be: this kmeans makes clusters");
  CHECK(errors_of(clustering("require: {valid.inertia: \"< 9\"}\n")) ==
        "4:11 E216 require");
  CHECK(message_of(read(kLeast + "metrics: [inertia]\n")) ==
        "metrics: 'inertia' cannot be: this net makes no clusters");
  CHECK(message_of(read(kLeast + "metrics: [f1, silhouette]\n")) ==
        "metrics: 'silhouette' cannot be: 'f1' is of classes, and a job has "
        "one task");
}

TEST_CASE("a split is of one sort, and whole") {
  const auto of = [](const std::string& split) {
    return codes(read(text_with("data.split", split)).errors);
  };
  CHECK(of("{column: c, train: [a], valid: [b], test: []}").empty());
  CHECK(of("{column: c, train: [1, true], test: [x]}").empty());
  CHECK(of("{by_time: t, train: 0.8, valid: 0, test: 0.2}").empty());
  CHECK(of("{group: g}").empty());
  CHECK(of("{group: g, by_time: t}").find("E116 data.split.group") !=
        std::string::npos);
  CHECK(of("{column: c}").find("E218 data.split.column") != std::string::npos);
  CHECK(of("{column: c, train: 0.5}").find("E218 data.split.train") !=
        std::string::npos);
  CHECK(of("{train: [a]}").find("E218 data.split.train") != std::string::npos);
  CHECK(of("{column: c, train: [a], test: [a]}").find("E120") !=
        std::string::npos);
  CHECK(of("{group: g, stratify: true}").find("E218") != std::string::npos);
  CHECK(of("stored").find("E218") != std::string::npos);
  const auto stored = job_in(
      "kind: train\ndata: {dataset: a.h5, split: stored}\ntarget: y\n"
      "model: net\n");
  REQUIRE(stored);
  CHECK(stored->data.split.by == SplitBy::stored);
  CHECK(job_in(to_yaml(*stored)) == stored);
}

TEST_CASE("a prep job has no model, and needs no target") {
  const auto job = job_in("kind: prep\ndata: a.csv\n");
  REQUIRE(job);
  CHECK(job->kind == Kind::prep);
  CHECK(job->target.empty());
  CHECK(job_in(to_yaml(*job)) == job);
  CHECK(errors_of("kind: prep\ndata: a.csv\nmetrics: [f1]\n") ==
        "3:10 E216 metrics");
  const auto odd = read("kind: prep\ndata: a.csv\nmodel: net\n");
  CHECK(codes(odd.errors).empty());
  CHECK(codes(odd.warnings) == "3:8 W301 model");
}

TEST_CASE("of the target only type and format are said, by its name") {
  CHECK(job_in(text_with("columns", "{y: {type: real}}")));
  CHECK(job_in(text_with("columns", "{y: {date_format: \"%d.%m.%Y\"}}")));
  CHECK(job_in(text_with("columns", "{\"*\": {scale: none}}")));
  CHECK(errors_of(text_with("columns", "{y: {scale: none}}")) ==
        "1:11 E219 columns.y");
  CHECK(errors_of(text_with("columns", "{y: {type: ignore}}")) ==
        "1:11 E219 columns.y");
}

TEST_CASE("one column has one role") {
  CHECK(errors_of(text_with("features.weight", "y")) ==
        "1:20 E219 features.weight");
  CHECK(errors_of(text_with("features", "{id: a, weight: a}")) ==
        "1:27 E219 features.weight");
}

TEST_CASE("a delimiter is one character or a word for one") {
  const auto of = [](const std::string& value) {
    return errors_of(text_with("csv.delimiter", value));
  };
  for (const char* good : {"auto", "tab", "space", "\";\"", "\"|\""}) {
    CAPTURE(good);
    CHECK(of(good).empty());
  }
  CHECK(of("ab") == "1:18 E209 csv.delimiter");
  CHECK(of("\"\"") == "1:18 E209 csv.delimiter");
  CHECK(errors_of(text_with("csv.quote", "none")).empty());
  CHECK(errors_of(text_with("csv.quote", "auto")) == "1:14 E209 csv.quote");
  CHECK(message_of(read(text_with("csv.decimal", "';'"))) ==
        "csv.decimal: ';' is no decimal mark; want \".\" or \",\"");
  CHECK(message_of(read(text_with("csv.thousands", "'\xc2\xa0'"))) ==
        "csv.thousands: '\xc2\xa0' is no thousands mark; want one character, "
        "space, or none");
}

TEST_CASE("no two characters of a CSV's form are the same") {
  const auto of = [](const std::string& csv) {
    return errors_of(text_with("csv", csv));
  };
  CHECK(of("{delimiter: \";\", decimal: \",\", thousands: \".\"}").empty());
  CHECK(of("{thousands: \".\"}") == "1:18 E218 csv.thousands");
  CHECK(of("{decimal: \",\", thousands: \",\"}") == "1:32 E218 csv.thousands");
  CHECK(of("{delimiter: \"#\", comment: \"#\"}") == "1:32 E218 csv.comment");
  CHECK(of("{delimiter: '\"'}") == "1:18 E218 csv.delimiter");
  CHECK(of("{quote: none, escape: none, comment: none}").empty());
  CHECK(of("{delimiter: tab, escape: \"\\t\"}") == "1:31 E218 csv.escape");
}

TEST_CASE("only dates and times have a format and parts") {
  const auto of = [](const std::string& rule) {
    return errors_of(text_with("columns", "{x: " + rule + "}"));
  };
  CHECK(of("{type: date, date_format: \"%d.%m.%Y\", dates: [year]}").empty());
  CHECK(of("{type: time, dates: [hour, epoch]}").empty());
  CHECK(of("{date_format: \"%d.%m.%Y\"}").empty());
  CHECK(of("{dates: [dow]}").empty());
  CHECK(of("{type: real, date_format: \"%d.%m.%Y\"}") == "1:11 E218 columns.x");
  CHECK(of("{type: text, dates: [dow]}") == "1:11 E218 columns.x");
  CHECK(of("{dates: [dow], encode: onehot}") == "1:11 E218 columns.x");
  CHECK(of("{dates: []}") == "1:22 E207 columns.x.dates");
  CHECK(of("{dates: [week]}") == "1:23 E206 columns.x.dates");
  CHECK(of("{dates: [day, day]}") == "1:28 E120 columns.x.dates");
  CHECK(of("{date_format: \"%d.%m\"}") == "1:28 E209 columns.x.date_format");
  CHECK(of("{date_format: \"\"}") == "1:28 E209 columns.x.date_format");
  CHECK(of("{date_format: \"%q\"}") == "1:28 E209 columns.x.date_format");
}

}  // namespace
}  // namespace mlb::spec
