// See result.h.
#include "base/result.h"

namespace mlb {

int exit_code(Fault fault) {
  switch (fault) {
    case Fault::bug: return 1;
    case Fault::usage: return 2;
    case Fault::spec: return 3;
    case Fault::denied: return 4;
    case Fault::unreachable: return 5;
    case Fault::not_found: return 6;
    case Fault::job_failed: return 7;
    case Fault::cancelled: return 8;
    case Fault::gate: return 9;
    case Fault::refused: return 10;
    case Fault::data: return 11;
    case Fault::integrity: return 12;
  }
  return 1;
}

}  // namespace mlb
