// Training of nets: the optimisers against their formulas, early stopping,
// and the same bits whatever the number of threads.
#include <catch2/catch.hpp>

#include <cmath>

#include "learn/container.h"
#include "learn/metrics.h"
#include "learn/net/net_trainer.h"

using namespace mlb;
using namespace mlb::learn;

namespace {

bool never() {
  return false;
}

prep::Plan plan_of(std::size_t features, prep::Task task) {
  prep::Plan plan;
  plan.task = task;
  plan.target = "y";
  if (task == prep::Task::classification) plan.classes = {"no", "yes"};
  for (std::size_t i = 0; i < features; ++i) {
    prep::Feature x;
    x.name = "x" + std::to_string(i);
    plan.features.push_back(x);
  }
  return plan;
}

/// Noise around y = x0 - 2 x1 + 1; as classes: whether it is above 1.
Design noisy(std::size_t rows, prep::Task task, std::uint64_t seed = 3) {
  Rng rng(seed);
  Design out{{rows, 2, {}}, {}};
  for (std::size_t i = 0; i < rows; ++i) {
    const double a = rng.normal();
    const double b = rng.normal();
    out.x.values.push_back(static_cast<float>(a));
    out.x.values.push_back(static_cast<float>(b));
    const double y = a - 2 * b + 1 + 0.1 * rng.normal();
    out.y.push_back(static_cast<float>(
        task == prep::Task::regression ? y : (y > 1 ? 1 : 0)));
  }
  return out;
}

JobSpec spec_of(std::vector<Layer> layers, int epochs, int batch) {
  JobSpec out;
  out.model = NetSpec{std::move(layers)};
  out.train.epochs = epochs;
  out.train.batch_size = batch;
  out.seed = 5;
  return out;
}

struct Trained {
  std::vector<StepReport> reports;
  std::unique_ptr<Model> model;
  Bytes saved() const {
    Writer w;
    model->save(w);
    return w.take();
  }
  const std::vector<float>& weights() const {
    return dynamic_cast<const NetModel&>(*model).weights().parameters;
  }
};

Trained train(const JobSpec& spec, const prep::Plan& plan, const Design& rows,
              const Design& valid = {}) {
  NetTrainer trainer(spec, plan, never);
  auto begun = trainer.begin(rows, valid);
  if (!begun) FAIL(begun.error().message);
  Trained out;
  for (StepReport report;;) {
    auto more = trainer.step(report);
    REQUIRE(more);
    if (!*more) break;
    out.reports.push_back(report);
  }
  auto model = trainer.finish();
  REQUIRE(model);
  out.model = std::move(*model);
  return out;
}

const Layer kDense{LayerType::dense, 16, true, 0};
const Layer kTanh{LayerType::tanh, 0, true, 0};
const Layer kDropout{LayerType::dropout, 0, true, 0.2};

// ---- one weight and one bias, in double ----

/// x and y of the rows; the loss is the mean of (w x + b - y)^2.
struct Line {
  std::vector<double> x{-1, 0.5, 2};
  std::vector<double> y{1, -1, 3};

  Design design() const {
    Design out{{x.size(), 1, {}}, {}};
    for (const double v : x) out.x.values.push_back(static_cast<float>(v));
    for (const double v : y) out.y.push_back(static_cast<float>(v));
    return out;
  }
  std::pair<double, double> gradient(double w, double b) const {
    double dw = 0;
    double db = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double r = w * x[i] + b - y[i];
      dw += 2 * r * x[i];
      db += 2 * r;
    }
    const auto n = static_cast<double>(x.size());
    return {dw / n, db / n};
  }
};

