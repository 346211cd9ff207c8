// Weighted sums of all inputs.
#pragma once

#include "learn/net/layer.h"

namespace mlb::learn {

struct DenseUnit {
  std::size_t in = 0;
  std::size_t out = 0;
  Range weights;  ///< in x out, row-major
  Range bias;     ///< out, or none
  Init init = Init::he;

  template <class T>
  void start(std::span<T> parameters, Rng& rng) const {
    start_weights(weights.of(parameters), init, in, out, rng);
  }

  template <class T>
  void forward(const Forward<T>& f) const {
    const auto b = bias.of(f.parameters);
    for (std::size_t i = 0; i < f.rows && !b.empty(); ++i) {
      std::copy_n(b.data(), out, f.out + i * out);
    }
    ops::gemm(ops::Transpose::no, ops::Transpose::no, f.rows, out, in,
              f.inputs[0], weights.of(f.parameters).data(),
              b.empty() ? T(0) : T(1), f.out);
  }

  template <class T>
  void backward(const Backward<T>& b) const {
    ops::gemm(ops::Transpose::yes, ops::Transpose::no, in, out, b.rows,
              b.inputs[0], b.out_gradient, T(1), weights.of(b.gradient).data());
    if (bias.count > 0) {
      add_columns(b.out_gradient, b.rows, out, bias.of(b.gradient).data());
    }
    if (b.input_gradients[0] == nullptr) return;
    ops::gemm(ops::Transpose::no, ops::Transpose::yes, b.rows, in, out,
              b.out_gradient, weights.of(b.parameters).data(), T(0),
              b.input_gradients[0]);
  }
};

}  // namespace mlb::learn
