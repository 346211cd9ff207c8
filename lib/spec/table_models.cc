// The rows of the field table that lie below "model"; those of nets stand in
// table_net.cc.
#include <array>

#include "spec/access.h"
#include "spec/fields.h"

namespace mlb::spec {
namespace {

/// One spec of each type, by its place in the variant and in `words`.
template <std::size_t... I>
std::array<ModelSpec, sizeof...(I)> each_model(std::index_sequence<I...>) {
  return {ModelSpec(std::in_place_index<I>)...};
}

constexpr double kMega = 1 << 20;
constexpr std::size_t kModels = std::variant_size_v<ModelSpec>;

constexpr Access kModelType{
    [](JobSpec& spec, const Value& v) {
      const auto models = each_model(std::make_index_sequence<kModels>());
      spec.model =
          models.at(static_cast<std::size_t>(std::get<std::int64_t>(v)));
    },
    [](const JobSpec& spec) -> Value {
      return static_cast<std::int64_t>(spec.model.index());
    }};

// clang-format off: one row, one paragraph
constexpr Field kHead[] = {
    {.path = "model",
     .doc = "what is trained",
     .rule = "a type alone has its defaults: model: net",
     .short_key = "type",
     .required = true},
    {.path = "model.type",
     .type = Type::word,
     .doc = "which algorithm; each has keys of its own",
     .access = kModelType,
     .words = "net ridge baseline logistic linear_svm knn naive_bayes "
              "random_forest boosted_trees svm svr kmeans",
     .words_later = "pca",
     .fallback = "required",
     .required = true},
    {.path = "model.pca",
     .type = Type::real_or_word,
     .doc = "principal components of the features before the model",
     .access = at<&JobSpec::pca>(),
     .range = {0, 65536, true, false},
     .words = "none",
     .rule = "below 1 the share of the variance that they explain, else how "
             "many"},
};

constexpr Field kOthers[] = {
    {.path = "model.ridge",
     .doc = "keys of model with type: ridge; minimises the sum of squared "
            "errors + lambda |w|^2"},
    {.path = "model.ridge.lambda",
     .type = Type::real_or_word,
     .doc = "strength of the penalty",
     .access = in_model<RidgeSpec, &RidgeSpec::lambda>(),
     .range = {0, 1e12},
     .words = "auto",
     .rule = "auto: the best of 1e-4 to 1e8 by leave-one-out"},
    {.path = "model.ridge.intercept",
     .type = Type::boolean,
     .doc = "with a constant term, which is not penalised",
     .access = in_model<RidgeSpec, &RidgeSpec::intercept>()},
    {.path = "model.baseline",
     .doc = "keys of model with type: baseline; ignores the features, for "
            "comparison"},
    {.path = "model.baseline.strategy",
     .type = Type::word,
     .doc = "the class with most rows, the shares of the classes, the mean or "
            "the median of the target",
     .access = in_model<BaselineSpec, &BaselineSpec::strategy>(),
     .words = "auto most_frequent prior mean median",
     .rule = "auto: prior for classes, mean for numbers"},
    {.path = "model.logistic",
     .doc = "keys of model with type: logistic; minimises the log loss summed "
            "over rows + lambda |w|^2 / 2, two classes by one weight vector, "
            "more by one each (softmax)"},
    {.path = "model.logistic.lambda",
     .type = Type::real,
     .doc = "strength of the penalty, 1 / C of scikit-learn; the intercept "
            "is free",
     .access = in_model<LogisticSpec, &LogisticSpec::lambda>(),
     .range = {0, 1e12}},
    {.path = "model.logistic.max_iter",
     .type = Type::integer,
     .doc = "iterations of L-BFGS, at most",
     .access = in_model<LogisticSpec, &LogisticSpec::max_iter>(),
     .range = {1, 1e6}},
    {.path = "model.logistic.tol",
     .type = Type::real,
     .doc = "ends when no part of the gradient of the mean over rows is larger",
     .access = in_model<LogisticSpec, &LogisticSpec::tol>(),
     .range = {0, 1}},
    {.path = "model.linear_svm",
     .doc = "keys of model with type: linear_svm; minimises |w|^2 / 2 + C "
            "times the squared hinge, one class against the rest; "
            "probabilities by Platt's method"},
    {.path = "model.linear_svm.C",
     .type = Type::real,
     .doc = "cost of an error",
     .access = in_model<LinearSvmSpec, &LinearSvmSpec::c>(),
     .range = {0, 1e6, true, false}},
    {.path = "model.knn",
     .doc = "keys of model with type: knn; the nearest training rows decide"},
    {.path = "model.knn.k",
     .type = Type::integer,
     .doc = "how many of them",
     .access = in_model<KnnSpec, &KnnSpec::k>(),
     .range = {1, 10000}},
    {.path = "model.knn.weights",
     .type = Type::word,
     .doc = "each counts the same, or by 1 / distance",
     .access = in_model<KnnSpec, &KnnSpec::weights>(),
     .words = "uniform distance"},
    {.path = "model.naive_bayes",
     .doc = "model with type: naive_bayes has no keys; each feature is normal "
            "within a class"},
    {.path = "model.random_forest",
     .doc = "keys of model with type: random_forest; reports the out-of-bag "
            "score while it grows"},
    {.path = "model.random_forest.trees",
     .type = Type::integer,
     .doc = "how many",
     .access = in_model<RandomForestSpec, &RandomForestSpec::trees>(),
     .range = {1, 100000}},
    {.path = "model.random_forest.feature_fraction",
     .type = Type::real_or_word,
     .doc = "of the features, looked at for one split",
     .access =
         in_model<RandomForestSpec, &RandomForestSpec::feature_fraction>(),
     .range = {0, 1, true, false},
     .words = "auto sqrt third",
     .rule = "auto: sqrt for classes, third for numbers"},
    {.path = "model.random_forest.min_leaf",
     .type = Type::integer_or_word,
     .doc = "rows that a leaf has at least",
     .access = in_model<RandomForestSpec, &RandomForestSpec::min_leaf>(),
     .range = {1, 1e6},
     .words = "auto",
     .rule = "auto: 1 for classes, 5 for numbers"},
    {.path = "model.random_forest.max_depth",
     .type = Type::integer,
     .doc = "splits above a leaf, at most; 0: no limit",
     .access = in_model<RandomForestSpec, &RandomForestSpec::max_depth>(),
     .range = {0, 1000}},
    {.path = "model.random_forest.bootstrap",
     .type = Type::boolean,
     .doc = "each tree sees rows drawn with replacement; else all of them",
     .access = in_model<RandomForestSpec, &RandomForestSpec::bootstrap>()},
    {.path = "model.boosted_trees",
     .doc = "keys of model with type: boosted_trees; by XGBoost, which obeys "
            "train.early_stop, too"},
    {.path = "model.boosted_trees.trees",
     .type = Type::integer,
     .doc = "rounds, at most; of several classes each has a tree a round",
     .access = in_model<BoostedTreesSpec, &BoostedTreesSpec::trees>(),
     .range = {1, 100000}},
    {.path = "model.boosted_trees.learning_rate",
     .type = Type::real,
     .doc = "share of each tree that counts",
     .access = in_model<BoostedTreesSpec, &BoostedTreesSpec::learning_rate>(),
     .range = {0, 10, true, false},
     .also = "lr"},
    {.path = "model.boosted_trees.max_depth",
     .type = Type::integer,
     .doc = "splits above a leaf, at most",
     .access = in_model<BoostedTreesSpec, &BoostedTreesSpec::max_depth>(),
     .range = {1, 30}},
    {.path = "model.boosted_trees.min_child_weight",
     .type = Type::real,
     .doc = "second derivatives that a leaf sums up at least",
     .access =
         in_model<BoostedTreesSpec, &BoostedTreesSpec::min_child_weight>(),
     .range = {0, 1e12}},
    {.path = "model.boosted_trees.subsample",
     .type = Type::real,
     .doc = "share of the rows that a round sees",
     .access = in_model<BoostedTreesSpec, &BoostedTreesSpec::subsample>(),
     .range = {0, 1, true, false}},
    {.path = "model.boosted_trees.colsample",
     .type = Type::real,
     .doc = "share of the features that a tree sees",
     .access = in_model<BoostedTreesSpec, &BoostedTreesSpec::colsample>(),
     .range = {0, 1, true, false}},
    {.path = "model.boosted_trees.l1",
     .type = Type::real,
     .doc = "penalty on the absolute values of leaves",
     .access = in_model<BoostedTreesSpec, &BoostedTreesSpec::l1>(),
     .range = {0, 1e12}},
    {.path = "model.boosted_trees.l2",
     .type = Type::real,
     .doc = "penalty on the squares of leaves",
     .access = in_model<BoostedTreesSpec, &BoostedTreesSpec::l2>(),
     .range = {0, 1e12}},
    {.path = "model.boosted_trees.gamma",
     .type = Type::real,
     .doc = "gain that a split brings at least",
     .access = in_model<BoostedTreesSpec, &BoostedTreesSpec::gamma>(),
     .range = {0, 1e12}},
    {.path = "model.boosted_trees.bins",
     .type = Type::integer,
     .doc = "of the histogram of a feature, at most",
     .access = in_model<BoostedTreesSpec, &BoostedTreesSpec::bins>(),
     .range = {2, 65536}},
    {.path = "model.boosted_trees.monotone",
     .type = Type::sign_map,
     .doc = "the prediction never falls (+1) or never rises (-1) with the "
            "column; of two classes that of the last one",
     .fallback = "{}",
     .rule = "numeric columns; at most 1000"},
    {.path = "model.svm",
     .doc = "keys of model with type: svm; classes by kernels"},
    {.path = "model.svm.C",
     .type = Type::real,
     .doc = "cost of an error",
     .access = in_model<SvmSpec, &SvmSpec::c>(),
     .range = {0, 1e6, true, false}},
    {.path = "model.svm.kernel",
     .type = Type::word,
     .doc = "x'y; exp(-gamma |x - y|^2); (gamma x'y + coef0)^degree; "
            "tanh(gamma x'y + coef0)",
     .access = in_model<SvmSpec, &SvmSpec::kernel, &KernelSpec::type>(),
     .words = "linear rbf poly sigmoid"},
    {.path = "model.svm.gamma",
     .type = Type::real_or_word,
     .doc = "of the kernel",
     .access = in_model<SvmSpec, &SvmSpec::kernel, &KernelSpec::gamma>(),
     .range = {0, 1e12, true, false},
     .words = "scale auto",
     .rule = "scale: 1 / (features x variance), auto: 1 / features"},
    {.path = "model.svm.degree",
     .type = Type::integer,
     .doc = "of the poly kernel",
     .access = in_model<SvmSpec, &SvmSpec::kernel, &KernelSpec::degree>(),
     .range = {1, 100}},
    {.path = "model.svm.coef0",
     .type = Type::real,
     .doc = "of the poly and sigmoid kernels",
     .access = in_model<SvmSpec, &SvmSpec::kernel, &KernelSpec::coef0>(),
     .range = {-1e12, 1e12}},
    {.path = "model.svm.cache",
     .type = Type::size,
     .doc = "memory for values of the kernel",
     .access = in_model<SvmSpec, &SvmSpec::kernel, &KernelSpec::cache>(),
     .range = {kMega, kMega* kMega}},
    {.path = "model.svm.multiclass",
     .type = Type::word,
     .doc = "each class against each other one",
     .access = in_model<SvmSpec, &SvmSpec::multiclass>(),
     .words = "ovo"},
    {.path = "model.svm.probability",
     .type = Type::boolean,
     .doc = "by Platt's method, on parts that a machine has not seen; else "
            "shares of the votes",
     .access = in_model<SvmSpec, &SvmSpec::probability>()},
    {.path = "model.svr",
     .doc = "keys of model with type: svr; numbers by kernels"},
    {.path = "model.svr.C",
     .type = Type::real,
     .doc = "cost of an error",
     .access = in_model<SvrSpec, &SvrSpec::c>(),
     .range = {0, 1e6, true, false}},
    {.path = "model.svr.kernel",
     .type = Type::word,
     .doc = "x'y; exp(-gamma |x - y|^2); (gamma x'y + coef0)^degree; "
            "tanh(gamma x'y + coef0)",
     .access = in_model<SvrSpec, &SvrSpec::kernel, &KernelSpec::type>(),
     .words = "linear rbf poly sigmoid"},
    {.path = "model.svr.gamma",
     .type = Type::real_or_word,
     .doc = "of the kernel",
     .access = in_model<SvrSpec, &SvrSpec::kernel, &KernelSpec::gamma>(),
     .range = {0, 1e12, true, false},
     .words = "scale auto",
     .rule = "scale: 1 / (features x variance), auto: 1 / features"},
    {.path = "model.svr.degree",
     .type = Type::integer,
     .doc = "of the poly kernel",
     .access = in_model<SvrSpec, &SvrSpec::kernel, &KernelSpec::degree>(),
     .range = {1, 100}},
    {.path = "model.svr.coef0",
     .type = Type::real,
     .doc = "of the poly and sigmoid kernels",
     .access = in_model<SvrSpec, &SvrSpec::kernel, &KernelSpec::coef0>(),
     .range = {-1e12, 1e12}},
    {.path = "model.svr.cache",
     .type = Type::size,
     .doc = "memory for values of the kernel",
     .access = in_model<SvrSpec, &SvrSpec::kernel, &KernelSpec::cache>(),
     .range = {kMega, kMega* kMega}},
    {.path = "model.svr.epsilon",
     .type = Type::real,
     .doc = "errors below it cost nothing; in units of what is learned",
     .access = in_model<SvrSpec, &SvrSpec::epsilon>(),
     .range = {0, 1e12, true, false}},
    {.path = "model.kmeans",
     .doc = "keys of model with type: kmeans; groups rows around centres, "
            "without a target; all rows train unless data.split is written"},
    {.path = "model.kmeans.k",
     .type = Type::integer,
     .doc = "clusters",
     .access = in_model<KmeansSpec, &KmeansSpec::k>(),
     .range = {1, 1e6}},
    {.path = "model.kmeans.init",
     .type = Type::word,
     .doc = "first centres: rows far from each other, or any rows",
     .access = in_model<KmeansSpec, &KmeansSpec::init>(),
     .words = "kmeans++ random"},
    {.path = "model.kmeans.n_init",
     .type = Type::integer,
     .doc = "starts, of which the best is kept",
     .access = in_model<KmeansSpec, &KmeansSpec::n_init>(),
     .range = {1, 10000}},
    {.path = "model.kmeans.max_iter",
     .type = Type::integer,
     .doc = "iterations of one start, at most",
     .access = in_model<KmeansSpec, &KmeansSpec::max_iter>(),
     .range = {1, 1e6}},
    {.path = "model.kmeans.tol",
     .type = Type::real,
     .doc = "a start ends when the squared moves of its centres add up to no "
            "more than this share of the mean variance of the features",
     .access = in_model<KmeansSpec, &KmeansSpec::tol>(),
     .range = {0, 1}},
};
// clang-format on

}  // namespace

std::span<const Field> model_fields() {
  static const std::vector<Field> rows = [] {
    std::vector<Field> out(std::begin(kHead), std::end(kHead));
    const auto net = net_fields();
    out.insert(out.end(), net.begin(), net.end());
    out.insert(out.end(), std::begin(kOthers), std::end(kOthers));
    return out;
  }();
  return rows;
}

}  // namespace mlb::spec
