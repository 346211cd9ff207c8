// See real_run.h.
#include "table/real_run.h"

#include "table/quick_number.h"

namespace mlb::table {

std::size_t read_reals_plainly(const FieldRun& run, double* out) {
  std::size_t row = 0;
  for (; row < run.rows; ++row) {
    const std::size_t begin = run.begins[row * run.begin_step] + run.behind;
    const std::size_t size = run.ends[row * run.end_step] - begin;
    const char* const text = run.bytes + begin;
    const bool usual = size > 0 &&
                       run.begins_number[static_cast<unsigned char>(*text)] &&
                       quick_real(text, size, out[row]);
    if (!usual) break;
  }
  return row;
}

#if defined(__x86_64__)
ReadReals reals_reader() {
  static const bool found = __builtin_cpu_supports("avx2") != 0 &&
                            __builtin_cpu_supports("bmi") != 0 &&
                            __builtin_cpu_supports("bmi2") != 0;
  return found ? read_reals_avx2 : read_reals_plainly;
}
#else
std::size_t read_reals_avx2(const FieldRun& run, double* out) {
  return read_reals_plainly(run, out);
}
ReadReals reals_reader() {
  return read_reals_plainly;
}
#endif

}  // namespace mlb::table
