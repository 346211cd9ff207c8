// See metrics.h.
#include "learn/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "learn/cluster_metrics.h"

namespace mlb::learn {
namespace {

using prep::Matrix;
using Values = std::vector<float>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLeastProbability = 1e-15;
constexpr double kLeastTarget = std::numeric_limits<double>::epsilon();
constexpr std::size_t kConfidenceBins = 15;

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

std::size_t class_at(const Values& y, std::size_t row) {
  return static_cast<std::size_t>(y[row]);
}

/// The weighted mean of one number a row.  A row that does not count may be
/// nan.
double mean_of(const std::vector<double>& terms, const Values& weights) {
  double sum = 0;
  double all = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const double weight = weight_of(weights, i);
    if (weight > 0) sum += weight * terms[i];
    all += weight;
  }
  return all > 0 ? sum / all : kNan;
}

template <class F>
std::vector<double> terms_of(const Matrix& p, F term) {
  std::vector<double> out(p.rows);
  for (std::size_t i = 0; i < p.rows; ++i) out[i] = term(i);
  return out;
}

template <class F>
OfWeights mean_over_rows(const Matrix& p, F term) {
  return [terms = terms_of(p, term)](const Values& weights) {
    return mean_of(terms, weights);
  };
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

/// What is predicted for each row, and what it is.
struct Guesses {
  static constexpr std::uint32_t kNone = ~0u;  ///< predicted is nan

  std::size_t classes = 0;
  std::vector<std::uint32_t> said;
  std::vector<std::uint32_t> were;

  /// None when no row counts, or one of those that do has a nan.
  std::optional<Tally> tally(const Values& weights) const {
    const std::vector<double> none(classes);
    Tally out{none, none, none};
    for (std::size_t i = 0; i < said.size(); ++i) {
      const double weight = weight_of(weights, i);
      if (weight == 0) continue;
      if (said[i] == kNone) return std::nullopt;
      if (said[i] == were[i]) out.hits[were[i]] += weight;
      out.said[said[i]] += weight;
      out.were[were[i]] += weight;
      out.all += weight;
    }
    if (out.all == 0) return std::nullopt;
    return out;
  }
};

Guesses guesses_of(const Matrix& p, const Values& y) {
  Guesses out{p.columns, {}, {}};
  out.said.reserve(p.rows);
  out.were.reserve(p.rows);
  for (std::size_t i = 0; i < p.rows; ++i) {
    out.said.push_back(has_nan(p.row(i))
                           ? Guesses::kNone
                           : static_cast<std::uint32_t>(predicted(p, i)));
    out.were.push_back(static_cast<std::uint32_t>(class_at(y, i)));
  }
  return out;
}

/// What follows from the tally.
template <class F>
OfWeights of_tally(const Matrix& p, const Values& y, F measure) {
  return [guesses = guesses_of(p, y), measure](const Values& weights) {
    const auto tally = guesses.tally(weights);
    return tally ? measure(*tally) : kNan;
  };
}

/// The mean of a measure over the classes; two classes: of the last one.
template <class F>
double over_classes(std::size_t classes, F measure) {
  if (classes == 2) return measure(std::size_t{1});
  double sum = 0;
  for (std::size_t c = 0; c < classes; ++c) sum += measure(c);
  return sum / static_cast<double>(classes);
}

/// The same of a share that follows from the tally of a class.
template <class F>
OfWeights over_tally(const Matrix& p, const Values& y, F measure) {
  return of_tally(p, y, [measure](const Tally& t) {
    return over_classes(t.classes(),
                        [&](std::size_t c) { return measure(t, c); });
  });
}

double share(double part, double whole) {
  return whole == 0 ? 0 : part / whole;
}

/// Rows by their score for one class, those of one score side by side.
struct Ranking {
  struct Place {
    std::uint32_t row;
    bool is_of_class;
    bool is_last;  ///< of its score
  };
  std::vector<Place> places;
  bool is_nan = false;  ///< which has no place in an order

  /// The probability that a row of the class scores above one of the others.
  double auc(const Values& weights) const {
    if (is_nan) return kNan;
    double above = 0;  // weight of pairs in the right order, ties a half
    double positives = 0;
    double negatives = 0;
    double tied_positives = 0;
    double tied_negatives = 0;
    for (const Place& place : places) {
      (place.is_of_class ? tied_positives : tied_negatives) +=
          weight_of(weights, place.row);
      if (!place.is_last) continue;
      above += tied_positives * (negatives + tied_negatives / 2);
      positives += std::exchange(tied_positives, 0);
      negatives += std::exchange(tied_negatives, 0);
    }
    if (positives == 0 || negatives == 0) return kNan;
    return above / (positives * negatives);
  }
};

Ranking ranking_of(const Matrix& p, const Values& y, std::size_t wanted) {
  Ranking out;
  std::vector<std::uint32_t> order(p.rows);
  std::iota(order.begin(), order.end(), 0);
  const auto score = [&](std::uint32_t row) { return p.row(row)[wanted]; };
  // nan does not equal itself either.
  out.is_nan = std::any_of(order.begin(), order.end(), [&](std::uint32_t row) {
    return std::isnan(score(row));
  });
  if (out.is_nan) return out;
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return score(a) < score(b);
  });
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool last =
        i + 1 == order.size() || score(order[i + 1]) != score(order[i]);
    out.places.push_back({order[i], class_at(y, order[i]) == wanted, last});
  }
  return out;
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

