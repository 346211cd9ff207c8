// Finding delimiters, quotes and line ends, 64 bytes at a time.  Three ways
// (AVX2 with carry-less multiplication, SSE2, plain C++) give the same result;
// which one is chosen at run time.  Private to lib/table.
//
// The method is that of Langdale and Lemire, "Parsing gigabytes of JSON per
// second", VLDB Journal 28 (2019): the prefix xor of the quote bits tells
// which bytes stand inside of quotes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "table/csv.h"

namespace mlb::table {

/// Bytes that must be readable behind a text that is scanned.
inline constexpr std::size_t kScanPadding = 64;

/// What is carried from one stretch of a text to the next, and what was seen.
struct ScanState {
  std::uint64_t inside = 0;       ///< all ones: inside of quotes
  std::uint64_t field_start = 1;  ///< the next byte begins a field
  std::uint64_t closed = 0;       ///< the last byte closed a quote
  std::uint64_t cr = 0;           ///< the last byte was a carriage return
  std::uint64_t lines = 0;        ///< line ends, those in quotes included
  std::uint64_t rows = 0;         ///< line ends outside of quotes
  std::uint64_t stray = 0;        ///< not 0: a quote that the rules forbid
  std::uint64_t high = 0;         ///< not 0: bytes above 0x7f
  std::uint64_t nul = 0;          ///< not 0: NUL bytes
};

struct ScanChars {
  char delimiter = ',';
  char quote = '"';
};

struct Scanner {
  /// How often `c` stands in the text.
  std::uint64_t (*count)(const char* text, std::size_t size, char c);
  /// Writes the place of each delimiter and line end outside of quotes in
  /// text[from, to) behind `out`, which has room for to - from + 64 of them;
  /// gives the end of what was written.  `from` is a multiple of 64.  Of CR LF
  /// the place of CR is written.  Right only as long as state.stray is 0.
  std::uint32_t* (*index)(const char* text, std::size_t from, std::size_t to,
                          ScanChars chars, ScanState& state,
                          std::uint32_t* out);
  /// The same without writing: whether there is a stray quote.
  void (*check)(const char* text, std::size_t from, std::size_t to,
                ScanChars chars, ScanState& state);
};

/// The asked one, or the best of those that this processor has.
const Scanner& scanner(Simd asked);

extern const Scanner kScalarScanner;
#if defined(__x86_64__)
extern const Scanner kSse2Scanner;
extern const Scanner kAvx2Scanner;
#endif

}  // namespace mlb::table
