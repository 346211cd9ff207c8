// See numeric_class.h.
#include "exec/numeric_class.h"

#include <cstdlib>

namespace mlb::exec {

void set_numeric_class() {
  ::setenv("OPENBLAS_NUM_THREADS", "1", 1);
  ::setenv("OMP_NUM_THREADS", "1", 1);
  ::setenv("OPENBLAS_CORETYPE", "HASWELL", 1);
}

}  // namespace mlb::exec
