// Time as the cores see it: always an argument, never read from a clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace mlb {

using Millis = std::chrono::milliseconds;
using namespace std::chrono_literals;

/// One instant on both clocks.  Deadlines run on `mono` (since some fixed
/// point of this process's life); what is stored or shown is `wall` (since
/// 1970-01-01T00:00:00Z).
struct Time {
  Millis mono{0};
  Millis wall{0};
};

/// "2026-03-01T14:02:11.250Z": RFC 3339, UTC, milliseconds.
std::string utc_text(Millis wall);

/// Reads both clocks of this machine.  For shells only, never for a core.
Time read_clock();

}  // namespace mlb
