// How long training takes through the product's own trainers, on rows that
// bench/train/run wrote for us and for the peers.  Prints a JSON line: seconds
// and CPU seconds of each repetition, and a word to compare results by: of our
// own models the digest of their bytes, the same for any number of threads.
//
// usage: train_speed CASE ROWS THREADS REPEATS
//        train_speed job FOLDER MLBATCH-JOB CSV REPEATS    (two lines: whole
//                    jobs in a new FOLDER, and their training alone)
//   CASE   mlp-BATCH, lenet-BATCH: a repetition is an epoch, after one that is
//          not counted; forest, kmeans, svm, svm-probability, boosted,
//          xgboost: a whole fit; gemm, blas: 1024^3 with our product and with
//          OpenBLAS, ROWS is unused
//   ROWS   a file: int32 rows, columns; float32 features, then targets
#include <cblas.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "base/digest.h"
#include "base/rng.h"
#include "job_speed.h"
#include "learn/kmeans.h"
#include "learn/net/ops.h"
#include "learn_sets.h"
#include "stopwatch.h"
#include "xgboost_call.h"

namespace {

using namespace mlb;
using namespace mlb::learn;

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "train_speed: %s\n", why.c_str());
  std::exit(1);
}

Design read_rows(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::int32_t size[2] = {};
  in.read(reinterpret_cast<char*>(size), sizeof size);
  if (!in || size[0] < 1 || size[1] < 1) die(path + ": no rows");
  Design out;
  out.x.rows = static_cast<std::size_t>(size[0]);
  out.x.columns = static_cast<std::size_t>(size[1]);
  out.x.values.resize(out.x.rows * out.x.columns);
  out.y.resize(out.x.rows);
  for (std::vector<float>* part : {&out.x.values, &out.y}) {
    in.read(reinterpret_cast<char*>(part->data()),
            static_cast<std::streamsize>(part->size() * sizeof(float)));
  }
  if (!in) die(path + ": shorter than it says");
  return out;
}

prep::Plan plan_of(const Design& rows) {
  prep::Plan plan;
  plan.features.resize(rows.x.columns);
  const float last = *std::max_element(rows.y.begin(), rows.y.end());
  for (std::size_t i = 0; i <= static_cast<std::size_t>(last); ++i) {
    plan.classes.push_back(std::to_string(i));
  }
  return plan;
}

std::string digest_of(const Model& model) {
  Writer bytes;
  model.save(bytes);
  return sha256(bytes.bytes()).text().substr(0, 12);
}

Layer dense(int units) {
  return {.type = LayerType::dense, .units = units};
}

Layer conv(int filters) {
  return {.type = LayerType::conv2d,
          .units = filters,
          .size = 5,
          .stride = 1,
          .padding = Padding::valid};
}

NetSpec mlp() {
  const Layer relu{.type = LayerType::relu};
  return {{dense(256), relu, dense(256), relu}};
}

/// LeCun, Bottou, Bengio, Haffner, 1998, with ReLU and maxima, as it is taught.
NetSpec lenet() {
  const Layer relu{.type = LayerType::relu};
  const Layer pool{.type = LayerType::maxpool,
                   .size = 2,
                   .stride = 2,
                   .padding = Padding::valid};
  NetSpec out{{conv(6),
               relu,
               pool,
               conv(16),
               relu,
               pool,
               {.type = LayerType::flatten},
               dense(120),
               relu,
               dense(84),
               relu}};
  out.input = ImageSize{28, 28, 1};
  return out;
}

JobSpec net_spec(NetSpec net, int batch, int threads, int epochs) {
  JobSpec spec = spec_of(std::move(net), threads);
  spec.train.epochs = epochs;
  spec.train.batch_size = batch;
  spec.train.optimizer.type = OptimizerType::sgd;
  spec.train.optimizer.learning_rate = 0.05;
  spec.train.optimizer.momentum = 0.9;
  spec.train.early_stop_mode = EarlyStopMode::off;
  return spec;
}

const Design kNoRows;

/// One repetition is an epoch.
void time_epochs(const JobSpec& spec, const Design& rows) {
  const prep::Plan plan = plan_of(rows);
  const auto trainer = make_trainer(spec, plan, never);
  if (auto begun = trainer->begin(rows, kNoRows); !begun) {
    die(begun.error().message);
  }
  Stopwatch watch;
  StepReport report;
  for (int epoch = 0; epoch < spec.train.epochs; ++epoch) {
    watch.start();
    if (!trainer->step(report)) die("an epoch failed");
    if (epoch > 0) watch.stop();
  }
  auto model = trainer->finish();
  if (!model) die(model.error().message);
  watch.print(digest_of(**model));
}

