// See learn_sets.h.
#include "learn_sets.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "learn/metrics.h"
#include "table/convert.h"
#include "table/dataset.h"

namespace mlb::learn {

Result<FoldedSet> load_set(const std::string& csv, const std::string& folds) {
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("mlbatch-set-" + std::to_string(::getpid())))
                               .string();
  table::ConvertOptions options;
  options.compress = false;
  auto made = table::convert_csv(csv, path, options);
  if (!made) return std::move(made).fail();
  auto dataset = table::Dataset::open(path);
  if (!dataset) return std::move(dataset).fail();
  auto table = dataset->read_table();
  std::filesystem::remove(path);
  if (!table) return std::move(table).fail();
  FoldedSet out{std::move(*table), {}};
  std::ifstream in(folds);
  for (int fold = 0; in >> fold;) out.folds.push_back(fold);
  if (out.folds.empty()) out.folds.assign(out.table.rows, 1);
  if (out.folds.size() != out.table.rows) {
    return Error{Fault::data, folds + ": not one fold a row"};
  }
  return out;
}

FoldedSet shipped_set(const std::string& name) {
  const std::string root = MLB_SOURCE_DIR;
  const bool example =
      name == "penguins" || name == "concrete" || name == "digits";
  const std::string sets = root + "/tests/data/sets/";
  auto set =
      load_set((example ? root + "/jobspecs/data/" : sets) + name + ".csv",
               sets + name + ".folds");
  if (set) return std::move(*set);
  std::fprintf(stderr, "%s\n", set.error().message.c_str());
  std::abort();
}

double Trial::score(const std::string& name) const {
  auto p = model->predict(test.x);
  if (!p) return std::numeric_limits<double>::quiet_NaN();
  return metric(name, *p, test.y);
}

Result<Trial> prepare_trial(const FoldedSet& set, int test_fold, JobSpec spec) {
  spec.target = set.table.columns.back().name;
  prep::Rows train;
  prep::Rows test;
  for (std::size_t i = 0; i < set.table.rows; ++i) {
    (set.folds[i] == test_fold ? test : train).push_back(i);
  }
  std::vector<std::string> warnings;
  auto plan = prep::fit(set.table, train, spec, warnings);
  if (!plan) return std::move(plan).fail();
  Trial out;
  out.plan = std::move(*plan);
  for (auto [rows, to] :
       {std::pair(&train, &out.train), std::pair(&test, &out.test)}) {
    auto x = prep::apply(out.plan, set.table, *rows);
    if (!x) return std::move(x).fail();
    auto y = prep::target_of(out.plan, set.table, *rows);
    if (!y) return std::move(y).fail();
    to->x = std::move(*x);
    to->y = std::move(*y);
  }
  return out;
}

Result<std::unique_ptr<Model>> train_to_end(Trainer& trainer,
                                            const Design& train,
                                            const Design& valid) {
  auto begun = trainer.begin(train, valid);
  if (!begun) return std::move(begun).fail();
  StepReport report;
  for (;;) {
    auto more = trainer.step(report);
    if (!more) return std::move(more).fail();
    if (!*more) return trainer.finish();
  }
}

Result<Trial> run_trial(const FoldedSet& set, int test_fold,
                        const JobSpec& spec) {
  auto trial = prepare_trial(set, test_fold, spec);
  if (!trial) return std::move(trial).fail();
  const auto trainer = make_trainer(spec, trial->plan, never);
  auto model = train_to_end(*trainer, trial->train);
  if (!model) return std::move(model).fail();
  trial->model = std::move(*model);
  return trial;
}

Result<double> cross_validated(const FoldedSet& set, const JobSpec& spec,
                               const std::string& metric) {
  double sum = 0;
  for (int fold = 0; fold < 5; ++fold) {
    auto trial = run_trial(set, fold, spec);
    if (!trial) return std::move(trial).fail();
    sum += trial->score(metric);
  }
  return sum / 5;
}

}  // namespace mlb::learn
