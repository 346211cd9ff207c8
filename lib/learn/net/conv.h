// Convolution of images: patches side by side in a matrix, then a product
// (Chellapilla, Puri, Simard, "High performance convolutional neural networks
// for document processing", 2006).
#pragma once

#include "learn/net/layer.h"

namespace mlb::learn {

/// Where a window lies on an image; rows of a block are such images.
struct Window {
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;
  std::size_t out_height = 0;
  std::size_t out_width = 0;
  std::size_t side = 0;
  std::size_t stride = 0;
  std::size_t top = 0;  ///< zeros before the first row and column
  std::size_t left = 0;

  std::size_t in_size() const { return height * width * channels; }
  std::size_t places() const { return out_height * out_width; }

  /// Calls visit(place, tap, offset) for every number of the image that a
  /// window covers: `tap` counts the pixels of the window, `offset` is where
  /// the pixel's channels begin; what lies in the frame of zeros is left out.
  template <class F>
  void each(F visit) const {
    for (std::size_t y = 0; y < out_height; ++y) {
      for (std::size_t x = 0; x < out_width; ++x) {
        for (std::size_t dy = 0; dy < side; ++dy) {
          const std::size_t row = y * stride + dy;
          if (row < top || row - top >= height) continue;
          for (std::size_t dx = 0; dx < side; ++dx) {
            const std::size_t column = x * stride + dx;
            if (column < left || column - left >= width) continue;
            visit(y * out_width + x, dy * side + dx,
                  ((row - top) * width + column - left) * channels);
          }
        }
      }
    }
  }
};

struct ConvUnit {
  Window window;
  std::size_t filters = 0;
  std::size_t groups = 1;
  Range weights;  ///< groups x (taps x channels of a group) x filters of it
  Range bias;     ///< filters
  Init init = Init::he;

  std::size_t group_channels() const { return window.channels / groups; }
  std::size_t group_filters() const { return filters / groups; }
  /// Numbers that one group's filter looks at.
  std::size_t patch() const {
    return window.side * window.side * group_channels();
  }
  std::size_t out_size() const { return window.places() * filters; }

  template <class T>
  void start(std::span<T> parameters, Rng& rng) const {
    start_weights(weights.of(parameters), init, patch(),
                  window.side * window.side * group_filters(), rng);
  }

  template <class T>
  void forward(const Forward<T>& f) const {
    const auto b = bias.of(f.parameters);
    for (std::size_t i = 0; i < f.rows * window.places(); ++i) {
      std::copy_n(b.data(), filters, f.out + i * filters);
    }
    for (std::size_t row = 0; row < f.rows; ++row) {
      unfold(f.inputs[0] + row * window.in_size(), f.scratch->values);
      T* out = f.out + row * out_size();
      for (std::size_t g = 0; g < groups; ++g) {
        ops::gemm(ops::Transpose::no, ops::Transpose::no, window.places(),
                  group_filters(), patch(), patches<T>(f.scratch->values, g),
                  kernel<const T>(f.parameters, g), T(1),
                  ops::Panel<T>{out + g * group_filters(), filters});
      }
    }
  }

  template <class T>
  void backward(const Backward<T>& b) const {
    add_columns(b.out_gradient, b.rows * window.places(), filters,
                bias.of(b.gradient).data());
    T* to = b.input_gradients[0];
    for (std::size_t row = 0; row < b.rows; ++row) {
      const T* out = b.out_gradient + row * out_size();
      unfold(b.inputs[0] + row * window.in_size(), b.scratch->values);
      for (std::size_t g = 0; g < groups; ++g) {
        ops::gemm(ops::Transpose::yes, ops::Transpose::no, patch(),
                  group_filters(), window.places(),
                  patches<T>(b.scratch->values, g),
                  ops::Panel<const T>{out + g * group_filters(), filters}, T(1),
                  kernel<T>(b.gradient, g));
      }
      if (to != nullptr) back_to_image(b, out, to + row * window.in_size());
    }
  }

 private:
  /// The patches of one image, places x groups x patch().
  template <class T>
  void unfold(const T* image, std::vector<T>& out) const {
    const std::size_t size = patch();
    const std::size_t channels = group_channels();
    out.assign(window.places() * groups * size, T(0));
    window.each([&](std::size_t place, std::size_t tap, std::size_t from) {
      T* to = out.data() + place * groups * size + tap * channels;
      for (std::size_t g = 0; g < groups; ++g) {
        std::copy_n(image + from + g * channels, channels, to + g * size);
      }
    });
  }

  template <class T>
  void back_to_image(const Backward<T>& b, const T* out_gradient,
                     T* image) const {
    std::vector<T>& folded = b.scratch->more;
    folded.resize(window.places() * groups * patch());
    for (std::size_t g = 0; g < groups; ++g) {
      ops::gemm(
          ops::Transpose::no, ops::Transpose::yes, window.places(), patch(),
          group_filters(),
          ops::Panel<const T>{out_gradient + g * group_filters(), filters},
          kernel<const T>(b.parameters, g), T(0),
          ops::Panel<T>{folded.data() + g * patch(), groups * patch()});
    }
    std::fill_n(image, window.in_size(), T(0));
    const std::size_t channels = group_channels();
    window.each([&](std::size_t place, std::size_t tap, std::size_t at) {
      const T* from = folded.data() + place * groups * patch() + tap * channels;
      for (std::size_t g = 0; g < groups; ++g) {
        for (std::size_t c = 0; c < channels; ++c) {
          image[at + g * channels + c] += from[g * patch() + c];
        }
      }
    });
  }

  template <class T>
  ops::Panel<const T> patches(const std::vector<T>& unfolded,
                              std::size_t g) const {
    return {unfolded.data() + g * patch(), groups * patch()};
  }
  template <class T>
  ops::Panel<T> kernel(std::span<T> all, std::size_t g) const {
    return {weights.of(all).data() + g * patch() * group_filters(),
            group_filters()};
  }
};

}  // namespace mlb::learn
