// The keys of the types of models: defaults, values, and what they change.
#include <catch2/catch.hpp>

#include <set>

#include "spec_world.h"

namespace mlb::spec {
namespace {

TEST_CASE("defaults of models are those of the reference") {
  const std::map<std::string, std::string> want{
      {"model.pca", "none"},
      {"model.baseline.strategy", "auto"},
      {"model.logistic.lambda", "1"},
      {"model.logistic.max_iter", "200"},
      {"model.logistic.tol", "1e-6"},
      {"model.linear_svm.C", "1"},
      {"model.knn.k", "5"},
      {"model.knn.weights", "uniform"},
      {"model.random_forest.trees", "500"},
      {"model.random_forest.feature_fraction", "auto"},
      {"model.random_forest.min_leaf", "auto"},
      {"model.random_forest.max_depth", "0"},
      {"model.random_forest.bootstrap", "true"},
      {"model.boosted_trees.trees", "500"},
      {"model.boosted_trees.learning_rate", "0.1"},
      {"model.boosted_trees.max_depth", "6"},
      {"model.boosted_trees.min_child_weight", "1"},
      {"model.boosted_trees.subsample", "1"},
      {"model.boosted_trees.colsample", "1"},
      {"model.boosted_trees.l1", "0"},
      {"model.boosted_trees.l2", "1"},
      {"model.boosted_trees.gamma", "0"},
      {"model.boosted_trees.bins", "256"},
      {"model.svm.C", "1"},
      {"model.svm.kernel", "rbf"},
      {"model.svm.gamma", "scale"},
      {"model.svm.degree", "3"},
      {"model.svm.coef0", "0"},
      {"model.svm.cache", "200M"},
      {"model.svm.multiclass", "ovo"},
      {"model.svm.probability", "true"},
      {"model.svr.epsilon", "0.1"},
  };
  for (const auto& [path, text] : want) {
    CAPTURE(path);
    const Field* field = find_field(path);
    REQUIRE(field != nullptr);
    CHECK(default_text(*field) == text);
  }
}

TEST_CASE("a number or a word reaches the job as what it is") {
  const auto forest = [](const char* fraction) {
    const auto job =
        job_in(text_with("model.random_forest.feature_fraction", fraction));
    REQUIRE(job);
    return std::get<RandomForestSpec>(job->model).feature_fraction;
  };
  using Fraction = NumberOr<FeatureFraction>;
  CHECK(forest("third") == Fraction{FeatureFraction::third, 0});
  CHECK(forest("0.25") == Fraction{FeatureFraction::number, 0.25});
  const auto leaf = [](const char* text) {
    return std::get<RandomForestSpec>(
               job_in(text_with("model.random_forest.min_leaf", text))->model)
        .min_leaf;
  };
  CHECK(leaf("auto") == std::nullopt);
  CHECK(leaf("3") == 3);
  const auto lambda = [](const char* text) {
    return std::get<RidgeSpec>(
               job_in(text_with("model.ridge.lambda", text))->model)
        .lambda;
  };
  CHECK(lambda("auto") == std::nullopt);
  CHECK(lambda("2") == 2);
  CHECK(job_in(text_with("model.pca", "0.9"))->pca == 0.9);
  CHECK(job_in(text_with("model.pca", "none"))->pca == std::nullopt);
  CHECK(errors_of(text_with("model.pca", "2.5")) == "1:25 E214 model.pca");
}

TEST_CASE("the keys of models reach the job") {
  const auto job = job_in(R"(
kind: train
data: a.csv
target: y
model: {type: boosted_trees, trees: 9, lr: 0.3, max_depth: 2, l1: 1, l2: 2,
        subsample: 0.5, colsample: 0.4, gamma: 3, bins: 16,
        min_child_weight: 4, monotone: {a: +1, "b c": -1, d: 1}, pca: 3}
)");
  REQUIRE(job);
  CHECK(job->model ==
        ModelSpec(BoostedTreesSpec{9,
                                   0.3,
                                   2,
                                   4,
                                   0.5,
                                   0.4,
                                   1,
                                   2,
                                   3,
                                   16,
                                   {{"a", 1}, {"b c", -1}, {"d", 1}}}));
  CHECK(job->pca == 3);
  const auto svm = job_in(R"(
kind: train
data: a.csv
target: y
model: {type: svm, C: 2, kernel: poly, gamma: auto, degree: 2, coef0: 1,
        cache: 1M, multiclass: ovo, probability: false}
)");
  REQUIRE(svm);
  CHECK(svm->model ==
        ModelSpec(
            SvmSpec{2,
                    {KernelType::poly, {Gamma::automatic, 0}, 2, 1, 1 << 20},
                    Multiclass::ovo,
                    false}));
}

TEST_CASE("the hash changes with every model and its keys") {
  std::set<std::string> seen;
  for (const auto& [path, value] :
       std::vector<std::pair<std::string, std::string>>{
           {"model", "net"},
           {"model", "ridge"},
           {"model", "{type: ridge, lambda: auto}"},
           {"model", "{type: ridge, pca: 3}"},
           {"model", "baseline"},
           {"model", "{type: baseline, strategy: prior}"},
           {"model", "logistic"},
           {"model.logistic.tol", "1e-3"},
           {"model", "linear_svm"},
           {"model", "knn"},
           {"model.knn.weights", "distance"},
           {"model", "naive_bayes"},
           {"model", "random_forest"},
           {"model.random_forest.min_leaf", "2"},
           {"model", "boosted_trees"},
           {"model.boosted_trees.monotone", "{a: +1}"},
           {"model.boosted_trees.monotone", "{a: -1}"},
           {"model", "svm"},
           {"model.svm.gamma", "auto"},
           {"model", "svr"},
       }) {
    CAPTURE(path, value);
    const auto job = job_in(text_with(path, value));
    REQUIRE(job);
    CHECK(seen.insert(spec_hash(*job).text()).second);
  }
}

TEST_CASE("of train each model counts only what it reads") {
  const std::string trees =
      "kind: train\ndata: a.csv\ntarget: y\nmodel: boosted_trees\n";
  const auto hash = [&](const std::string& line) {
    const auto job = job_in(trees + line);
    REQUIRE(job);
    return spec_hash(*job);
  };
  CHECK(hash("train: {epochs: 3}\n") == hash(""));
  CHECK(hash("train: {early_stop: {patience: 3}}\n") != hash(""));
  CHECK(hash("train: {class_weights: balanced}\n") != hash(""));
  CHECK(hash("train: {time: 3h}\n") != hash(""));
  CHECK(hash("train: {threads: 2, checkpoint: {keep: 1}}\n") == hash(""));
  CHECK(codes(read(trees + "train: {epochs: 3}\n").warnings) ==
        "5:17 W301 train.epochs");
  CHECK(codes(read(trees + "train: {early_stop: {patience: 3}}\n").warnings) ==
        "");
}

TEST_CASE("a metric must suit what the model predicts") {
  const auto with = [](const char* model, const char* metric) {
    return errors_of("kind: train\ndata: a.csv\ntarget: y\nmodel: " +
                     std::string(model) + "\nmetrics: [" + metric + "]\n");
  };
  for (const char* model : {"logistic", "linear_svm", "svm", "naive_bayes",
                            "{type: baseline, strategy: prior}"}) {
    CAPTURE(model);
    CHECK(with(model, "auc").empty());
    CHECK(with(model, "rmse") == "5:11 E216 metrics");
  }
  for (const char* model :
       {"ridge", "svr", "{type: baseline, strategy: median}"}) {
    CAPTURE(model);
    CHECK(with(model, "rmse").empty());
    CHECK(with(model, "auc") == "5:11 E216 metrics");
  }
  for (const char* model :
       {"baseline", "knn", "random_forest", "boosted_trees"}) {
    CAPTURE(model);
    CHECK(with(model, "auc").empty());
    CHECK(with(model, "rmse").empty());
  }
}

}  // namespace
}  // namespace mlb::spec
