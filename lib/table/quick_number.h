// The usual numbers, without a loop over their digits: for the columns of a
// block, whose bytes may be read beyond the end of a value.  What is unusual
// is left to parse.h; both give the same numbers (a test).  Private to
// lib/table.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "table/real_kernel.h"

namespace mlb::table {

/// Bytes behind a value that must be readable.
inline constexpr std::size_t kQuickPadding = 40;

namespace quick {

inline constexpr std::uint64_t kOnes = 0x0101010101010101;
inline std::uint64_t load(const char* p) {
  std::uint64_t out = 0;
  std::memcpy(&out, p, sizeof out);
  return out;
}

/// The number that the first `count` (1 to 8) characters of the word write;
/// `bad` becomes not 0 when one is no digit.  After Johnny Lee.
inline std::uint64_t digits(std::uint64_t word, std::size_t count,
                            std::uint64_t& bad) {
  // Moved to the end; what comes in front are zeros.
  word = (word - kOnes * '0') << (8 * (8 - count));
  bad |= (word | (word + kOnes * 0x76)) & (kOnes << 7);
  word = word * 10 + (word >> 8);
  constexpr std::uint64_t kMask = 0x000000ff000000ff;
  return ((word & kMask) * 0x000f424000000064 +
          ((word >> 16) & kMask) * 0x0000271000000001) >>
         32;
}

/// The place of the first point among eight characters, or 8.
inline std::size_t point(std::uint64_t word) {
  const std::uint64_t x = word ^ (kOnes * '.');
  const std::uint64_t found = (x - kOnes) & ~x & (kOnes << 7);
  return found == 0 ? 8 : static_cast<std::size_t>(std::countr_zero(found)) / 8;
}

}  // namespace quick

/// [-]digits, one to eight of them without a leading zero, and not "-0".
inline bool quick_integer(const char* p, std::size_t size, std::int64_t& out) {
  const std::size_t sign = *p == '-' ? 1 : 0;
  p += sign;
  size -= sign;
  if (std::endian::native != std::endian::little || size - 1 >= 8) return false;
  std::uint64_t bad = 0;
  const auto value =
      static_cast<std::int64_t>(quick::digits(quick::load(p), size, bad));
  const bool zero = *p == '0' && (size > 1 || sign > 0);
  out = sign > 0 ? -value : value;
  return bad == 0 && !zero;
}

/// [-]digits.digits, up to 7 and 18, 19 of them together, or [-]digits, up to
/// 8; no leading zero.
inline bool quick_real(const char* p, std::size_t size, double& out) {
  const std::size_t sign = *p == '-' ? 1 : 0;
  p += sign;
  size -= sign;
  const std::uint64_t word = quick::load(p);
  const std::size_t whole = std::min(quick::point(word), size);
  if (std::endian::native != std::endian::little || whole - 1 >= 8) {
    return false;
  }
  std::uint64_t bad = *p == '0' && whole > 1 ? 1 : 0;
  std::uint64_t value = quick::digits(word, whole, bad);
  std::size_t places = 0;
  if (whole < size) {
    places = size - whole - 1;
    if (whole == 8 || places - 1 >= 18 || places + whole > 19) return false;
    const char* q = p + whole + 1;
    for (std::size_t left = places; left > 0; q += 8) {
      const std::size_t some = std::min<std::size_t>(left, 8);
      value = value * kPowers[some] + quick::digits(quick::load(q), some, bad);
      left -= some;
    }
  }
  if (bad != 0) return false;
  return real_of(value, places, sign > 0, out);
}

}  // namespace mlb::table
