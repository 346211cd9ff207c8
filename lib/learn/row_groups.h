// Answers that depend on the row alone, not on its neighbours.  OpenBLAS
// (0.3.21) multiplies many rows by kernels that round in different ways,
// which one depends on the place of the row; four or eight rows of floats it
// multiplies alike, and any even number of doubles.  So models that multiply
// floats take eight rows at a time, and predict_rows() fills up the last
// eight.
#pragma once

#include "learn/trainer.h"

namespace mlb::learn {

inline constexpr std::size_t kRowGroup = 8;
/// Wider rows go one by one: eight would take too much memory.
inline constexpr std::size_t kWidestGroup = 1u << 18;

/// How many rows to take at a time, so that their numbers and the answers stay
/// in the cache; `widest`: of both.
std::size_t rows_at_once(std::size_t widest);

/// Model::predict, so that each row has the same answer among any others.
Result<prep::Matrix> predict_rows(const Model& model, prep::Matrix x);
/// The same of many rows, some at a time.
Result<prep::Matrix> predict_all(const Model& model, const prep::Matrix& x);

}  // namespace mlb::learn
