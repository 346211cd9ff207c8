// See metrics.h.
#include "learn/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>

#include "learn/cluster_metrics.h"

namespace mlb::learn {
namespace {

using prep::Matrix;
using Values = std::vector<float>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLeastProbability = 1e-15;
constexpr double kLeastTarget = std::numeric_limits<double>::epsilon();
constexpr std::size_t kConfidenceBins = 15;

struct Entry {
  std::string_view name;
  bool of_numbers;
  double (*compute)(const Matrix&, const Values&, const Values&);
};

constexpr Entry kMetrics[] = {
    {"accuracy", false, accuracy},
    {"balanced_accuracy", false, balanced_accuracy},
    {"precision", false, precision},
    {"recall", false, recall},
    {"f1", false, f1},
    {"auc", false, auc},
    {"log_loss", false, log_loss},
    {"brier", false, brier},
    {"ece", false, ece},
    {"mcc", false, mcc},
    {"rmse", true, rmse},
    {"mae", true, mae},
    {"r2", true, r2},
    {"mape", true, mape},
    {"medae", true, medae},
};

const Entry* find_entry(std::string_view name) {
  const auto found =
      std::find_if(std::begin(kMetrics), std::end(kMetrics),
                   [&](const Entry& entry) { return entry.name == name; });
  return found == std::end(kMetrics) ? nullptr : found;
}

std::size_t predicted(const Matrix& p, std::size_t row) {
  const auto values = p.row(row);
  return static_cast<std::size_t>(
      std::max_element(values.begin(), values.end()) - values.begin());
}

double weight_of(const Values& weights, std::size_t row) {
  return weights.empty() ? 1 : static_cast<double>(weights[row]);
}

bool has_nan(std::span<const float> values) {
  return std::any_of(values.begin(), values.end(),
                     [](float v) { return std::isnan(v); });
}

/// Of each class, the weight of its rows: those found, those predicted to be
/// of it, those that are.
struct Tally {
  std::vector<double> hits;
  std::vector<double> said;
  std::vector<double> were;
  double all = 0;

  std::size_t classes() const { return hits.size(); }
};

/// None when no row counts, or one of those that do has a nan.
std::optional<Tally> tally_of(const Matrix& p, const Values& y,
                              const Values& weights) {
  const std::vector<double> none(p.columns);
  Tally out{none, none, none};
  for (std::size_t i = 0; i < p.rows; ++i) {
    const double weight = weight_of(weights, i);
    if (weight == 0) continue;
    if (has_nan(p.row(i))) return std::nullopt;
    const auto truth = static_cast<std::size_t>(y[i]);
    const std::size_t guess = predicted(p, i);
    if (truth == guess) out.hits[truth] += weight;
    out.said[guess] += weight;
    out.were[truth] += weight;
    out.all += weight;
  }
  if (out.all == 0) return std::nullopt;
  return out;
}

double share(double part, double whole) {
  return whole == 0 ? 0 : part / whole;
}

/// The probability that a row of the class scores above one of the others.
double auc_of(const Matrix& p, const Values& y, const Values& weights,
              std::size_t wanted) {
  std::vector<std::size_t> order(p.rows);
  std::iota(order.begin(), order.end(), 0);
  const auto score = [&](std::size_t row) { return p.row(row)[wanted]; };
  // nan has no place in an order, nor does it equal itself.
  const auto is_nan = [&](std::size_t row) { return std::isnan(score(row)); };
  if (std::any_of(order.begin(), order.end(), is_nan)) return kNan;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return score(a) < score(b); });
  double above = 0;  // weight of pairs in the right order, ties a half
  double positives = 0;
  double negatives = 0;
  for (std::size_t i = 0; i < order.size();) {
    double tied_positives = 0;
    double tied_negatives = 0;
    const float at = score(order[i]);
    for (; i < order.size() && score(order[i]) == at; ++i) {
      const bool is = static_cast<std::size_t>(y[order[i]]) == wanted;
      (is ? tied_positives : tied_negatives) += weight_of(weights, order[i]);
    }
    above += tied_positives * (negatives + tied_negatives / 2);
    positives += tied_positives;
    negatives += tied_negatives;
  }
  if (positives == 0 || negatives == 0) return kNan;
  return above / (positives * negatives);
}

