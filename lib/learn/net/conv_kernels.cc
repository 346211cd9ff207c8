// See conv_kernels.h.
#include "learn/net/conv_kernels.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mlb::learn::conv {
namespace {

template <class T>
struct Register {
  typedef T Type __attribute__((vector_size(32)));
};
template <class T>
using Vector = typename Register<T>::Type;

template <class T>
Vector<T> load(const T* from) {
  Vector<T> out;
  std::memcpy(&out, from, sizeof out);
  return out;
}

template <class T>
void store(T* to, Vector<T> value) {
  std::memcpy(to, &value, sizeof value);
}

template <std::size_t N>
using Count = std::integral_constant<std::size_t, N>;

/// visit(Count<n>): loops of a known length stay in registers.  n <= Most.
template <std::size_t Most, class Visit>
void with_count(std::size_t n, Visit visit) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((n == I + 1 ? visit(Count<I + 1>{}) : void()), ...);
  }
  (std::make_index_sequence<Most>{});
}

/// Cuts 0 .. all - 1 into parts of nearly the same size, `most` at most, and
/// calls visit(first, count).
template <class Visit>
void in_parts(std::size_t all, std::size_t most, Visit visit) {
  const std::size_t parts = (all + most - 1) / most;
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t first = all * i / parts;
    visit(first, all * (i + 1) / parts - first);
  }
}

/// Registers that hold sums at once: of 16, some are needed for factors.
constexpr std::size_t kSums = 12;
/// Registers of filters that go together.
constexpr std::size_t kPanel = 2;

template <class T>
std::size_t registers(std::size_t numbers) {
  return (numbers + kLanes<T> - 1) / kLanes<T>;
}

/// Some filters' part of what pack() made.
struct Panel {
  std::size_t first = 0;      ///< filter
  std::size_t registers = 0;  ///< of filters
  std::size_t place = 0;      ///< in the packed numbers
};

/// From the last to the first: a panel that is not full writes too much, into
/// what those before it write later.
template <class T>
std::vector<Panel> panels_of(const Grid& grid) {
  std::vector<Panel> out;
  const std::size_t all = registers<T>(grid.filters);
  for (std::size_t at = 0; at < all; at += kPanel) {
    out.push_back({at * kLanes<T>, std::min(kPanel, all - at),
                   at * kLanes<T> * (grid.taps() + 1)});
  }
  std::reverse(out.begin(), out.end());
  return out;
}

/// Bias, then a row of filters for each tap.
template <class T, std::size_t Places, std::size_t Registers>
void forward_tile(const Grid& grid, const T* packed, const T* image, T* out) {
  constexpr std::size_t kWidth = Registers * kLanes<T>;
  Vector<T> sums[Places][Registers];
  for (std::size_t r = 0; r < Registers; ++r) {
    const Vector<T> bias = load(packed + r * kLanes<T>);
    for (std::size_t p = 0; p < Places; ++p) sums[p][r] = bias;
  }
  const T* filter = packed + kWidth;
  for (const std::size_t begin : grid.runs) {
    const T* from = image + begin;
    for (std::size_t j = 0; j < grid.run; ++j, filter += kWidth) {
      for (std::size_t r = 0; r < Registers; ++r) {
        const Vector<T> weights = load(filter + r * kLanes<T>);
        for (std::size_t p = 0; p < Places; ++p) {
          sums[p][r] += from[p * grid.step + j] * weights;
        }
      }
    }
  }
  for (std::size_t p = 0; p < Places; ++p) {
    for (std::size_t r = 0; r < Registers; ++r) {
      store(out + p * grid.filters + r * kLanes<T>, sums[p][r]);
    }
  }
}

template <class T, std::size_t Registers>
void forward_panel(const Grid& grid, const T* packed, const T* image, T* out) {
  constexpr std::size_t kMost = Registers == 1 ? 8 : kSums / Registers;
  for (std::size_t y = 0; y < grid.height; ++y) {
    in_parts(grid.width, kMost, [&](std::size_t x, std::size_t count) {
      with_count<kMost>(count, [&](auto places) {
        forward_tile<T, places(), Registers>(
            grid, packed, image + y * grid.row_step + x * grid.step,
            out + (y * grid.width + x) * grid.filters);
      });
    });
  }
}

