// Training as a whole: the same bits with any number of threads and after any
// stop, what ends it, and what is done about nan.
#include <catch2/catch.hpp>

#include <limits>

#include "learn/net/net_trainer.h"
#include "net_world.h"

namespace mlb::learn {
namespace {

/// Batches until a trainer is asked to stop; below zero: never.
int batches_left = -1;

bool stop_after_batches() {
  if (batches_left < 0) return false;
  return batches_left-- == 0;
}

Layer dropout() {
  return {.type = LayerType::dropout, .rate = 0.3};
}
Layer batchnorm() {
  return layer_of(LayerType::batchnorm);
}

prep::Plan plan_of(std::size_t features, std::size_t classes) {
  prep::Plan out;
  out.task = classes == 0 ? prep::Task::regression : prep::Task::classification;
  for (std::size_t i = 0; i < classes; ++i) {
    out.classes.push_back(std::string(1, static_cast<char>('a' + i)));
  }
  out.features.resize(features);
  return out;
}

/// Rows whose class is the largest of the first features, mostly.
Design rows_of(const prep::Plan& plan, std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  Design out;
  out.x.rows = count;
  out.x.columns = plan.width();
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<float> row;
    for (std::size_t j = 0; j < plan.width(); ++j) {
      row.push_back(static_cast<float>(rng.normal()));
    }
    const auto wanted = std::max_element(
        row.begin(), row.begin() + static_cast<long>(plan.classes.size()));
    out.y.push_back(plan.classes.empty()
                        ? row[0] - row[1]
                        : static_cast<float>(wanted - row.begin()));
    out.x.values.insert(out.x.values.end(), row.begin(), row.end());
  }
  return out;
}

JobSpec job_of(std::vector<Layer> layers) {
  JobSpec out;
  out.model = spec_of(std::move(layers));
  out.train.epochs = 4;
  out.train.batch_size = 40;
  out.train.optimizer.learning_rate = 0.01;
  out.seed = 3;
  return out;
}

struct World {
  explicit World(JobSpec job, std::size_t classes = 3)
      : spec(std::move(job)), plan(plan_of(4, classes)) {
    batches_left = -1;
  }

  std::unique_ptr<NetTrainer> begin() {
    auto out = std::make_unique<NetTrainer>(spec, plan, stop_after_batches);
    const auto begun = out->begin(train, valid);
    INFO((begun ? "" : begun.error().message));
    REQUIRE(begun);
    return out;
  }

  /// Trains on to the end, or until it is asked to stop.
  bool run(NetTrainer& trainer) {
    for (;;) {
      StepReport report;
      const auto more = trainer.step(report);
      REQUIRE(more);
      if (!*more) return true;
      if (!report.note.empty()) notes.push_back(report.note);
      if (report.paused && report.note.empty()) return false;
      if (!report.paused) reports.push_back(report);
    }
  }

  static Bytes bytes_of(NetTrainer& trainer) {
    auto model = trainer.finish();
    REQUIRE(model);
    Writer writer;
    (*model)->save(writer);
    return writer.take();
  }

  /// The model, and every metric of every report in order.
  Bytes result(NetTrainer& trainer) const {
    Writer writer;
    writer.block(bytes_of(trainer));
    for (const auto& r : reports) {
      writer.number(r.epoch);
      writer.number(r.step);
      for (const auto& [name, value] : r.metrics) {
        writer.text(name);
        writer.number(value);
      }
    }
    writer.text(trainer.ending());
    return writer.take();
  }

  Bytes undisturbed() {
    auto trainer = begin();
    CHECK(run(*trainer));
    return result(*trainer);
  }

  NetWeights weights_after_one_step() {
    spec.train.steps = 1;
    spec.keep.model = KeptModel::last;
    auto trainer = begin();
    CHECK(run(*trainer));
    auto model = trainer->finish();
    return dynamic_cast<const NetModel&>(**model).weights();
  }

