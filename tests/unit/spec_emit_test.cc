// A job as YAML is the same job when it is read again, and work that is equal
// has an equal hash.
#include <catch2/catch.hpp>

#include <functional>
#include <set>

#include "base/rng.h"
#include "spec_world.h"

namespace mlb::spec {
namespace {

class RandomSpec {
 public:
  explicit RandomSpec(std::uint64_t seed) : rng_(seed) {}

  JobSpec make() {
    JobSpec out;
    out.name = word("abcz059._-", 1, 64);
    out.description = text(0, 80);
    for (auto n = below(4); n > 0; --n) add(out.tags, word("aZ09._/-", 1, 64));
    for (auto n = below(4); n > 0; --n) {
      out.labels[word("aZ09._/-", 1, 64)] = text(0, 60);
    }
    out.seed = coin() ? rng_.next() : below(10);
    out.resources = {1 + below(1024),
                     (16ull << 20) + rng_.below(1 << 20) * 1024,
                     Millis(1000 + below(100'000'000))};
    out.retry = {below(21), coin(), coin(), Millis(below(86'400'001))};
    out.keep = {static_cast<KeptModel>(below(3)), coin()};
    data(out);
    for (auto n = below(4); n > 0; --n) column(out);
    csv(out.csv);
    out.target = text(1, 40);
    out.target_transform = static_cast<TargetTransform>(below(4));
    if (out.target_transform == TargetTransform::automatic) {
      out.task = static_cast<TaskAsked>(below(3));
    }
    if (coin()) out.positive = text(0, 20);
    if (coin()) out.features.id = "id:" + text(0, 20);
    if (coin()) out.features.weight = "weight:" + text(0, 20);
    for (auto n = below(4); n > 0; --n) add(out.features.include, text(0, 40));
    for (auto n = below(4); n > 0; --n) add(out.features.exclude, text(0, 40));
    model(out);
    if (coin()) out.pca = coin() ? 1 + below(65536) : 0.01 * (1 + below(99));
    train(out.train);
    // Only its type may be said of the target, and that is tested elsewhere.
    std::erase_if(out.columns,
                  [&](const auto& rule) { return rule.pattern == out.target; });
    const bool numbers = predicts_numbers(out.model);
    const SplitSpec& split = out.data.split;
    const bool validates = split.by == SplitBy::column
                               ? !split.valid_values.empty()
                               : split.valid > 0;
    if (validates && coin()) {
      out.train.early_stop_mode = EarlyStopMode::on;
      out.train.early_stop = {"valid." + metric(numbers), 1 + below(1000),
                              real(0, 1e12)};
    }
    for (auto n = below(3); n > 0; --n) add(out.metrics, metric(numbers));
    for (auto n = below(3); n > 0; --n) gate(out, numbers);
    return out;
  }

 private:
  int below(int bound) {
    return static_cast<int>(rng_.below(static_cast<std::uint64_t>(bound)));
  }
  bool coin() { return below(2) == 0; }

  double real(double low, double high) {
    switch (below(4)) {
      case 0: return low + (high - low) * 0.5;
      case 1: return low + (high - low) * rng_.uniform();
      case 2: return std::max(low, 5e-324);
      default: return low + (high - low) * rng_.uniform() * 1e-9;
    }
  }

  std::string word(std::string_view letters, int least, int most) {
    std::string out;
    for (auto n = least + below(most - least + 1); n > 0; --n) {
      out += letters[static_cast<std::size_t>(
          below(static_cast<int>(letters.size())))];
    }
    return out;
  }

  /// Text with all that YAML could misread.
  std::string text(int least, int most) {
    constexpr std::string_view pieces[] = {
        "a",    "b c", "yes",  "null",       "~",      "1e3",    "010",
        "'",    "\"",  "\\",   ": ",         " #",     "- ",     "? ",
        "&x",   "*x",  "!t",   "[",          "}",      ",",      "%",
        "@",    "`",   "<<",   "\n",         "\t",     "\r",     "\x01",
        "\x7f", "ä",   "€",    "\U0001F600", "\u0085", "\u2028", "\uFEFF",
        " ",    "---", "...",  "=",          "|",      ">",      "0x1F",
        ".5",   "-",   "true", "NO",         "$x",     "~/"};
    std::string out;
    if (below(8) == 0) {
      // One of them alone is the likeliest to be misread.
      return std::string(pieces[static_cast<std::size_t>(below(48))]);
    }
    const auto size = static_cast<std::size_t>(least + below(most - least + 1));
    while (out.size() < size) {
      out += pieces[static_cast<std::size_t>(below(48))];
    }
    return out;
  }

