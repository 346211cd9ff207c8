// See checkpoint.h: numeric_class().
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "learn/checkpoint.h"
#include "learn/net/ops.h"

namespace mlb::learn {
namespace {

/// Where the functions of glibc 2.36 with and without FMA round otherwise, in
/// units of 1/1024: of 200,000 points few tell them apart.
constexpr int kTelling[] = {191,  247,  799,  1149, 1234, 1262,  1300,
                            1350, 1421, 1924, 2052, 2060, 3042,  3196,
                            4395, 4671, 4766, 5048, 5200, 17748, 23828};

/// Of the C library's functions: other versions of it, and other instructions
/// that it finds or is denied (GLIBC_TUNABLES), give some other bits.
std::uint32_t mathematics() {
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&](double value) {
    hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 0x100000001b3u;
  };
  for (const int place : kTelling) {
    const double x = place / 1024.0;
    add(std::exp(-x / 8));
    add(std::expm1(-x / 8));
    add(std::log(x));
    add(std::log1p(x));
    add(std::tanh(x / 64));
    add(std::pow(0.9, x));
  }
  return static_cast<std::uint32_t>(hash ^ hash >> 32u);
}

}  // namespace

std::string numeric_class() {
  static const std::uint32_t functions = mathematics();
  char text[16];
  std::snprintf(text, sizeof text, "%08x", functions);
  return ops::kernels() + " x86-64-v3 fma libm " + text;
}

}  // namespace mlb::learn
