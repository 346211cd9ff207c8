// See linear_svm.h.
#include "learn/linear_svm.h"

#include <algorithm>

#include "learn/common.h"

namespace mlb::learn {
namespace {

constexpr std::uint32_t kMostIterations = 1000;
/// Of the gradient, for each unit of C and row.
constexpr double kTolerance = 1e-5;

bool is_yes(std::size_t wanted, std::size_t output, std::size_t outputs) {
  return outputs == 1 ? wanted == 1 : wanted == output;
}

}  // namespace

LinearSvmTrainer::LinearSvmTrainer(const JobSpec& spec, const prep::Plan& plan,
                                   StopAsked stop_asked)
    : spec_(std::get<LinearSvmSpec>(spec.model)),
      plan_(plan),
      seed_(spec.seed),
      stop_asked_(stop_asked),
      pool_(threads_of(spec)) {}

Lbfgs LinearSvmTrainer::search_without(int fold) const {
  const auto loss = [this, fold](std::size_t row, std::span<double> scores) {
    const auto wanted = static_cast<std::size_t>(train_->y[row]);
    const bool out = fold >= 0 && folds_[row] == fold;
    const double cost = out ? 0 : spec_.c * train_->weight(row);
    double sum = 0;
    for (std::size_t o = 0; o < scores.size(); ++o) {
      const double sign = is_yes(wanted, o, scores.size()) ? 1 : -1;
      const double short_by = std::max(0.0, 1 - sign * scores[o]);
      sum += cost * short_by * short_by;
      scores[o] = -2 * cost * sign * short_by;
    }
    return sum;
  };
  return Lbfgs(
      LinearObjective(train_->x, outputs_, 1, Intercept::penalised, loss,
                      pool_),
      std::vector<double>(LinearWeights::size(train_->x.columns, outputs_), 0));
}

bool LinearSvmTrainer::is_solved(const Lbfgs& search) const {
  const double rows = static_cast<double>(train_->x.rows);
  return search.largest_gradient() <= kTolerance * spec_.c * rows;
}

Result<> LinearSvmTrainer::begin(const Design& train, const Design&) {
  auto fits = want_classes(plan_, "linear_svm");
  if (!fits) return fits;
  train_ = &train;
  outputs_ = scores_for(plan_.classes.size());
  folds_ =
      calibration_folds(classes_of(train), Rng::stream(seed_, "calibration"));
  scores_.resize(train.x.rows * outputs_);
  search_.emplace(search_without(-1));
  return {};
}

/// Scores the rows of the next fold; after the last one fits the sigmoids.
/// False: was asked to stop; nothing has changed.
bool LinearSvmTrainer::calibrate_next() {
  Lbfgs search = search_without(next_fold_);
  for (std::uint32_t i = 0; i < kMostIterations && !is_solved(search); ++i) {
    if (stop_asked_()) return false;
    if (!search.step()) break;
  }
  const std::vector<double> scores =
      linear_scores({train_->x.columns, outputs_, search.at()}, train_->x);
  for (std::size_t row = 0; row < folds_.size(); ++row) {
    if (folds_[row] != next_fold_) continue;
    std::copy_n(scores.begin() + static_cast<long>(row * outputs_), outputs_,
                scores_.begin() + static_cast<long>(row * outputs_));
  }
  if (++next_fold_ < kCalibrationFolds) return true;
  for (std::size_t o = 0; o < outputs_; ++o) {
    std::vector<double> own;
    std::vector<bool> yes;
    std::vector<double> weights;
    for (std::size_t row = 0; row < folds_.size(); ++row) {
      const auto wanted = static_cast<std::size_t>(train_->y[row]);
      own.push_back(scores_[row * outputs_ + o]);
      yes.push_back(is_yes(wanted, o, outputs_));
      weights.push_back(train_->weight(row));
    }
    sigmoids_.push_back(fit_sigmoid(own, yes, weights));
  }
  return true;
}

Result<bool> LinearSvmTrainer::step(StepReport& report) {
  if (next_fold_ == kCalibrationFolds) return false;
  solved_ = solved_ || is_solved(*search_) || iteration_ >= kMostIterations;
  if (solved_) {
    if (!calibrate_next()) return false;
  } else {
    solved_ = !search_->step();
  }
  ++iteration_;
  const double rows = static_cast<double>(train_->x.rows);
  // How many are needed is not known: what is planned is what is left.
  const auto left = static_cast<std::uint32_t>(kCalibrationFolds - next_fold_);
  report = {iteration_,
            solved_ ? iteration_ + left : kMostIterations,
            iteration_,
            {{"train.loss", search_->value() / rows}}};
  return true;
}

void LinearSvmTrainer::save_state(Writer& w) const {
  search_->save(w);
  w.number(iteration_);
  w.number<std::uint8_t>(solved_ ? 1 : 0);
  w.number<std::uint8_t>(static_cast<std::uint8_t>(next_fold_));
  w.numbers<double>(scores_);
  w.number<std::uint64_t>(sigmoids_.size());
  for (const Sigmoid& s : sigmoids_) {
    w.number(s.a);
    w.number(s.b);
  }
}

Result<> LinearSvmTrainer::load_state(Reader& r) {
  if (!search_->load(r)) return damaged_state();
  const auto iteration = r.number<std::uint32_t>();
  const auto solved = r.number<std::uint8_t>();
  const auto fold = r.number<std::uint8_t>();
  auto scores = r.numbers<double>();
  const auto sigmoids = r.number<std::uint64_t>();
  if (!iteration || !solved || !fold || *fold > kCalibrationFolds || !scores ||
      scores->size() != scores_.size() || !sigmoids ||
      *sigmoids != (*fold == kCalibrationFolds ? outputs_ : 0)) {
    return damaged_state();
  }
  for (std::uint64_t i = 0; i < *sigmoids; ++i) {
    const auto a = r.number<double>();
    const auto b = r.number<double>();
    if (!a || !b) return damaged_state();
    sigmoids_.push_back({*a, *b});
  }
  iteration_ = *iteration;
  solved_ = *solved != 0;
  next_fold_ = *fold;
  scores_ = std::move(*scores);
  return {};
}

Result<std::unique_ptr<Model>> LinearSvmTrainer::finish() {
  return std::unique_ptr<Model>(std::make_unique<LinearClassifier>(
      "linear_svm", LinearWeights{train_->x.columns, outputs_, search_->at()},
      sigmoids_));
}

}  // namespace mlb::learn
