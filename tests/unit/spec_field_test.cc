// Every row of the field table: read, default, range, type; and every name
// that is known but not built.
#include <catch2/catch.hpp>

#include <cmath>
#include <set>

#include "spec/scalar.h"
#include "spec_world.h"

namespace mlb::spec {
namespace {

bool is_key_of_layer(const Field& field) {
  return field.path.starts_with("model.net.layers.");
}

/// The text with the row at `value`; a key of a layer stands in a layer.
std::string with_value(const Field& field, const std::string& value) {
  if (!is_key_of_layer(field)) return text_with(field.path, value);
  const std::string_view kind = parent_of(field.path);
  return text_with("model.net.layers", "[{" + std::string(last_key(kind)) +
                                           ": {" +
                                           std::string(last_key(field.path)) +
                                           ": " + value + "}}]");
}

/// Codes of the findings about this value, without those of other rules.
std::string codes_about_value(const Field& field, const std::string& value) {
  std::string out;
  for (const Diagnostic& d : read(with_value(field, value)).errors) {
    const bool sum = d.code == "E212" || d.code == "E215";
    const bool empty_split = d.code == "E216" || d.code == "E217";
    const bool other = d.code == "E218" || empty_split;
    if (!sum && !other) out += d.code + " ";
  }
  return out;
}

std::string number(const Field& field, double value) {
  switch (field.type) {
    case Type::duration:
      return std::to_string(static_cast<std::int64_t>(value)) + "ms";
    case Type::size:
      return std::to_string(static_cast<std::int64_t>(value / 1024)) + "K";
    case Type::integer:
    case Type::integer_or_word:
      return std::to_string(static_cast<std::int64_t>(value));
    default: return real_text(value);
  }
}

double step_of(const Field& field) {
  return field.type == Type::size ? 1024 : 1;
}

bool is_real(const Field& field) {
  return field.type == Type::real || field.type == Type::share ||
         field.type == Type::real_or_word;
}

bool has_range(const Field& field) {
  return field.type == Type::integer || is_real(field) ||
         field.type == Type::integer_or_word || field.type == Type::duration ||
         field.type == Type::size;
}

TEST_CASE("every range holds its bounds and not what lies beyond") {
  for (const Field& field : all_fields()) {
    if (!has_range(field)) continue;
    CAPTURE(field.path);
    const Range& r = field.range;
    if (is_real(field)) {
      const double below = std::nextafter(r.low, -INFINITY);
      const double above = std::nextafter(r.high, INFINITY);
      CHECK(codes_about_value(field, number(field, r.low)) ==
            (r.open_low ? "E214 " : ""));
      CHECK(codes_about_value(field, number(field, r.high)) ==
            (r.open_high ? "E214 " : ""));
      CHECK(codes_about_value(field, number(field, below)) == "E214 ");
      CHECK(codes_about_value(field, number(field, above)) == "E214 ");
      continue;
    }
    const double step = step_of(field);
    CHECK(codes_about_value(field, number(field, r.low)).empty());
    CHECK(codes_about_value(field, number(field, r.high)).empty());
    const std::string above =
        codes_about_value(field, number(field, r.high + step));
    CHECK(above == (field.path == "mlbatch" ? "E118 " : "E214 "));
    // Durations and sizes have no sign: below zero they are none.
    const bool negative = r.low - step < 0;
    const bool unit = field.type == Type::duration;
    CHECK(codes_about_value(field, number(field, r.low - step)) ==
          (negative && unit ? "E204 " : "E214 "));
  }
}

TEST_CASE("every number, word and list refuses another type") {
  const std::map<Type, std::vector<std::pair<std::string, std::string>>> wrong{
      {Type::integer, {{"ten", "E201 "}, {"1.5", "E201 "}, {"[1]", "E207 "}}},
      {Type::seed,
       {{"-1", "E214 "}, {"18446744073709551616", "E201 "}, {"{}", "E207 "}}},
      {Type::real, {{"ten", "E201 "}, {".nan", "E201 "}, {"1e999", "E201 "}}},
      {Type::boolean, {{"yes", "E203 "}, {"1", "E203 "}, {"[true]", "E207 "}}},
      {Type::boolean_or_auto, {{"off", "E203 "}, {"{}", "E207 "}}},
      {Type::text, {{"[a]", "E207 "}, {"{a: b}", "E207 "}}},
      {Type::share, {{"ten", "E201 "}, {"\"1\"", "E202 "}, {"{}", "E207 "}}},
      {Type::sample, {{"0", "E214 "}, {"1", "E214 "}, {"2.5", "E214 "}}},
      {Type::bounds, {{"5", "E207 "}, {"[1]", "E207 "}, {"[2, 1]", "E214 "}}},
      {Type::path, {{"[a]", "E207 "}, {"sha256:00", "E208 "}}},
      {Type::model,
       {{"[a]", "E207 "}, {"sha256:00", "E208 "}, {"~/m.mlm", "E208 "}}},
      {Type::word, {{"nonsense", "E206 "}, {"[a]", "E207 "}}},
      {Type::duration, {{"30", "E204 "}, {"1.5h", "E204 "}, {"05s", "E204 "}}},
      {Type::size, {{"512", "E205 "}, {"2GB", "E205 "}, {"[2G]", "E207 "}}},
      {Type::word_list, {{"word", "E207 "}, {"[nonsense]", "E206 "}}},
      {Type::text_list, {{"text", "E207 "}, {"[a, [b]]", "E207 "}}},
      {Type::tag_list, {{"tag", "E207 "}, {"[\"a b\"]", "E209 "}}},
      {Type::text_map, {{"[a]", "E207 "}, {"{a: [b]}", "E207 "}}},
      {Type::gate_map, {{"[a]", "E207 "}, {"{test.r2: [1]}", "E207 "}}},
      {Type::column_map, {{"[a]", "E207 "}, {"{a: b}", "E207 "}}},
      {Type::layer_list, {{"relu", "E207 "}, {"[[relu]]", "E207 "}}},
      {Type::real_or_word,
       {{"ten", "E201 "}, {"\"1\"", "E202 "}, {"[1]", "E207 "}}},
      {Type::integer_or_word, {{"ten", "E201 "}, {"1.5", "E201 "}}},
      {Type::sign_map,
       {{"[a]", "E207 "}, {"{a: 2}", "E206 "}, {"{a: [1]}", "E207 "}}},
      {Type::word_or_whole,
       {{"nonsense", "E201 "}, {"-1", "E214 "}, {"[1]", "E207 "}}},
      {Type::image,
       {{"flat", "E207 "}, {"[1, 2]", "E207 "}, {"[1, 2, 0]", "E214 "}}},
      {Type::weight_map,
       {{"nonsense", "E206 "}, {"[a]", "E207 "}, {"{a: 0}", "E214 "}}},
      {Type::span, {{"10", "E221 "}, {"10 rounds", "E221 "}, {"[1]", "E207 "}}},
  };
  std::set<Type> seen;
  for (const Field& field : all_fields()) {
    if (field.type == Type::group) continue;
    CAPTURE(field.path);
    REQUIRE(wrong.contains(field.type));
    seen.insert(field.type);
    for (const auto& [value, codes] : wrong.at(field.type)) {
      CAPTURE(value);
      CHECK(codes_about_value(field, value) == codes);
    }
  }
  CHECK(seen.size() == wrong.size());
}

TEST_CASE("a group is a map, or its short form") {
  for (const Field& field : all_fields()) {
    const bool layer = is_key_of_layer(field);
    if (field.type != Type::group || layer || is_unwritten(field.path)) {
      continue;
    }
    CAPTURE(field.path);
    CHECK(codes_about_value(field, "[a]") == "E207 ");
    CHECK_FALSE(codes_about_value(field, "nonsense").empty());
  }
}

TEST_CASE("every value that a field has by default may be written") {
  for (const Field& field : all_fields()) {
    if (field.type == Type::group || field.required) continue;
    std::string value = default_text(field);
    // Said in words, or the absence of a value.
    const bool words = field.path == "name" || field.path == "metrics" ||
                       field.path == "data.split.seed" || value == "none" ||
                       value == "size" || value == "that of the net" ||
                       value == "resources.cpus";
    if (words) continue;
    CAPTURE(field.path, value);
    CHECK_FALSE(value.empty());
    CHECK(codes_about_value(field, value).empty());
  }
}

/// Defaults of the reference, row by row.
const std::map<std::string, std::string> kDefaults{
    {"seed", "0"},
    {"resources.cpus", "1"},
    {"resources.memory", "2G"},
    {"resources.timeout", "1d"},
    {"retry.max", "3"},
    {"retry.on", "[worker_lost]"},
    {"retry.backoff", "1s"},
    {"keep.model", "best"},
    {"keep.predictions", "true"},
    {"data.split.train", "0.7"},
    {"data.split.valid", "0.15"},
    {"data.split.test", "0.15"},
    {"data.split.stratify", "auto"},
    {"data.sample", "all"},
    {"csv.delimiter", "auto"},
    {"csv.header", "auto"},
    {"csv.max_field", "64M"},
    {"csv.quote", "\"\\\"\""},
    {"csv.escape", "none"},
    {"csv.comment", "none"},
    {"csv.encoding", "auto"},
    {"csv.decimal", "\".\""},
    {"csv.thousands", "none"},
    {"csv.skip", "0"},
    {"csv.ragged", "error"},
    {"columns.*.dates", "[epoch]"},
    {"columns.*.missing", "auto"},
    {"columns.*.max_levels", "50"},
    {"target_transform", "auto"},
    {"task", "auto"},
    {"model.net.layers", "[dense: 64, relu, dense: 32, relu]"},
    {"model.ridge.lambda", "1"},
    {"model.ridge.intercept", "true"},
    {"train.epochs", "100"},
    {"train.batch_size", "64"},
    {"train.optimizer.type", "adam"},
    {"train.optimizer.learning_rate", "0.001"},
    {"train.optimizer.weight_decay", "0"},
    {"train.optimizer.sgd.momentum", "0.9"},
    {"train.optimizer.sgd.nesterov", "false"},
    {"train.optimizer.adam.beta1", "0.9"},
    {"train.optimizer.adam.beta2", "0.999"},
    {"train.optimizer.adam.eps", "1e-8"},
    {"model.net.init", "he"},
    {"model.net.input", "auto"},
    {"model.net.loss.type", "auto"},
    {"model.net.label_smoothing", "0"},
    {"train.steps", "none"},
    {"train.time", "none"},
    {"train.optimizer.rmsprop.rho", "0.9"},
    {"train.schedule.type", "const"},
    {"train.schedule.warmup", "0 epochs"},
    {"train.schedule.plateau.factor", "0.1"},
    {"train.schedule.plateau.patience", "10"},
    {"train.clip_norm", "0"},
    {"train.l1", "0"},
    {"train.l2", "0"},
    {"train.class_weights", "none"},
    {"train.threads", "resources.cpus"},
    {"train.validate_every", "1 epoch"},
    {"train.checkpoint.every", "1m"},
    {"train.checkpoint.keep", "2"},
    {"train.on_nan.type", "fail"},
    {"train.on_nan.rollback.factor", "0.5"},
    {"train.on_nan.rollback.max", "3"},
    {"train.shuffle", "true"},
    {"train.early_stop", "auto"},
    {"train.early_stop.metric", "valid.loss"},
    {"train.early_stop.patience", "10"},
    {"train.early_stop.min_delta", "0"},
};

TEST_CASE("defaults are those of the reference") {
  for (const auto& [path, text] : kDefaults) {
    CAPTURE(path);
    const Field* field = find_field(path);
    REQUIRE(field != nullptr);
    CHECK(default_text(*field) == text);
  }
}

TEST_CASE("every word of a field is read as itself") {
  for (const Field& field : all_fields()) {
    if (field.type != Type::word || field.access.get == nullptr) continue;
    for (const std::string_view word : split_words(field.words)) {
      CAPTURE(field.path, word);
      const auto job = job_in(text_with(field.path, std::string(word)));
      REQUIRE(job);
      CHECK(value_text(field, field.access.get(*job)) == word);
    }
  }
}

TEST_CASE("values reach the job") {
  const auto job = job_in(R"(
mlbatch: 1
kind: train
name: all.of-it_1
description: free text
tags: [a/b, C.d]
labels: {team: blue}
seed: 18446744073709551615
resources: {cpus: 2, memory: 3G, timeout: 90m}
retry: {max: 1, on: [signal], backoff: 250ms}
require: {test.r2: "> 0.5", test.mae: between -1 2.5, valid.rmse: "<1e3"}
keep: {model: last, predictions: false}
data:
  dataset: d.h5
  split: {train: 0.5, valid: 0.25, test: 0.25, stratify: false, seed: 9}
columns: {"x*": {type: text}, id: {type: id}, z: {}}
target: y
features: {include: [a, "b*"], exclude: [c]}
model: {type: ridge, lambda: 0.5, intercept: false}
metrics: [mae]
)");
  REQUIRE(job);
  CHECK(job->name == "all.of-it_1");
  CHECK(job->tags == std::vector<std::string>{"a/b", "C.d"});
  CHECK(job->labels.at("team") == "blue");
  CHECK(job->seed == 18446744073709551615u);
  CHECK(job->resources == Resources{2, 3ull << 30, 90min});
  CHECK(job->retry == Retry{1, false, true, 250ms});
  REQUIRE(job->require.size() == 3);
  CHECK(job->require[0] == Gate{"test.r2", Comparison::above, 0.5, 0, "> 0.5"});
  CHECK(job->require[1] ==
        Gate{"test.mae", Comparison::between, -1, 2.5, "between -1 2.5"});
  CHECK(job->require[2] ==
        Gate{"valid.rmse", Comparison::below, 1000, 0, "<1e3"});
  CHECK(job->keep == Keep{KeptModel::last, false});
  CHECK(job->data.source == DataSource::dataset);
  CHECK(job->data.path == "/jobs/d.h5");
  CHECK(job->data.split == SplitSpec{0.5, 0.25, 0.25, false, 9});
  CHECK(job->columns == std::vector<ColumnRule>{{"x*", ColumnType::text},
                                                {"id", ColumnType::id},
                                                {"z", ColumnType::automatic}});
  CHECK(job->features == Features{{"a", "b*"}, {"c"}});
  CHECK(job->model == ModelSpec(RidgeSpec{0.5, false}));
  CHECK(job->metrics == std::vector<std::string>{"mae"});
}

TEST_CASE("how a CSV is read reaches the job") {
  const auto job = job_in(kLeast + R"(
csv: {delimiter: ";", quote: "'", header: false, missing: [x, "null"],
      max_field: 1M, escape: "\\", comment: "#", encoding: latin1,
      decimal: ",", thousands: ".", skip: 3, ragged: fill}
)");
  REQUIRE(job);
  CHECK(job->csv == CsvSpec{.delimiter = ";",
                            .quote = "'",
                            .header = false,
                            .missing = {"x", "null"},
                            .max_field = 1u << 20,
                            .escape = "\\",
                            .comment = "#",
                            .encoding = CsvEncoding::latin1,
                            .decimal = ",",
                            .thousands = ".",
                            .skip = 3,
                            .ragged = CsvRagged::fill});
}

TEST_CASE("how data are prepared reaches the job") {
  const auto job = job_in(R"(
kind: train
data:
  csv: d.csv
  sample: 0.25
columns:
  "x*": {type: text}
  id: {type: id}
  z: {}
  m: {missing: {const: -1}, scale: robust, clip: [-1, 2.5]}
  k: {missing: level, encode: {hash: 8}, max_levels: 7, unknown: error}
  d: {type: date, date_format: "%d.%m.%Y", dates: [year, dow]}
target: y
target_transform: log1p
task: regression
positive: "no"
features: {include: [a, "b*"], exclude: [c], id: i, weight: w}
model: ridge
)");
  REQUIRE(job);
  CHECK(job->data.sample == 0.25);
  REQUIRE(job->columns.size() == 6);
  CHECK(job->columns[0] == ColumnRule{"x*", ColumnType::text});
  CHECK(job->columns[1] == ColumnRule{"id", ColumnType::id});
  CHECK(job->columns[2] == ColumnRule{"z", ColumnType::automatic});
  CHECK(job->columns[3] == ColumnRule{.pattern = "m",
                                      .missing = Missing::constant,
                                      .missing_value = "-1",
                                      .scale = Scale::robust,
                                      .clip = std::pair(-1.0, 2.5)});
  CHECK(job->columns[4] == ColumnRule{.pattern = "k",
                                      .missing = Missing::level,
                                      .encode = Encode::hash,
                                      .buckets = 8,
                                      .max_levels = 7,
                                      .unknown = Unknown::error});
  CHECK(job->columns[5] ==
        ColumnRule{.pattern = "d",
                   .type = ColumnType::date,
                   .date_format = "%d.%m.%Y",
                   .dates = {DatePart::year, DatePart::dow}});
  CHECK(job->target_transform == TargetTransform::log1p);
  CHECK(job->task == TaskAsked::regression);
  CHECK(job->positive == "no");
  CHECK(job->features == Features{{"a", "b*"}, {"c"}, "i", "w"});
}

TEST_CASE("early_stop is a map, false or auto") {
  const auto mode = [](const std::string& value) {
    const auto job = job_in(text_with("train.early_stop", value));
    return job ? std::optional(job->train.early_stop_mode) : std::nullopt;
  };
  CHECK(mode("{}") == EarlyStopMode::on);
  CHECK(mode("false") == EarlyStopMode::off);
  CHECK(mode("auto") == EarlyStopMode::automatic);
  CHECK(mode("true") == std::nullopt);
  CHECK(mode("\"false\"") == std::nullopt);
}

TEST_CASE("short forms are the long ones") {
  const std::string head = "kind: train\ntarget: y\n";
  const auto same = [&](const std::string& a, const std::string& b) {
    const auto x = job_in(head + a + "\n");
    const auto y = job_in(head + b + "\n");
    return x && y && *x == *y;
  };
  CHECK(same("model: net\ndata: x.csv",
             "model: {type: net}\ndata: {csv: x.csv}"));
  CHECK(same("model: net\ndata: x.h5", "model: net\ndata: {dataset: x.h5}"));
  CHECK(same("data: x.csv\nmodel: net\ntrain: {optimizer: sgd}",
             "data: x.csv\nmodel: net\ntrain: {optimizer: {type: sgd}}"));
  CHECK(
      same("data: x.csv\nmodel: net\ntrain: {optimizer: {lr: 1}}",
           "data: x.csv\nmodel: net\ntrain: {optimizer: {learning_rate: 1}}"));
  CHECK(same("data: x.csv\nmodel: {type: net, layers: [dense]}",
             "data: x.csv\nmodel: {layers: [dense: {units: 64}], type: net}"));
}

TEST_CASE("the type may stand behind the keys that depend on it") {
  const auto job =
      job_in(text_with("train.optimizer", "{momentum: 0.5, type: sgd}"));
  REQUIRE(job);
  CHECK(job->train.optimizer.momentum == 0.5);
}

TEST_CASE("each limit of a list or text is met, and passed by one") {
  const auto list = [](std::size_t count, const std::string& with) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
      out += "t" + std::to_string(i) + with + ",";
    }
    return out;
  };
  const auto tags = [&](std::size_t n) {
    return errors_of(text_with("tags", "[" + list(n, "") + "]"));
  };
  CHECK(tags(32).empty());
  CHECK(tags(33) == "1:7 E213 tags");
  const auto labels = [&](std::size_t n) {
    return errors_of(text_with("labels", "{" + list(n, ": x") + "}"));
  };
  CHECK(labels(32).empty());
  CHECK(labels(33) == "1:9 E213 labels");
  const auto include = [&](std::size_t n) {
    return errors_of(text_with("features.include", "[" + list(n, "") + "]"));
  };
  CHECK(include(1000).empty());
  CHECK(include(1001) == "1:21 E213 features.include");
  const auto text = [&](const char* path, std::size_t n) {
    return codes(read(text_with(path, std::string(n, 'a'))).errors);
  };
  CHECK(text("description", 4096).empty());
  CHECK(text("description", 4097) == "1:14 E213 description");
  CHECK(text("name", 64).empty());
  CHECK(text("name", 65) == "1:7 E209 name");
  CHECK(text("target", 4097) == "1:9 E213 target");
  CHECK(errors_of(text_with("tags", "[" + std::string(64, 'a') + "]")).empty());
  CHECK(errors_of(text_with("tags", "[" + std::string(65, 'a') + "]")) ==
        "1:8 E209 tags");
  CHECK(errors_of(text_with("labels", "{a: " + std::string(257, 'a') + "}")) ==
        "1:13 E213 labels.a");
  CHECK(errors_of(text_with("features.include", "[\"a\\0b\"]")) ==
        "1:22 E209 features.include");
  CHECK(errors_of(text_with("columns", "{\"\": {type: id}}")) ==
        "1:11 E209 columns.");
}

