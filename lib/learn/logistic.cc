// See logistic.h.
#include "learn/logistic.h"

#include <cmath>

#include "learn/common.h"

namespace mlb::learn {
namespace {

/// log(1 + exp(-s f)) of s = 1 for the last class, else -1.
double binary_loss(bool last, double& score) {
  const double f = last ? score : -score;
  const double e = std::exp(-std::fabs(f));
  const double wrong = f > 0 ? e / (1 + e) : 1 / (1 + e);
  score = last ? -wrong : wrong;
  return std::log1p(e) + (f < 0 ? -f : 0);
}

double softmax_loss(std::size_t wanted, std::span<double> scores) {
  const double score = scores[wanted];
  double most = scores[0];
  for (const double s : scores) most = std::max(most, s);
  double sum = 0;
  for (const double s : scores) sum += std::exp(s - most);
  for (double& s : scores) s = std::exp(s - most) / sum;
  scores[wanted] -= 1;
  return std::log(sum) + most - score;
}

RowLoss loss_for(const Design& train) {
  return [&train](std::size_t row, std::span<double> scores) {
    const auto wanted = static_cast<std::size_t>(train.y[row]);
    const double weight = train.weight(row);
    const double loss = scores.size() == 1 ? binary_loss(wanted == 1, scores[0])
                                           : softmax_loss(wanted, scores);
    for (double& s : scores) s *= weight;
    return weight * loss;
  };
}

}  // namespace

LogisticTrainer::LogisticTrainer(const JobSpec& spec, const prep::Plan& plan,
                                 StopAsked)
    : spec_(std::get<LogisticSpec>(spec.model)),
      plan_(plan),
      pool_(threads_of(spec)) {}

Result<> LogisticTrainer::begin(const Design& train, const Design&) {
  auto fits = want_classes(plan_, "logistic");
  if (!fits) return fits;
  inputs_ = train.x.columns;
  rows_ = static_cast<double>(train.x.rows);
  const std::size_t outputs = scores_for(plan_.classes.size());
  search_.emplace(
      LinearObjective(train.x, outputs, spec_.lambda, Intercept::free,
                      loss_for(train), pool_),
      std::vector<double>(LinearWeights::size(inputs_, outputs), 0));
  return {};
}

double LogisticTrainer::largest_gradient() const {
  return search_->largest_gradient() / rows_;
}

Result<bool> LogisticTrainer::step(StepReport& report) {
  const auto most = static_cast<std::uint32_t>(spec_.max_iter);
  if (over_ || iteration_ >= most) return false;
  if (largest_gradient() <= spec_.tol && iteration_ > 0) return false;
  over_ = !search_->step();
  ++iteration_;
  report = {
      iteration_, most, iteration_, {{"train.loss", search_->value() / rows_}}};
  return true;
}

void LogisticTrainer::save_state(Writer& w) const {
  search_->save(w);
  w.number(iteration_);
  w.number<std::uint8_t>(over_ ? 1 : 0);
}

Result<> LogisticTrainer::load_state(Reader& r) {
  if (!search_->load(r)) return damaged_state();
  const auto iteration = r.number<std::uint32_t>();
  const auto over = r.number<std::uint8_t>();
  if (!iteration || !over) return damaged_state();
  iteration_ = *iteration;
  over_ = *over != 0;
  return {};
}

Result<std::unique_ptr<Model>> LogisticTrainer::finish() {
  return std::unique_ptr<Model>(std::make_unique<LinearClassifier>(
      "logistic",
      LinearWeights{inputs_, scores_for(plan_.classes.size()), search_->at()},
      std::vector<Sigmoid>{}));
}

}  // namespace mlb::learn
