// The plain scanner, and the choice among all.  See csv_scan.h.
#include "table/csv_scan.h"

#include <algorithm>

#include "table/csv_scan_kernel.h"

namespace mlb::table {
namespace {

class ScalarOps {
 public:
  explicit ScalarOps(ScanChars chars) : chars_(chars) {}

  Masks look(const char* text, std::size_t size) const {
    Masks m;
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint64_t bit = 1ull << i;
      const char c = text[i];
      m.delimiter |= c == chars_.delimiter ? bit : 0;
      m.quote |= c == chars_.quote ? bit : 0;
      m.lf |= c == '\n' ? bit : 0;
      m.cr |= c == '\r' ? bit : 0;
      m.high |= (c & 0x80) != 0;
      m.nul |= c == 0;
    }
    return m;
  }

  static std::uint64_t prefix_xor(std::uint64_t bits) {
    for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
  }

 private:
  ScanChars chars_;
};

std::uint64_t count_plainly(const char* text, std::size_t size, char c) {
  return static_cast<std::uint64_t>(std::count(text, text + size, c));
}

}  // namespace

const Scanner kScalarScanner{count_plainly, index_with<ScalarOps>,
                             check_with<ScalarOps>};

#if defined(__x86_64__)
const Scanner& scanner(Simd asked) {
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 &&
                    __builtin_cpu_supports("pclmul") != 0 &&
                    __builtin_cpu_supports("bmi") != 0 &&
                    __builtin_cpu_supports("popcnt") != 0;
  switch (asked) {
    case Simd::scalar: return kScalarScanner;
    case Simd::sse2: return kSse2Scanner;
    case Simd::avx2:
    case Simd::best: return avx2 ? kAvx2Scanner : kSse2Scanner;
  }
  return kScalarScanner;
}
#else
const Scanner& scanner(Simd) {
  return kScalarScanner;
}
#endif

}  // namespace mlb::table
