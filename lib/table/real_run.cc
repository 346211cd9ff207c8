// See real_run.h.
#include "table/real_run.h"

#include "table/quick_number.h"
#include "table/real_kernel.h"

namespace mlb::table {

std::size_t read_reals_plainly(const FieldRun& run, double* out) {
  return read_run(run, out, quick_real);
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
