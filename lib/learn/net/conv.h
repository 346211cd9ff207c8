// Convolution of images.  The inner loops are in conv_kernels.h; here images
// get their frame of zeros, and groups of channels are taken apart.
#pragma once

#include "learn/net/conv_kernels.h"
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
  /// Numbers of an image with its frame of zeros, which is made in memory.
  std::size_t framed_size() const {
    return std::max(sheet_height() * line(), window.in_size());
  }

  template <class T>
  void start(std::span<T> parameters, Rng& rng) const {
    start_weights(weights.of(parameters), init, patch(),
                  window.side * window.side * group_filters(), rng);
  }

  template <class T>
  void forward(const Forward<T>& f) const {
    const conv::Grid grid = grid_of();
    const std::size_t size = conv::packed_size<T>(grid);
    Rooms<T> rooms(*f.scratch, {size, sheet_size<T>(), image_size<T>()});
    for (std::size_t g = 0; g < groups; ++g) {
      conv::pack(grid, kernel(weights.of(f.parameters), g),
                 bias.of(f.parameters).data() + g * group_filters(), rooms[0]);
      for (std::size_t row = 0; row < f.rows; ++row) {
        const T* sheet = framed(f.inputs[0] + row * window.in_size(), rooms[1]);
        conv::forward(grid, rooms[0], sheet + g * group_channels(), rooms[2]);
        from_group(rooms[2], g, f.out + row * out_size());
      }
    }
  }

  template <class T>
  void backward(const Backward<T>& b) const {
    const conv::Grid grid = grid_of();
    const std::size_t size = conv::packed_size<T>(grid);
    const std::size_t back_size = conv::packed_back_size<T>(grid);
    Rooms<T> rooms(*b.scratch, {size, sheet_size<T>(), image_size<T>(),
                                back_size, sheet_size<T>()});
    T* const to = b.input_gradients[0];
    if (to != nullptr) std::fill_n(to, b.rows * window.in_size(), T(0));
    for (std::size_t g = 0; g < groups; ++g) {
      std::fill_n(rooms[0], size, T(0));
      conv::pack_back(grid, kernel(weights.of(b.parameters), g), rooms[3]);
      for (std::size_t row = 0; row < b.rows; ++row) {
        to_group(b.out_gradient + row * out_size(), g, rooms[2]);
        const T* sheet = framed(b.inputs[0] + row * window.in_size(), rooms[1]);
        conv::weigh(grid, sheet + g * group_channels(), rooms[2], rooms[0]);
        if (to == nullptr) continue;
        std::fill_n(rooms[4], sheet_size<T>(), T(0));
        conv::back(grid, rooms[3], rooms[2], rooms[4] + g * group_channels());
        add_unframed(rooms[4], to + row * window.in_size());
      }
      conv::unpack(grid, rooms[0], kernel(weights.of(b.gradient), g),
                   bias.of(b.gradient).data() + g * group_filters());
    }
  }

 private:
  /// Pieces of the scratch.
  template <class T>
  class Rooms {
   public:
    Rooms(Scratch<T>& scratch, std::initializer_list<std::size_t> sizes) {
      std::size_t all = 0;
      for (const std::size_t size : sizes) {
        begins_.push_back(all);
        all += size;
      }
      if (scratch.values.size() < all) scratch.values.resize(all);
      first_ = scratch.values.data();
    }
    T* operator[](std::size_t i) const { return first_ + begins_[i]; }

   private:
    std::vector<std::size_t> begins_;
    T* first_ = nullptr;
  };

  /// The image with its frame: what the windows cover, no more.
  std::size_t sheet_height() const {
    return (window.out_height - 1) * window.stride + window.side;
  }
  std::size_t sheet_width() const {
    return (window.out_width - 1) * window.stride + window.side;
  }
  bool has_frame() const {
    return window.top > 0 || window.left > 0 ||
           sheet_height() > window.height || sheet_width() > window.width;
  }
  /// Numbers from a row of the sheet to the next.
  std::size_t line() const {
    return (has_frame() ? sheet_width() : window.width) * window.channels;
  }
  template <class T>
  std::size_t sheet_size() const {
    return framed_size() + conv::kLanes<T>;
  }
  template <class T>
  std::size_t image_size() const {
    return window.places() * group_filters() + conv::kLanes<T>;
  }

  conv::Grid grid_of() const {
    conv::Grid out{.height = window.out_height,
                   .width = window.out_width,
                   .step = window.stride * window.channels,
                   .row_step = window.stride * line(),
                   .filters = group_filters(),
                   .run = 0,
                   .runs = {}};
    const bool whole = groups == 1;  // a row of the window is one run
    out.run = whole ? window.side * window.channels : group_channels();
    for (std::size_t y = 0; y < window.side; ++y) {
      for (std::size_t x = 0; x < (whole ? 1 : window.side); ++x) {
        out.runs.push_back(y * line() + x * window.channels);
      }
    }
    return out;
  }

  /// visit(place in the sheet, place in the image, numbers) for each row.
  template <class Visit>
  void each_line(Visit visit) const {
    const std::size_t width = line() / window.channels;
    if (window.left >= width) return;
    const std::size_t columns = std::min(window.width, width - window.left);
    for (std::size_t y = 0; y < window.height; ++y) {
      const std::size_t row = y + window.top;
      if (has_frame() && row >= sheet_height()) break;
      visit(row * line() + window.left * window.channels,
            y * window.width * window.channels, columns * window.channels);
    }
  }

  template <class T>
  const T* framed(const T* image, T* sheet) const {
    if (!has_frame()) return image;
    std::fill_n(sheet, sheet_size<T>(), T(0));
    each_line([&](std::size_t to, std::size_t from, std::size_t count) {
      std::copy_n(image + from, count, sheet + to);
    });
    return sheet;
  }
  template <class T>
  void add_unframed(const T* sheet, T* image) const {
    each_line([&](std::size_t from, std::size_t to, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) image[to + i] += sheet[from + i];
    });
  }

  /// One group's channels of what leaves, out of all or into all.
  template <class T>
  void to_group(const T* all, std::size_t g, T* one) const {
    if (groups == 1) {
      std::copy_n(all, out_size(), one);
      return;
    }
    for (std::size_t i = 0; i < window.places(); ++i) {
      std::copy_n(all + i * filters + g * group_filters(), group_filters(),
                  one + i * group_filters());
    }
  }
  template <class T>
  void from_group(const T* one, std::size_t g, T* all) const {
    if (groups == 1) {
      std::copy_n(one, out_size(), all);
      return;
    }
    for (std::size_t i = 0; i < window.places(); ++i) {
      std::copy_n(one + i * group_filters(), group_filters(),
                  all + i * filters + g * group_filters());
    }
  }

  template <class T>
  T* kernel(std::span<T> all, std::size_t g) const {
    return all.data() + g * patch() * group_filters();
  }
};

}  // namespace mlb::learn
