// Functions of each number alone, softmax, and dropout.  A function gives its
// value at x, and its slope at x where it had the value y.
#pragma once

#include "learn/net/layer.h"

namespace mlb::learn {

struct Relu {
  template <class T>
  static T value(T x) {
    return x > 0 ? x : T(0);
  }
  template <class T>
  static T slope(T, T y) {
    return y > 0 ? T(1) : T(0);
  }
};

/// x, or 0.01 x below zero (Maas, Hannun, Ng, 2013).
struct LeakyRelu {
  template <class T>
  static T value(T x) {
    return x > 0 ? x : T(0.01) * x;
  }
  template <class T>
  static T slope(T x, T) {
    return x > 0 ? T(1) : T(0.01);
  }
};

/// x, or exp(x) - 1 below zero (Clevert, Unterthiner, Hochreiter, 2015).
struct Elu {
  template <class T>
  static T value(T x) {
    return x > 0 ? x : ops::exp(x) - T(1);
  }
  template <class T>
  static T slope(T x, T y) {
    return x > 0 ? T(1) : y + T(1);
  }
};

/// x times the normal distribution function (Hendrycks, Gimpel, 2016).
struct Gelu {
  template <class T>
  static T share(T x) {
    return T(0.5) * (T(1) + ops::erf(x * T(0.70710678118654752440)));
  }
  template <class T>
  static T value(T x) {
    return x * share(x);
  }
  template <class T>
  static T slope(T x, T) {
    constexpr T kDensity = T(0.39894228040143267794);  // 1 / sqrt(2 pi)
    return share(x) + x * kDensity * ops::exp(T(-0.5) * x * x);
  }
};

/// x / (1 + exp(-x)) (Elfwing, Uchibe, Doya, 2017).
struct Silu {
  template <class T>
  static T value(T x) {
    return x * ops::sigmoid(x);
  }
  template <class T>
  static T slope(T x, T) {
    const T s = ops::sigmoid(x);
    return s * (T(1) + x * (T(1) - s));
  }
};

/// x tanh(log(1 + exp(x))) (Misra, 2019).
struct Mish {
  /// tanh(log(1 + e)) = w / (w + 2) with w = e (e + 2); 1 where e would
  /// overflow.
  template <class T>
  static T share(T x) {
    if (x > T(20)) return T(1);
    const T e = ops::exp(x);
    const T w = e * (e + T(2));
    return w / (w + T(2));
  }
  template <class T>
  static T value(T x) {
    return x * share(x);
  }
  template <class T>
  static T slope(T x, T) {
    const T t = share(x);
    return t + x * (T(1) - t * t) * ops::sigmoid(x);
  }
};

struct Tanh {
  template <class T>
  static T value(T x) {
    return ops::tanh(x);
  }
  template <class T>
  static T slope(T, T y) {
    return T(1) - y * y;
  }
};

struct SigmoidCurve {
  template <class T>
  static T value(T x) {
    return ops::sigmoid(x);
  }
  template <class T>
  static T slope(T, T y) {
    return y * (T(1) - y);
  }
};

template <class Function>
struct Elementwise {
  std::size_t size = 0;  ///< numbers a row

  template <class T>
  void forward(const Forward<T>& f) const {
    const T* in = f.inputs[0];
    for (std::size_t i = 0; i < f.rows * size; ++i) {
      f.out[i] = Function::value(in[i]);
    }
  }
  template <class T>
  void backward(const Backward<T>& b) const {
    T* to = b.input_gradients[0];
    if (to == nullptr) return;
    const T* in = b.inputs[0];
    for (std::size_t i = 0; i < b.rows * size; ++i) {
      to[i] = b.out_gradient[i] * Function::slope(in[i], b.out[i]);
    }
  }
};

/// Over the channels of each pixel, or over the whole row.
struct SoftmaxUnit {
  std::size_t pixels = 1;
  std::size_t channels = 0;

  template <class T>
  void forward(const Forward<T>& f) const {
    std::copy_n(f.inputs[0], f.rows * pixels * channels, f.out);
    softmax_rows(f.out, f.rows * pixels, channels);
  }
  template <class T>
  void backward(const Backward<T>& b) const {
    if (b.input_gradients[0] == nullptr) return;
    for (std::size_t i = 0; i < b.rows * pixels; ++i) {
      const T* s = b.out + i * channels;
      const T* g = b.out_gradient + i * channels;
      T* to = b.input_gradients[0] + i * channels;
      T dot = 0;
      for (std::size_t j = 0; j < channels; ++j) dot += s[j] * g[j];
      for (std::size_t j = 0; j < channels; ++j) to[j] = s[j] * (g[j] - dot);
    }
  }
};

/// Inverted scaling: predicting passes everything as it is.
struct DropoutUnit {
  std::size_t size = 0;
  double rate = 0;

  template <class T>
  void forward(const Forward<T>& f) const {
    const std::size_t count = f.rows * size;
    std::vector<T>& mask = f.scratch->values;  // 0 or 1 / (1 - rate)
    mask.clear();
    if (f.rng == nullptr || rate <= 0) {
      std::copy_n(f.inputs[0], count, f.out);
      return;
    }
    mask.resize(count);
    const T kept = static_cast<T>(1 / (1 - rate));
    for (std::size_t i = 0; i < count; ++i) {
      mask[i] = f.rng->uniform() < rate ? T(0) : kept;
      f.out[i] = f.inputs[0][i] * mask[i];
    }
  }
  template <class T>
  void backward(const Backward<T>& b) const {
    T* to = b.input_gradients[0];
    if (to == nullptr) return;
    const std::vector<T>& mask = b.scratch->values;
    for (std::size_t i = 0; i < b.rows * size; ++i) {
      to[i] = mask.empty() ? b.out_gradient[i] : b.out_gradient[i] * mask[i];
    }
  }
};

}  // namespace mlb::learn