/// Taps first .. first + Taps - 1 of a run.  Two places have sums of their own,
/// so that an addition need not wait for the one before.
template <class T, std::size_t Taps, std::size_t Registers>
void weigh_tile(const Grid& grid, const T* image, const T* gradient,
                T* packed) {
  constexpr std::size_t kTurns = Registers == 1 ? 2 : 1;
  Vector<T> sums[kTurns][Taps][Registers] = {};
  const auto add = [&](const T* from, const T* g, auto turn) {
    for (std::size_t r = 0; r < Registers; ++r) {
      const Vector<T> slope = load(g + r * kLanes<T>);
      for (std::size_t j = 0; j < Taps; ++j) {
        sums[turn()][j][r] += from[j] * slope;
      }
    }
  };
  for (std::size_t y = 0; y < grid.height; ++y) {
    const T* from = image + y * grid.row_step;
    const T* g = gradient + y * grid.width * grid.filters;
    std::size_t x = 0;
    for (; x + kTurns <= grid.width; x += kTurns) {
      add(from + x * grid.step, g + x * grid.filters, Count<0>{});
      if constexpr (kTurns == 2) {
        add(from + (x + 1) * grid.step, g + (x + 1) * grid.filters, Count<1>{});
      }
    }
    if (x < grid.width) {
      add(from + x * grid.step, g + x * grid.filters, Count<0>{});
    }
  }
  for (std::size_t j = 0; j < Taps; ++j) {
    for (std::size_t r = 0; r < Registers; ++r) {
      T* to = packed + (j * Registers + r) * kLanes<T>;
      Vector<T> sum = sums[0][j][r];
      if constexpr (kTurns == 2) sum += sums[1][j][r];
      store(to, load(to) + sum);
    }
  }
}

template <class T, std::size_t Registers>
void weigh_panel(const Grid& grid, const T* image, const T* gradient,
                 T* packed) {
  constexpr std::size_t kMost = kSums / kPanel;
  constexpr std::size_t kWidth = Registers * kLanes<T>;
  Vector<T> bias[Registers] = {};
  for (std::size_t i = 0; i < grid.places(); ++i) {
    for (std::size_t r = 0; r < Registers; ++r) {
      bias[r] += load(gradient + i * grid.filters + r * kLanes<T>);
    }
  }
  for (std::size_t r = 0; r < Registers; ++r) {
    T* to = packed + r * kLanes<T>;
    store(to, load(to) + bias[r]);
  }
  T* to = packed + kWidth;
  for (const std::size_t begin : grid.runs) {
    in_parts(grid.run, kMost, [&](std::size_t first, std::size_t count) {
      with_count<kMost>(count, [&](auto taps) {
        weigh_tile<T, taps(), Registers>(grid, image + begin + first, gradient,
                                         to + first * kWidth);
      });
    });
    to += grid.run * kWidth;
  }
}

/// Registers of a run that go together.
constexpr std::size_t kPiece = 4;

/// What Places places give to one piece of a run of the image.
template <class T, std::size_t Places, std::size_t Registers>
void back_tile(const Grid& grid, const T* filter, const T* gradient, T* image) {
  Vector<T> sums[Places][Registers] = {};
  for (std::size_t f = 0; f < grid.filters; ++f) {
    for (std::size_t r = 0; r < Registers; ++r) {
      const Vector<T> weights = load(filter + r * kLanes<T>);
      for (std::size_t p = 0; p < Places; ++p) {
        sums[p][r] += gradient[p * grid.filters + f] * weights;
      }
    }
    filter += Registers * kLanes<T>;
  }
  for (std::size_t p = 0; p < Places; ++p) {
    for (std::size_t r = 0; r < Registers; ++r) {
      T* to = image + p * grid.step + r * kLanes<T>;
      store(to, load(to) + sums[p][r]);
    }
  }
}

template <class T, std::size_t Registers>
void back_piece(const Grid& grid, const T* packed, const T* gradient,
                T* image) {
  constexpr std::size_t kMost = Registers == 1 ? 8 : kSums / Registers;
  for (std::size_t y = 0; y < grid.height; ++y) {
    in_parts(grid.width, kMost, [&](std::size_t x, std::size_t count) {
      with_count<kMost>(count, [&](auto places) {
        back_tile<T, places(), Registers>(
            grid, packed, gradient + (y * grid.width + x) * grid.filters,
            image + y * grid.row_step + x * grid.step);
      });
    });
  }
}

/// visit(run, first register, registers, place in the packed numbers).
template <class T, class Visit>
void each_piece(const Grid& grid, Visit visit) {
  std::size_t place = 0;
  for (std::size_t run = 0; run < grid.runs.size(); ++run) {
    in_parts(registers<T>(grid.run), kPiece,
             [&](std::size_t first, std::size_t count) {
               visit(run, first, count, place);
               place += count * kLanes<T> * grid.filters;
             });
  }
}

}  // namespace

