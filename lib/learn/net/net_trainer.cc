// See net_trainer.h.
#include "learn/net/net_trainer.h"

#include <numeric>

#include "base/check.h"
#include "learn/class_weights.h"
#include "learn/early_stop.h"
#include "learn/metrics.h"

namespace mlb::learn {
namespace {

/// A stream of its own for each (use, epoch or step, shard).
Rng stream(std::uint64_t seed, std::string_view use, std::uint64_t a,
           std::uint64_t b) {
  Rng rng = Rng::stream(seed, use);
  std::uint64_t state = rng.next() + a * 0x9e3779b97f4a7c15u + b;
  return Rng(splitmix64(state));
}

std::string word_of(LossType type) {
  switch (type) {
    case LossType::automatic: return "auto";
    case LossType::cross_entropy: return "cross_entropy";
    case LossType::mse: return "mse";
    case LossType::huber: return "huber";
    case LossType::mae: return "mae";
  }
  return "?";
}

int threads_of(const JobSpec& spec) {
  const int wanted = spec.train.threads.value_or(spec.resources.cpus);
  return std::clamp(wanted, 1, static_cast<int>(kMostShards));
}

std::vector<float> targets_of(const prep::Plan& plan, const Design& design) {
  std::vector<float> out = design.y;
  if (plan.task != prep::Task::regression) return out;
  for (auto& y : out) {
    y = static_cast<float>(
        plan.target_scaling.to_learned(static_cast<double>(y)));
  }
  return out;
}

/// Which columns an embedding is of says the plan, not the model.
bool same_layers(std::vector<Layer> a, std::vector<Layer> b) {
  if (!a.empty()) a[0].columns.clear();
  if (!b.empty()) b[0].columns.clear();
  return a == b;
}

}  // namespace

NetTrainer::NetTrainer(const JobSpec& spec, const prep::Plan& plan,
                       StopAsked stop_asked)
    : spec_(spec),
      options_(std::get<NetSpec>(spec.model)),
      plan_(plan),
      stop_asked_(stop_asked),
      pool_(threads_of(spec)) {}

Result<> NetTrainer::set_up_loss() {
  const bool classes = plan_.task == prep::Task::classification;
  loss_.type = options_.loss;
  if (loss_.type == LossType::automatic) {
    loss_.type = classes ? LossType::cross_entropy : LossType::mse;
  }
  if (classes != (loss_.type == LossType::cross_entropy)) {
    return Error{Fault::data, "model.loss: " + word_of(loss_.type) +
                                  " cannot be: the target holds " +
                                  (classes ? "classes" : "numbers")};
  }
  loss_.delta = options_.huber_delta;
  loss_.smoothing = options_.label_smoothing;
  auto weights = class_weights(spec_.train.class_weights, plan_, train_->y);
  if (!weights) return std::move(weights).fail();
  loss_.class_weights = std::move(*weights);
  return {};
}

Result<> NetTrainer::set_up_budget() {
  early_stop_ =
      spec_.train.early_stop_mode != EarlyStopMode::off && valid_->x.rows > 0;
  if (spec_.train.early_stop_mode == EarlyStopMode::on && !early_stop_) {
    return Error{Fault::data, "early_stop is asked for, but no row validates"};
  }
  if (net_.has_batchnorm() && (spec_.train.batch_size == 1)) {
    return Error{Fault::data,
                 "train.batch_size is 1; batchnorm needs at least 2 rows"};
  }
  const std::uint64_t an_epoch = steps_of_epoch();
  total_steps_ = an_epoch * static_cast<std::uint64_t>(spec_.train.epochs);
  if (spec_.train.steps) {
    total_steps_ =
        std::min(total_steps_, static_cast<std::uint64_t>(*spec_.train.steps));
  }
  schedule_.emplace(spec_.train.schedule, spec_.train.optimizer.learning_rate,
                    an_epoch, total_steps_);
  return {};
}

Result<> NetTrainer::begin(const Design& train, const Design& valid) {
  if (!ops::prepare()) {
    return Error{Fault::data,
                 "this CPU lacks AVX2 or FMA, which training needs"};
  }
  train_ = &train;
  valid_ = &valid;
  auto net =
      build_net(options_, plan_.width(), net_outputs(plan_), codes_of(plan_));
  if (!net) return std::move(net).fail();
  net_ = std::move(*net);
  order_.resize(train.x.rows);
  std::iota(order_.begin(), order_.end(), 0);
  auto loss = set_up_loss();
  if (!loss) return loss;
  auto budget = set_up_budget();
  if (!budget) return budget;
  metrics_ = validation_metrics(spec_.train, plan_);
  targets_ = targets_of(plan_, train);
  valid_targets_ = targets_of(plan_, valid);
  Rng rng = Rng::stream(spec_.seed, "weights");
  weights_ = {initial_parameters<float>(net_, rng),
              initial_statistics<float>(net_)};
  optimizer_.emplace(spec_.train.optimizer, net_.parameters);
  pass_.emplace(net_, pool_);
  keep_safe_place();
  return {};
}

Result<> NetTrainer::start_from(const Model& model) {
  const auto* other = dynamic_cast<const NetModel*>(&model);
  if (other == nullptr) {
    return Error{Fault::data,
                 "train.init_from: a " + model.kind() + " cannot begin a net"};
  }
  if (!same_layers(other->spec().layers, options_.layers) ||
      other->net().codes != net_.codes || other->net().inputs != net_.inputs ||
      other->net().outputs != net_.outputs) {
    return Error{
        Fault::data,
        "train.init_from: the model has other layers, features or classes (" +
            std::to_string(other->net().inputs) + " features, " +
            std::to_string(other->net().parameters) +
            " parameters; this net: " + std::to_string(net_.inputs) + ", " +
            std::to_string(net_.parameters) + ")"};
  }
  weights_ = other->weights();
  keep_safe_place();
  return {};
}

/// Of all rows (Fisher-Yates): rows often lie sorted, and blocks of them would
/// make batches, and so steps, that are all of a kind.
void NetTrainer::shuffle() {
  if (!spec_.train.shuffle) return;
  Rng rng = stream(spec_.seed, "shuffle", epoch_, 0);
  std::iota(order_.begin(), order_.end(), 0);
  mlb::shuffle(order_, rng);
}

/// A last batch of one row joins the one before where batchnorm is used: one
/// row has no variance.
NetTrainer::Batch NetTrainer::next_batch() const {
  const auto size = static_cast<std::size_t>(spec_.train.batch_size);
  const std::size_t first = at_;
  const std::size_t left = order_.size() - first;
  const bool joins = net_.has_batchnorm() && left == size + 1;
  return {first, joins ? left : std::min(size, left)};
}

std::size_t NetTrainer::steps_of_epoch() const {
  const auto size = static_cast<std::size_t>(spec_.train.batch_size);
  const std::size_t n = order_.size();
  const bool joins = net_.has_batchnorm() && n > size && n % size == 1;
  return std::max<std::size_t>(1, (n + size - 1) / size - (joins ? 1 : 0));
}

/// Adds l1 and l2 to the gradient, holds it to clip_norm, and returns what it
/// must still be multiplied with; `scale` makes it that of the mean.
float NetTrainer::held_back(float scale) {
  const TrainSpec& t = spec_.train;
  if (t.l1 == 0 && t.l2 == 0 && t.clip_norm == 0) return scale;
  const std::span<float> g = pass_->gradient();
  for (float& value : g) value *= scale;
  const auto l1 = static_cast<float>(t.l1);
  const auto l2 = static_cast<float>(t.l2);
  for (const Range& range : net_.weights) {
    for (std::size_t i = range.begin; i < range.begin + range.count; ++i) {
      const float w = weights_.parameters[i];
      g[i] += l2 * w + l1 * static_cast<float>((w > 0) - (w < 0));
    }
  }
  if (t.clip_norm == 0) return 1;
  double square = 0;
  for (const float value : g) {
    square += static_cast<double>(value) * static_cast<double>(value);
  }
  const double norm = std::sqrt(square);
  return norm > t.clip_norm ? static_cast<float>(t.clip_norm / norm) : 1;
}

void NetTrainer::train_batch(const Batch& batch) {
  const prep::Matrix& x = train_->x;
  const auto gather = [&](std::size_t first, std::size_t rows, float* to,
                          float* y, float* weights) {
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t row = order_[batch.first + first + i];
      std::copy_n(x.values.data() + row * x.columns, x.columns,
                  to + i * x.columns);
      y[i] = targets_[row];
      weights[i] = static_cast<float>(train_->weight(row));
    }
  };
  const auto draw = [&](std::size_t shard) {
    return stream(spec_.seed, "dropout", steps_, shard);
  };
  const LossSum sum =
      pass_->run(loss_, weights_.parameters, batch.rows, gather, draw);
  pass_->update(weights_.statistics);
  const float scale = held_back(static_cast<float>(1 / sum.weight));
  optimizer_->step(weights_.parameters, pass_->gradient(), scale,
                   rate_scale_ * schedule_->at(steps_), pool_);
  since_report_.add(sum);
  at_ += batch.rows;
  ++steps_;
}

