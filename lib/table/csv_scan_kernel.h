// The loop that all scanners share; each brings Ops::look (64 bytes to masks)
// and Ops::prefix_xor.  In an unnamed namespace on purpose: the file is
// compiled with other instructions in each scanner.  See csv_scan.h.
#pragma once

#include "table/csv_scan.h"

namespace mlb::table {
namespace {

/// A bit for each of 64 bytes.
struct Masks {
  std::uint64_t delimiter = 0;
  std::uint64_t quote = 0;
  std::uint64_t lf = 0;
  std::uint64_t cr = 0;
  bool high = false;  ///< any above 0x7f
  bool nul = false;   ///< any
};

inline std::uint32_t* write_places(std::uint64_t bits, std::uint32_t base,
                                   std::uint32_t* out) {
  const int count = __builtin_popcountll(bits);
  std::uint32_t* const end = out + count;
  // Eight at a time without a branch; what is too much is overwritten.
  for (; bits != 0; out += 8) {
    for (int i = 0; i < 8; ++i) {
      out[i] =
          base + static_cast<std::uint32_t>(__builtin_ctzll(bits | 1ull << 63));
      bits &= bits - 1;
    }
  }
  return end;
}

/// One word; gives the bits of field ends.  `valid` masks the text's bytes.
template <class Ops>
inline std::uint64_t step(const Masks& m, std::uint64_t valid, ScanState& s) {
  const std::uint64_t quote = m.quote & valid;
  const std::uint64_t lf = m.lf & valid;
  const std::uint64_t cr = m.cr & valid;
  const std::uint64_t any_end = (m.delimiter & valid) | lf | cr;
  const std::uint64_t inside = Ops::prefix_xor(quote) ^ s.inside;
  const std::uint64_t ends = any_end & ~inside;
  const std::uint64_t starts = ((ends | quote) << 1) | s.field_start;
  const std::uint64_t close = quote & ~inside;
  const std::uint64_t behind_close = (close << 1) | s.closed;
  const std::uint64_t second_lf = lf & ((cr << 1) | s.cr);
  s.stray |=
      (quote & inside & ~starts) | (behind_close & ~(any_end | quote) & valid);
  s.lines +=
      static_cast<std::uint64_t>(__builtin_popcountll((lf | cr) & ~second_lf));
  s.rows += static_cast<std::uint64_t>(
      __builtin_popcountll((lf | cr) & ~second_lf & ~inside));
  s.field_start = (ends | quote) >> 63;
  s.closed = close >> 63;
  s.cr = cr >> 63;
  s.inside =
      static_cast<std::uint64_t>(static_cast<std::int64_t>(inside) >> 63);
  return ends & ~second_lf;
}

template <class Ops, bool kWrite>
std::uint32_t* scan(const char* text, std::size_t from, std::size_t to,
                    ScanChars chars, ScanState& state, std::uint32_t* out) {
  ScanState s = state;
  const Ops ops(chars);
  for (std::size_t at = from; at < to; at += 64) {
    const std::size_t left = to - at;
    const std::uint64_t valid = left >= 64 ? ~0ull : (1ull << left) - 1;
    const Masks m = ops.look(text + at, left >= 64 ? 64 : left);
    s.high |= m.high ? 1 : 0;
    s.nul |= m.nul ? 1 : 0;
    const std::uint64_t ends = step<Ops>(m, valid, s);
    if (kWrite) out = write_places(ends, static_cast<std::uint32_t>(at), out);
  }
  state = s;
  return out;
}

template <class Ops>
std::uint32_t* index_with(const char* text, std::size_t from, std::size_t to,
                          ScanChars chars, ScanState& state,
                          std::uint32_t* out) {
  return scan<Ops, true>(text, from, to, chars, state, out);
}

template <class Ops>
void check_with(const char* text, std::size_t from, std::size_t to,
                ScanChars chars, ScanState& state) {
  scan<Ops, false>(text, from, to, chars, state, nullptr);
}

}  // namespace
}  // namespace mlb::table
