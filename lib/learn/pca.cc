// See pca.h.
#include "learn/pca.h"

#include <algorithm>
#include <cmath>

#include "learn/common.h"
#include "learn/eigen.h"
#include "learn/moments.h"
#include "learn/net/ops.h"

namespace mlb::learn {
namespace {

constexpr std::size_t kBlock = 256;

/// Components that explain the wanted share of the variance.
std::size_t components_for(const std::vector<double>& variances,
                           double wanted) {
  double all = 0;
  for (const double v : variances) all += std::max(0.0, v);
  double sum = 0;
  for (std::size_t i = 0; i < variances.size(); ++i) {
    sum += std::max(0.0, variances[i]);
    if (sum >= wanted * all) return i + 1;
  }
  return variances.size();
}

/// What stands for the plan behind the projection: a number a component.
prep::Plan plan_of_components(const prep::Plan& plan, std::size_t components) {
  prep::Plan out = plan;
  out.features.clear();
  for (std::size_t i = 0; i < components; ++i) {
    prep::Feature feature;
    feature.name = "pc" + std::to_string(i + 1);
    out.features.push_back(std::move(feature));
  }
  return out;
}

}  // namespace

Result<prep::Matrix> Projection::apply(const prep::Matrix& x) const {
  auto fits = want_width(x, mean.size());
  if (!fits) return std::move(fits).fail();
  const std::size_t count = components();
  prep::Matrix out = make_matrix(x.rows, count);
  std::vector<double> block(kBlock * count);
  for (std::size_t first = 0; first < x.rows; first += kBlock) {
    const std::size_t rows = std::min(kBlock, x.rows - first);
    const std::vector<double> from = centred(x, first, rows, mean);
    ops::gemm(ops::Transpose::no, ops::Transpose::yes, rows, count, mean.size(),
              from.data(), axes.data(), 0.0, block.data());
    std::transform(block.begin(),
                   block.begin() + static_cast<long>(rows * count),
                   out.values.begin() + static_cast<long>(first * count),
                   [](double v) { return static_cast<float>(v); });
  }
  return out;
}

Result<Projection> fit_projection(const Design& train, double wanted) {
  const std::size_t width = train.x.columns;
  if (wanted > static_cast<double>(width)) {
    return Error{Fault::data, "pca: more components are asked for than the " +
                                  std::to_string(width) + " features"};
  }
  Projection out{weighted_means(train), {}};
  const Eigen eigen = symmetric_eigen(scatter(train, out.mean), width);
  if (eigen.values.empty() || !(eigen.values[0] > 0)) {
    return Error{Fault::data, "pca: no feature varies"};
  }
  const std::size_t count = wanted < 1 ? components_for(eigen.values, wanted)
                                       : static_cast<std::size_t>(wanted);
  out.axes.assign(eigen.vectors.begin(),
                  eigen.vectors.begin() + static_cast<long>(count * width));
  return out;
}

Result<> PcaTrainer::begin(const Design& train, const Design& valid) {
  if (!ops::prepare()) {
    return Error{Fault::data,
                 "this CPU lacks AVX2 or FMA, which training needs"};
  }
  auto fitted = fit_projection(train, *spec_.pca);
  if (!fitted) return std::move(fitted).fail();
  projection_ = std::move(*fitted);
  for (auto [from, to] :
       {std::pair(&train, &train_), std::pair(&valid, &valid_)}) {
    *to = {{}, from->y, from->weights};
    if (from->x.rows == 0) {
      to->x.columns = projection_.components();
      continue;
    }
    auto x = projection_.apply(from->x);
    if (!x) return std::move(x).fail();
    to->x = std::move(*x);
  }
  inner_plan_ = plan_of_components(plan_, projection_.components());
  spec_.pca.reset();
  inner_ = make_trainer(spec_, inner_plan_, stop_asked_);
  return inner_->begin(train_, valid_);
}

Result<bool> PcaTrainer::step(StepReport& report) {
  return inner_->step(report);
}

bool PcaTrainer::resumable() const {
  return inner_->resumable();
}

bool PcaTrainer::pauses() const {
  return inner_->pauses();
}

Underway PcaTrainer::underway() const {
  return inner_ ? inner_->underway() : Underway{};
}

void PcaTrainer::save_state(Writer& w) const {
  inner_->save_state(w);
}

/// The axes are those of begin(): the same rows give the same ones.
Result<> PcaTrainer::load_state(Reader& r) {
  return inner_->load_state(r);
}

std::string PcaTrainer::ending() const {
  return inner_->ending();
}

Result<std::unique_ptr<Model>> PcaTrainer::finish() {
  auto inner = inner_->finish();
  if (!inner) return std::move(inner).fail();
  return std::unique_ptr<Model>(
      std::make_unique<PcaModel>(projection_, std::move(*inner)));
}

Result<prep::Matrix> PcaModel::predict(const prep::Matrix& x) const {
  auto projected = projection_.apply(x);
  if (!projected) return std::move(projected).fail();
  return inner_->predict(*projected);
}

Facts PcaModel::facts() const {
  Facts out{{"components", static_cast<double>(projection_.components())},
            {"model", inner_->kind()}};
  for (auto& fact : inner_->facts()) out.push_back(std::move(fact));
  return out;
}

void PcaModel::save(Writer& w) const {
  w.numbers<double>(projection_.mean);
  w.numbers<double>(projection_.axes);
  w.text(inner_->kind());
  inner_->save(w);
}

Result<std::unique_ptr<Model>> PcaModel::load(const prep::Plan& plan,
                                              Reader& r) {
  auto mean = r.numbers<double>();
  auto axes = r.numbers<double>();
  auto kind = r.text();
  const std::size_t width = plan.width();
  // "pca" within "pca" would let a file make us recurse as deep as it likes.
  if (!mean || !axes || !kind || *kind == "pca" || width == 0 ||
      mean->size() != width || axes->empty() || axes->size() % width != 0 ||
      axes->size() / width > width) {
    return damaged("pca");
  }
  auto inner =
      load_model(*kind, plan_of_components(plan, axes->size() / width), r);
  if (!inner) return std::move(inner).fail();
  return std::unique_ptr<Model>(std::make_unique<PcaModel>(
      Projection{std::move(*mean), std::move(*axes)}, std::move(*inner)));
}

}  // namespace mlb::learn
