// Batch and layer normalisation.
#pragma once

#include "learn/net/layer.h"

namespace mlb::learn {

/// Each channel with mean 0 and variance 1 over the batch, then scaled and
/// shifted (Ioffe, Szegedy, "Batch normalization", 2015, algorithms 1 and 2).
/// The sums over the batch are made outside, shard by shard in a fixed order:
/// see batch.h.
struct BatchNormUnit {
  std::size_t pixels = 1;
  std::size_t channels = 0;
  Range scale;
  Range shift;
  Range mean;  ///< in the net's statistics
  Range variance;
  double momentum = 0.1;  ///< running = (1 - momentum) running + momentum new
  double epsilon = 1e-5;

  template <class T>
  void start(std::span<T> parameters, Rng&) const {
    std::ranges::fill(scale.of(parameters), T(1));
  }

  /// Adds this block's sums of values and of their squares, mean's and
  /// variance's places, to `sums`, which is laid out as the statistics.
  template <class T>
  void add_sums(const T* in, std::size_t rows, std::span<double> sums) const {
    const auto first = mean.of(sums);
    const auto second = variance.of(sums);
    for (std::size_t i = 0; i < rows * pixels; ++i) {
      for (std::size_t j = 0; j < channels; ++j) {
        const auto x = static_cast<double>(in[i * channels + j]);
        first[j] += x;
        second[j] += x * x;
      }
    }
  }

  template <class T>
  void forward(const Forward<T>& f) const {
    const auto s = scale.of(f.parameters);
    const auto t = shift.of(f.parameters);
    const auto m = mean.of(f.across->statistics);
    std::vector<T>& inverse = f.scratch->values;
    inverse_deviation(*f.across, inverse);
    for (std::size_t i = 0; i < f.rows * pixels; ++i) {
      const T* in = f.inputs[0] + i * channels;
      T* out = f.out + i * channels;
      for (std::size_t j = 0; j < channels; ++j) {
        out[j] = s[j] * ((in[j] - m[j]) * inverse[j]) + t[j];
      }
    }
  }

  /// Adds this block's sums of the gradient (mean's place) and of gradient x
  /// normalised value (variance's) to `sums`.
  template <class T>
  void add_gradient_sums(const Backward<T>& b, std::span<double> sums) const {
    const auto m = mean.of(b.across->statistics);
    const auto plain = mean.of(sums);
    const auto weighted = variance.of(sums);
    const std::vector<T>& inverse = b.scratch->values;
    for (std::size_t i = 0; i < b.rows * pixels; ++i) {
      const T* in = b.inputs[0] + i * channels;
      const T* g = b.out_gradient + i * channels;
      for (std::size_t j = 0; j < channels; ++j) {
        plain[j] += static_cast<double>(g[j]);
        weighted[j] +=
            static_cast<double>(g[j] * ((in[j] - m[j]) * inverse[j]));
      }
    }
  }

  /// The gradient of scale and shift is the batch's sums: batch.h adds them
  /// once.
  template <class T>
  void backward(const Backward<T>& b) const {
    if (b.input_gradients[0] == nullptr) return;
    const auto m = mean.of(b.across->statistics);
    const auto s = scale.of(b.parameters);
    const auto plain = mean.of(b.across->sums);
    const auto weighted = variance.of(b.across->sums);
    const std::vector<T>& inverse = b.scratch->values;
    const double count = b.across->count * static_cast<double>(pixels);
    for (std::size_t i = 0; i < b.rows * pixels; ++i) {
      const T* in = b.inputs[0] + i * channels;
      const T* g = b.out_gradient + i * channels;
      T* to = b.input_gradients[0] + i * channels;
      for (std::size_t j = 0; j < channels; ++j) {
        const T normal = (in[j] - m[j]) * inverse[j];
        to[j] = s[j] * inverse[j] *
                (g[j] - static_cast<T>(plain[j] / count) -
                 normal * static_cast<T>(weighted[j] / count));
      }
    }
  }

 private:
  template <class T>
  void inverse_deviation(const Across<T>& across, std::vector<T>& out) const {
    const auto v = variance.of(across.statistics);
    out.resize(channels);
    for (std::size_t j = 0; j < channels; ++j) {
      out[j] = T(1) / std::sqrt(v[j] + static_cast<T>(epsilon));
    }
  }
};

/// The channels of each pixel, or the whole row, with mean 0 and variance 1,
/// then scaled and shifted (Ba, Kiros, Hinton, "Layer normalization", 2016).
struct LayerNormUnit {
  std::size_t pixels = 1;
  std::size_t channels = 0;
  Range scale;
  Range shift;
  static constexpr double kEpsilon = 1e-5;

  template <class T>
  void start(std::span<T> parameters, Rng&) const {
    std::ranges::fill(scale.of(parameters), T(1));
  }

  template <class T>
  void forward(const Forward<T>& f) const {
    const auto s = scale.of(f.parameters);
    const auto t = shift.of(f.parameters);
    const std::size_t rows = f.rows * pixels;
    f.scratch->values.resize(rows * channels);  // normalised
    f.scratch->more.resize(rows);               // 1 / deviation
    for (std::size_t i = 0; i < rows; ++i) {
      T* normal = f.scratch->values.data() + i * channels;
      f.scratch->more[i] = normalise(f.inputs[0] + i * channels, normal);
      for (std::size_t j = 0; j < channels; ++j) {
        f.out[i * channels + j] = s[j] * normal[j] + t[j];
      }
    }
  }

  template <class T>
  void backward(const Backward<T>& b) const {
    const auto s = scale.of(b.parameters);
    const auto ds = scale.of(b.gradient);
    const auto dt = shift.of(b.gradient);
    for (std::size_t i = 0; i < b.rows * pixels; ++i) {
      const T* normal = b.scratch->values.data() + i * channels;
      const T* g = b.out_gradient + i * channels;
      T mean = 0;
      T weighted = 0;
      for (std::size_t j = 0; j < channels; ++j) {
        ds[j] += g[j] * normal[j];
        dt[j] += g[j];
        mean += g[j] * s[j];
        weighted += g[j] * s[j] * normal[j];
      }
      if (b.input_gradients[0] == nullptr) continue;
      mean /= static_cast<T>(channels);
      weighted /= static_cast<T>(channels);
      T* to = b.input_gradients[0] + i * channels;
      for (std::size_t j = 0; j < channels; ++j) {
        to[j] =
            b.scratch->more[i] * (g[j] * s[j] - mean - normal[j] * weighted);
      }
    }
  }

 private:
  /// 1 / deviation.
  template <class T>
  T normalise(const T* in, T* out) const {
    T mean = 0;
    for (std::size_t j = 0; j < channels; ++j) mean += in[j];
    mean /= static_cast<T>(channels);
    T square = 0;
    for (std::size_t j = 0; j < channels; ++j) {
      square += (in[j] - mean) * (in[j] - mean);
    }
    square /= static_cast<T>(channels);
    const T inverse = T(1) / std::sqrt(square + static_cast<T>(kEpsilon));
    for (std::size_t j = 0; j < channels; ++j)
      out[j] = (in[j] - mean) * inverse;
    return inverse;
  }
};

}  // namespace mlb::learn