/// Trains the line for `epochs` whole batches and follows it with `update`,
/// which moves one parameter by its gradient at step t = 1, 2, ...
template <class Update>
void check_optimiser(const Optimizer& optimizer, int epochs, Update update) {
  const Line line;
  const auto rows = line.design();
  const Design none;
  const auto plan = plan_of(1, prep::Task::regression);
  JobSpec spec = spec_of({}, epochs, 3);
  spec.train.optimizer = optimizer;
  NetTrainer trainer(spec, plan, never);
  REQUIRE(trainer.begin(rows, none));
  auto first = trainer.finish();
  REQUIRE(first);
  const auto start =
      dynamic_cast<const NetModel&>(**first).weights().parameters;
  REQUIRE(start.size() == 2);
  double w = static_cast<double>(start[0]);
  double b = static_cast<double>(start[1]);
  std::vector<double> state_w(2);
  std::vector<double> state_b(2);
  for (int t = 1; t <= epochs; ++t) {
    StepReport report;
    REQUIRE(trainer.step(report));
    const auto [dw, db] = line.gradient(w, b);
    update(w, dw, state_w, t);
    update(b, db, state_b, t);
  }
  const auto last = trainer.finish();
  const auto& got = dynamic_cast<const NetModel&>(**last).weights().parameters;
  CHECK(static_cast<double>(got[0]) == Approx(w).epsilon(1e-5));
  CHECK(static_cast<double>(got[1]) == Approx(b).epsilon(1e-5));
}

}  // namespace

TEST_CASE("sgd, its momentum and Nesterov's follow their formulas") {
  for (const bool nesterov : {false, true}) {
    for (const double momentum : {0.0, 0.9}) {
      Optimizer o;
      o.type = OptimizerType::sgd;
      o.learning_rate = 0.03;
      o.momentum = momentum;
      o.nesterov = nesterov;
      o.weight_decay = 0.1;
      check_optimiser(
          o, 7, [&](double& p, double g, std::vector<double>& v, int) {
            g += o.weight_decay * p;
            v[0] = momentum * v[0] + g;
            p -= o.learning_rate * (nesterov ? g + momentum * v[0] : v[0]);
          });
    }
  }
}

TEST_CASE("adam follows algorithm 1 of its paper") {
  Optimizer o;
  o.learning_rate = 0.05;
  o.beta1 = 0.8;
  o.beta2 = 0.95;
  o.epsilon = 1e-6;
  check_optimiser(o, 9,
                  [&](double& p, double g, std::vector<double>& s, int t) {
                    s[0] = o.beta1 * s[0] + (1 - o.beta1) * g;
                    s[1] = o.beta2 * s[1] + (1 - o.beta2) * g * g;
                    const double m = s[0] / (1 - std::pow(o.beta1, t));
                    const double v = s[1] / (1 - std::pow(o.beta2, t));
                    p -= o.learning_rate * m / (std::sqrt(v) + o.epsilon);
                  });
}

TEST_CASE("a net without hidden layers ends at the least squares") {
  // Slope and intercept by hand: x - 0.5 = -1.5, 0, 1.5; y = 1, -1, 3.
  const double slope = (-1.5 * 1 + 1.5 * 3) / 4.5;
  const Line line;
  JobSpec spec = spec_of({}, 400, 3);
  spec.train.optimizer.type = OptimizerType::sgd;
  spec.train.optimizer.learning_rate = 0.05;
  const auto t = train(spec, plan_of(1, prep::Task::regression), line.design());
  CHECK(static_cast<double>(t.weights()[0]) == Approx(slope).epsilon(1e-5));
  CHECK(static_cast<double>(t.weights()[1]) ==
        Approx(1 - slope * 0.5).epsilon(1e-5));
}

