// Boosted trees as a program makes them that calls XGBoost's C API itself.
#pragma once

#include <cstddef>
#include <string>

inline constexpr int kBoostingRounds = 50;

struct XgboostRows {
  const float* values = nullptr;  ///< rows x columns
  const float* labels = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t classes = 0;
};

/// Our defaults; the loss of the training rows each round, as its command line
/// and `train()` print it.  What went wrong, or "".
std::string call_xgboost(const XgboostRows& rows, int threads, int rounds);