  static void add(std::vector<std::string>& list, std::string text) {
    if (std::find(list.begin(), list.end(), text) == list.end()) {
      list.push_back(std::move(text));
    }
  }

  void data(JobSpec& out) {
    out.data.source = coin() ? DataSource::csv : DataSource::dataset;
    out.data.path = "/" + word("ab: #'\"-{[", 1, 20) + "/x y.csv";
    SplitSpec& split = out.data.split;
    split.train = 0.01 + 0.9 * rng_.uniform();
    split.valid = coin() ? 0 : (1 - split.train) * rng_.uniform();
    split.test = std::max(0.0, 1 - split.train - split.valid);
    if (coin()) split.seed = rng_.next();
    if (below(4) == 0) out.data.sample = coin() ? 2 + below(100) : 0.25;
    switch (below(6)) {
      case 0: split.by = SplitBy::time; break;
      case 1: split.by = SplitBy::group; break;
      case 2: by_column(split); break;
      case 3: by_digest(out.data); break;
      default:
        if (coin()) split.stratify = coin();
        return;
    }
    if (split.by != SplitBy::fractions) split.column = text(1, 20);
  }

  void by_column(SplitSpec& split) {
    const auto seed = split.seed;
    split = SplitSpec{};
    split.seed = seed;
    split.by = SplitBy::column;
    split.train_values = {"t" + text(0, 10), "2"};
    if (coin()) split.valid_values = {"v" + text(0, 10)};
    if (coin()) split.test_values = {"true", "3.0"};
  }

  void by_digest(DataSpec& out) {
    out.source = DataSource::dataset;
    out.path.clear();
    for (auto& byte : out.digest.raw) {
      byte = static_cast<std::uint8_t>(rng_.next());
    }
  }

  void csv(CsvSpec& out) {
    if (coin()) return;
    constexpr std::string_view delimiters[] = {"auto", "tab", "space", ";",
                                               "|",    "#",   "-"};
    out.delimiter = delimiters[static_cast<std::size_t>(below(7))];
    out.quote = coin() ? "'" : "\"";
    if (coin()) out.header = coin();
    out.missing.clear();
    for (auto n = below(4); n > 0; --n) add(out.missing, text(0, 10));
    out.max_field = 1024 * (1 + rng_.below(1000));
  }

  void column(JobSpec& out) {
    ColumnRule rule{text(1, below(20) == 0 ? 2000 : 30),
                    static_cast<ColumnType>(below(8))};
    for (const ColumnRule& other : out.columns) {
      if (other.pattern == rule.pattern) return;
    }
    rule.missing = static_cast<Missing>(below(8));
    if (rule.missing == Missing::constant) rule.missing_value = text(0, 10);
    rule.scale = static_cast<Scale>(below(6));
    rule.encode = static_cast<Encode>(below(6));
    if (rule.encode == Encode::hash) rule.buckets = 1 + below(65536);
    rule.max_levels = coin() ? 50 : 1 + below(65536);
    rule.unknown = coin() ? Unknown::other : Unknown::error;
    if (coin()) rule.clip = {-real(1, 9), real(0, 1e300)};
    out.columns.push_back(std::move(rule));
  }

  /// Of the models that may do either, any.
  bool predicts_numbers(const ModelSpec& model) {
    if (std::holds_alternative<RidgeSpec>(model)) return true;
    if (std::holds_alternative<SvrSpec>(model)) return true;
    if (std::holds_alternative<LogisticSpec>(model)) return false;
    if (std::holds_alternative<LinearSvmSpec>(model)) return false;
    if (std::holds_alternative<NaiveBayesSpec>(model)) return false;
    if (std::holds_alternative<SvmSpec>(model)) return false;
    return coin();
  }

  KernelSpec kernel() {
    KernelSpec out;
    out.type = static_cast<KernelType>(below(4));
    out.gamma.word = static_cast<Gamma>(below(3));
    if (out.gamma.word == Gamma::number) {
      out.gamma.number = std::max(1e-300, real(0, 1e12));
    }
    out.degree = 1 + below(100);
    out.coef0 = real(-5, 5);
    out.cache = (1ull << 20) + rng_.below(1 << 20) * 1024;
    return out;
  }

  RandomForestSpec forest() {
    RandomForestSpec out;
    out.trees = 1 + below(1000);
    out.feature_fraction.word = static_cast<FeatureFraction>(below(4));
    if (out.feature_fraction.word == FeatureFraction::number) {
      out.feature_fraction.number = std::max(1e-300, real(0, 1));
    }
    if (coin()) out.min_leaf = 1 + below(100);
    out.max_depth = below(100);
    out.bootstrap = coin();
    return out;
  }

