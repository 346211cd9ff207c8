// See product.h.
#include "learn/net/product.h"

#include <memory>
#include <vector>

namespace mlb::learn::ops {
namespace {

/// Of this thread; at the beginning of a cache line.
float* spare(std::size_t numbers) {
  constexpr std::size_t kLine = 64;
  thread_local std::vector<float> room;
  const std::size_t all = numbers + kLine / sizeof(float);
  if (room.size() < all) room.resize(all);
  void* at = room.data();
  std::size_t size = room.size() * sizeof(float);
  return static_cast<float*>(
      std::align(kLine, numbers * sizeof(float), at, size));
}

}  // namespace

bool can_multiply_v4() {
  // What the compiler takes x86-64-v4 to have.
  static const bool found = __builtin_cpu_supports("avx512f") != 0 &&
                            __builtin_cpu_supports("avx512bw") != 0 &&
                            __builtin_cpu_supports("avx512cd") != 0 &&
                            __builtin_cpu_supports("avx512dq") != 0 &&
                            __builtin_cpu_supports("avx512vl") != 0;
  return found;
}

void multiply(const Product& p) {
  float* const room = spare(product_room(p));
  if (can_multiply_v4()) {
    multiply_v4(p, room);
  } else {
    multiply_v3(p, room);
  }
}

}  // namespace mlb::learn::ops
