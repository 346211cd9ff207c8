// The usual reals of one column of a block, row after row: one loop without
// branches for their digits, chosen by what the CPU has.  Every version gives
// the same numbers (a test).  Private to lib/table.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mlb::table {

/// Where the fields of one column lie, from some row on.
struct FieldRun {
  const char* bytes = nullptr;  ///< kQuickPadding of them behind the last field
  /// A field begins `behind` bytes behind what the number of its row says.
  const std::uint32_t* begins = nullptr;
  std::size_t begin_step = 0;  ///< numbers from row to row
  std::size_t behind = 0;
  const std::uint32_t* ends = nullptr;
  std::size_t end_step = 0;
  std::size_t rows = 0;
  /// By a field's first byte: whether it can only be a number.
  const bool* begins_number = nullptr;
};

/// Reads until a field is no usual real: empty, or one that quick_real() of
/// quick_number.h may refuse.  Returns how many it read.
using ReadReals = std::size_t (*)(const FieldRun& run, double* out);

std::size_t read_reals_plainly(const FieldRun& run, double* out);
/// Only where AVX2 and BMI are.
std::size_t read_reals_avx2(const FieldRun& run, double* out);
/// The best for this CPU.
ReadReals reals_reader();

}  // namespace mlb::table