  BoostedTreesSpec trees() {
    BoostedTreesSpec out;
    out.trees = 1 + below(1000);
    out.learning_rate = std::max(1e-300, real(0, 10));
    out.max_depth = 1 + below(30);
    out.min_child_weight = real(0, 1e12);
    out.subsample = std::max(1e-300, real(0, 1));
    out.colsample = std::max(1e-300, real(0, 1));
    out.l1 = real(0, 1e12);
    out.l2 = real(0, 1e12);
    out.gamma = real(0, 1e12);
    out.bins = 2 + below(500);
    for (auto n = below(4); n > 0; --n) {
      out.monotone[text(1, 30)] = coin() ? 1 : -1;
    }
    return out;
  }

  void model(JobSpec& out) {
    switch (below(11)) {
      case 0: net(out); break;
      case 1:
        out.model = RidgeSpec{real(0, 1e12), coin()};
        if (coin()) std::get<RidgeSpec>(out.model).lambda = std::nullopt;
        break;
      case 2: out.model = BaselineSpec{}; break;
      case 3:
        out.model = LogisticSpec{real(0, 1e12), 1 + below(1000), real(0, 1)};
        break;
      case 4: out.model = LinearSvmSpec{std::max(1e-300, real(0, 1e6))}; break;
      case 5:
        out.model = KnnSpec{1 + below(1000), static_cast<KnnWeights>(below(2))};
        break;
      case 6: out.model = NaiveBayesSpec{}; break;
      case 7: out.model = forest(); break;
      case 8: out.model = trees(); break;
      case 9:
        out.model = SvmSpec{std::max(1e-300, real(0, 1e6)), kernel(),
                            Multiclass::ovo, coin()};
        break;
      default:
        out.model = SvrSpec{std::max(1e-300, real(0, 1e6)), kernel(),
                            std::max(1e-300, real(0, 1e12))};
    }
  }

  void net(JobSpec& out) {
    NetSpec net{.layers = {}};
    for (auto n = below(6); n > 0; --n) {
      Layer layer{.type = static_cast<LayerType>(below(5))};
      if (layer.type == LayerType::dense) {
        layer.units = 1 + below(300);
        layer.bias = coin();
      }
      if (layer.type == LayerType::dropout) layer.rate = real(0, 0.99);
      net.layers.push_back(layer);
    }
    out.model = std::move(net);
  }

  void train(TrainSpec& out) {
    out.epochs = 1 + below(1000);
    out.batch_size = 1 + below(1000);
    out.shuffle = coin();
    Optimizer& o = out.optimizer;
    o.learning_rate = std::max(1e-300, real(0, 10));
    o.weight_decay = real(0, 10);
    o.type = coin() ? OptimizerType::sgd : OptimizerType::adam;
    if (o.type == OptimizerType::sgd) {
      o.momentum = real(0, 0.99);
      o.nesterov = coin();
    } else {
      o.beta1 = real(0, 0.99);
      o.beta2 = real(0, 0.99);
      o.epsilon = std::max(1e-300, real(0, 1));
    }
    out.early_stop_mode =
        coin() ? EarlyStopMode::automatic : EarlyStopMode::off;
  }

  std::string metric(bool numbers) {
    constexpr std::string_view names[] = {"rmse", "mae", "r2",      "accuracy",
                                          "f1",   "auc", "log_loss"};
    const int at = numbers ? below(3) : 3 + below(4);
    return std::string(names[static_cast<std::size_t>(at)]);
  }

  void gate(JobSpec& out, bool numbers) {
    const std::string name = "train." + metric(numbers);
    for (const Gate& other : out.require) {
      if (other.metric == name) return;
    }
    const double low = real(-5, 5);
    switch (below(3)) {
      case 0:
        out.require.push_back(
            {name, Comparison::at_least, low, 0, ">= " + shown_real(low)});
        break;
      case 1:
        out.require.push_back(
            {name, Comparison::below, low, 0, "<" + shown_real(low)});
        break;
      default:
        out.require.push_back({name, Comparison::between, low, 6,
                               "between " + shown_real(low) + "  6"});
    }
  }

  static std::string shown_real(double value) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.17g", value);
    std::string out = buffer;
    if (const auto e = out.find("e+"); e != out.npos) out.erase(e + 1, 1);
    return out;
  }

  Rng rng_;
};

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

TEST_CASE("the hash changes with everything that changes the result") {
  std::set<std::string> seen{hash_of(kLeast).text()};
  for (const auto& [path, value] :
       std::vector<std::pair<std::string, std::string>>{
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
       }) {
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
        "cc1e9f3f68d494bf033cda1f8eb72ce961cd8977eb03ec3abb89d2809067beb1");
}

}  // namespace
}  // namespace mlb::spec
