// Random jobs that a spec could describe, for tests of YAML and hash.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "spec/spec.h"

namespace mlb::spec {

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
    if (below(10) == 0) return clustering(std::move(out));
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
    if (coin()) out.pca = coin() ? 1 + below(65536) : 0.01 * (1 + below(99));
    model(out);
    train(out.train);
    // Only its type may be said of the target, and that is tested elsewhere.
    std::erase_if(out.columns,
                  [&](const auto& rule) { return rule.pattern == out.target; });
    const bool numbers = predicts_numbers(out.model);
    if (numbers || out.task == TaskAsked::regression) {
      out.train.class_weights = {};
    }
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
  /// Without what is about a target.
  JobSpec clustering(JobSpec out) {
    KmeansSpec means{1 + below(1000), static_cast<KmeansInit>(below(2)),
                     1 + below(100), 1 + below(1000), real(0, 1)};
    out.model = means;
    out.data.split.stratify.reset();
    if (coin()) out.task = TaskAsked::clustering;
    for (ColumnRule& rule : out.columns) {
      if (rule.encode == Encode::target) rule.encode = Encode::ordinal;
    }
    if (coin()) out.metrics = {"inertia"};
    train(out.train);
    out.train.class_weights = {};
    return out;
  }

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
    constexpr std::string_view quotes[] = {"'", "\"", "none"};
    constexpr std::string_view marks[] = {"none", "~", "space", "_"};
    out.delimiter = delimiters[static_cast<std::size_t>(below(7))];
    out.quote = quotes[static_cast<std::size_t>(below(3))];
    if (coin()) out.escape = "\\";
    if (coin()) out.comment = "%";
    if (coin()) out.header = coin();
    out.encoding = static_cast<CsvEncoding>(below(5));
    out.decimal = coin() ? "." : ",";
    out.thousands = marks[static_cast<std::size_t>(below(4))];
    out.skip = coin() ? 0 : below(1'000'000'001);
    out.ragged = static_cast<CsvRagged>(below(3));
    out.missing.clear();
    for (auto n = below(4); n > 0; --n) add(out.missing, text(0, 10));
    out.max_field = 1024 * (1 + rng_.below(1000));
  }

  void column(JobSpec& out) {
    ColumnRule rule{text(1, below(20) == 0 ? 2000 : 30),
                    static_cast<ColumnType>(below(10))};
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
    if (rule.type == ColumnType::automatic || rule.type >= ColumnType::date) {
      if (coin()) rule.date_format = "%d.%m.%Y" + word(": /#T", 0, 9);
      if (coin() && rule.encode == Encode::automatic) dates(rule);
    }
    out.columns.push_back(std::move(rule));
  }

