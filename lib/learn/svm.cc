// See svm.h.
#include "learn/svm.h"

#include <algorithm>
#include <numeric>

#include "learn/net/ops.h"

namespace mlb::learn {
namespace {

constexpr std::size_t kProblemsAStep = 16;

/// What an error costs by class; weights may differ between classes only.
Result<std::vector<double>> class_costs(const Design& d, double c,
                                        std::size_t classes) {
  std::vector<double> out(classes, c);
  std::vector<bool> known(classes, false);
  for (std::size_t i = 0; i < d.weights.size(); ++i) {
    const auto k = static_cast<std::size_t>(d.y[i]);
    const double cost = c * d.weight(i);
    if (known[k] && cost != out[k]) {
      return Error{Fault::data, "svm takes no weights of single rows"};
    }
    known[k] = true;
    out[k] = cost;
  }
  return out;
}

}  // namespace

SvmTrainer::SvmTrainer(const JobSpec& spec, const prep::Plan& plan,
                       StopAsked stop_asked)
    : spec_(std::get<SvmSpec>(spec.model)),
      plan_(plan),
      seed_(spec.seed),
      stop_asked_(stop_asked),
      threads_(threads_of(spec)),
      pool_(threads_) {}

Result<> SvmTrainer::begin(const Design& train, const Design&) {
  auto fits = want_classes(plan_, "svm");
  if (!fits) return fits;
  if (!ops::prepare()) {
    return Error{Fault::data,
                 "this CPU lacks AVX2 or FMA, which training needs"};
  }
  train_ = &train;
  classes_ = classes_of(train);
  kernel_ = kernel_for(spec_.kernel, train.x);
  auto costs = class_costs(train, spec_.c, plan_.classes.size());
  if (!costs) return std::move(costs).fail();
  costs_ = std::move(*costs);
  folds_ = calibration_folds(classes_, Rng::stream(seed_, "calibration"));
  const int folds = spec_.probability ? kCalibrationFolds : 0;
  for (std::size_t no = 0; no < plan_.classes.size(); ++no) {
    for (std::size_t yes = no + 1; yes < plan_.classes.size(); ++yes) {
      for (int fold = -1; fold < folds; ++fold) {
        problems_.push_back({no, yes, fold});
      }
    }
  }
  return {};
}

SvmProblem SvmTrainer::rows_of(const Problem& p) const {
  SvmProblem out{train_->x, {}, {}};
  for (std::uint32_t row = 0; row < classes_.size(); ++row) {
    const bool mine = classes_[row] == p.no || classes_[row] == p.yes;
    if (!mine || folds_[row] == p.fold) continue;
    out.rows.push_back(row);
    out.targets.push_back(classes_[row] == p.yes ? 1 : -1);
  }
  return out;
}

std::optional<Machine> SvmTrainer::solve(const Problem& p) const {
  const auto threads = static_cast<std::size_t>(threads_);
  return solve_classes(rows_of(p), costs_[p.yes], costs_[p.no],
                       {kernel_, spec_.kernel.cache / threads, stop_asked_});
}

Result<bool> SvmTrainer::step(StepReport& report) {
  const std::size_t first = solved_.size();
  const std::size_t count = std::min(kProblemsAStep, problems_.size() - first);
  if (count == 0) return false;
  ended_ = first;
  std::vector<std::optional<Machine>> found(count);
  pool_.run(count, [&](std::size_t i) {
    found[i] = solve(problems_[first + i]);
    ++ended_;
  });
  for (const auto& machine : found) {
    if (!machine) return false;  // in the middle of a step: none of it
  }
  for (auto& machine : found) solved_.push_back(std::move(*machine));
  report = {static_cast<std::uint32_t>(solved_.size()),
            static_cast<std::uint32_t>(problems_.size()),
            solved_.size(),
            {}};
  return true;
}

Underway SvmTrainer::underway() const {
  const std::size_t ended = ended_;
  return {static_cast<double>(ended) / static_cast<double>(problems_.size()),
          ended};
}

/// From the machines behind `first`, each on the rows that it has not seen.
Sigmoid SvmTrainer::sigmoid_of(std::size_t first) const {
  std::vector<double> scores;
  std::vector<bool> yes;
  std::vector<double> weights;
  for (int fold = 0; fold < kCalibrationFolds; ++fold) {
    const Problem& pair = problems_[first];
    prep::Matrix x{0, train_->x.columns, {}};
    for (std::size_t row = 0; row < classes_.size(); ++row) {
      const bool mine = classes_[row] == pair.no || classes_[row] == pair.yes;
      if (!mine || folds_[row] != fold) continue;
      const auto values = train_->x.row(row);
      x.values.insert(x.values.end(), values.begin(), values.end());
      ++x.rows;
      yes.push_back(classes_[row] == pair.yes);
      weights.push_back(train_->weight(row));
    }
    const Machines blind = Machines::keep_used(
        kernel_, train_->x,
        {solved_[first + 1 + static_cast<std::size_t>(fold)]});
    const auto found = blind.scores(x);
    scores.insert(scores.end(), found.begin(), found.end());
  }
  return fit_sigmoid(scores, yes, weights);
}

std::vector<Sigmoid> SvmTrainer::sigmoids() const {
  std::vector<Sigmoid> out;
  if (!spec_.probability) return out;
  const auto stride = static_cast<std::size_t>(kCalibrationFolds) + 1;
  for (std::size_t i = 0; i < problems_.size(); i += stride) {
    out.push_back(sigmoid_of(i));
  }
  return out;
}

Result<std::unique_ptr<Model>> SvmTrainer::finish() {
  if (solved_.size() < problems_.size()) {
    return Error{Fault::data,
                 "stopped before every pair of classes had its "
                 "machine"};
  }
  std::vector<Machine> machines;
  for (std::size_t i = 0; i < problems_.size(); ++i) {
    if (problems_[i].fold == -1) machines.push_back(solved_[i]);
  }
  return std::unique_ptr<Model>(std::make_unique<SvmModel>(
      Machines::keep_used(kernel_, train_->x, std::move(machines)), sigmoids(),
      plan_.classes.size()));
}

/// Probabilities of the classes from the scores of the pairs.
std::vector<double> SvmModel::answer(std::span<const double> scores) const {
  std::vector<double> r(classes_ * classes_, 0);
  std::vector<double> votes(classes_, 0);
  std::size_t at = 0;
  for (std::size_t no = 0; no < classes_; ++no) {
    for (std::size_t yes = no + 1; yes < classes_; ++yes, ++at) {
      votes[scores[at] > 0 ? yes : no] += 1;
      if (sigmoids_.empty()) continue;
      // Kept inside of 0 and 1, as LIBSVM does: coupling divides by them.
      const double p = std::clamp(sigmoids_[at](scores[at]), 1e-7, 1 - 1e-7);
      r[yes * classes_ + no] = p;
      r[no * classes_ + yes] = 1 - p;
    }
  }
  if (!sigmoids_.empty()) {
    return classes_ == 2 ? std::vector{r[1], r[2]} : couple(r, classes_);
  }
  for (double& v : votes) v /= static_cast<double>(scores.size());
  return votes;
}

Result<prep::Matrix> SvmModel::predict(const prep::Matrix& x) const {
  auto fits = want_width(x, machines_.width());
  if (!fits) return std::move(fits).fail();
  const std::vector<double> scores = machines_.scores(x);
  const std::size_t count = machines_.count();
  prep::Matrix out = make_matrix(x.rows, classes_);
  for (std::size_t i = 0; i < x.rows; ++i) {
    const auto p = answer(std::span(scores).subspan(i * count, count));
    for (std::size_t c = 0; c < classes_; ++c) {
      out.values[i * classes_ + c] = static_cast<float>(p[c]);
    }
  }
  return out;
}

void SvmModel::save(Writer& w) const {
  machines_.save(w);
  w.number<std::uint64_t>(sigmoids_.size());
  for (const Sigmoid& s : sigmoids_) {
    w.number(s.a);
    w.number(s.b);
  }
}

Result<std::unique_ptr<Model>> SvmModel::load(const prep::Plan& plan,
                                              Reader& r) {
  const std::size_t classes = plan.classes.size();
  if (classes < 2) return damaged("svm");
  const std::size_t pairs = classes * (classes - 1) / 2;
  auto machines = Machines::load(plan.width(), pairs, r);
  if (!machines) return std::move(machines).fail();
  auto count = r.number<std::uint64_t>();
  if (!count || (*count != 0 && *count != pairs)) return damaged("svm");
  std::vector<Sigmoid> sigmoids;
  for (std::uint64_t i = 0; i < *count; ++i) {
    auto a = r.number<double>();
    auto b = r.number<double>();
    if (!a || !b) return damaged("svm");
    sigmoids.push_back({*a, *b});
  }
  return std::unique_ptr<Model>(std::make_unique<SvmModel>(
      std::move(*machines), std::move(sigmoids), classes));
}

Result<> SvrTrainer::begin(const Design& train, const Design&) {
  auto fits = want_numbers(plan_, "svr");
  if (!fits) return fits;
  if (!ops::prepare()) {
    return Error{Fault::data,
                 "this CPU lacks AVX2 or FMA, which training needs"};
  }
  if (!train.weights.empty()) {
    return Error{Fault::data, "svr takes no weights of single rows"};
  }
  train_ = &train;
  kernel_ = kernel_for(spec_.kernel, train.x);
  return {};
}

Result<bool> SvrTrainer::step(StepReport& report) {
  if (solved_) return false;
  SvmProblem problem{train_->x, std::vector<std::uint32_t>(train_->x.rows),
                     learned_targets(plan_, *train_)};
  std::iota(problem.rows.begin(), problem.rows.end(), 0);
  solved_ = solve_numbers(problem, spec_.c, spec_.epsilon,
                          {kernel_, spec_.kernel.cache, stop_asked_});
  if (!solved_) return false;
  report = {1, 1, 1, {}};
  return true;
}

Result<std::unique_ptr<Model>> SvrTrainer::finish() {
  if (!solved_) return Error{Fault::data, "stopped before the machine was fit"};
  return std::unique_ptr<Model>(std::make_unique<SvrModel>(
      Machines::keep_used(kernel_, train_->x, {*solved_}),
      target_units(plan_)));
}

Result<prep::Matrix> SvrModel::predict(const prep::Matrix& x) const {
  auto fits = want_width(x, machine_.width());
  if (!fits) return std::move(fits).fail();
  const std::vector<double> scores = machine_.scores(x);
  prep::Matrix out = make_matrix(x.rows, 1);
  for (std::size_t i = 0; i < x.rows; ++i) {
    out.values[i] = static_cast<float>(units_.to_original(scores[i]));
  }
  return out;
}

Result<std::unique_ptr<Model>> SvrModel::load(const prep::Plan& plan,
                                              Reader& r) {
  auto machine = Machines::load(plan.width(), 1, r);
  if (!machine) return std::move(machine).fail();
  return std::unique_ptr<Model>(
      std::make_unique<SvrModel>(std::move(*machine), target_units(plan)));
}

}  // namespace mlb::learn