TEST_CASE("any number of threads gives the same bits") {
  // 200 rows a batch are 6 shards; the last batch of 500 rows is short.
  for (const auto task : {prep::Task::classification, prep::Task::regression}) {
    const auto plan = plan_of(2, task);
    const auto rows = noisy(500, task);
    const auto valid = noisy(100, task, 8);
    JobSpec spec = spec_of({kDense, kTanh, kDropout, kDense, kTanh}, 4, 200);
    const auto one = train(spec, plan, rows, valid);
    CHECK(one.reports.size() == 4);
    for (const int cpus : {2, 3, 8}) {
      spec.resources.cpus = cpus;
      const auto other = train(spec, plan, rows, valid);
      CHECK(other.saved() == one.saved());
      REQUIRE(other.reports.size() == one.reports.size());
      for (std::size_t i = 0; i < one.reports.size(); ++i) {
        CHECK(other.reports[i].metrics == one.reports[i].metrics);
      }
    }
  }
}

TEST_CASE("the seed alone decides on weights, shuffle and dropout") {
  const auto task = prep::Task::classification;
  const auto plan = plan_of(2, task);
  const auto rows = noisy(300, task);
  JobSpec spec = spec_of({kDense, kTanh, kDropout}, 2, 64);
  const auto first = train(spec, plan, rows).saved();
  CHECK(train(spec, plan, rows).saved() == first);
  spec.seed = 6;
  CHECK(train(spec, plan, rows).saved() != first);
}

TEST_CASE("every row counts once an epoch, shuffled or not") {
  // Nothing is learned, so each epoch's loss is that of the first weights.
  const auto task = prep::Task::regression;
  const auto plan = plan_of(2, task);
  const auto rows = noisy(5000, task);
  JobSpec spec = spec_of({kDense, kTanh}, 3, 999);
  spec.train.optimizer.learning_rate = 0;
  for (const bool shuffle : {true, false}) {
    spec.train.shuffle = shuffle;
    const auto t = train(spec, plan, rows);
    const auto p = t.model->predict(rows.x);
    REQUIRE(p);
    const double loss = std::pow(rmse(*p, rows.y), 2);
    REQUIRE(t.reports.size() == 3);
    for (const auto& report : t.reports) {
      CHECK(report.metrics.at("train.loss") == Approx(loss).epsilon(1e-5));
    }
    CHECK(t.reports.back().step == 3 * 6);
    CHECK(t.reports.back().epoch == 3);
    CHECK(t.reports.back().epochs == 3);
  }
}

TEST_CASE("rows that lie sorted by the target are mixed") {
  // Features say nothing: the net learns the mean of the last batches.
  const auto task = prep::Task::regression;
  Design rows{{20'000, 2, std::vector<float>(40'000, 0)}, {}};
  for (std::size_t i = 0; i < rows.x.rows; ++i) {
    rows.y.push_back(i < rows.x.rows / 2 ? -1.0f : 1.0f);
  }
  JobSpec spec = spec_of({}, 1, 32);
  spec.train.optimizer = {.type = OptimizerType::sgd, .learning_rate = 0.05};
  spec.train.optimizer.momentum = 0;
  const auto t = train(spec, plan_of(2, task), rows);
  const auto p = t.model->predict({1, 2, {0, 0}});
  REQUIRE(p);
  CHECK(std::fabs(p->values[0]) < 0.3f);
}

TEST_CASE("training on a standardised target predicts original units") {
  const auto task = prep::Task::regression;
  auto plan = plan_of(2, task);
  auto rows = noisy(200, task);
  const auto plain = train(spec_of({}, 20, 50), plan, rows, rows);
  for (auto& y : rows.y) y = 100 + 4 * y;
  plan.target_scaling.mean = 100;
  plan.target_scaling.scale = 4;
  const auto scaled = train(spec_of({}, 20, 50), plan, rows, rows);
  const auto& a = plain.reports.back().metrics;
  const auto& b = scaled.reports.back().metrics;
  CHECK(b.at("valid.rmse") == Approx(4 * a.at("valid.rmse")).epsilon(1e-4));
  CHECK(b.at("valid.loss") == Approx(a.at("valid.loss")).epsilon(1e-4));
  CHECK(b.at("train.loss") == Approx(a.at("train.loss")).epsilon(1e-4));
  const auto p = scaled.model->predict(rows.x);
  REQUIRE(p);
  CHECK(rmse(*p, rows.y) == Approx(b.at("valid.rmse")));
}

