// Where branches of a net meet: added, or side by side.
#pragma once

#include "learn/net/layer.h"

namespace mlb::learn {

/// The sum of two values of the same size.
struct AddUnit {
  std::size_t size = 0;

  template <class T>
  void forward(const Forward<T>& f) const {
    for (std::size_t i = 0; i < f.rows * size; ++i) {
      f.out[i] = f.inputs[0][i] + f.inputs[1][i];
    }
  }
  template <class T>
  void backward(const Backward<T>& b) const {
    for (T* to : b.input_gradients) {
      if (to != nullptr) std::copy_n(b.out_gradient, b.rows * size, to);
    }
  }
};

/// The channels of several values behind each other, pixel by pixel.
struct JoinUnit {
  std::size_t pixels = 1;
  std::vector<std::size_t> channels;  ///< one an input
  std::size_t sum = 0;                ///< of the channels

  template <class T>
  void forward(const Forward<T>& f) const {
    std::size_t at = 0;
    for (std::size_t k = 0; k < channels.size(); ++k) {
      for (std::size_t i = 0; i < f.rows * pixels; ++i) {
        std::copy_n(f.inputs[k] + i * channels[k], channels[k],
                    f.out + i * sum + at);
      }
      at += channels[k];
    }
  }
  template <class T>
  void backward(const Backward<T>& b) const {
    std::size_t at = 0;
    for (std::size_t k = 0; k < channels.size(); ++k) {
      T* to = b.input_gradients[k];
      for (std::size_t i = 0; i < b.rows * pixels && to != nullptr; ++i) {
        std::copy_n(b.out_gradient + i * sum + at, channels[k],
                    to + i * channels[k]);
      }
      at += channels[k];
    }
  }
};

}  // namespace mlb::learn
