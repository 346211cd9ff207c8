// See registry.h.
#include "learn/registry.h"

#include <algorithm>

#include "learn/baseline.h"
#include "learn/boosted.h"
#include "learn/forest.h"
#include "learn/kmeans.h"
#include "learn/knn.h"
#include "learn/linear_svm.h"
#include "learn/logistic.h"
#include "learn/naive_bayes.h"
#include "learn/net/net_trainer.h"
#include "learn/net/ops.h"
#include "learn/pca.h"
#include "learn/ridge.h"
#include "learn/svm.h"

namespace mlb::learn {
namespace {

template <class T>
std::unique_ptr<Trainer> make(const JobSpec& spec, const prep::Plan& plan,
                              StopAsked stop_asked) {
  return std::make_unique<T>(spec, plan, stop_asked);
}

Result<std::unique_ptr<Model>> load_logistic(const prep::Plan& plan,
                                             Reader& reader) {
  return LinearClassifier::load("logistic", plan, reader);
}

Result<std::unique_ptr<Model>> load_linear_svm(const prep::Plan& plan,
                                               Reader& reader) {
  return LinearClassifier::load("linear_svm", plan, reader);
}

constexpr Family kFamilies[] = {
    {"net", make<NetTrainer>, NetModel::load},
    {"ridge", make<RidgeTrainer>, RidgeModel::load},
    {"baseline", make<BaselineTrainer>, BaselineModel::load},
    {"logistic", make<LogisticTrainer>, load_logistic},
    {"linear_svm", make<LinearSvmTrainer>, load_linear_svm},
    {"knn", make<KnnTrainer>, KnnModel::load},
    {"naive_bayes", make<NaiveBayesTrainer>, NaiveBayesModel::load},
    {"random_forest", make<ForestTrainer>, ForestModel::load},
    {"boosted_trees", make<BoostedTrainer>, BoostedModel::load},
    {"svm", make<SvmTrainer>, SvmModel::load},
    {"svr", make<SvrTrainer>, SvrModel::load},
    {"kmeans", make<KmeansTrainer>, KmeansModel::load},
};
static_assert(std::size(kFamilies) == std::variant_size_v<ModelSpec>);

}  // namespace

std::span<const Family> families() {
  return kFamilies;
}

std::unique_ptr<Trainer> make_trainer(const JobSpec& spec,
                                      const prep::Plan& plan,
                                      StopAsked stop_asked) {
  (void)ops::prepare();  // one BLAS thread; who needs AVX2 asks again
  if (spec.pca) return make<PcaTrainer>(spec, plan, stop_asked);
  return kFamilies[spec.model.index()].make(spec, plan, stop_asked);
}

Result<std::unique_ptr<Model>> load_model(const std::string& kind,
                                          const prep::Plan& plan,
                                          Reader& reader) {
  if (!ops::prepare()) {
    return Error{Fault::data,
                 "this CPU lacks AVX2 or FMA, which predicting needs"};
  }
  if (kind == "pca") return PcaModel::load(plan, reader);
  const auto* family =
      std::find_if(std::begin(kFamilies), std::end(kFamilies),
                   [&](const Family& f) { return f.word == kind; });
  if (family == std::end(kFamilies)) {
    return Error{Fault::integrity, "the model is of an unknown kind: " + kind};
  }
  return family->load(plan, reader);
}

}  // namespace mlb::learn
