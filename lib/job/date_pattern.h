// How dates are written, as a pattern: a small part of strptime(3), whose codes
// mlprep(1) lists.  lib/spec judges patterns here, lib/table reads by them.
// Pure.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"

namespace mlb {

/// A code of the pattern, or 0 for a literal.
struct DateStep {
  char code = 0;
  char literal = 0;
};

struct DatePattern {
  std::vector<DateStep> steps;  ///< %F, %B and %e stand as Y-m-d, b and d
  bool has_time = false;        ///< a time of day
};

/// Fault::usage unless year, month and day each stand in it once, and the
/// parts of a time not without the larger ones; or over 100 bytes.
Result<DatePattern> parse_date_pattern(std::string_view pattern);

}  // namespace mlb
