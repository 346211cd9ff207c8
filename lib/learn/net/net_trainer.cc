// See net_trainer.h.
#include "learn/net/net_trainer.h"

#include <numeric>

#include "learn/metrics.h"

namespace mlb::learn {
namespace {

/// Rows that one shard takes at most: enough for an efficient product.
constexpr std::size_t kShardRows = 32;
constexpr std::size_t kMostShards = 8;
/// Rows of one block of the shuffle: blocks are shuffled, then their rows.
constexpr std::size_t kShuffleBlock = 4096;

std::size_t shards_for(std::size_t rows) {
  return std::clamp<std::size_t>(rows / kShardRows, 1, kMostShards);
}

bool larger_is_better(const std::string& metric) {
  for (const char* name : {".accuracy", ".f1", ".auc", ".r2"}) {
    if (metric.size() > std::string_view(name).size() &&
        metric.ends_with(name)) {
      return true;
    }
  }
  return false;
}

/// A stream of its own for each (use, epoch or step, shard).
Rng stream(std::uint64_t seed, std::string_view use, std::uint64_t a,
           std::uint64_t b) {
  Rng rng = Rng::stream(seed, use);
  std::uint64_t state = rng.next() + a * 0x9e3779b97f4a7c15u + b;
  return Rng(splitmix64(state));
}

}  // namespace

NetTrainer::NetTrainer(const JobSpec& spec, const prep::Plan& plan,
                       StopAsked stop_asked)
    : spec_(spec),
      net_(std::get<NetSpec>(spec.model)),
      plan_(plan),
      stop_asked_(stop_asked),
      shape_(net_.layers, plan.width(), net_outputs(plan)),
      pool_(std::min(spec.resources.cpus, static_cast<int>(kMostShards))) {}

Result<> NetTrainer::begin(const Design& train, const Design& valid) {
  if (!ops::prepare()) {
    return Error{Fault::data,
                 "this CPU lacks AVX2 or FMA, which training needs"};
  }
  train_ = &train;
  valid_ = &valid;
  total_weight_ = 0;
  for (std::size_t i = 0; i < train.x.rows; ++i) {
    total_weight_ += train.weight(i);
  }
  targets_ = train.y;
  if (plan_.task == prep::Task::regression) {
    for (auto& y : targets_) {
      y = static_cast<float>(
          plan_.target_scaling.to_learned(static_cast<double>(y)));
    }
  }
  early_stop_ =
      spec_.train.early_stop_mode != EarlyStopMode::off && valid.x.rows > 0;
  if (spec_.train.early_stop_mode == EarlyStopMode::on && !early_stop_) {
    return Error{Fault::data, "early_stop is asked for, but no row validates"};
  }
  Rng rng = Rng::stream(spec_.seed, "weights");
  parameters_ = initial_weights<float>(shape_, rng);
  gradient_.resize(shape_.parameters);
  moment1_.assign(shape_.parameters, 0);
  moment2_.assign(shape_.parameters, 0);
  shards_.resize(kMostShards);
  order_.resize(train.x.rows);
  std::iota(order_.begin(), order_.end(), 0);
  return {};
}

/// Blocks, then rows inside each block (Fisher-Yates).
void NetTrainer::shuffle() {
  if (!spec_.train.shuffle) return;
  Rng rng = stream(spec_.seed, "shuffle", epoch_, 0);
  const std::size_t n = order_.size();
  const std::size_t blocks = (n + kShuffleBlock - 1) / kShuffleBlock;
  std::vector<std::size_t> sequence(blocks);
  std::iota(sequence.begin(), sequence.end(), 0);
  const auto mix = [&](auto begin, std::size_t count) {
    for (std::size_t i = count; i > 1; --i) {
      std::swap(begin[static_cast<long>(i - 1)],
                begin[static_cast<long>(rng.below(i))]);
    }
  };
  mix(sequence.begin(), blocks);
  order_.clear();
  for (const auto block : sequence) {
    const std::size_t first = block * kShuffleBlock;
    const std::size_t count = std::min(kShuffleBlock, n - first);
    const std::size_t at = order_.size();
    for (std::size_t i = 0; i < count; ++i) order_.push_back(first + i);
    mix(order_.begin() + static_cast<long>(at), count);
  }
}

/// Rows first .. first + rows of the order, on one shard's own memory.
void NetTrainer::run_shard(std::size_t index, std::size_t first,
                           std::size_t rows) {
  Shard& s = shards_[index];
  const prep::Matrix& x = train_->x;
  s.x.resize(rows * x.columns);
  s.y.resize(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t row = order_[first + i];
    std::copy_n(x.values.data() + row * x.columns, x.columns,
                s.x.data() + i * x.columns);
    s.y[i] = targets_[row];
  }
  s.weights.clear();
  if (!train_->weights.empty()) {
    for (std::size_t i = 0; i < rows; ++i) {
      s.weights.push_back(train_->weights[order_[first + i]]);
    }
  }
  const float* weights = s.weights.empty() ? nullptr : s.weights.data();
  s.gradient.assign(shape_.parameters, 0);
  s.output_gradient.resize(rows * shape_.outputs);
  Rng dropout = stream(spec_.seed, "dropout", steps_, index);
  forward<float>(shape_, parameters_, s.x.data(), rows, &dropout, s.work);
  float* out = s.work.outputs.back().data();
  s.loss = plan_.task == prep::Task::classification
               ? cross_entropy(out, s.y.data(), rows, shape_.outputs,
                               s.output_gradient.data(), weights)
               : squared_error(out, s.y.data(), rows, s.output_gradient.data(),
                               weights);
  backward<float>(shape_, parameters_, s.x.data(), rows,
                  s.output_gradient.data(), s.work, s.gradient);
}

/// The sum of the loss over the batch.
double NetTrainer::train_batch(std::size_t first, std::size_t rows) {
  const std::size_t shards = shards_for(rows);
  pool_.run(shards, [&](std::size_t i) {
    const std::size_t begin = rows * i / shards;
    const std::size_t end = rows * (i + 1) / shards;
    run_shard(i, first + begin, end - begin);
  });
  double loss = 0;
  gradient_.swap(shards_[0].gradient);
  loss += shards_[0].loss;
  for (std::size_t i = 1; i < shards; ++i) {
    const float* from = shards_[i].gradient.data();
    for (std::size_t j = 0; j < gradient_.size(); ++j) gradient_[j] += from[j];
    loss += shards_[i].loss;
  }
  ++steps_;
  optimise(rows);
  return loss;
}

/// sgd: momentum, Nesterov as PyTorch has it.  adam: Kingma, Ba, "Adam: a
/// method for stochastic optimization", 2015, algorithm 1.  Weight decay is
/// added to the gradient.
void NetTrainer::optimise(std::size_t rows) {
  const Optimizer& o = spec_.train.optimizer;
  const float scale = 1 / static_cast<float>(rows);
  const auto rate = static_cast<float>(o.learning_rate);
  const auto decay = static_cast<float>(o.weight_decay);
  const std::size_t n = parameters_.size();
  float* p = parameters_.data();
  const float* g0 = gradient_.data();
  float* m = moment1_.data();
  if (o.type == OptimizerType::sgd) {
    const auto momentum = static_cast<float>(o.momentum);
    for (std::size_t i = 0; i < n; ++i) {
      const float g = g0[i] * scale + decay * p[i];
      m[i] = momentum * m[i] + g;
      p[i] -= rate * (o.nesterov ? g + momentum * m[i] : m[i]);
    }
    return;
  }
  float* v = moment2_.data();
  const auto b1 = static_cast<float>(o.beta1);
  const auto b2 = static_cast<float>(o.beta2);
  const auto t = static_cast<double>(steps_);
  const auto correct1 = static_cast<float>(1 / (1 - std::pow(o.beta1, t)));
  const auto correct2 = static_cast<float>(1 / (1 - std::pow(o.beta2, t)));
  const auto epsilon = static_cast<float>(o.epsilon);
  for (std::size_t i = 0; i < n; ++i) {
    const float g = g0[i] * scale + decay * p[i];
    m[i] = b1 * m[i] + (1 - b1) * g;
    v[i] = b2 * v[i] + (1 - b2) * g * g;
    p[i] -= rate * (m[i] * correct1) / (std::sqrt(v[i] * correct2) + epsilon);
  }
}

NetModel NetTrainer::model_of(const std::vector<float>& parameters) const {
  return NetModel(net_.layers, plan_, parameters);
}

double NetTrainer::learned_error(const prep::Matrix& predicted) const {
  const auto& scaling = plan_.target_scaling;
  double sum = 0;
  double all = 0;
  for (std::size_t i = 0; i < predicted.rows; ++i) {
    const double d =
        scaling.to_learned(static_cast<double>(predicted.values[i])) -
        scaling.to_learned(static_cast<double>(valid_->y[i]));
    sum += valid_->weight(i) * d * d;
    all += valid_->weight(i);
  }
  return sum / all;
}

Result<> NetTrainer::validate(StepReport& report) {
  if (valid_->x.rows == 0) return {};
  auto predicted = model_of(parameters_).predict(valid_->x);
  if (!predicted) return std::move(predicted).fail();
  for (const auto& name : default_metrics(plan_)) {
    report.metrics["valid." + name] =
        metric(name, *predicted, valid_->y, valid_->weights);
  }
  double loss = report.metrics.count("valid.log_loss") > 0
                    ? report.metrics.at("valid.log_loss")
                    : 0;
  if (plan_.task == prep::Task::regression) {
    // As train.loss: the mean squared error of what is learned.
    loss = learned_error(*predicted);
  }
  report.metrics["valid.loss"] = loss;
  return {};
}

/// Keeps the best weights, and decides whether to stop.
void NetTrainer::judge(const StepReport& report) {
  const EarlyStop& rule = spec_.train.early_stop;
  const auto found = report.metrics.find(rule.metric);
  if (found == report.metrics.end()) return;
  const double sign = larger_is_better(rule.metric) ? -1 : 1;
  const double value = sign * found->second;
  if (!best_value_ || value < *best_value_ - rule.min_delta) {
    best_value_ = value;
    best_ = parameters_;
    since_best_ = 0;
  } else if (early_stop_ && ++since_best_ >= rule.patience) {
    over_ = true;
  }
}

Result<bool> NetTrainer::step(StepReport& report) {
  if (over_ || epoch_ >= static_cast<std::uint32_t>(spec_.train.epochs)) {
    return false;
  }
  ++epoch_;
  shuffle();
  const std::size_t n = order_.size();
  const auto batch = static_cast<std::size_t>(spec_.train.batch_size);
  double loss = 0;
  std::size_t seen = 0;
  for (std::size_t first = 0; first < n && !stop_asked_(); first += batch) {
    const std::size_t rows = std::min(batch, n - first);
    loss += train_batch(first, rows);
    seen += rows;
  }
  if (seen < n) return false;  // stopped in the middle: no epoch
  report = {};
  report.epoch = epoch_;
  report.epochs = static_cast<std::uint32_t>(spec_.train.epochs);
  report.step = steps_;
  report.metrics["train.loss"] = loss / total_weight_;
  auto done = validate(report);
  if (!done) return std::move(done).fail();
  judge(report);
  return true;
}

Result<std::unique_ptr<Model>> NetTrainer::finish() {
  const bool best = spec_.keep.model != KeptModel::last && !best_.empty();
  return std::unique_ptr<Model>(std::make_unique<NetModel>(
      net_.layers, plan_, best ? best_ : parameters_));
}

}  // namespace mlb::learn
