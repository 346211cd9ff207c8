// See learn_models.h.
#include "unit/learn_models.h"

#include "learn/container.h"
#include "unit/learn_world.h"
#include "unit/plan_inputs.h"

namespace mlb::learn {
namespace {

/// One feature of each kind; eight numbers a row.
prep::Plan plan_for(prep::Task task, std::vector<std::string> classes) {
  prep::Plan out;
  out.task = task;
  if (task != prep::Task::none) out.target = "y";
  out.classes = std::move(classes);
  prep::Feature number;
  number.name = "n";
  number.fill = 2.5;
  number.mean = 2;
  number.scale = 3;
  prep::Feature onehot;
  onehot.name = "c";
  onehot.kind = prep::FeatureKind::onehot;
  onehot.when_missing = prep::WhenMissing::level;
  onehot.levels = {"a", "b"};
  onehot.missing_level = true;
  prep::Feature hash;
  hash.name = "z";
  hash.kind = prep::FeatureKind::hash;
  hash.buckets = 2;
  prep::Feature ordinal;
  ordinal.name = "o";
  ordinal.kind = prep::FeatureKind::ordinal;
  ordinal.fill_level = "low";
  ordinal.levels = {"high", "low"};
  ordinal.numbers = {0, 1};
  prep::Feature indicator;
  indicator.name = "n";
  indicator.kind = prep::FeatureKind::indicator;
  out.features = {number, onehot, hash, ordinal, indicator};
  return prep::with_inputs(out);
}

/// The ordinal one as a code, for a net that embeds it.
prep::Plan plan_with_codes() {
  auto out = plan_for(prep::Task::classification, {"a", "b", "c"});
  prep::Feature& code = out.features[3];
  code.kind = prep::FeatureKind::code;
  code.missing_number = code.other_number = 2;
  return out;
}

Design rows_for(const prep::Plan& plan) {
  constexpr std::size_t kRows = 30;
  Rng rng = Rng::stream(7, "rows");
  Design out;
  out.x = make_matrix(kRows, plan.width());
  for (float& v : out.x.values) v = static_cast<float>(rng.normal());
  for (std::size_t i = 0; i < kRows; ++i) {
    out.y.push_back(plan.classes.empty()
                        ? out.x.row(i)[0] * 2 + 1
                        : static_cast<float>(i % plan.classes.size()));
  }
  return out;
}

PackedModel packed(std::string name, const JobSpec& spec,
                   const prep::Plan& plan) {
  const Design train = rows_for(plan);
  const auto model = trained(spec, plan, train);
  return {std::move(name),
          pack_model(plan, bytes_of("what determined it"), *model)};
}

NetSpec net_of_all() {
  const Layer conv{.type = LayerType::conv2d,
                   .units = 2,
                   .size = 3,
                   .stride = 1,
                   .padding = Padding::same};
  const Layer norm{
      .type = LayerType::batchnorm, .momentum = 0.1, .epsilon = 1e-5};
  const Layer dense{.type = LayerType::dense, .units = 4};
  const Layer relu{.type = LayerType::relu};
  return {.layers = {conv,
                     norm,
                     relu,
                     {.type = LayerType::maxpool, .size = 1},
                     {.type = LayerType::flatten},
                     dense,
                     {.type = LayerType::residual, .branches = {{dense, relu}}},
                     {.type = LayerType::concat, .branches = {{dense}, {}}},
                     {.type = LayerType::repeat,
                      .times = 2,
                      .branches = {{{.type = LayerType::layernorm}}}},
                     {.type = LayerType::dropout, .rate = 0.25}},
          .input = ImageSize{2, 4, 1}};
}

}  // namespace

std::vector<PackedModel> every_model() {
  const auto two = plan_for(prep::Task::classification, {"no", "yes"});
  const auto three = plan_for(prep::Task::classification, {"a", "b", "c"});
  const auto number = plan_for(prep::Task::regression, {});
  const auto none = plan_for(prep::Task::none, {});
  JobSpec net = spec_of(net_of_all());
  net.train.epochs = 2;
  RandomForestSpec few;
  few.trees = 3;
  BoostedTreesSpec rounds;
  rounds.trees = 2;
  const auto forest = spec_of(few);
  const auto boosted = spec_of(rounds);
  JobSpec pca = spec_of(RidgeSpec{});
  pca.pca = 2;
  std::vector<PackedModel> out;
  out.push_back(packed("net", net, three));
  JobSpec embeds = spec_of(
      NetSpec{.layers = {{.type = LayerType::embed, .units = 2, .columns = "*"},
                         {.type = LayerType::dense, .units = 3}},
              .input = {}});
  embeds.train.epochs = 2;
  out.push_back(packed("net that embeds", embeds, plan_with_codes()));
  out.push_back(packed("ridge", spec_of(RidgeSpec{}), number));
  out.push_back(packed("baseline", spec_of(BaselineSpec{}), three));
  out.push_back(packed("logistic", spec_of(LogisticSpec{}), two));
  out.push_back(packed("linear_svm", spec_of(LinearSvmSpec{}), three));
  out.push_back(packed("knn", spec_of(KnnSpec{}), two));
  out.push_back(packed("naive_bayes", spec_of(NaiveBayesSpec{}), three));
  out.push_back(packed("forest of classes", forest, three));
  out.push_back(packed("forest of numbers", forest, number));
  out.push_back(packed("boosted classes", boosted, three));
  out.push_back(packed("boosted numbers", boosted, number));
  out.push_back(packed("svm", spec_of(SvmSpec{}), three));
  out.push_back(packed("svr", spec_of(SvrSpec{}), number));
  out.push_back(packed("kmeans", spec_of(KmeansSpec{.k = 2}), none));
  out.push_back(packed("pca", pca, number));
  return out;
}

}  // namespace mlb::learn
