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
    if (b.input_gradients[0] == nullptr) return;
    ops::gemm(ops::Transpose::no, ops::Transpose::yes, b.rows, in, out,
              b.out_gradient, weights.of(b.parameters).data(), T(0),
              b.input_gradients[0]);
  }

  /// Slices of the inputs: one is enough work for a thread, and few enough
  /// that reading the gradient of what left costs little.
  std::size_t gradient_slices() const { return (in + kSlice - 1) / kSlice; }

  /// Replaces the gradient of this slice's weights, and of the bias.
  template <class T>
  void gradient_slice(std::size_t slice, const Backward<T>& b) const {
    const std::size_t first = slice * kSlice;
    ops::gemm(ops::Transpose::yes, ops::Transpose::no,
              std::min(kSlice, in - first), out, b.rows,
              ops::Panel<const T>{b.inputs[0] + first, in},
              ops::Panel<const T>{b.out_gradient, out}, T(0),
              ops::Panel<T>{weights.of(b.gradient).data() + first * out, out});
    if (slice > 0 || bias.count == 0) return;
    const auto sums = bias.of(b.gradient);
    std::ranges::fill(sums, T(0));
    add_columns(b.out_gradient, b.rows, out, sums.data());
  }

 private:
  static constexpr std::size_t kSlice = 128;
};

}  // namespace mlb::learn