OfWeights accuracy_of(const Matrix& p, const Values& y) {
  return mean_over_rows(p, [&](std::size_t i) {
    if (has_nan(p.row(i))) return kNan;
    return predicted(p, i) == class_at(y, i) ? 1.0 : 0.0;
  });
}

OfWeights balanced_accuracy_of(const Matrix& p, const Values& y) {
  return of_tally(p, y, [](const Tally& t) {
    double sum = 0;
    double present = 0;
    for (std::size_t c = 0; c < t.classes(); ++c) {
      sum += share(t.hits[c], t.were[c]);
      present += t.were[c] > 0 ? 1 : 0;
    }
    return sum / present;
  });
}

OfWeights precision_of(const Matrix& p, const Values& y) {
  return over_tally(p, y, [](const Tally& t, std::size_t c) {
    return share(t.hits[c], t.said[c]);
  });
}

OfWeights recall_of(const Matrix& p, const Values& y) {
  return over_tally(p, y, [](const Tally& t, std::size_t c) {
    return share(t.hits[c], t.were[c]);
  });
}

OfWeights f1_of(const Matrix& p, const Values& y) {
  return over_tally(p, y, [](const Tally& t, std::size_t c) {
    return share(2 * t.hits[c], t.said[c] + t.were[c]);
  });
}

OfWeights auc_of(const Matrix& p, const Values& y) {
  if (p.rows == 0) return [](const Values&) { return kNan; };
  std::vector<Ranking> rankings;
  for (std::size_t c = p.columns == 2 ? 1 : 0; c < p.columns; ++c) {
    rankings.push_back(ranking_of(p, y, c));
  }
  return [rankings = std::move(rankings)](const Values& weights) {
    double sum = 0;
    for (const Ranking& r : rankings) sum += r.auc(weights);
    return sum / static_cast<double>(rankings.size());
  };
}

OfWeights log_loss_of(const Matrix& p, const Values& y) {
  return mean_over_rows(p, [&](std::size_t i) {
    const double q = p.row(i)[class_at(y, i)];
    // Comparisons with nan are false: a nan stays one.
    return -std::log(q < kLeastProbability ? kLeastProbability : q);
  });
}

OfWeights brier_of(const Matrix& p, const Values& y) {
  return mean_over_rows(p, [&](std::size_t i) {
    return over_classes(p.columns, [&](std::size_t c) {
      const bool is = class_at(y, i) == c;
      const double off = static_cast<double>(p.row(i)[c]) - (is ? 1 : 0);
      return off * off;
    });
  });
}