  void dates(ColumnRule& rule) {
    rule.dates.clear();
    for (int part = 0; part < 6; ++part) {
      if (coin()) rule.dates.push_back(static_cast<DatePart>(part));
    }
    if (rule.dates.empty()) rule.dates = {DatePart::hour, DatePart::year};
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

  Layer conv2d() {
    Layer out{.type = LayerType::conv2d};
    out.groups = 1 + below(2);
    out.units = out.groups * (1 + below(3));
    out.size = 1 + below(5);
    out.stride = 1 + below(2);
    out.padding = static_cast<Padding>(below(3));
    if (out.padding == Padding::fixed) out.pad = 1 + below(3);
    return out;
  }

  Layer layer(int depth) {
    const int last = static_cast<int>(LayerType::repeat);
    Layer out{.type = static_cast<LayerType>(below(last + 1))};
    switch (out.type) {
      case LayerType::dense:
        out.units = 1 + below(300);
        out.bias = coin();
        if (coin()) out.init = static_cast<Init>(below(3));
        return out;
      case LayerType::dropout: out.rate = real(0, 0.99); return out;
      case LayerType::batchnorm:
        out.momentum = std::max(1e-300, real(0, 1));
        out.epsilon = std::max(1e-300, real(0, 1));
        return out;
      case LayerType::residual:
      case LayerType::repeat: {
        if (depth > 1) return {.type = LayerType::relu};
        const bool repeats = out.type == LayerType::repeat;
        if (repeats) out.times = 1 + below(3);
        // What leaves is as wide as what enters, whatever that is.
        out.branches = {{{.type = LayerType::tanh}}};
        if (repeats) out.branches = {{layer(depth + 1)}};
        return out;
      }
      case LayerType::concat:
        if (depth > 1) return {.type = LayerType::relu};
        out.branches = {{layer(depth + 1)}, {}, {layer(depth + 1)}};
        return out;
      case LayerType::conv2d:
      case LayerType::maxpool:
      case LayerType::avgpool:
      case LayerType::global_avgpool: return {.type = LayerType::relu};
      default: return out;
    }
  }

  void images(NetSpec& net) {
    net.input = ImageSize{20 + below(9), 20 + below(9), 2};
    net.layers.push_back(conv2d());
    Layer pool{.type = coin() ? LayerType::maxpool : LayerType::avgpool};
    pool.size = 2 + below(2);
    if (coin()) pool.stride = 1;
    net.layers.push_back(pool);
    net.layers.push_back(
        {.type = coin() ? LayerType::flatten : LayerType::global_avgpool});
  }

  void net(JobSpec& out) {
    NetSpec net{.layers = {}, .input = {}};
    if (coin()) images(net);
    // A column's rule could forbid it, but to one that nobody has.
    if (!net.input && !out.pca && coin()) {
      net.layers.push_back({.type = LayerType::embed,
                            .units = below(3),
                            .columns = "embedded" + text(0, 20)});
    }
    for (auto n = below(6); n > 0; --n) net.layers.push_back(layer(0));
    net.init = static_cast<Init>(below(3));
    net.loss = static_cast<LossType>(below(5));
    if (net.loss == LossType::huber) {
      net.huber_delta = std::max(1e-300, real(0, 10));
    }
    if (net.loss < LossType::mse) net.label_smoothing = real(0, 0.99);
    out.model = std::move(net);
  }

  TrainSpan span() {
    return {coin() ? SpanUnit::epochs : SpanUnit::steps, 1 + below(1000)};
  }

  void optimizer(Optimizer& o) {
    o.learning_rate = std::max(1e-300, real(0, 10));
    o.weight_decay = real(0, 10);
    o.type = static_cast<OptimizerType>(below(4));
    if (o.type == OptimizerType::sgd) {
      o.momentum = real(0, 0.99);
      o.nesterov = coin();
      return;
    }
    o.epsilon = std::max(1e-300, real(0, 1));
    if (o.type == OptimizerType::rmsprop) {
      o.rho = real(0, 0.99);
    } else {
      o.beta1 = real(0, 0.99);
      o.beta2 = real(0, 0.99);
    }
  }

  void schedule(Schedule& s) {
    s.type = static_cast<ScheduleType>(below(6));
    if (coin()) s.warmup = span();
    switch (s.type) {
      case ScheduleType::step:
        s.every = span();
        s.gamma = std::max(1e-300, real(0, 1));
        break;
      case ScheduleType::exp: s.decay = std::max(1e-300, real(0, 1)); break;
      case ScheduleType::cosine: s.min_rate = real(0, 1); break;
      case ScheduleType::plateau:
        s.factor = std::max(1e-300, real(0, 0.99));
        s.patience = 1 + below(100);
        s.min_rate = real(0, 1);
        break;
      case ScheduleType::constant:
      case ScheduleType::onecycle: break;
    }
  }

  void train(TrainSpec& out) {
    out.epochs = 1 + below(1000);
    if (coin()) out.steps = 1 + below(1000);
    if (coin()) out.time = Millis(1000 + below(100'000));
    out.batch_size = 1 + below(1000);
    out.shuffle = coin();
    optimizer(out.optimizer);
    schedule(out.schedule);
    out.clip_norm = real(0, 10);
    out.l1 = real(0, 10);
    out.l2 = real(0, 10);
    out.class_weights.type = static_cast<ClassWeightsType>(below(3));
    if (out.class_weights.type == ClassWeightsType::given) {
      for (auto n = below(4); n > 0; --n) {
        out.class_weights.weights[text(1, 20)] = std::max(1e-300, real(0, 10));
      }
    }
    if (coin()) out.threads = 1 + below(8);
    out.validate_every = span();
    if (coin()) out.init_from.name = "/m odels/" + word("ab", 1, 9) + ".mlm";
    out.checkpoint = {{SpanUnit::time, 1000 + below(1000)}, 1 + below(10)};
    if (coin()) out.checkpoint.every = {SpanUnit::epochs, 1 + below(100)};
    if (coin()) {
      out.on_nan = {OnNanType::rollback, std::max(1e-300, real(0, 0.99)),
                    1 + below(9)};
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

}  // namespace mlb::spec