TEST_CASE("256 layers are read, one more is not") {
  const auto layers = [](int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += "relu,";
    return errors_of(text_with("model.net.layers", "[" + out + "]"));
  };
  CHECK(layers(256).empty());
  CHECK(layers(257) == "1:28 E213 model.layers");
  CHECK(layers(0).empty());
}

TEST_CASE("every name that is reserved is refused as not supported yet") {
  for (const std::string_view path : reserved_fields()) {
    CAPTURE(path);
    const bool layer = path.starts_with("model.net.layers.");
    const std::string list = "[" + std::string(last_key(path)) + ": 1]";
    const std::string text =
        layer ? text_with("model.net.layers", list) : text_with(path, "1");
    const auto result = read(text);
    CHECK(result.jobs.empty());
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0].code == "E113");
    CHECK(result.errors[0].message.find("not supported yet by this version") !=
          std::string::npos);
  }
}

TEST_CASE("every word that is reserved is refused as not supported yet") {
  int words = 0;
  for (const Field& field : all_fields()) {
    for (const std::string_view word : split_words(field.words_later)) {
      CAPTURE(field.path, word);
      ++words;
      const bool list = field.type == Type::word_list;
      const std::string value =
          list ? "[" + std::string(word) + "]" : std::string(word);
      const auto result = read(text_with(field.path, value));
      REQUIRE(result.errors.size() == 1);
      CHECK(result.errors[0].code == "E113");
      CHECK(result.jobs.empty());
    }
  }
  CHECK(words > 0);
}