  JobSpec spec;
  prep::Plan plan;
  Design train = rows_of(plan, 161, 1);
  Design valid = rows_of(plan, 50, 2);
  std::vector<StepReport> reports;
  std::vector<std::string> notes;
};

JobSpec varied_job() {
  JobSpec out = job_of({dense(12), batchnorm(), layer_of(LayerType::gelu),
                        dropout(), dense(8), layer_of(LayerType::relu)});
  out.train.schedule = {.type = ScheduleType::plateau,
                        .warmup = {SpanUnit::steps, 3},
                        .patience = 1};
  out.train.clip_norm = 0.5;
  out.train.l1 = 0.001;
  out.train.l2 = 0.01;
  out.train.class_weights.type = ClassWeightsType::balanced;
  return out;
}

TEST_CASE("a net learns which feature is the largest") {
  JobSpec job = job_of({dense(32), layer_of(LayerType::relu)});
  job.train.epochs = 60;
  World w(job);
  auto trainer = w.begin();
  CHECK(w.run(*trainer));
  // Chance is a third; the rows can be told apart without error.
  CHECK(w.reports.back().metrics.at("valid.accuracy") > 0.85);
}

TEST_CASE("one and two threads give the same bits") {
  JobSpec job = varied_job();
  job.train.batch_size = 100;
  job.train.threads = 1;
  const Bytes one = World(job).undisturbed();
  job.train.threads = 2;
  CHECK(World(job).undisturbed() == one);
  job.train.threads = 5;
  CHECK(World(job).undisturbed() == one);
}

/// Stops after every number of batches, goes on in a new trainer, and expects
/// what an undisturbed one gives.
void check_resumes(const JobSpec& job) {
  World calm(job);
  auto first = calm.begin();
  CHECK(calm.run(*first));
  const Bytes wanted = calm.result(*first);
  const auto batches = static_cast<int>(calm.reports.back().step);
  REQUIRE(batches > 10);
  for (int stop = 0; stop <= batches; ++stop) {
    CAPTURE(stop);
    World w(job);
    auto trainer = w.begin();
    batches_left = stop;
    if (w.run(*trainer)) continue;
    Writer writer;
    trainer->save_state(writer);
    batches_left = -1;
    auto other = w.begin();
    Reader reader(writer.bytes());
    REQUIRE(other->load_state(reader));
    CHECK(reader.left() == 0);
    CHECK(w.run(*other));
    CHECK(w.result(*other) == wanted);
  }
}

TEST_CASE("a training that is stopped anywhere goes on bit for bit") {
  check_resumes(varied_job());
}

TEST_CASE("so it does with other optimisers, schedules and reports") {
  JobSpec job = varied_job();
  job.train.optimizer.type = OptimizerType::rmsprop;
  job.train.schedule = {.type = ScheduleType::onecycle};
  job.train.validate_every = {SpanUnit::steps, 3};
  job.train.shuffle = false;
  check_resumes(job);
  job.train.optimizer.type = OptimizerType::sgd;
  job.train.schedule = {.type = ScheduleType::cosine};
  job.train.validate_every = {SpanUnit::epochs, 2};
  job.keep.model = KeptModel::last;
  check_resumes(job);
}

TEST_CASE("so it does after it went back from nan") {
  JobSpec job = job_of({dense(12), layer_of(LayerType::relu)});
  job.train.optimizer = {.type = OptimizerType::sgd, .learning_rate = 1e20};
  job.train.on_nan = {.type = OnNanType::rollback, .factor = 1e-8, .max = 3};
  check_resumes(job);
}

TEST_CASE("a state of other sizes, or cut, is refused") {
  World w(varied_job());
  auto trainer = w.begin();
  CHECK(w.run(*trainer));
  Writer writer;
  trainer->save_state(writer);
  World other(job_of({dense(5)}));
  Reader reader(writer.bytes());
  CHECK_FALSE(other.begin()->load_state(reader));
  for (std::size_t cut = 0; cut < 200; ++cut) {
    Reader part(ByteView(writer.bytes()).first(cut));
    CHECK_FALSE(w.begin()->load_state(part));
  }
}

TEST_CASE("the first budget that is reached ends training, and is named") {
  JobSpec job = job_of({dense(4)});
  const auto ending = [](const JobSpec& spec, std::uint64_t* steps) {
    World w(spec);
    auto trainer = w.begin();
    CHECK(w.run(*trainer));
    *steps = w.reports.back().step;
    return trainer->ending();
  };
  std::uint64_t steps = 0;
  CHECK(ending(job, &steps) == "epochs");
  CHECK(steps == 4 * 5);
  job.train.steps = 7;
  CHECK(ending(job, &steps) == "steps");
  CHECK(steps == 7);
  job.train.steps = 20;
  CHECK(ending(job, &steps) == "epochs");
  job.train.optimizer.learning_rate = 1e-12;
  job.train.early_stop = {.patience = 1, .min_delta = 1};
  CHECK(ending(job, &steps) == "early_stop");
  CHECK(steps == 2 * 5);
}

TEST_CASE("reports come when they are asked for") {
  JobSpec job = job_of({dense(4)});
  job.train.validate_every = {SpanUnit::epochs, 3};
  World w(job);
  auto trainer = w.begin();
  CHECK(w.run(*trainer));
  REQUIRE(w.reports.size() == 4);
  CHECK(w.reports[0].metrics.count("valid.loss") == 0);
  CHECK(w.reports[2].metrics.count("valid.loss") == 1);
  CHECK(w.reports[3].metrics.count("valid.loss") == 1);  // the end
  job.train.validate_every = {SpanUnit::steps, 8};
  World by_steps(job);
  auto other = by_steps.begin();
  CHECK(by_steps.run(*other));
  std::vector<std::uint64_t> at;
  for (const auto& r : by_steps.reports) at.push_back(r.step);
  CHECK(at == std::vector<std::uint64_t>{8, 16, 20});
}

TEST_CASE("a last batch of one row joins the one before for batchnorm") {
  const auto steps = [](std::vector<Layer> layers) {
    JobSpec job = job_of(std::move(layers));
    job.train.epochs = 1;
    World w(job);  // 161 rows, batches of 40
    auto trainer = w.begin();
    CHECK(w.run(*trainer));
    return w.reports.back().step;
  };
  CHECK(steps({dense(4)}) == 5);
  CHECK(steps({dense(4), batchnorm()}) == 4);
}

TEST_CASE("nan fails, or goes back with a smaller rate, so often") {
  JobSpec job = job_of({dense(12), layer_of(LayerType::relu)});
  job.train.optimizer = {.type = OptimizerType::sgd, .learning_rate = 1e20};
  World failing(job);
  auto trainer = failing.begin();
  CHECK(failing.run(*trainer));
  CHECK(trainer->ending() == "nan");
  CHECK_FALSE(std::isfinite(failing.reports.back().metrics.at("train.loss")));

  job.train.on_nan = {.type = OnNanType::rollback, .factor = 1e-8, .max = 3};
  World back(job);
  trainer = back.begin();
  CHECK(back.run(*trainer));
  CHECK(trainer->ending() == "epochs");
  CHECK_FALSE(back.notes.empty());
  CHECK(std::isfinite(back.reports.back().metrics.at("train.loss")));

  job.train.on_nan = {.type = OnNanType::rollback, .factor = 0.9, .max = 2};
  World tired(job);
  trainer = tired.begin();
  CHECK(tired.run(*trainer));
  CHECK(trainer->ending() == "nan");
  CHECK(tired.notes.size() == 2);
}

TEST_CASE("l2 and l1 pull at weights and leave biases") {
  JobSpec job = job_of({});
  job.train.optimizer = {.type = OptimizerType::sgd, .learning_rate = 0.5};
  const NetWeights plain = World(job).weights_after_one_step();
  Rng rng = Rng::stream(job.seed, "weights");
  const auto start = initial_parameters<float>(net_of(spec_of({}), 4, 3), rng);
  job.train.l2 = 0.1;
  job.train.l1 = 0.01;
  const NetWeights held = World(job).weights_after_one_step();
  for (std::size_t i = 0; i < 12; ++i) {
    const float sign = start[i] > 0 ? 1.0f : -1.0f;
    const float pull = 0.5f * (0.1f * start[i] + 0.01f * sign);
    CHECK(held.parameters[i] ==
          Approx(plain.parameters[i] - pull).margin(1e-6));
  }
  for (std::size_t i = 12; i < 15; ++i) {
    CHECK(held.parameters[i] == Approx(plain.parameters[i]).margin(1e-7));
  }
}

TEST_CASE("clip_norm shortens a gradient that is longer") {
  JobSpec job = job_of({});
  job.train.optimizer = {.type = OptimizerType::sgd, .learning_rate = 1};
  job.train.clip_norm = 0.01;
  Rng rng = Rng::stream(job.seed, "weights");
  const auto start = initial_parameters<float>(net_of(spec_of({}), 4, 3), rng);
  const NetWeights after = World(job).weights_after_one_step();
  double square = 0;
  for (std::size_t i = 0; i < start.size(); ++i) {
    const double d = static_cast<double>(after.parameters[i] - start[i]);
    square += d * d;
  }
  CHECK(std::sqrt(square) == Approx(0.01).epsilon(1e-4));
}

TEST_CASE("balanced weights are those that scikit-learn would give") {
  JobSpec job = job_of({dense(4)});
  job.train.class_weights.type = ClassWeightsType::balanced;
  World balanced(job);
  std::map<std::string, double> given;
  for (std::size_t c = 0; c < 3; ++c) {
    const auto count =
        std::count(balanced.train.y.begin(), balanced.train.y.end(),
                   static_cast<float>(c));
    given[balanced.plan.classes[c]] =
        161.0 / (3.0 * static_cast<double>(count));
  }
  const Bytes wanted = balanced.undisturbed();
  job.train.class_weights = {ClassWeightsType::given, given};
  CHECK(World(job).undisturbed() == wanted);
}

std::string refusal(const JobSpec& job, std::size_t classes = 3) {
  World w(job, classes);
  NetTrainer trainer(w.spec, w.plan, stop_after_batches);
  const auto begun = trainer.begin(w.train, w.valid);
  return begun ? "" : begun.error().message;
}

TEST_CASE("what the data rules out is refused before training") {
  JobSpec job = job_of({dense(4)});
  job.train.class_weights = {ClassWeightsType::given, {{"z", 2}}};
  CHECK(refusal(job) == "train.class_weights: the target has no class 'z'");
  CHECK(refusal(job, 0) ==
        "train.class_weights: the target holds numbers, not classes");
  job = job_of({dense(4)});
  std::get<NetSpec>(job.model).loss = LossType::huber;
  CHECK(refusal(job) ==
        "model.loss: huber cannot be: the target holds classes");
  CHECK(refusal(job, 0).empty());
  job = job_of({batchnorm()});
  job.train.batch_size = 1;
  CHECK(refusal(job) ==
        "train.batch_size is 1; batchnorm needs at least 2 rows");
}

TEST_CASE("a training may begin with the weights of another model") {
  JobSpec job = job_of({dense(6), batchnorm()});
  World w(job);
  auto trainer = w.begin();
  CHECK(w.run(*trainer));
  auto model = trainer->finish();
  REQUIRE(model);
  auto next = w.begin();
  REQUIRE(next->start_from(**model));
  CHECK(World::bytes_of(*next) == World::bytes_of(*trainer));
  World other(job_of({dense(7), batchnorm()}));
  const auto refused = other.begin()->start_from(**model);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.starts_with(
      "train.init_from: the model has other layers"));
}