/// One repetition is a fit.
void time_fits(const JobSpec& spec, const Design& rows, int repeats) {
  const prep::Plan plan = plan_of(rows);
  Stopwatch watch;
  std::string check;
  for (int i = 0; i < repeats; ++i) {
    watch.start();
    const auto trainer = make_trainer(spec, plan, never);
    if (auto begun = trainer->begin(rows, kNoRows); !begun) {
      die(begun.error().message);
    }
    StepReport report;
    for (bool more = true; more;) {
      auto stepped = trainer->step(report);
      if (!stepped) die(stepped.error().message);
      more = *stepped;
    }
    auto model = trainer->finish();
    watch.stop();
    if (!model) die(model.error().message);
    check = digest_of(**model);
    if (std::holds_alternative<KmeansSpec>(spec.model)) {
      auto distances = (*model)->predict(rows.x);
      if (distances) check += " inertia " + std::to_string(inertia(*distances));
    }
  }
  watch.print(check);
}

void time_xgboost(const Design& rows, int threads, int repeats) {
  Stopwatch watch;
  std::string problem;
  const XgboostRows data{rows.x.values.data(), rows.y.data(), rows.x.rows,
                         rows.x.columns, plan_of(rows).classes.size()};
  for (int i = 0; i < repeats && problem.empty(); ++i) {
    watch.start();
    problem = call_xgboost(data, threads, kBoostingRounds);
    watch.stop();
  }
  if (!problem.empty()) die(problem);
  watch.print("-");
}

/// A large product: what the processor gives at most, with ours, or with the
/// BLAS's own.
void time_gemm(bool ours, int repeats) {
  constexpr std::size_t n = 1024;
  if (!ops::prepare()) die("this CPU lacks AVX2 or FMA");
  Rng rng(1);
  std::vector<float> a(n * n);
  for (float& v : a) v = static_cast<float>(rng.uniform());
  std::vector<float> c(n * n);
  Stopwatch watch;
  for (int i = 0; i <= repeats; ++i) {
    watch.start();
    if (ours) {
      ops::gemm(ops::Transpose::no, ops::Transpose::no, n, n, n, a.data(),
                a.data(), 0.0f, c.data());
    } else {
      constexpr int side = n;
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, side, side, side,
                  1, a.data(), side, a.data(), side, 0, c.data(), side);
    }
    if (i > 0) watch.stop();
  }
  watch.print(ours ? "ours" : ops::kernels());
}

ModelSpec classical(const std::string& name) {
  if (name == "forest") {
    RandomForestSpec out;
    out.trees = 200;
    return out;
  }
  if (name == "kmeans") {
    KmeansSpec out;
    out.k = 10;
    return out;
  }
  if (name == "svm" || name == "svm-probability") {
    SvmSpec out;
    out.c = 10;
    out.kernel.gamma = {Gamma::automatic, 0};
    out.probability = name != "svm";
    return out;
  }
  if (name != "boosted") die("there is no case " + name);
  BoostedTreesSpec out;
  out.trees = kBoostingRounds;
  return out;
}

void measure(const std::string& name, const std::string& path, int threads,
             int repeats) {
  if (name == "gemm" || name == "blas") {
    return time_gemm(name == "gemm", repeats);
  }
  const Design rows = read_rows(path);
  const auto dash = name.find('-');
  const std::string net = name.substr(0, dash);
  if (net == "mlp" || net == "lenet") {
    const int batch = dash == name.npos ? 64 : std::atoi(&name[dash + 1]);
    return time_epochs(
        net_spec(net == "mlp" ? mlp() : lenet(), batch, threads, repeats + 1),
        rows);
  }
  if (name == "xgboost") return time_xgboost(rows, threads, repeats);
  time_fits(spec_of(classical(name), threads), rows, repeats);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 6 && std::string(argv[1]) == "job") {
    const auto problem =
        time_jobs(argv[2], argv[3], argv[4], std::atoi(argv[5]));
    if (!problem.empty()) die(problem);
    return 0;
  }
  const int threads = argc > 3 ? std::atoi(argv[3]) : 0;
  const int repeats = argc > 4 ? std::atoi(argv[4]) : 0;
  if (threads < 1 || repeats < 1) {
    std::fprintf(stderr, "usage: train_speed CASE ROWS THREADS REPEATS\n");
    return 2;
  }
  measure(argv[1], argv[2], threads, repeats);
  return 0;
}
