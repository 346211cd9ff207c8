// See build.h.
#include "base/build.h"

namespace mlb {

std::string version() {
  return MLB_VERSION;
}

std::string build_id() {
  return MLB_VERSION "+" MLB_BUILD;
}

}  // namespace mlb