/// The mean of a measure over the classes; two classes: of the last one.
template <class F>
double over_classes(const Matrix& p, F measure) {
  if (p.columns == 2) return measure(std::size_t{1});
  double sum = 0;
  for (std::size_t c = 0; c < p.columns; ++c) sum += measure(c);
  return sum / static_cast<double>(p.columns);
}

/// The same of a share that follows from the tally of a class.
template <class F>
double over_tally(const Matrix& p, const Values& y, const Values& weights,
                  F measure) {
  const auto tally = tally_of(p, y, weights);
  if (!tally) return kNan;
  return over_classes(p, [&](std::size_t c) { return measure(*tally, c); });
}

template <class F>
double mean_of(const Matrix& p, const Values& weights, F term) {
  double sum = 0;
  double all = 0;
  for (std::size_t i = 0; i < p.rows; ++i) {
    // A row that does not count is not looked at: it may be nan.
    const double weight = weight_of(weights, i);
    if (weight > 0) sum += weight * term(i);
    all += weight;
  }
  return all > 0 ? sum / all : kNan;
}

/// Bins of equal width, each with its upper end.
std::size_t bin_of(double confidence) {
  const double place = std::ceil(confidence * double{kConfidenceBins}) - 1;
  return static_cast<std::size_t>(
      std::clamp(place, 0.0, double{kConfidenceBins} - 1));
}

double residual(const Matrix& p, const Values& y, std::size_t i) {
  return static_cast<double>(y[i]) - static_cast<double>(p.values[i]);
}

}  // namespace

double accuracy(const Matrix& p, const Values& y, const Values& weights) {
  return mean_of(p, weights, [&](std::size_t i) {
    if (has_nan(p.row(i))) return kNan;
    return predicted(p, i) == static_cast<std::size_t>(y[i]) ? 1.0 : 0.0;
  });
}

double balanced_accuracy(const Matrix& p, const Values& y,
                         const Values& weights) {
  const auto tally = tally_of(p, y, weights);
  if (!tally) return kNan;
  double sum = 0;
  double present = 0;
  for (std::size_t c = 0; c < tally->classes(); ++c) {
    sum += share(tally->hits[c], tally->were[c]);
    present += tally->were[c] > 0 ? 1 : 0;
  }
  return sum / present;
}

double log_loss(const Matrix& p, const Values& y, const Values& weights) {
  return mean_of(p, weights, [&](std::size_t i) {
    const double q = p.row(i)[static_cast<std::size_t>(y[i])];
    // Comparisons with nan are false: a nan stays one.
    return -std::log(q < kLeastProbability ? kLeastProbability : q);
  });
}

double precision(const Matrix& p, const Values& y, const Values& weights) {
  return over_tally(p, y, weights, [](const Tally& t, std::size_t c) {
    return share(t.hits[c], t.said[c]);
  });
}

double recall(const Matrix& p, const Values& y, const Values& weights) {
  return over_tally(p, y, weights, [](const Tally& t, std::size_t c) {
    return share(t.hits[c], t.were[c]);
  });
}

double f1(const Matrix& p, const Values& y, const Values& weights) {
  return over_tally(p, y, weights, [](const Tally& t, std::size_t c) {
    return share(2 * t.hits[c], t.said[c] + t.were[c]);
  });
}

double brier(const Matrix& p, const Values& y, const Values& weights) {
  return over_classes(p, [&](std::size_t c) {
    return mean_of(p, weights, [&](std::size_t i) {
      const bool is = static_cast<std::size_t>(y[i]) == c;
      const double off = static_cast<double>(p.row(i)[c]) - (is ? 1 : 0);
      return off * off;
    });
  });
}

double ece(const Matrix& p, const Values& y, const Values& weights) {
  // Of each bin: the weight of its right rows less that of its confidence.
  std::array<double, kConfidenceBins> gaps{};
  double all = 0;
  for (std::size_t i = 0; i < p.rows; ++i) {
    const double weight = weight_of(weights, i);
    if (weight == 0) continue;
    if (has_nan(p.row(i))) return kNan;
    const std::size_t guess = predicted(p, i);
    const double confidence = static_cast<double>(p.row(i)[guess]);
    const bool right = static_cast<std::size_t>(y[i]) == guess;
    gaps[bin_of(confidence)] += weight * ((right ? 1 : 0) - confidence);
    all += weight;
  }
  double sum = 0;
  for (const double gap : gaps) sum += std::fabs(gap);
  return all > 0 ? sum / all : kNan;
}

