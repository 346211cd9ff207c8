// The scanner that every x86-64 processor has.  See csv_scan.h.
#if defined(__x86_64__)
#include <emmintrin.h>

#include "table/csv_scan.h"
#include "table/csv_scan_kernel.h"

namespace mlb::table {
namespace {

std::uint64_t bits_of(__m128i bytes) {
  return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
}

__m128i load(const char* text) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
}

class Sse2Ops {
 public:
  explicit Sse2Ops(ScanChars chars)
      : delimiter_(_mm_set1_epi8(chars.delimiter)),
        quote_(_mm_set1_epi8(chars.quote)) {}

  Masks look(const char* text, std::size_t size) const {
    Masks m;
    std::uint64_t high = 0, nul = 0;
    for (unsigned i = 0; i < 4; ++i) {
      const __m128i bytes = load(text + 16 * i);
      const auto equal = [&](__m128i to) {
        return bits_of(_mm_cmpeq_epi8(bytes, to)) << (16 * i);
      };
      m.delimiter |= equal(delimiter_);
      m.quote |= equal(quote_);
      m.lf |= equal(_mm_set1_epi8('\n'));
      m.cr |= equal(_mm_set1_epi8('\r'));
      high |= bits_of(bytes) << (16 * i);
      nul |= equal(_mm_setzero_si128());
    }
    const std::uint64_t valid = size >= 64 ? ~0ull : (1ull << size) - 1;
    m.high = (high & valid) != 0;
    m.nul = (nul & valid) != 0;
    return m;
  }

  static std::uint64_t prefix_xor(std::uint64_t bits) {
    for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
  }

 private:
  __m128i delimiter_;
  __m128i quote_;
};

std::uint64_t count_16(const char* text, std::size_t size, char c) {
  std::uint64_t out = 0;
  std::size_t i = 0;
  const __m128i wanted = _mm_set1_epi8(c);
  for (; i + 16 <= size; i += 16) {
    out += static_cast<std::uint64_t>(
        __builtin_popcountll(bits_of(_mm_cmpeq_epi8(load(text + i), wanted))));
  }
  for (; i < size; ++i) out += text[i] == c ? 1 : 0;
  return out;
}

}  // namespace

const Scanner kSse2Scanner{count_16, index_with<Sse2Ops>, check_with<Sse2Ops>};

}  // namespace mlb::table
#endif
