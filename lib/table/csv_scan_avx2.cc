// The scanner for AVX2 and PCLMUL; compiled for them, called only where they
// are.  No inline function of the standard library may be used here: the
// linker could take its AVX2 version for everybody.  See csv_scan.h.
#if defined(__x86_64__)
#include <immintrin.h>

#include "table/csv_scan.h"
#include "table/csv_scan_kernel.h"

namespace mlb::table {
namespace {

__m256i load(const char* text) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
}

std::uint64_t equal64(__m256i low, __m256i high, __m256i to) {
  const auto a = static_cast<std::uint32_t>(
      _mm256_movemask_epi8(_mm256_cmpeq_epi8(low, to)));
  const auto b = static_cast<std::uint32_t>(
      _mm256_movemask_epi8(_mm256_cmpeq_epi8(high, to)));
  return a | static_cast<std::uint64_t>(b) << 32;
}

class Avx2Ops {
 public:
  explicit Avx2Ops(ScanChars chars)
      : delimiter_(_mm256_set1_epi8(chars.delimiter)),
        quote_(_mm256_set1_epi8(chars.quote)),
        lf_(_mm256_set1_epi8('\n')),
        cr_(_mm256_set1_epi8('\r')) {}

  Masks look(const char* text, std::size_t size) const {
    const __m256i low = load(text);
    const __m256i high = load(text + 32);
    Masks m;
    m.delimiter = equal64(low, high, delimiter_);
    m.quote = equal64(low, high, quote_);
    m.lf = equal64(low, high, lf_);
    m.cr = equal64(low, high, cr_);
    const __m256i zero = _mm256_setzero_si256();
    if (size >= 64) {
      m.high = _mm256_movemask_epi8(_mm256_or_si256(low, high)) != 0;
      m.nul = _mm256_movemask_epi8(
                  _mm256_cmpeq_epi8(_mm256_min_epu8(low, high), zero)) != 0;
      return m;
    }
    const std::uint64_t valid = (1ull << size) - 1;
    m.nul = (equal64(low, high, zero) & valid) != 0;
    const std::uint64_t above =
        static_cast<std::uint32_t>(_mm256_movemask_epi8(low)) |
        static_cast<std::uint64_t>(
            static_cast<std::uint32_t>(_mm256_movemask_epi8(high)))
            << 32;
    m.high = (above & valid) != 0;
    return m;
  }

  static std::uint64_t prefix_xor(std::uint64_t bits) {
    const __m128i product = _mm_clmulepi64_si128(
        _mm_set_epi64x(0, static_cast<long long>(bits)), _mm_set1_epi8(-1), 0);
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
  }

 private:
  __m256i delimiter_;
  __m256i quote_;
  __m256i lf_;
  __m256i cr_;
};

std::uint64_t count_32(const char* text, std::size_t size, char c) {
  std::uint64_t out = 0;
  std::size_t i = 0;
  const __m256i wanted = _mm256_set1_epi8(c);
  for (; i + 64 <= size; i += 64) {
    out += static_cast<std::uint64_t>(__builtin_popcountll(
        equal64(load(text + i), load(text + i + 32), wanted)));
  }
  for (; i < size; ++i) out += text[i] == c ? 1 : 0;
  return out;
}

}  // namespace

const Scanner kAvx2Scanner{count_32, index_with<Avx2Ops>, check_with<Avx2Ops>};

}  // namespace mlb::table
#endif