OfWeights ece_of(const Matrix& p, const Values& y) {
  struct Confidence {
    double gap;  ///< 1 or 0 for right or wrong, less the confidence
    std::size_t bin;
  };
  std::vector<Confidence> rows;
  for (std::size_t i = 0; i < p.rows; ++i) {
    const std::size_t guess = predicted(p, i);
    const double confidence =
        has_nan(p.row(i)) ? kNan : static_cast<double>(p.row(i)[guess]);
    const double right = class_at(y, i) == guess ? 1 : 0;
    rows.push_back(
        {right - confidence, std::isnan(confidence) ? 0 : bin_of(confidence)});
  }
  return [rows = std::move(rows)](const Values& weights) {
    std::array<double, kConfidenceBins> gaps{};
    double all = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double weight = weight_of(weights, i);
      if (weight == 0) continue;
      gaps[rows[i].bin] += weight * rows[i].gap;
      all += weight;
    }
    double sum = 0;
    for (const double gap : gaps) sum += std::fabs(gap);
    return all > 0 ? sum / all : kNan;
  };
}

OfWeights mcc_of(const Matrix& p, const Values& y) {
  return of_tally(p, y, [](const Tally& t) {
    double right = 0;
    double together = 0;
    double said = 0;
    double were = 0;
    for (std::size_t c = 0; c < t.classes(); ++c) {
      right += t.hits[c];
      together += t.said[c] * t.were[c];
      said += t.said[c] * t.said[c];
      were += t.were[c] * t.were[c];
    }
    const double square = t.all * t.all;
    const double spread = (square - said) * (square - were);
    return spread > 0 ? (right * t.all - together) / std::sqrt(spread) : 0;
  });
}

OfWeights rmse_of(const Matrix& p, const Values& y) {
  const auto squares = terms_of(
      p, [&](std::size_t i) { return residual(p, y, i) * residual(p, y, i); });
  return [squares](const Values& weights) {
    return std::sqrt(mean_of(squares, weights));
  };
}

OfWeights mae_of(const Matrix& p, const Values& y) {
  return mean_over_rows(
      p, [&](std::size_t i) { return std::fabs(residual(p, y, i)); });
}

OfWeights r2_of(const Matrix& p, const Values& y) {
  const auto squares = terms_of(
      p, [&](std::size_t i) { return residual(p, y, i) * residual(p, y, i); });
  const std::vector<double> targets(y.begin(), y.end());
  return [squares, targets](const Values& weights) {
    const double mean = mean_of(targets, weights);
    double total = 0;
    double all = 0;
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const double weight = weight_of(weights, i);
      if (weight > 0)
        total += weight * (targets[i] - mean) * (targets[i] - mean);
      all += weight;
    }
    if (!(total > 0)) return kNan;
    return 1 - mean_of(squares, weights) / (total / all);
  };
}

OfWeights mape_of(const Matrix& p, const Values& y) {
  return mean_over_rows(p, [&](std::size_t i) {
    const double size = std::fabs(static_cast<double>(y[i]));
    return std::fabs(residual(p, y, i)) / std::max(size, kLeastTarget);
  });
}

/// The rows' errors in order, nan at the end.
OfWeights medae_of(const Matrix& p, const Values& y) {
  std::vector<std::pair<double, std::size_t>> errors;
  std::vector<std::size_t> nans;
  for (std::size_t i = 0; i < p.rows; ++i) {
    const double error = std::fabs(residual(p, y, i));
    if (std::isnan(error)) {
      nans.push_back(i);
    } else {
      errors.emplace_back(error, i);
    }
  }
  std::sort(errors.begin(), errors.end());
  return [errors = std::move(errors),
          nans = std::move(nans)](const Values& weights) {
    double all = 0;
    for (const std::size_t row : nans) {
      if (weight_of(weights, row) > 0) return kNan;
    }
    for (const auto& [error, row] : errors) all += weight_of(weights, row);
    double below = 0;
    double found = kNan;
    for (const auto& [error, row] : errors) {
      const double weight = weight_of(weights, row);
      if (weight == 0) continue;
      // Exactly half of the weight: between the row before and this one.
      if (!std::isnan(found)) return (found + error) / 2;
      below += weight;
      if (2 * below > all) return error;
      if (2 * below == all) found = error;
    }
    return found;
  };
}

