// The small sets that ship with the project, against scikit-learn 1.2.1,
// XGBoost 1.7.4 and PyTorch 1.13 on the same folds and preparation: within two
// standard errors or half a point, 3 % of an error.  bench/quality has the
// large ones.
#include "learn_world.h"

using namespace mlb;
using namespace mlb::learn;

namespace {

/// Whether an accuracy (or area) is not worse than the reference.
void reaches(const std::string& set, const JobSpec& spec,
             const std::string& metric, double reference, double rows) {
  CAPTURE(set, metric, spec.model.index());
  const double error = 2 * std::sqrt(reference * (1 - reference) / rows);
  CHECK(score_on(set, spec, metric) >= reference - std::max(error, 0.005));
}

void reaches_rmse(const std::string& set, const JobSpec& spec,
                  double reference) {
  CAPTURE(set, spec.model.index());
  CHECK(score_on(set, spec, "rmse") <= reference * 1.03);
}

JobSpec forest() {
  RandomForestSpec out;
  out.trees = 200;
  return spec_of(out, 2);
}

JobSpec boosted() {
  BoostedTreesSpec out;
  out.trees = 200;
  return spec_of(out, 2);
}

/// 128-64 ReLU, Adam; 50 epochs of batches of 32.
JobSpec net() {
  NetSpec out{{{.type = LayerType::dense, .units = 128},
               {.type = LayerType::relu},
               {.type = LayerType::dense, .units = 64},
               {.type = LayerType::relu}}};
  out.init = Init::xavier;
  JobSpec spec = spec_of(std::move(out));
  spec.train.epochs = 50;
  spec.train.batch_size = 32;
  spec.train.optimizer.weight_decay = 1e-4;
  spec.train.early_stop_mode = EarlyStopMode::off;
  return spec;
}

JobSpec rbf(double features) {
  SvmSpec out;
  out.c = 10;
  out.kernel.gamma = {Gamma::number, 1 / features};
  return spec_of(out, 2);
}

}  // namespace

TEST_CASE("logistic regression and the linear machine are as good") {
  reaches("iris", spec_of(LogisticSpec{}), "accuracy", 0.953, 150);
  reaches("wine", spec_of(LogisticSpec{}), "accuracy", 0.983, 178);
  reaches("penguins", spec_of(LogisticSpec{}), "accuracy", 0.994, 344);
  reaches("breast_cancer", spec_of(LogisticSpec{}), "auc", 0.994, 569);
  reaches("iris", spec_of(LinearSvmSpec{}), "accuracy", 0.933, 150);
  reaches("wine", spec_of(LinearSvmSpec{}), "accuracy", 0.983, 178);
  reaches("penguins", spec_of(LinearSvmSpec{}), "accuracy", 0.988, 344);
  reaches("breast_cancer", spec_of(LinearSvmSpec{}), "auc", 0.988, 569);
}

TEST_CASE("forests and boosted trees are as good") {
  reaches("iris", forest(), "accuracy", 0.933, 150);
  reaches("wine", forest(), "accuracy", 0.972, 178);
  reaches("breast_cancer", forest(), "auc", 0.989, 569);
  reaches("iris", boosted(), "accuracy", 0.933, 150);
  reaches("wine", boosted(), "accuracy", 0.943, 178);
  reaches("penguins", boosted(), "accuracy", 0.983, 344);
}

TEST_CASE("kernel machines are as good") {
  reaches("iris", rbf(4), "accuracy", 0.953, 150);
  reaches("wine", rbf(13), "accuracy", 0.989, 178);
  reaches("breast_cancer", rbf(30), "auc", 0.993, 569);
}

TEST_CASE("nets are as good") {
  reaches("iris", net(), "accuracy", 0.953, 150);
  reaches("wine", net(), "accuracy", 0.983, 178);
  reaches("penguins", net(), "accuracy", 0.991, 344);
  reaches("breast_cancer", net(), "auc", 0.992, 569);
  reaches_rmse("diabetes", net(), 58.6);
  reaches_rmse("concrete", net(), 5.14);
}

TEST_CASE("regressions are as good") {
  RandomForestSpec trees;
  trees.trees = 200;
  trees.min_leaf = 1;
  reaches_rmse("diabetes", spec_of(trees, 2), 57.2);
  reaches_rmse("concrete", spec_of(trees, 2), 5.23);
  reaches_rmse("concrete", boosted(), 4.66);
}
