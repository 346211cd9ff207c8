// See product.h.
#include <immintrin.h>

#include "learn/net/product_kernel.h"

namespace mlb::learn::ops {
namespace {

struct Registers {
  using Vector = __m512;

  static __mmask16 first(std::size_t count) {
    return static_cast<__mmask16>((1u << count) - 1);
  }
  static Vector load_first(const float* from, std::size_t count) {
    return _mm512_maskz_loadu_ps(first(count), from);
  }
  static void store_first(float* to, Vector value, std::size_t count) {
    _mm512_mask_storeu_ps(to, first(count), value);
  }
};

}  // namespace

void multiply_v4(const Product& p, float* room) {
  Kernel<Registers, 14>::run(p, room);
}

}  // namespace mlb::learn::ops
