// See naive_bayes.h.
#include "learn/naive_bayes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "learn/common.h"

namespace mlb::learn {
namespace {

constexpr double kSmoothing = 1e-9;

/// Mean and variance of each feature by group of rows, in two passes.
struct Moments {
  std::vector<double> weight;    ///< of each group
  std::vector<double> mean;      ///< groups x features
  std::vector<double> variance;  ///< groups x features
};

Moments moments_of(const Design& d, const std::vector<std::size_t>& group,
                   std::size_t groups) {
  const std::size_t width = d.x.columns;
  Moments out{std::vector<double>(groups, 0),
              std::vector<double>(groups * width, 0),
              std::vector<double>(groups * width, 0)};
  const auto sum = [&](std::vector<double>& to, auto term) {
    for (std::size_t i = 0; i < d.x.rows; ++i) {
      for (std::size_t j = 0; j < width; ++j) {
        const std::size_t at = group[i] * width + j;
        to[at] += d.weight(i) * term(static_cast<double>(d.x.row(i)[j]), at);
      }
    }
    for (std::size_t at = 0; at < to.size(); ++at) {
      // A class without rows has a prior of 0: its moments do not matter.
      if (out.weight[at / width] > 0) to[at] /= out.weight[at / width];
    }
  };
  for (std::size_t i = 0; i < d.x.rows; ++i)
    out.weight[group[i]] += d.weight(i);
  sum(out.mean, [](double x, std::size_t) { return x; });
  sum(out.variance, [&](double x, std::size_t at) {
    return (x - out.mean[at]) * (x - out.mean[at]);
  });
  return out;
}

}  // namespace

Result<> NaiveBayesTrainer::begin(const Design& train, const Design&) {
  train_ = &train;
  return want_classes(plan_, "naive_bayes");
}

Result<bool> NaiveBayesTrainer::step(StepReport& report) {
  if (done_) return false;
  done_ = true;
  const std::size_t classes = plan_.classes.size();
  const Moments all =
      moments_of(*train_, std::vector<std::size_t>(train_->x.rows, 0), 1);
  const double widest =
      *std::max_element(all.variance.begin(), all.variance.end());
  const Moments by_class = moments_of(*train_, classes_of(*train_), classes);
  for (const double w : by_class.weight) {
    p_.log_prior.push_back(std::log(w / all.weight[0]));
  }
  p_.mean = by_class.mean;
  p_.variance = by_class.variance;
  for (double& v : p_.variance) {
    v += std::max(kSmoothing * widest, std::numeric_limits<double>::min());
  }
  auto predicted = NaiveBayesModel(p_).predict(train_->x);
  if (!predicted) return std::move(predicted).fail();
  report = {1, 1, 1, {{"train.loss", loss_of(plan_, *predicted, *train_)}}};
  return true;
}

Result<std::unique_ptr<Model>> NaiveBayesTrainer::finish() {
  return std::unique_ptr<Model>(std::make_unique<NaiveBayesModel>(p_));
}

Result<prep::Matrix> NaiveBayesModel::predict(const prep::Matrix& x) const {
  const std::size_t classes = p_.log_prior.size();
  const std::size_t width = p_.mean.size() / classes;
  auto fits = want_width(x, width);
  if (!fits) return std::move(fits).fail();
  // What does not depend on the row.
  std::vector<double> constant = p_.log_prior;
  for (std::size_t at = 0; at < p_.variance.size(); ++at) {
    constant[at / width] -=
        0.5 * std::log(2 * std::numbers::pi * p_.variance[at]);
  }
  prep::Matrix out = make_matrix(x.rows, classes);
  std::vector<double> scores(classes);
  for (std::size_t i = 0; i < x.rows; ++i) {
    scores = constant;
    for (std::size_t at = 0; at < p_.mean.size(); ++at) {
      const double d = static_cast<double>(x.row(i)[at % width]) - p_.mean[at];
      scores[at / width] -= 0.5 * d * d / p_.variance[at];
    }
    softmax(scores);
    for (std::size_t c = 0; c < classes; ++c) {
      out.values[i * classes + c] = static_cast<float>(scores[c]);
    }
  }
  return out;
}

void NaiveBayesModel::save(Writer& w) const {
  w.numbers<double>(p_.log_prior);
  w.numbers<double>(p_.mean);
  w.numbers<double>(p_.variance);
}

Result<std::unique_ptr<Model>> NaiveBayesModel::load(const prep::Plan& plan,
                                                     Reader& r) {
  auto prior = r.numbers<double>();
  auto mean = r.numbers<double>();
  auto variance = r.numbers<double>();
  const std::size_t classes = plan.classes.size();
  const bool good = prior && mean && variance && classes > 0 &&
                    prior->size() == classes &&
                    mean->size() == classes * plan.width() &&
                    variance->size() == mean->size();
  if (!good) return damaged("naive_bayes");
  return std::unique_ptr<Model>(std::make_unique<NaiveBayesModel>(
      Parameters{std::move(*prior), std::move(*mean), std::move(*variance)}));
}

}  // namespace mlb::learn
