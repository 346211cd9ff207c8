// The loops of product.h.  In an unnamed namespace and without functions of the
// standard library on purpose: the file is compiled with other instructions in
// each .cc that includes it.
#pragma once

#include <cstddef>
#include <utility>

#include "learn/net/product.h"

namespace mlb::learn::ops {
namespace {

/// `Registers` says what one is (Vector), and reads and writes the first
/// numbers of one; `MostRows` x kPanel of them hold sums at once.
template <class Registers, std::size_t MostRows>
struct Kernel {
  using Vector = typename Registers::Vector;
  static constexpr std::size_t kLanes = sizeof(Vector) / sizeof(float);
  static constexpr std::size_t kPanel = 2;
  static constexpr std::size_t kWidth = kPanel * kLanes;

  /// A number for each row and each step of the sums.
  struct Left {
    const float* values;
    std::size_t row_step;
    std::size_t step;
  };
  /// A row of numbers for each step of the sums.
  struct Right {
    const float* values;
    std::size_t step;
  };
  struct Out {
    float* values;
    std::size_t step;
    std::size_t columns;  ///< kWidth at most
    float beta;
  };

  static std::size_t least(std::size_t a, std::size_t b) {
    return a < b ? a : b;
  }
  static Vector load(const float* from) {
    Vector out;
    __builtin_memcpy(&out, from, sizeof out);
    return out;
  }
  static Vector load(const float* from, std::size_t count) {
    return count >= kLanes ? load(from) : Registers::load_first(from, count);
  }
  static void store(float* to, Vector value) {
    __builtin_memcpy(to, &value, sizeof value);
  }
  static void store(float* to, Vector value, std::size_t count) {
    if (count >= kLanes) return store(to, value);
    Registers::store_first(to, value, count);
  }

  template <std::size_t Rows, std::size_t Panel>
  static void tile(std::size_t k, Left a, Right b, Out c) {
    Vector sums[Rows][Panel];
    for (std::size_t i = 0; i < Rows; ++i) {
      for (std::size_t r = 0; r < Panel; ++r) {
        sums[i][r] = Vector{};
        if (c.beta == 0) continue;
        sums[i][r] = c.beta * load(c.values + i * c.step + r * kLanes,
                                   c.columns - r * kLanes);
      }
    }
    // A pointer for each three rows: one instruction reaches what lies one and
    // two steps from there.
    constexpr std::size_t kThrees = (Rows + 2) / 3;
    const float* left[kThrees];
    for (std::size_t i = 0; i < kThrees; ++i) {
      left[i] = a.values + 3 * i * a.row_step;
    }
    const float* right = b.values;
    for (std::size_t l = 0; l < k; ++l) {
      Vector factors[Panel];
      for (std::size_t r = 0; r < Panel; ++r) {
        factors[r] = load(right + r * kLanes);
      }
      for (std::size_t i = 0; i < Rows; ++i) {
        const float value = left[i / 3][i % 3 * a.row_step];
        for (std::size_t r = 0; r < Panel; ++r) {
          sums[i][r] += value * factors[r];
        }
      }
      for (auto& three : left) three += a.step;
      right += b.step;
    }
    for (std::size_t i = 0; i < Rows; ++i) {
      for (std::size_t r = 0; r < Panel; ++r) {
        store(c.values + i * c.step + r * kLanes, sums[i][r],
              c.columns - r * kLanes);
      }
    }
  }

  /// tile() of that many rows: loops of a known length stay in registers.
  template <std::size_t Panel, std::size_t Rows = MostRows>
  static void tile_of(std::size_t rows, std::size_t k, Left a, Right b, Out c) {
    if constexpr (Rows > 0) {
      if (rows == Rows) return tile<Rows, Panel>(k, a, b, c);
      tile_of<Panel, Rows - 1>(rows, k, a, b, c);
    }
  }

  /// All rows of some columns, in tiles of nearly the same height.
  static void panel(std::size_t m, std::size_t k, Left a, Right b, Out c) {
    const std::size_t tiles = (m + MostRows - 1) / MostRows;
    for (std::size_t t = 0; t < tiles; ++t) {
      const std::size_t first = m * t / tiles;
      const std::size_t rows = m * (t + 1) / tiles - first;
      const Left from{a.values + first * a.row_step, a.row_step, a.step};
      const Out to{c.values + first * c.step, c.step, c.columns, c.beta};
      if (c.columns > kLanes) {
        tile_of<2>(rows, k, from, b, to);
      } else {
        tile_of<1>(rows, k, from, b, to);
      }
    }
  }

