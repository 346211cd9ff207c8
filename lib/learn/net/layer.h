// What every unit of a net has in common: a layer owns places in the flat
// parameter vector, turns a block of rows into another, and turns the
// gradient of what left it into that of what entered and of its parameters.
// A unit is a small struct with
//   forward(const Forward<T>&), backward(const Backward<T>&)
// and, where it has parameters, start(span, Rng&).  One whose parameters'
// gradient is cheaper for a whole batch than for parts of it has
//   gradient_slices(), gradient_slice(slice, const Backward<T>&)
// and leaves that gradient out of backward().  net.h lists them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/rng.h"
#include "job/spec.h"
#include "learn/net/ops.h"

namespace mlb::learn {

/// A part of a flat vector.
struct Range {
  std::size_t begin = 0;
  std::size_t count = 0;
  template <class T>
  std::span<T> of(std::span<T> whole) const {
    return whole.subspan(begin, count);
  }
};

/// What a layer keeps from forward to backward; its memory is used again.
template <class T>
struct Scratch {
  std::vector<T> values;
  std::vector<T> more;
  std::vector<std::uint32_t> places;
};

/// Sums over all rows of a batch, of layers that look across rows.
template <class T>
struct Across {
  /// Mean and variance of each channel: those of the batch, or the running
  /// ones when predicting.  Laid out as the net's statistics.
  std::span<const T> statistics;
  /// Backward: sums of the gradient and of gradient x normalised value.
  std::span<const double> sums;
  double count = 0;  ///< numbers a channel in the whole batch
};

template <class T>
struct Forward {
  std::size_t rows = 0;
  std::span<const T> parameters;  ///< of the whole net
  std::span<const T* const> inputs;
  T* out = nullptr;
  Rng* rng = nullptr;  ///< none: predicting, nothing is dropped
  const Across<T>* across = nullptr;
  Scratch<T>* scratch = nullptr;
};

template <class T>
struct Backward {
  std::size_t rows = 0;
  std::span<const T> parameters;
  std::span<const T* const> inputs;
  const T* out = nullptr;
  const T* out_gradient = nullptr;
  std::span<T* const> input_gradients;  ///< replaced; null: not wanted
  std::span<T> gradient;                ///< of the parameters: added to
  const Across<T>* across = nullptr;
  Scratch<T>* scratch = nullptr;
};

/// Fills `weights` of a unit with that many inputs and outputs.  he: normal,
/// variance 2 / inputs (He, Zhang, Ren, Sun, "Delving deep into rectifiers",
/// 2015, section 2.2); xavier: uniform within sqrt(6 / (inputs + outputs))
/// (Glorot, Bengio, "Understanding the difficulty of training deep feedforward
/// neural networks", 2010, formula 16); lecun: normal, variance 1 / inputs
/// (LeCun, Bottou, Orr, Mueller, "Efficient BackProp", 1998, section 4.6).
template <class T>
void start_weights(std::span<T> weights, Init init, std::size_t inputs,
                   std::size_t outputs, Rng& rng) {
  const auto in = static_cast<double>(inputs);
  const auto both = static_cast<double>(inputs + outputs);
  for (T& w : weights) {
    switch (init) {
      case Init::he:
        w = static_cast<T>(std::sqrt(2.0 / in) * rng.normal());
        break;
      case Init::xavier:
        w = static_cast<T>(std::sqrt(6.0 / both) * (2 * rng.uniform() - 1));
        break;
      case Init::lecun:
        w = static_cast<T>(std::sqrt(1.0 / in) * rng.normal());
        break;
    }
  }
}

/// Adds each column of rows x columns to `sums`.
template <class T>
void add_columns(const T* values, std::size_t rows, std::size_t columns,
                 T* sums) {
  for (std::size_t i = 0; i < rows; ++i) {
    const T* row = values + i * columns;
    for (std::size_t j = 0; j < columns; ++j) sums[j] += row[j];
  }
}

/// Replaces each row of rows x columns by its softmax.
template <class T>
void softmax_rows(T* values, std::size_t rows, std::size_t columns) {
  for (std::size_t i = 0; i < rows; ++i) {
    T* row = values + i * columns;
    const T largest = *std::max_element(row, row + columns);
    T sum = 0;
    for (std::size_t j = 0; j < columns; ++j) {
      row[j] = ops::exp(row[j] - largest);
      sum += row[j];
    }
    for (std::size_t j = 0; j < columns; ++j) row[j] /= sum;
  }
}

}  // namespace mlb::learn
