// How good our models are beside scikit-learn 1.2.1, XGBoost 1.7.4 and PyTorch
// 1.13 on the same data, folds and preparation; nothing is tuned.  One line a
// figure: ours, the reference, the difference, whether it passes, seconds.
//
// usage: quality FOLDER [WORD...]
// FOLDER holds NAME.csv and NAME.folds; a set that is missing is skipped, and
// so is Fashion-MNIST where Debian's package is not installed.  A WORD chooses
// sets, models, or both: iris, svm, iris/svm.  THREADS (2).
//
// Passing is not worse by more than two standard errors or half a point; an
// RMSE within 3 %, ridge to four digits; k-means inertia within 0.5 %.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "fashion.h"
#include "learn/kmeans.h"
#include "learn_sets.h"

namespace {

using namespace mlb;
using namespace mlb::learn;

constexpr double kNone = -1;  // no reference

int threads() {
  const char* text = std::getenv("THREADS");
  return text == nullptr ? 2 : std::atoi(text);
}

struct Set {
  const char* name;
  int folds;  ///< 5, or 1: fold 0 only
  const char* metric;
  double features = 0;  ///< columns of the matrix: gamma of the kernels
  double baseline = kNone, linear = kNone, linear_svm = kNone, kernel = kNone,
         forest = kNone, boosted = kNone, mlp = kNone;
};

// `linear` is logistic regression or ridge, `kernel` svm or svr.
constexpr Set kSets[] = {
    {"iris", 5, "accuracy", 4, .333, .953, .933, .953, .933, .933, .953},
    {"wine", 5, "accuracy", 13, .399, .983, .983, .989, .972, .943, .983},
    {"penguins", 5, "accuracy", 0, .442, .994, .988, .986, .988, .983, .991},
    {"breast_cancer", 5, "auc", 30, kNone, .994, .988, .993, .989, .989, .992},
    {"digits", 5, "accuracy", 64, .101, .972, .963, .981, .979, .970, .982},
    {"spam", 5, "accuracy", 57, .606, .925, .923, .933, .953, .954, .944},
    {"churn", 5, "auc", 0, kNone, .845, .842, .799, .827, .837, .839},
    {"satellite", 5, "accuracy", 36, .238, .857, .831, .913, .918, .918, .893},
    {"letter", 1, "accuracy", 16, .041, .783, .709, .974, .967, .950, .937},
    {"shuttle", 1, "accuracy", 9, .786, .969, .924, .9987, .9998, .9998, .9984},
    {"diabetes", 5, "rmse", 10, 77.2, 55.452, kNone, 66.6, 57.2, 63.7, 58.6},
    {"concrete", 5, "rmse", 8, 16.7, 10.505, kNone, 5.81, 5.23, 4.66, 5.14},
    {"diamonds", 1, "rmse", 0, 4010, 1134.4, kNone, kNone, 553, 543, 568},
};

struct Clusters {
  const char* name;
  int k;
  double inertia;
  int starts;
};

constexpr Clusters kClusters[] = {
    {"iris", 3, 139.82, 20},       {"wine", 3, 1277.93, 20},
    {"penguins", 3, 1013.63, 20},  {"digits", 10, 69408.8, 20},
    {"satellite", 6, 48926.0, 20}, {"letter", 26, 121205.6, 10},
};

bool is_number(const Set& set) {
  return std::string_view(set.metric) == "rmse";
}

JobSpec net_spec(std::size_t rows) {
  JobSpec out = spec_of(NetSpec{{{.type = LayerType::dense, .units = 128},
                                 {.type = LayerType::relu},
                                 {.type = LayerType::dense, .units = 64},
                                 {.type = LayerType::relu}}},
                        threads());
  out.train.epochs = rows < 5000 ? 50 : 20;
  out.train.batch_size = rows < 5000 ? 32 : 128;
  out.train.optimizer.weight_decay = 1e-4;
  // The uniform one of ours, as PyTorch's own is; he's numbers are larger.
  std::get<NetSpec>(out.model).init = Init::xavier;
  out.train.early_stop_mode = EarlyStopMode::off;
  return out;
}

struct Case {
  const char* model;
  double reference;
  JobSpec spec;
};

std::vector<Case> cases_of(const Set& set, std::size_t rows,
                           std::size_t width) {
  const std::string name = set.name;
  const bool number = is_number(set);
  RandomForestSpec forest;
  forest.trees = 200;
  forest.min_leaf = 1;
  BoostedTreesSpec boosted;
  boosted.trees = name == "letter" || name == "shuttle" ? 100 : 200;
  KernelSpec kernel;
  kernel.gamma = {Gamma::number, 1 / static_cast<double>(width)};
  SvmSpec svm;
  svm.c = 10;
  svm.kernel = kernel;
  SvrSpec svr;
  svr.c = 10;
  svr.kernel = kernel;
  const auto spec = [](ModelSpec m) {
    return spec_of(std::move(m), threads());
  };
  std::vector<Case> out{{"baseline", set.baseline, spec(BaselineSpec{})}};
  if (number) {
    out.push_back({"ridge", set.linear, spec(RidgeSpec{})});
    out.push_back({"svr", set.kernel, spec(svr)});
    out.back().spec.target_transform = TargetTransform::standard;
  } else {
    out.push_back({"logistic", set.linear,
                   spec(LogisticSpec{.max_iter = 1000, .tol = 1e-6})});
    out.push_back({"linear_svm", set.linear_svm, spec(LinearSvmSpec{})});
    out.push_back({"svm", set.kernel, spec(svm)});
  }
  out.push_back({"random_forest", set.forest, spec(forest)});
  out.push_back({"boosted_trees", set.boosted, spec(boosted)});
  out.push_back({"net", set.mlp, net_spec(rows)});
  return out;
}

Result<double> score(const FoldedSet& set, int fold, const Case& c,
                     const char* metric) {
  auto trial = prepare_trial(set, fold, c.spec);
  if (!trial) return std::move(trial).fail();
  const auto trainer = make_trainer(c.spec, trial->plan, never);
  auto model = train_to_end(*trainer, trial->train);
  if (!model) return std::move(model).fail();
  trial->model = std::move(*model);
  return trial->score(metric);
}

bool passes(const Set& set, const Case& c, double ours, std::size_t tested) {
  if (is_number(set)) {
    const bool ridge = std::string_view(c.model) == "ridge";
    return ours <= c.reference * (ridge ? 1 + 5e-5 : 1.03);
  }
  const double a = c.reference;
  const double error = 2 * std::sqrt(a * (1 - a) / static_cast<double>(tested));
  return ours >= a - std::max(0.005, error);
}

class Choice {
 public:
  Choice(int argc, char** argv) : words_(argv + 2, argv + argc) {}
  bool takes(const std::string& set, const std::string& model) const {
    if (words_.empty()) return true;
    for (const std::string& w : words_) {
      if (w == set || w == model || w == set + "/" + model) return true;
    }
    return false;
  }

