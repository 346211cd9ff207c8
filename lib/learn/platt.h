// Probabilities for machines that only score: Platt's sigmoid, and how the
// sigmoids of pairs of classes become probabilities of classes.
#pragma once

#include <span>
#include <vector>

#include "base/rng.h"
#include "prep/plan.h"

namespace mlb::learn {

/// Parts that scores for calibration are made in: each is scored by a machine
/// that did not see it.
inline constexpr int kCalibrationFolds = 3;

/// P(yes | score) = 1 / (1 + exp(a score + b)).
struct Sigmoid {
  double a = -1;
  double b = 0;

  double operator()(double score) const;
};

/// The likeliest sigmoid for scores and whether each was a yes (Lin, Lin, Weng,
/// "A note on Platt's probabilistic outputs for support vector machines",
/// 2007, algorithm 1).  Weights: how much each counts; none: 1.
Sigmoid fit_sigmoid(std::span<const double> scores,
                    const std::vector<bool>& yes,
                    const std::vector<double>& weights = {});

/// For each row its part in [0, kCalibrationFolds): every class is spread
/// evenly, in random order.
std::vector<int> calibration_folds(std::span<const std::size_t> classes,
                                   Rng rng);

/// Class probabilities from r, k x k: r[i * k + j] = P(i | i or j) (Wu, Lin,
/// Weng, "Probability estimates for multi-class classification by pairwise
/// coupling", 2004, algorithm 2).
std::vector<double> couple(const std::vector<double>& r, std::size_t k);

}  // namespace mlb::learn
