// The largest or the mean number of each window of an image, channel by
// channel.
#pragma once

#include "learn/net/conv.h"

namespace mlb::learn {

struct MaxPoolUnit {
  Window window;
  std::size_t out_size() const { return window.places() * window.channels; }

  template <class T>
  void forward(const Forward<T>& f) const {
    const std::size_t c = window.channels;
    f.scratch->places.resize(f.rows * out_size());
    for (std::size_t row = 0; row < f.rows; ++row) {
      const T* in = f.inputs[0] + row * window.in_size();
      T* out = f.out + row * out_size();
      std::uint32_t* best = f.scratch->places.data() + row * out_size();
      window.each([&](std::size_t place, std::size_t tap, std::size_t from) {
        for (std::size_t j = 0; j < c; ++j) {
          const std::size_t to = place * c + j;
          const T x = in[from + j];
          if (tap == 0 || x > out[to] || x != x) {  // NaN is passed on
            out[to] = x;
            best[to] = static_cast<std::uint32_t>(from + j);
          }
        }
      });
    }
  }

  template <class T>
  void backward(const Backward<T>& b) const {
    T* to = b.input_gradients[0];
    if (to == nullptr) return;
    std::fill_n(to, b.rows * window.in_size(), T(0));
    for (std::size_t row = 0; row < b.rows; ++row) {
      const std::size_t first = row * out_size();
      T* image = to + row * window.in_size();
      for (std::size_t i = first; i < first + out_size(); ++i) {
        image[b.scratch->places[i]] += b.out_gradient[i];
      }
    }
  }
};

struct AvgPoolUnit {
  Window window;
  std::size_t out_size() const { return window.places() * window.channels; }
  template <class T>
  T share() const {
    return T(1) / static_cast<T>(window.side * window.side);
  }

  template <class T>
  void forward(const Forward<T>& f) const {
    const std::size_t c = window.channels;
    std::fill_n(f.out, f.rows * out_size(), T(0));
    for (std::size_t row = 0; row < f.rows; ++row) {
      const T* in = f.inputs[0] + row * window.in_size();
      T* out = f.out + row * out_size();
      window.each([&](std::size_t place, std::size_t, std::size_t from) {
        for (std::size_t j = 0; j < c; ++j) {
          out[place * c + j] += in[from + j] * share<T>();
        }
      });
    }
  }

  template <class T>
  void backward(const Backward<T>& b) const {
    T* to = b.input_gradients[0];
    if (to == nullptr) return;
    const std::size_t c = window.channels;
    std::fill_n(to, b.rows * window.in_size(), T(0));
    for (std::size_t row = 0; row < b.rows; ++row) {
      const T* g = b.out_gradient + row * out_size();
      T* image = to + row * window.in_size();
      window.each([&](std::size_t place, std::size_t, std::size_t at) {
        for (std::size_t j = 0; j < c; ++j) {
          image[at + j] += g[place * c + j] * share<T>();
        }
      });
    }
  }
};

/// The mean of each channel over the whole image.
struct GlobalAvgPoolUnit {
  std::size_t pixels = 0;
  std::size_t channels = 0;

  template <class T>
  void forward(const Forward<T>& f) const {
    std::fill_n(f.out, f.rows * channels, T(0));
    for (std::size_t row = 0; row < f.rows; ++row) {
      T* out = f.out + row * channels;
      add_columns(f.inputs[0] + row * pixels * channels, pixels, channels, out);
      for (std::size_t j = 0; j < channels; ++j) {
        out[j] /= static_cast<T>(pixels);
      }
    }
  }

  template <class T>
  void backward(const Backward<T>& b) const {
    T* to = b.input_gradients[0];
    if (to == nullptr) return;
    for (std::size_t i = 0; i < b.rows * pixels; ++i) {
      const T* g = b.out_gradient + (i / pixels) * channels;
      for (std::size_t j = 0; j < channels; ++j) {
        to[i * channels + j] = g[j] / static_cast<T>(pixels);
      }
    }
  }
};

}  // namespace mlb::learn