namespace {

/// Validation says the opposite of training: it is best after one epoch.
struct Opposed {
  prep::Plan plan = plan_of(2, prep::Task::classification);
  Design rows = noisy(200, prep::Task::classification);
  Design valid = rows;
  JobSpec spec = spec_of({kDense, kTanh}, 50, 64);
  Opposed() {
    for (auto& y : valid.y) y = 1 - y;
    spec.train.early_stop.patience = 3;
  }
  Trained run() const { return train(spec, plan, rows, valid); }
  Bytes after(int epochs) const {
    JobSpec fewer = spec;
    fewer.train.epochs = epochs;
    fewer.keep.model = KeptModel::last;
    return train(fewer, plan, rows, valid).saved();
  }
};

}  // namespace

TEST_CASE("training stops after `patience` epochs that are no better") {
  const Opposed o;
  const auto t = o.run();
  CHECK(t.reports.size() == 4);
  CHECK(t.reports[1].metrics.at("valid.loss") >
        t.reports[0].metrics.at("valid.loss"));
}

TEST_CASE("the best weights are kept unless the last are asked for") {
  Opposed o;
  CHECK(o.run().saved() == o.after(1));
  o.spec.keep.model = KeptModel::last;
  CHECK(o.run().saved() == o.after(4));
  o.spec.keep.model = KeptModel::best;
  o.spec.train.early_stop_mode = EarlyStopMode::off;
  o.spec.train.epochs = 6;
  const auto t = o.run();
  CHECK(t.reports.size() == 6);
  CHECK(t.saved() == o.after(1));
}

TEST_CASE("accuracy is better when it is larger") {
  Opposed o;
  o.spec.train.early_stop.metric = "valid.accuracy";
  const auto falls = o.run();
  o.valid = o.rows;
  const auto rises = o.run();
  CHECK(falls.reports.size() < rises.reports.size());
  const auto& kept = rises.model->predict(o.valid.x);
  REQUIRE(kept);
  double best = 0;
  for (const auto& r : rises.reports) {
    best = std::max(best, r.metrics.at("valid.accuracy"));
  }
  CHECK(accuracy(*kept, o.valid.y) == best);
}

TEST_CASE("an improvement below min_delta is none") {
  Opposed o;
  o.valid = o.rows;
  o.spec.train.early_stop.min_delta = 1e9;
  const auto t = o.run();
  CHECK(t.reports.size() == 4);
  CHECK(t.saved() == o.after(1));
}

TEST_CASE("without validation rows nothing stops early") {
  Opposed o;
  o.valid = {};
  o.spec.train.epochs = 8;
  const auto t = o.run();
  CHECK(t.reports.size() == 8);
  CHECK(t.reports[0].metrics.count("valid.loss") == 0);
  CHECK(t.saved() == o.after(8));
  o.spec.train.early_stop_mode = EarlyStopMode::on;
  NetTrainer trainer(o.spec, o.plan, never);
  const auto refused = trainer.begin(o.rows, o.valid);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().fault == Fault::data);
}

namespace {

int batches_left = 0;
bool after_some_batches() {
  return batches_left-- <= 0;
}

}  // namespace

TEST_CASE("asked to stop it ends between two batches, without an epoch") {
  const Opposed o;
  NetTrainer trainer(o.spec, o.plan, after_some_batches);
  REQUIRE(trainer.begin(o.rows, o.valid));
  batches_left = 4 + 2;  // an epoch of 200 rows has 4
  StepReport report;
  auto more = trainer.step(report);
  REQUIRE(more);
  CHECK(*more);
  more = trainer.step(report);
  REQUIRE(more);
  CHECK(*more);
  CHECK(report.paused);
  CHECK(report.metrics.empty());
  CHECK(trainer.finish());
}