template <class T>
std::size_t packed_size(const Grid& grid) {
  return registers<T>(grid.filters) * kLanes<T> * (grid.taps() + 1);
}

template <class T>
std::size_t packed_back_size(const Grid& grid) {
  return grid.runs.size() * registers<T>(grid.run) * kLanes<T> * grid.filters;
}

template <class T>
void pack(const Grid& grid, const T* weights, const T* bias, T* packed) {
  std::fill_n(packed, packed_size<T>(grid), T(0));
  for (const Panel& panel : panels_of<T>(grid)) {
    const std::size_t width = panel.registers * kLanes<T>;
    const std::size_t count = std::min(width, grid.filters - panel.first);
    T* to = packed + panel.place;
    std::copy_n(bias + panel.first, count, to);
    for (std::size_t k = 0; k < grid.taps(); ++k) {
      std::copy_n(weights + k * grid.filters + panel.first, count,
                  to + (k + 1) * width);
    }
  }
}

template <class T>
void unpack(const Grid& grid, const T* packed, T* weights, T* bias) {
  for (const Panel& panel : panels_of<T>(grid)) {
    const std::size_t width = panel.registers * kLanes<T>;
    const std::size_t count = std::min(width, grid.filters - panel.first);
    const T* from = packed + panel.place;
    for (std::size_t f = 0; f < count; ++f) bias[panel.first + f] += from[f];
    for (std::size_t k = 0; k < grid.taps(); ++k) {
      T* to = weights + k * grid.filters + panel.first;
      for (std::size_t f = 0; f < count; ++f) {
        to[f] += from[(k + 1) * width + f];
      }
    }
  }
}

template <class T>
void pack_back(const Grid& grid, const T* weights, T* packed) {
  each_piece<T>(grid, [&](std::size_t run, std::size_t first, std::size_t count,
                          std::size_t place) {
    const std::size_t width = count * kLanes<T>;
    for (std::size_t f = 0; f < grid.filters; ++f) {
      for (std::size_t i = 0; i < width; ++i) {
        const std::size_t tap = first * kLanes<T> + i;
        packed[place + f * width + i] =
            tap < grid.run ? weights[(run * grid.run + tap) * grid.filters + f]
                           : T(0);
      }
    }
  });
}

template <class T>
void forward(const Grid& grid, const T* packed, const T* image, T* out) {
  for (const Panel& panel : panels_of<T>(grid)) {
    with_count<kPanel>(panel.registers, [&](auto count) {
      forward_panel<T, count()>(grid, packed + panel.place, image,
                                out + panel.first);
    });
  }
}

template <class T>
void weigh(const Grid& grid, const T* image, const T* gradient, T* packed) {
  for (const Panel& panel : panels_of<T>(grid)) {
    with_count<kPanel>(panel.registers, [&](auto count) {
      weigh_panel<T, count()>(grid, image, gradient + panel.first,
                              packed + panel.place);
    });
  }
}

template <class T>
void back(const Grid& grid, const T* packed_back, const T* gradient, T* image) {
  each_piece<T>(grid, [&](std::size_t run, std::size_t first, std::size_t count,
                          std::size_t place) {
    with_count<kPiece>(count, [&](auto piece) {
      back_piece<T, piece()>(grid, packed_back + place, gradient,
                             image + grid.runs[run] + first * kLanes<T>);
    });
  });
}

template std::size_t packed_size<float>(const Grid&);
template std::size_t packed_size<double>(const Grid&);
template std::size_t packed_back_size<float>(const Grid&);
template std::size_t packed_back_size<double>(const Grid&);
template void pack(const Grid&, const float*, const float*, float*);
template void pack(const Grid&, const double*, const double*, double*);
template void unpack(const Grid&, const float*, float*, float*);
template void unpack(const Grid&, const double*, double*, double*);
template void pack_back(const Grid&, const float*, float*);
template void pack_back(const Grid&, const double*, double*);
template void forward(const Grid&, const float*, const float*, float*);
template void forward(const Grid&, const double*, const double*, double*);
template void weigh(const Grid&, const float*, const float*, float*);
template void weigh(const Grid&, const double*, const double*, double*);
template void back(const Grid&, const float*, const float*, float*);
template void back(const Grid&, const double*, const double*, double*);

}  // namespace mlb::learn::conv
