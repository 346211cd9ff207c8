// The largest or the mean number of each window of an image, channel by
// channel.
#pragma once

#include <cstring>
#include <type_traits>

#include "learn/net/conv.h"

namespace mlb::learn {

struct MaxPoolUnit {
  Window window;
  std::size_t out_size() const { return window.places() * window.channels; }

  template <class T>
  void forward(const Forward<T>& f) const {
    const std::size_t c = window.channels;
    f.scratch->places.resize(f.rows * out_size());
    T* out = f.out;
    std::uint32_t* best = f.scratch->places.data();
    for (std::size_t i = 0; i < f.rows * window.places(); ++i) {
      const std::size_t place = i % window.places();
      const T* image = f.inputs[0] + i / window.places() * window.in_size();
      // A pool has no frame: all of its window lies in the image.
      const std::size_t first =
          (place / window.out_width * window.width + place % window.out_width) *
          window.stride * c;
      std::size_t j = 0;
      for (; j + 8 <= c; j += 8)
        largest<8>(image, first + j, out + j, best + j);
      for (; j + 2 <= c; j += 2)
        largest<2>(image, first + j, out + j, best + j);
      if (j < c) largest<1>(image, first + j, out + j, best + j);
      out += c;
      best += c;
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

 private:
  /// Of some channels side by side.  The first of equal ones counts, and NaN is
  /// passed on.  Without branches: which one is larger cannot be foreseen.
  template <std::size_t Channels, class T>
  void largest(const T* image, std::size_t first, T* out,
               std::uint32_t* best) const {
    using Index =
        std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
    typedef T Values __attribute__((vector_size(Channels * sizeof(T))));
    typedef Index Places __attribute__((vector_size(Channels * sizeof(T))));
    Values values;
    std::memcpy(&values, image + first, sizeof values);
    Places places = Places{} + static_cast<Index>(first);
    for (std::size_t tap = 1; tap < window.side * window.side; ++tap) {
      const std::size_t at =
          first + (tap / window.side * window.width + tap % window.side) *
                      window.channels;
      Values other;
      std::memcpy(&other, image + at, sizeof other);
      const Places larger = (other > values) | (other != other);
      values = larger ? other : values;
      places = larger ? Places{} + static_cast<Index>(at) : places;
    }
    std::memcpy(out, &values, sizeof values);
    for (std::size_t j = 0; j < Channels; ++j) {
      best[j] =
          static_cast<std::uint32_t>(places[j]) + static_cast<std::uint32_t>(j);
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
