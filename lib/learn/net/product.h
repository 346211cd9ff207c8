// The matrix product of floats.  Every number of the result is one sum, from
// beta c and the first product to the last, each added with one rounding (fma):
// so the bits depend neither on the size of a CPU's registers nor on how many
// rows are multiplied at once.  ops.h is the way in.
#pragma once

#include <cstddef>

#include "learn/net/ops.h"

namespace mlb::learn::ops {

/// c = a' b' + beta c, as gemm() of ops.h has it.
struct Product {
  Transpose ta = Transpose::no;
  Transpose tb = Transpose::no;
  std::size_t m = 0;
  std::size_t n = 0;
  std::size_t k = 0;
  Panel<const float> a;
  Panel<const float> b;
  float beta = 0;
  Panel<float> c;
};

/// With the widest registers that this CPU has.  Thread-safe.
void multiply(const Product& p);

/// The two that multiply() chooses from, of registers of 8 numbers (AVX2, FMA)
/// and of 16 (AVX-512): the same bits.  `room` is of product_room(), best on a
/// cache line.
void multiply_v3(const Product& p, float* room);
void multiply_v4(const Product& p, float* room);
bool can_multiply_v4();

/// Numbers of spare memory: columns of b' and of what is turned, as many as lie
/// side by side in registers.
inline std::size_t product_room(const Product& p) {
  constexpr std::size_t kWidest = 32;
  return (p.k + p.n) * kWidest;
}

}  // namespace mlb::learn::ops