  /// Of rows that lie `Half` apart, squares of that size change places.
  template <std::size_t Half, std::size_t... I>
  static void turn_pairs(Vector (&square)[kLanes], std::index_sequence<I...>) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      if ((i & Half) != 0) continue;
      const Vector a = square[i];
      const Vector b = square[i + Half];
      square[i] = __builtin_shufflevector(
          a, b, ((I & Half) != 0 ? kLanes + I - Half : I)...);
      square[i + Half] = __builtin_shufflevector(
          a, b, ((I & Half) != 0 ? kLanes + I : I + Half)...);
    }
  }

  /// Rows and columns change places.
  template <std::size_t Half = 1>
  static void turn(Vector (&square)[kLanes]) {
    turn_pairs<Half>(square, std::make_index_sequence<kLanes>{});
    if constexpr (2 * Half < kLanes) turn<2 * Half>(square);
  }

  /// to[j][i] = from[i][j] of rows x columns.
  static void transpose(std::size_t rows, std::size_t columns,
                        Panel<const float> from, Panel<float> to) {
    for (std::size_t i = 0; i < rows; i += kLanes) {
      for (std::size_t j = 0; j < columns; j += kLanes) {
        const float* source = from.values + i * from.step + j;
        float* target = to.values + j * to.step + i;
        Vector square[kLanes];
        for (std::size_t r = 0; r < kLanes; ++r) {
          square[r] = i + r < rows ? load(source + r * from.step, columns - j)
                                   : Vector{};
        }
        turn(square);
        for (std::size_t r = 0; r < kLanes; ++r) {
          if (j + r >= columns) break;
          store(target + r * to.step, square[r], rows - i);
        }
      }
    }
  }

  /// Columns first .. first + columns of b', kWidth from row to row; what lies
  /// behind the columns is never looked at.
  static void pack(const Product& p, std::size_t first, std::size_t columns,
                   float* to) {
    if (p.tb == Transpose::yes) {
      transpose(columns, p.k, {p.b.values + first * p.b.step, p.b.step},
                {to, kWidth});
      return;
    }
    const float* from = p.b.values + first;
    for (std::size_t l = 0; l < p.k; ++l) {
      store(to, load(from, columns));
      if (columns > kLanes) {
        store(to + kLanes, load(from + kLanes, columns - kLanes));
      }
      from += p.b.step;
      to += kWidth;
    }
  }

  /// c' = b a': where a has few rows, turning them and what comes out is less
  /// than turning b.
  static void run_turned(const Product& p, float* room) {
    float* const packed = room;
    float* const out = room + p.k * kWidth;
    const Left b{p.b.values, p.b.step, 1};
    for (std::size_t first = 0; first < p.m; first += kWidth) {
      const std::size_t rows = least(kWidth, p.m - first);
      transpose(rows, p.k, {p.a.values + first * p.a.step, p.a.step},
                {packed, kWidth});
      panel(p.n, p.k, b, {packed, kWidth}, {out, kWidth, rows, 0});
      transpose(p.n, rows, {out, kWidth},
                {p.c.values + first * p.c.step, p.c.step});
    }
  }

  static void run(const Product& p, float* room) {
    const bool turned = p.ta == Transpose::no && p.tb == Transpose::yes &&
                        p.beta == 0 && p.m * (p.k + p.n) < p.n * p.k;
    if (turned) return run_turned(p, room);
    const Left a{p.a.values, p.ta == Transpose::yes ? 1 : p.a.step,
                 p.ta == Transpose::yes ? p.a.step : 1};
    const bool few = p.m <= kDirectRows && p.b.step <= kDirectStep;
    for (std::size_t first = 0; first < p.n; first += kWidth) {
      const std::size_t columns = least(kWidth, p.n - first);
      Right b{p.b.values + first, p.b.step};
      if (p.tb == Transpose::yes || columns < kWidth || !few) {
        pack(p, first, columns, room);
        b = {room, kWidth};
      }
      panel(p.m, p.k, a, b, {p.c.values + first, p.c.step, columns, p.beta});
    }
  }

  /// Up to here b is read where it lies: for more rows a copy side by side
  /// pays, and so does one of rows that lie far apart.
  static constexpr std::size_t kDirectRows = 160;
  static constexpr std::size_t kDirectStep = 512;
};

}  // namespace
}  // namespace mlb::learn::ops
