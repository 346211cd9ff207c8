// A feed-forward net built at run time: one flat parameter vector, layers that
// own offsets into it, exact gradients by backpropagation.  Pure arithmetic;
// float in the product, double in gradient checks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/check.h"
#include "base/rng.h"
#include "job/spec.h"
#include "learn/net/ops.h"

namespace mlb::learn {

struct NetLayer {
  LayerType type = LayerType::dense;
  std::size_t in = 0;
  std::size_t out = 0;
  std::size_t weights = 0;  ///< offset; dense: in x out, row-major
  std::size_t bias = 0;     ///< offset; dense with bias: out
  bool has_bias = false;
  double rate = 0;  ///< dropout
};

/// The shape of a net: the layers of the spec and the output layer that the
/// task adds (`outputs` linear units).
struct NetShape {
  NetShape(const std::vector<Layer>& layers, std::size_t inputs,
           std::size_t outputs);
  std::vector<NetLayer> layers;
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  std::size_t parameters = 0;
};

inline NetShape::NetShape(const std::vector<Layer>& wanted,
                          std::size_t input_width, std::size_t output_width)
    : inputs(input_width), outputs(output_width) {
  std::size_t width = inputs;
  const auto dense = [&](std::size_t units, bool bias) {
    NetLayer l{LayerType::dense, width, units, parameters, 0, bias, 0};
    parameters += width * units;
    l.bias = parameters;
    if (bias) parameters += units;
    layers.push_back(l);
    width = units;
  };
  for (const auto& layer : wanted) {
    if (layer.type == LayerType::dense) {
      dense(static_cast<std::size_t>(layer.units), layer.bias);
    } else {
      layers.push_back({layer.type, width, width, 0, 0, false, layer.rate});
    }
  }
  dense(outputs, true);
}

/// Normal with variance 2 / inputs of the layer, zero bias (He, Zhang, Ren,
/// Sun, "Delving deep into rectifiers", 2015, section 2.2).
template <class T>
std::vector<T> initial_weights(const NetShape& shape, Rng& rng) {
  std::vector<T> out(shape.parameters, T(0));
  for (const auto& l : shape.layers) {
    if (l.type != LayerType::dense) continue;
    const double deviation = std::sqrt(2.0 / static_cast<double>(l.in));
    for (std::size_t i = 0; i < l.in * l.out; ++i) {
      out[l.weights + i] = static_cast<T>(deviation * rng.normal());
    }
  }
  return out;
}

/// Activations and their gradients of one block of rows.  Keeps its memory.
template <class T>
struct NetWorkspace {
  std::vector<std::vector<T>> outputs;    ///< one a layer, rows x out
  std::vector<std::vector<T>> gradients;  ///< of the same
  std::vector<std::vector<T>> masks;      ///< dropout: 0 or 1 / (1 - rate)
};

/// rows x outputs, before softmax.  With `dropout` units are dropped, drawn
/// from it; without, dropout layers pass everything (inverted scaling).
template <class T>
const T* forward(const NetShape& shape, std::span<const T> parameters,
                 const T* x, std::size_t rows, Rng* dropout,
                 NetWorkspace<T>& work);

/// Adds the gradient with respect to the parameters to `gradient`;
/// `output_gradient` is rows x outputs.  After forward() on the same rows.
template <class T>
void backward(const NetShape& shape, std::span<const T> parameters, const T* x,
              std::size_t rows, const T* output_gradient, NetWorkspace<T>& work,
              std::span<T> gradient);

/// Replaces each row of rows x columns by its softmax.
template <class T>
void softmax_rows(T* values, std::size_t rows, std::size_t columns);

/// The sum over the rows of -log p(class), each times its weight if there are
/// weights.  `gradient` (rows x columns) is
/// that of the sum; `values` become probabilities.
template <class T>
double cross_entropy(T* values, const float* y, std::size_t rows,
                     std::size_t columns, T* gradient,
                     const float* weights = nullptr);

/// The sum of (value - y)^2, and its gradient; with weights as above.
template <class T>
double squared_error(const T* values, const T* y, std::size_t rows, T* gradient,
                     const float* weights = nullptr);

}  // namespace mlb::learn

#include "learn/net/net_impl.h"