bool NetTrainer::is_report_due() const {
  if (steps_ >= total_steps_) return true;
  const TrainSpan& every = spec_.train.validate_every;
  if (every.unit == SpanUnit::steps) {
    return steps_ % static_cast<std::uint64_t>(every.count) == 0;
  }
  return at_ >= order_.size();
}

bool NetTrainer::is_validation_due() const {
  const TrainSpan& every = spec_.train.validate_every;
  return every.unit == SpanUnit::steps || steps_ >= total_steps_ ||
         epoch_ % every.count == 0;
}

void NetTrainer::validate(StepReport& report) {
  if (valid_->x.rows == 0) return;
  prep::Matrix out = raw_outputs(net_, weights_, valid_->x, pool_);
  std::vector<float> unused(out.values.size());
  std::vector<float> weights = valid_->weights;
  if (weights.empty()) weights.assign(out.rows, 1);
  // Turns the scores of classes into probabilities on its way.
  const LossSum sum =
      loss_of(loss_, out.values.data(), valid_targets_.data(), weights.data(),
              out.rows, out.columns, unused.data());
  if (plan_.task == prep::Task::regression) {
    for (float& value : out.values) {
      value = static_cast<float>(
          plan_.target_scaling.to_original(static_cast<double>(value)));
    }
  }
  for (const auto& name : metrics_) {
    report.metrics["valid." + name] =
        metric(name, out, valid_->y, valid_->weights);
  }
  report.metrics["valid.loss"] = sum.loss / sum.weight;
}

