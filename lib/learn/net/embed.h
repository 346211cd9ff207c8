// Categories as rows of a table that is learned: the first layer of a net.
// Guo, Berkhahn, "Entity embeddings of categorical variables", 2016.
#pragma once

#include "learn/net/layer.h"

namespace mlb::learn {

/// The numbers beside the codes in their order, then what stands for each code.
struct EmbedUnit {
  /// A column of codes.
  struct Codes {
    std::size_t place = 0;  ///< in the row that enters
    std::size_t rows = 0;   ///< of its table; the last is of unknown codes
    std::size_t width = 0;  ///< numbers that stand for one
    Range table;            ///< rows x width
  };
  std::vector<std::size_t> rest;  ///< places of what is passed on
  std::vector<Codes> codes;
  std::size_t in = 0;
  std::size_t out = 0;

  /// As far apart as the standardised numbers beside them.  Unknown codes say
  /// nothing until some row has taught them.
  template <class T>
  void start(std::span<T> parameters, Rng& rng) const {
    for (const Codes& c : codes) {
      const auto table = c.table.of(parameters);
      for (T& w : table.first((c.rows - 1) * c.width)) {
        w = static_cast<T>(rng.normal());
      }
    }
  }

  /// Any number is one: what is no code counts as unknown.
  template <class T>
  static std::size_t row_of(const Codes& c, T code) {
    const auto rows = static_cast<T>(c.rows);
    return code >= 0 && code < rows ? static_cast<std::size_t>(code)
                                    : c.rows - 1;
  }

  template <class T>
  void forward(const Forward<T>& f) const {
    for (std::size_t i = 0; i < f.rows; ++i) {
      const T* x = f.inputs[0] + i * in;
      T* to = f.out + i * out;
      for (const std::size_t place : rest) *to++ = x[place];
      for (const Codes& c : codes) {
        const auto table = c.table.of(f.parameters);
        const std::size_t row = row_of(c, x[c.place]);
        to = std::copy_n(table.data() + row * c.width, c.width, to);
      }
    }
  }

  /// Nothing stands before it that would want a gradient.
  template <class T>
  void backward(const Backward<T>& b) const {
    for (std::size_t i = 0; i < b.rows; ++i) {
      const T* x = b.inputs[0] + i * in;
      const T* from = b.out_gradient + i * out + rest.size();
      for (const Codes& c : codes) {
        T* to = c.table.of(b.gradient).data() + row_of(c, x[c.place]) * c.width;
        for (std::size_t j = 0; j < c.width; ++j) to[j] += *from++;
      }
    }
  }
};

}  // namespace mlb::learn
