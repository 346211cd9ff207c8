// What the ways to read usual reals share.  In an unnamed namespace and without
// functions of the standard library on purpose: the file is compiled with other
// instructions in real_run_avx2.cc.  Private to lib/table.
#pragma once

#include <cstddef>
#include <cstdint>

#include "table/parse.h"
#include "table/real_run.h"

namespace mlb::table {
namespace {

constexpr std::uint64_t kPowers[] = {1,
                                     10,
                                     100,
                                     1000,
                                     10000,
                                     100000,
                                     1000000,
                                     10000000,
                                     100000000,
                                     1000000000,
                                     10000000000,
                                     100000000000,
                                     1000000000000,
                                     10000000000000,
                                     100000000000000,
                                     1000000000000000,
                                     10000000000000000};
constexpr std::size_t kMostPlaces = sizeof kPowers / sizeof *kPowers - 1;

/// The number of these digits, so many of them behind the point.  What is exact
/// in a double after Clinger, "How to read floating point numbers accurately"
/// (1990), the rest by decimal_real(); false where that gives none.
inline bool real_of(std::uint64_t digits, std::size_t places, bool negative,
                    double& out) {
  constexpr std::uint64_t kExact = std::uint64_t{1} << 53;
  double magnitude = 0;
  if (digits <= kExact && places <= kMostPlaces) {
    magnitude =
        static_cast<double>(digits) / static_cast<double>(kPowers[places]);
  } else if (!decimal_real(digits, -static_cast<std::int64_t>(places),
                           magnitude)) {
    return false;
  }
  out = negative ? -magnitude : magnitude;
  return true;
}

/// The loop of real_run.h around read(text, size, number).
template <class Read>
std::size_t read_run(const FieldRun& run, double* out, Read read) {
  const std::uint32_t* begin = run.begins;
  const std::uint32_t* end = run.ends;
  std::size_t row = 0;
  for (; row < run.rows; ++row) {
    const std::size_t first = *begin + run.behind;
    const char* const text = run.bytes + first;
    const std::size_t size = *end - first;
    if (size == 0 || !run.begins_number[static_cast<unsigned char>(*text)] ||
        !read(text, size, out[row])) {
      break;
    }
    begin += run.begin_step;
    end += run.end_step;
  }
  return row;
}

}  // namespace
}  // namespace mlb::table