TEST_CASE("a model that is read predicts as the one that was written") {
  Layer concat{.type = LayerType::concat};
  concat.branches = {{dense(3), layer_of(LayerType::mish)}, {}};
  World w(job_of({dense(6), batchnorm(), concat, dropout()}));
  auto trainer = w.begin();
  CHECK(w.run(*trainer));
  auto model = trainer->finish();
  const Bytes bytes = World::bytes_of(*trainer);
  Reader reader(bytes);
  auto read = NetModel::load(w.plan, reader);
  REQUIRE(read);
  CHECK((*read)->predict(w.valid.x)->values ==
        (*model)->predict(w.valid.x)->values);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    Reader part(ByteView(bytes).first(cut));
    CHECK_FALSE(NetModel::load(w.plan, part));
  }
}

TEST_CASE("a hostile model neither crashes nor asks for memory") {
  World w(job_of({dense(6), batchnorm()}));
  auto trainer = w.begin();
  const Bytes bytes = World::bytes_of(*trainer);
  Rng rng(11);
  for (int i = 0; i < 3000; ++i) {
    Bytes damaged = bytes;
    const std::size_t at = rng.below(std::min<std::size_t>(120, bytes.size()));
    damaged[at] = static_cast<std::uint8_t>(rng.next());
    Reader reader(damaged);
    auto read = NetModel::load(w.plan, reader);
    if (read) (void)(*read)->predict(w.valid.x);
  }
}

}  // namespace
}  // namespace mlb::learn
