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

/// Model::predict, so that each row has the same answer among any others.
Result<prep::Matrix> predict_rows(const Model& model, prep::Matrix x);

}  // namespace mlb::learn