void NetTrainer::end(const char* reason) {
  if (ending_.empty()) ending_ = reason;
}

/// Keeps the best weights, and decides whether to stop.
void NetTrainer::judge(const StepReport& report) {
  const EarlyStop& rule = spec_.train.early_stop;
  const auto found = report.metrics.find(rule.metric);
  if (found == report.metrics.end()) return;
  const double value =
      larger_is_better(rule.metric) ? -found->second : found->second;
  if (!best_value_ || value < *best_value_ - rule.min_delta) {
    best_value_ = value;
    best_ = weights_;
    since_best_ = 0;
  } else if (early_stop_ && ++since_best_ >= rule.patience) {
    end("early_stop");
  }
}

void NetTrainer::fill(StepReport& report) {
  report.epoch = epoch_;
  report.epochs = static_cast<std::uint32_t>(spec_.train.epochs);
  report.step = steps_;
  const double loss = since_report_.loss / since_report_.weight;
  report.metrics["train.loss"] = loss;
  const bool moves = spec_.train.schedule != Schedule{} || rate_scale_ != 1;
  if (moves) {
    report.metrics["train.lr"] = rate_scale_ * schedule_->at(steps_ - 1);
  }
  since_report_ = {};
  if (is_validation_due()) {
    validate(report);
    const auto valid = report.metrics.find("valid.loss");
    schedule_->note(valid == report.metrics.end() ? loss : valid->second);
    judge(report);
  }
}

void NetTrainer::keep_safe_place() {
  if (spec_.train.on_nan.type != OnNanType::rollback) return;
  Writer writer;
  write_state(writer);
  safe_place_ = writer.take();
}

/// True: it went back to the last safe place, with a smaller learning rate.
bool NetTrainer::roll_back(StepReport& report) {
  const OnNan& rule = spec_.train.on_nan;
  if (rule.type != OnNanType::rollback || rollbacks_ >= rule.max) return false;
  const auto from = steps_;
  const double scale = rate_scale_ * rule.factor;
  const std::int32_t times = rollbacks_ + 1;
  Reader reader(safe_place_);
  const auto loaded = read_state(reader);
  CHECK(loaded);
  rate_scale_ = scale;
  rollbacks_ = times;
  keep_safe_place();
  report.note = "the loss became nan at step " + std::to_string(from) +
                "; back to step " + std::to_string(steps_) +
                " with the learning rate times " + std::to_string(scale);
  return true;
}

Underway NetTrainer::underway() const {
  Underway out{static_cast<double>(steps_) / static_cast<double>(total_steps_),
               steps_,
               {}};
  if (steps_ == 0) return out;
  out.metrics["train.lr"] = rate_scale_ * schedule_->at(steps_ - 1);
  if (since_report_.weight > 0) {
    out.metrics["train.loss"] = since_report_.loss / since_report_.weight;
  }
  return out;
}

Result<bool> NetTrainer::step(StepReport& report) {
  report = {};
  if (!ending_.empty()) return false;
  do {
    if (stop_asked_()) {
      report.paused = true;
      return true;
    }
    if (at_ >= order_.size()) at_ = 0;
    if (at_ == 0) {
      ++epoch_;
      shuffle();
    }
    train_batch(next_batch());
    if (!std::isfinite(since_report_.loss)) {
      if (roll_back(report)) {
        report.paused = true;
        return true;
      }
      end("nan");
    }
  } while (ending_.empty() && !is_report_due());
  fill(report);
  if (steps_ >= total_steps_) {
    const bool by_epochs =
        epoch_ >= static_cast<std::uint32_t>(spec_.train.epochs) &&
        at_ >= order_.size();
    end(by_epochs ? "epochs" : "steps");
  }
  keep_safe_place();
  return true;
}

Result<std::unique_ptr<Model>> NetTrainer::finish() {
  const bool best =
      spec_.keep.model != KeptModel::last && !best_.parameters.empty();
  return std::unique_ptr<Model>(std::make_unique<NetModel>(
      options_, net_, plan_, best ? best_ : weights_));
}

}  // namespace mlb::learn
