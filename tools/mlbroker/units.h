// Numbers with units on the command line.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace mlb::tool {

/// "500ms", "60s", "5m", "2h"; at most a year.
Result<Millis> parse_duration(const std::string& text);
/// "1048576", "256M", "2G" (powers of 1024: K M G T).
Result<std::uint64_t> parse_size(const std::string& text);

}  // namespace mlb::tool