double mcc(const Matrix& p, const Values& y, const Values& weights) {
  const auto tally = tally_of(p, y, weights);
  if (!tally) return kNan;
  double right = 0;
  double together = 0;
  double said = 0;
  double were = 0;
  for (std::size_t c = 0; c < tally->classes(); ++c) {
    right += tally->hits[c];
    together += tally->said[c] * tally->were[c];
    said += tally->said[c] * tally->said[c];
    were += tally->were[c] * tally->were[c];
  }
  const double square = tally->all * tally->all;
  const double spread = (square - said) * (square - were);
  return spread > 0 ? (right * tally->all - together) / std::sqrt(spread) : 0;
}

double auc(const Matrix& p, const Values& y, const Values& weights) {
  if (p.rows == 0) return kNan;
  return over_classes(p,
                      [&](std::size_t c) { return auc_of(p, y, weights, c); });
}

double rmse(const Matrix& p, const Values& y, const Values& weights) {
  return std::sqrt(mean_of(p, weights, [&](std::size_t i) {
    return residual(p, y, i) * residual(p, y, i);
  }));
}

double mae(const Matrix& p, const Values& y, const Values& weights) {
  return mean_of(p, weights,
                 [&](std::size_t i) { return std::fabs(residual(p, y, i)); });
}

double r2(const Matrix& p, const Values& y, const Values& weights) {
  const double mean = mean_of(
      p, weights, [&](std::size_t i) { return static_cast<double>(y[i]); });
  const double total = mean_of(p, weights, [&](std::size_t i) {
    return (static_cast<double>(y[i]) - mean) *
           (static_cast<double>(y[i]) - mean);
  });
  const double left = mean_of(p, weights, [&](std::size_t i) {
    return residual(p, y, i) * residual(p, y, i);
  });
  return total > 0 ? 1 - left / total : kNan;
}

double mape(const Matrix& p, const Values& y, const Values& weights) {
  return mean_of(p, weights, [&](std::size_t i) {
    const double size = std::fabs(static_cast<double>(y[i]));
    return std::fabs(residual(p, y, i)) / std::max(size, kLeastTarget);
  });
}

double medae(const Matrix& p, const Values& y, const Values& weights) {
  std::vector<std::pair<double, double>> errors;  // with their weights
  double all = 0;
  for (std::size_t i = 0; i < p.rows; ++i) {
    const double weight = weight_of(weights, i);
    if (weight == 0) continue;
    const double error = std::fabs(residual(p, y, i));
    if (std::isnan(error)) return kNan;
    errors.emplace_back(error, weight);
    all += weight;
  }
  std::sort(errors.begin(), errors.end());
  double below = 0;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    below += errors[i].second;
    if (2 * below < all) continue;
    // Exactly half of the weight: between this row and the next.
    if (2 * below > all || i + 1 == errors.size()) return errors[i].first;
    return (errors[i].first + errors[i + 1].first) / 2;
  }
  return kNan;
}

std::vector<std::string> default_metrics(const prep::Plan& plan) {
  if (plan.task == prep::Task::none) return {"inertia"};
  if (plan.task == prep::Task::regression) return {"rmse", "mae", "r2"};
  std::vector<std::string> out{"accuracy", "f1", "log_loss"};
  if (plan.classes.size() == 2) out.emplace_back("auc");
  return out;
}

bool has_metric(prep::Task task, const std::string& name) {
  if (task == prep::Task::none) return is_cluster_metric(name);
  const Entry* entry = find_entry(name);
  return entry != nullptr &&
         entry->of_numbers == (task == prep::Task::regression);
}

double metric(const std::string& name, const Matrix& p, const Values& y,
              const Values& weights) {
  const Entry* entry = find_entry(name);
  return entry == nullptr ? kNan : entry->compute(p, y, weights);
}

}  // namespace mlb::learn