 private:
  std::vector<std::string> words_;
};

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

struct Figure {
  const char* set;
  const char* model;
  const char* metric;
  double ours;
  double reference;
  bool good;
  double seconds;
  std::string problem;
};

/// 1 when it fails.
int report(const Figure& f) {
  std::printf("%-14s %-14s %-9s %10.4f %10.4f %+9.4f %-5s %7.1f %s\n", f.set,
              f.model, f.metric, f.ours, f.reference, f.ours - f.reference,
              f.good ? "ok" : "WORSE", f.seconds, f.problem.c_str());
  std::fflush(stdout);
  return f.good ? 0 : 1;
}

/// Number of figures that fail.
int run_set(const FoldedSet& data, const Set& set, const Choice& choice) {
  auto probe = prepare_trial(data, 0, spec_of(BaselineSpec{}));
  if (!probe) {
    std::printf("%-14s %s\n", set.name, probe.error().message.c_str());
    return 1;
  }
  int failed = 0;
  const std::size_t rows = data.table.rows;
  for (const Case& c : cases_of(set, rows, probe->plan.width())) {
    if (c.reference == kNone || !choice.takes(set.name, c.model)) continue;
    double sum = 0;
    std::string problem;
    const double seconds = seconds_of([&] {
      for (int fold = 0; fold < set.folds && problem.empty(); ++fold) {
        auto one = score(data, fold, c, set.metric);
        if (one) {
          sum += *one;
        } else {
          problem = one.error().message;
        }
      }
    });
    const double ours = sum / set.folds;
    const std::size_t tested = set.folds == 5 ? rows : probe->test.x.rows;
    const bool good = problem.empty() && passes(set, c, ours, tested);
    failed += report({set.name, c.model, set.metric, ours, c.reference, good,
                      seconds, problem});
  }
  return failed;
}

std::vector<Case> fashion_cases() {
  RandomForestSpec forest;
  forest.trees = 100;
  JobSpec net = net_spec(60'000);
  net.train.epochs = 10;
  return {{"logistic", .844,
           spec_of(LogisticSpec{.max_iter = 100, .tol = 1e-6}, threads())},
          {"random_forest", .877, spec_of(forest, threads())},
          {"net", .876, std::move(net)}};
}

/// Number of figures that fail.
int run_fashion(const Choice& choice) {
  constexpr Set kFashion{"fashion", 1, "accuracy"};
  std::vector<Case> chosen;
  for (Case& c : fashion_cases()) {
    if (choice.takes(kFashion.name, c.model)) chosen.push_back(std::move(c));
  }
  if (chosen.empty()) return 0;
  auto trial = load_fashion(kFashionFolder);
  if (!trial) {
    std::printf("%-14s skipped: %s\n", kFashion.name,
                trial.error().message.c_str());
    return 0;
  }
  int failed = 0;
  for (const Case& c : chosen) {
    std::string problem;
    const double seconds = seconds_of([&] {
      const auto trainer = make_trainer(c.spec, trial->plan, never);
      auto model = train_to_end(*trainer, trial->train);
      if (!model) problem = model.error().message;
      trial->model = model ? std::move(*model) : nullptr;
    });
    const double ours = problem.empty() ? trial->score("accuracy") : 0;
    const bool good = passes(kFashion, c, ours, trial->test.x.rows);
    failed += report({kFashion.name, c.model, kFashion.metric, ours,
                      c.reference, good, seconds, problem});
  }
  return failed;
}

int run_clusters(const FoldedSet& data, const Clusters& c) {
  KmeansSpec spec;
  spec.k = c.k;
  spec.n_init = c.starts;
  double ours = 0;
  const double seconds = seconds_of([&] {
    auto trial = run_trial(data, -1, spec_of(spec, threads()));
    if (!trial) return;
    auto distances = trial->model->predict(trial->train.x);
    if (distances) ours = inertia(*distances);
  });
  const bool good = ours > 0 && ours <= c.inertia * 1.005;
  std::printf("%-14s %-14s %-9s %10.1f %10.1f %+9.4f %-5s %7.1f\n", c.name,
              "kmeans", "inertia", ours, c.inertia, ours / c.inertia - 1,
              good ? "ok" : "WORSE", seconds);
  std::fflush(stdout);
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: quality FOLDER [WORD...]\n");
    return 2;
  }
  const std::string folder = argv[1];
  const Choice choice(argc, argv);
  std::printf("%-14s %-14s %-9s %10s %10s %9s %-5s %7s\n", "set", "model",
              "metric", "ours", "reference", "diff", "", "seconds");
  int failed = 0;
  for (const Set& set : kSets) {
    const std::string stem = folder + "/" + set.name;
    if (!std::filesystem::exists(stem + ".csv")) {
      std::printf("%-14s skipped: no %s.csv\n", set.name, stem.c_str());
      continue;
    }
    auto data = load_set(stem + ".csv", stem + ".folds");
    if (!data) {
      std::printf("%-14s %s\n", set.name, data.error().message.c_str());
      return 1;
    }
    failed += run_set(*data, set, choice);
    for (const Clusters& c : kClusters) {
      const bool mine = std::string_view(c.name) == set.name;
      if (mine && choice.takes(c.name, "kmeans")) {
        failed += run_clusters(*data, c);
      }
    }
  }
  failed += run_fashion(choice);
  return failed == 0 ? 0 : 1;
}
