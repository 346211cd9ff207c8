// The strength of a ridge's penalty by leave-one-out.
#pragma once

#include <vector>

#include "learn/trainer.h"

namespace mlb::learn {

/// What is tried: 1e-4 to 1e8, four a decade.
std::vector<double> ridge_lambdas();

/// The one with the least squared error of each row predicted by a ridge
/// without it; all of them from one eigendecomposition (Golub, Heath, Wahba,
/// "Generalized cross-validation as a method for choosing a good ridge
/// parameter", 1979, on the ordinary one).
double best_ridge_lambda(const Design& train,
                         const std::vector<double>& targets, bool intercept);

}  // namespace mlb::learn
