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

/// Numbers of spare memory that either of the two needs: columns of b' and of
/// what is turned, as many as lie side by side in registers.
inline std::size_t product_room(const Product& p) {
  constexpr std::size_t kWidest = 32;
  return (p.k + p.n) * kWidest;
}

/// With registers of 8 numbers (AVX2, FMA) and of 16 (AVX-512); the same bits.
/// `room` is aligned to 64 bytes.
void product_v3(const Product& p, float* room);
void product_v4(const Product& p, float* room);

}  // namespace mlb::learn::ops
