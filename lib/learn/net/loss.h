// What training makes small: values, and gradients with respect to what the
// net puts out.  Sums over rows, so that shards of a batch can be added.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "job/spec.h"
#include "learn/net/layer.h"

namespace mlb::learn {

struct Loss {
  LossType type = LossType::cross_entropy;  ///< never automatic
  double delta = 1;                         ///< huber
  double smoothing = 0;                     ///< cross_entropy
  std::vector<double> class_weights = {};   ///< empty: all 1

  double weight_of(std::size_t label) const {
    return class_weights.empty() ? 1 : class_weights[label];
  }
};

/// Over some rows; `loss / weight` is their mean.
struct LossSum {
  double loss = 0;
  double weight = 0;  ///< rows, or the sum of their class weights
  void add(const LossSum& other) {
    loss += other.loss;
    weight += other.weight;
  }
};

/// One row; `out` becomes probabilities.  With smoothing s, K classes and
/// class weights w: (1 - s) w_y (-log p_y) + s/K sum_c w_c (-log p_c)
/// (Szegedy et al., "Rethinking the Inception architecture", 2016, section 7;
/// weights as PyTorch's CrossEntropyLoss).
template <class T>
double cross_entropy_row(const Loss& loss, T* out, std::size_t label,
                         std::size_t columns, T* gradient) {
  const T largest = *std::max_element(out, out + columns);
  T sum = 0;
  for (std::size_t j = 0; j < columns; ++j) {
    // Of the score now, while it is there; of the probability below.
    gradient[j] = out[j] - largest;
    out[j] = ops::exp(gradient[j]);
    sum += out[j];
  }
  // log of the sum rather than of a probability that may be zero.
  const T log_sum = ops::log(sum);
  const double share = loss.smoothing / static_cast<double>(columns);
  double value = 0;
  double weights = 0;
  for (std::size_t j = 0; j < columns; ++j) {
    const double wanted = (j == label ? 1 - loss.smoothing : 0) + share;
    if (wanted == 0) continue;
    const double weight = wanted * loss.weight_of(j);
    value += weight * static_cast<double>(log_sum - gradient[j]);
    weights += weight;
  }
  for (std::size_t j = 0; j < columns; ++j) {
    const double wanted = (j == label ? 1 - loss.smoothing : 0) + share;
    out[j] /= sum;
    gradient[j] = static_cast<T>(weights) * out[j] -
                  static_cast<T>(wanted * loss.weight_of(j));
  }
  return value;
}

/// One number that is `d` off; huber as PyTorch's HuberLoss (Huber, "Robust
/// estimation of a location parameter", 1964).
template <class T>
double distance(const Loss& loss, T d, T& slope) {
  const auto size = static_cast<double>(std::fabs(d));
  switch (loss.type) {
    case LossType::mae: slope = static_cast<T>((d > 0) - (d < 0)); return size;
    case LossType::huber:
      if (size > loss.delta) {
        slope = static_cast<T>(d > 0 ? loss.delta : -loss.delta);
        return loss.delta * (size - loss.delta / 2);
      }
      slope = d;
      return size * size / 2;
    case LossType::automatic:
    case LossType::cross_entropy:
    case LossType::mse: break;
  }
  slope = 2 * d;
  return size * size;
}

/// The sum over rows x columns outputs `out`; `y` holds class indices
/// (cross_entropy) or values (one column), `weights` how much each row counts;
/// `gradient` is rows x columns, of the sum.  cross_entropy turns `out` into
/// probabilities.
template <class T>
LossSum loss_of(const Loss& loss, T* out, const T* y, const T* weights,
                std::size_t rows, std::size_t columns, T* gradient) {
  LossSum sum;
  for (std::size_t i = 0; i < rows; ++i) {
    T* row = out + i * columns;
    T* g = gradient + i * columns;
    const auto weight = static_cast<double>(weights[i]);
    if (loss.type == LossType::cross_entropy) {
      const auto label = static_cast<std::size_t>(y[i]);
      const double value = cross_entropy_row(loss, row, label, columns, g);
      sum.add({weight * value, weight * loss.weight_of(label)});
    } else {
      sum.add({weight * distance(loss, row[0] - y[i], g[0]), weight});
    }
    for (std::size_t j = 0; j < columns; ++j) g[j] *= weights[i];
  }
  return sum;
}

}  // namespace mlb::learn
