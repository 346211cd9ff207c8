// See product.h.
#include <immintrin.h>

#include "learn/net/product_kernel.h"

namespace mlb::learn::ops {
namespace {

struct Registers {
  using Vector = __m256;

  static __m256i first(std::size_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static Vector load_first(const float* from, std::size_t count) {
    return _mm256_maskload_ps(from, first(count));
  }
  static void store_first(float* to, Vector value, std::size_t count) {
    _mm256_maskstore_ps(to, first(count), value);
  }
};

}  // namespace

void multiply_v3(const Product& p, float* room) {
  Kernel<Registers, 6>::run(p, room);
}

}  // namespace mlb::learn::ops