struct Entry {
  std::string_view name;
  bool of_numbers;
  OfWeights (*prepare)(const Matrix&, const Values&);
};

constexpr Entry kMetrics[] = {
    {"accuracy", false, accuracy_of},
    {"balanced_accuracy", false, balanced_accuracy_of},
    {"precision", false, precision_of},
    {"recall", false, recall_of},
    {"f1", false, f1_of},
    {"auc", false, auc_of},
    {"log_loss", false, log_loss_of},
    {"brier", false, brier_of},
    {"ece", false, ece_of},
    {"mcc", false, mcc_of},
    {"rmse", true, rmse_of},
    {"mae", true, mae_of},
    {"r2", true, r2_of},
    {"mape", true, mape_of},
    {"medae", true, medae_of},
};

const Entry* find_entry(std::string_view name) {
  const auto found =
      std::find_if(std::begin(kMetrics), std::end(kMetrics),
                   [&](const Entry& entry) { return entry.name == name; });
  return found == std::end(kMetrics) ? nullptr : found;
}

}  // namespace

double accuracy(const Matrix& p, const Values& y, const Values& weights) {
  return accuracy_of(p, y)(weights);
}

double balanced_accuracy(const Matrix& p, const Values& y,
                         const Values& weights) {
  return balanced_accuracy_of(p, y)(weights);
}

double precision(const Matrix& p, const Values& y, const Values& weights) {
  return precision_of(p, y)(weights);
}

double recall(const Matrix& p, const Values& y, const Values& weights) {
  return recall_of(p, y)(weights);
}

double f1(const Matrix& p, const Values& y, const Values& weights) {
  return f1_of(p, y)(weights);
}

double auc(const Matrix& p, const Values& y, const Values& weights) {
  return auc_of(p, y)(weights);
}

double log_loss(const Matrix& p, const Values& y, const Values& weights) {
  return log_loss_of(p, y)(weights);
}

double brier(const Matrix& p, const Values& y, const Values& weights) {
  return brier_of(p, y)(weights);
}

double ece(const Matrix& p, const Values& y, const Values& weights) {
  return ece_of(p, y)(weights);
}

double mcc(const Matrix& p, const Values& y, const Values& weights) {
  return mcc_of(p, y)(weights);
}

double rmse(const Matrix& p, const Values& y, const Values& weights) {
  return rmse_of(p, y)(weights);
}

double mae(const Matrix& p, const Values& y, const Values& weights) {
  return mae_of(p, y)(weights);
}

double r2(const Matrix& p, const Values& y, const Values& weights) {
  return r2_of(p, y)(weights);
}

double mape(const Matrix& p, const Values& y, const Values& weights) {
  return mape_of(p, y)(weights);
}

double medae(const Matrix& p, const Values& y, const Values& weights) {
  return medae_of(p, y)(weights);
}

std::vector<double> confusion(const Matrix& p, const Values& y,
                              const Values& weights) {
  const Guesses guesses = guesses_of(p, y);
  std::vector<double> out(p.columns * p.columns);
  for (std::size_t i = 0; i < p.rows; ++i) {
    if (guesses.said[i] == Guesses::kNone) continue;
    out[guesses.were[i] * p.columns + guesses.said[i]] += weight_of(weights, i);
  }
  return out;
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
  return metric_of_weights(name, p, y)(weights);
}

OfWeights metric_of_weights(const std::string& name, const Matrix& p,
                            const Values& y) {
  const Entry* entry = find_entry(name);
  if (entry == nullptr) return [](const Values&) { return kNan; };
  return entry->prepare(p, y);
}

}  // namespace mlb::learn
