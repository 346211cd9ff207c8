// Training speed of nets through the product's own trainer: an MLP
// 100-256-256-10 on 20,000 rows of noise, sgd with momentum, batches of 64,
// shuffled, one epoch to warm up.  Prints samples/s, the median of the epochs
// after the first, and a digest of the model's bytes: the same for any number
// of threads.
//
// usage: net_speed [THREADS [EPOCHS]]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "base/digest.h"
#include "base/rng.h"
#include "learn/trainer.h"

namespace {

using namespace mlb;

constexpr std::size_t kRows = 20'000;
constexpr std::size_t kInputs = 100;
constexpr std::size_t kClasses = 10;
constexpr int kHidden = 256;

JobSpec make_spec(int threads, int epochs) {
  JobSpec spec;
  spec.resources.cpus = threads;
  spec.train.epochs = epochs;
  spec.train.batch_size = 64;
  spec.train.optimizer.type = OptimizerType::sgd;
  spec.train.optimizer.learning_rate = 0.05;
  spec.train.optimizer.momentum = 0.9;
  spec.train.early_stop_mode = EarlyStopMode::off;
  spec.model = NetSpec{{{.type = LayerType::dense, .units = kHidden},
                        {.type = LayerType::relu},
                        {.type = LayerType::dense, .units = kHidden},
                        {.type = LayerType::relu}}};
  return spec;
}

prep::Plan make_plan() {
  prep::Plan plan;
  plan.features.resize(kInputs);
  for (std::size_t i = 0; i < kClasses; ++i) {
    plan.classes.push_back(std::to_string(i));
  }
  return plan;
}

/// The class is the largest of the first ten features: something to learn.
learn::Design make_rows() {
  learn::Design out;
  out.x.rows = kRows;
  out.x.columns = kInputs;
  Rng rng(1);
  for (std::size_t i = 0; i < kRows * kInputs; ++i) {
    out.x.values.push_back(static_cast<float>(rng.normal()));
  }
  for (std::size_t i = 0; i < kRows; ++i) {
    const float* row = out.x.values.data() + i * kInputs;
    out.y.push_back(
        static_cast<float>(std::max_element(row, row + kClasses) - row));
  }
  return out;
}

bool never() {
  return false;
}

int measure(int threads, int epochs) {
  const JobSpec spec = make_spec(threads, epochs);
  const prep::Plan plan = make_plan();
  const learn::Design rows = make_rows();
  const learn::Design none{{0, kInputs, {}}, {}};
  auto trainer = learn::make_trainer(spec, plan, never);
  if (!trainer->begin(rows, none)) return 1;
  std::vector<double> rates;
  learn::StepReport report;
  for (;;) {
    const auto start = std::chrono::steady_clock::now();
    auto more = trainer->step(report);
    if (!more) return 1;
    if (!*more) break;
    const std::chrono::duration<double> took =
        std::chrono::steady_clock::now() - start;
    if (report.epoch > 1) rates.push_back(kRows / took.count());
  }
  auto model = trainer->finish();
  if (!model) return 1;
  Writer bytes;
  (*model)->save(bytes);
  std::sort(rates.begin(), rates.end());
  std::printf("%.0f %s %g\n", rates[rates.size() / 2],
              sha256(bytes.bytes()).text().substr(0, 12).c_str(),
              report.metrics["train.loss"]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  const int epochs = argc > 2 ? std::atoi(argv[2]) : 3;
  if (threads < 1 || epochs < 2) {
    std::fprintf(stderr, "usage: net_speed [THREADS >= 1 [EPOCHS >= 2]]\n");
    return 2;
  }
  return measure(threads, epochs);
}
