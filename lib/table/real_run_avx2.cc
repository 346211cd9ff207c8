// The loop for AVX2 and BMI; compiled for them, called only where they are.
// No inline function of the standard library may be used here: the linker
// could take its AVX2 version for everybody.  See real_run.h.
#if defined(__x86_64__)
#include <immintrin.h>

#include "table/real_kernel.h"

namespace mlb::table {
namespace {

/// For a shuffle: from `size` on, it moves so many bytes to the end and puts
/// zeros before them.
alignas(32) constexpr signed char kToEnd[] = {
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15};

__m128i load(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

/// The number that 16 digits write, each a byte of its value (Mula, "SIMD-ized
/// conversion of strings to integers": sums of neighbours, three times).
std::uint64_t number_of(__m128i digits) {
  const __m128i tens =
      _mm_setr_epi8(10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1);
  const __m128i hundreds = _mm_setr_epi16(100, 1, 100, 1, 100, 1, 100, 1);
  const __m128i wide = _mm_setr_epi16(10000, 1, 10000, 1, 10000, 1, 10000, 1);
  const __m128i pairs = _mm_maddubs_epi16(digits, tens);
  const __m128i fours = _mm_madd_epi16(pairs, hundreds);
  const __m128i eights = _mm_madd_epi16(_mm_packus_epi32(fours, fours), wide);
  const auto both = static_cast<std::uint64_t>(_mm_cvtsi128_si64(eights));
  return (both & 0xffffffff) * 100000000 + (both >> 32);
}

/// What sixteen characters are; of digits, their values.
struct Characters {
  __m128i digits;
  std::uint32_t points;  ///< a bit for each
  std::uint32_t others;  ///< neither digit nor point
};

Characters look(__m128i text) {
  const __m128i digits = _mm_sub_epi8(text, _mm_set1_epi8('0'));
  const __m128i is_digit =
      _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
  const __m128i is_point = _mm_cmpeq_epi8(text, _mm_set1_epi8('.'));
  const auto bits = [](__m128i mask) {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(mask));
  };
  return {digits, bits(is_point),
          0xffff & ~bits(_mm_or_si128(is_digit, is_point))};
}

/// What stands before the point moves over it.
__m128i without_point(__m128i digits, int point) {
  const __m128i places =
      _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m128i behind =
      _mm_cmpgt_epi8(places, _mm_set1_epi8(static_cast<char>(point)));
  return _mm_blendv_epi8(_mm_slli_si128(digits, 1), digits, behind);
}

/// digits.digits, or digits: their value without the point, and the digits
/// behind it.
struct Decimal {
  std::uint64_t value = 0;
  std::size_t places = 0;
};

/// Of up to 16 characters; false: it is not usual.
bool read_short(const char* p, std::size_t size, Decimal& out) {
  const std::uint32_t all = 0xffffu >> (16 - size);
  const Characters c = look(load(p));
  const std::uint32_t points = c.points & all;
  if ((c.others & all) != 0 || (points & (points - 1)) != 0) return false;
  const auto whole =
      points == 0 ? size : static_cast<std::size_t>(_tzcnt_u32(points));
  // Digits on both sides, and no zero in front of others.
  if (whole == 0 || whole + 1 == size || (*p == '0' && whole > 1)) return false;
  const __m128i at_end = _mm_shuffle_epi8(c.digits, load(kToEnd + size));
  const int point = points == 0 ? -1 : static_cast<int>(whole + 16 - size);
  out.value = number_of(without_point(at_end, point));
  out.places = points == 0 ? 0 : size - whole - 1;
  return true;
}

/// Of 17 to 20 characters with a point, among them at most 19 digits.
bool read_long(const char* p, std::size_t size, Decimal& out) {
  const std::size_t before = size - 16;
  const Characters c = look(load(p + before));
  if (c.others != 0 || (c.points & (c.points - 1)) != 0) return false;
  std::uint64_t value = 0;
  std::size_t whole = 0;  // of those before, digits before the point
  bool point = false;
  for (std::size_t i = 0; i < before; ++i) {
    const auto digit =
        static_cast<std::uint64_t>(static_cast<unsigned char>(p[i]) - '0');
    if (digit <= 9) {
      value = value * 10 + digit;
      whole += point ? 0 : 1;
    } else if (p[i] == '.' && !point) {
      point = true;
    } else {
      return false;
    }
  }
  if (point == (c.points != 0)) return false;
  if (!point) whole += static_cast<std::size_t>(_tzcnt_u32(c.points));
  if (whole == 0 || whole + 1 == size || (*p == '0' && whole > 1)) return false;
  const int place = point ? -1 : static_cast<int>(_tzcnt_u32(c.points));
  out.value = value * kPowers[point ? 16 : 15] +
              number_of(without_point(c.digits, place));
  out.places = size - whole - 1;
  return true;
}

bool read_real(const char* p, std::size_t size, double& out) {
  const std::size_t sign = *p == '-' ? 1 : 0;
  p += sign;
  size -= sign;
  if (size - 1 >= 20) return false;
  Decimal d;
  if (!(size <= 16 ? read_short(p, size, d) : read_long(p, size, d))) {
    return false;
  }
  return real_of(d.value, d.places, sign > 0, out);
}

}  // namespace

std::size_t read_reals_avx2(const FieldRun& run, double* out) {
  return read_run(run, out, read_real);
}

}  // namespace mlb::table
#endif