TEST_CASE("nothing more is said of a type that is not supported yet") {
  CHECK(errors_of(text_with("model", "{type: pca, components: 3}")) ==
        "1:15 E113 model.type");
}

TEST_CASE("names of the reference are all known") {
  for (const char* path : {"priority",
                           "after",
                           "after_any",
                           "array",
                           "extends",
                           "vars",
                           "matrix",
                           "notify",
                           "resources.gpus",
                           "resources.queue_timeout",
                           "resources.labels",
                           "retry.factor",
                           "retry.jitter",
                           "keep.ttl",
                           "data.name",
                           "data.sample",
                           "data.split.column",
                           "data.split.by_time",
                           "data.split.group",
                           "csv",
                           "target_transform",
                           "task",
                           "positive",
                           "features.id",
                           "features.weight",
                           "train.steps",
                           "train.time",
                           "train.schedule",
                           "train.clip_norm",
                           "train.l1",
                           "train.l2",
                           "train.class_weights",
                           "train.threads",
                           "train.validate_every",
                           "train.checkpoint",
                           "train.init_from",
                           "train.on_nan",
                           "evaluate.model",
                           "predict.model",
                           "command",
                           "files",
                           "env",
                           "outputs",
                           "output"}) {
    CAPTURE(path);
    CHECK((is_reserved_written(path) || !fields_written(path).empty()));
  }
}

TEST_CASE("no row stands twice, and each has its words") {
  std::set<std::string_view> paths;
  for (const Field& field : all_fields()) {
    CAPTURE(field.path);
    CHECK(paths.insert(field.path).second);
    CHECK_FALSE(field.doc.empty());
    CHECK_FALSE(field.doc.ends_with('.'));
    const bool top = parent_of(field.path).empty();
    const bool below_columns = field.path.starts_with("columns.*");
    CHECK((top || below_columns || find_field(parent_of(field.path))));
    const bool worded =
        field.type == Type::word || field.type == Type::word_list ||
        field.type == Type::real_or_word ||
        field.type == Type::integer_or_word ||
        field.type == Type::word_or_whole || field.type == Type::weight_map ||
        field.type == Type::span;
    CHECK(worded == !field.words.empty());
  }
  for (const std::string_view path : reserved_fields()) {
    CAPTURE(path);
    CHECK(paths.insert(path).second);
  }
}

}  // namespace
}  // namespace mlb::spec
