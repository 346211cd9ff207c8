// Sizes and durations as people write them: "512M", "2G", "90s", "30m".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace mlb {

/// "512M", "2G", "1T", "64K", "100" (bytes); powers of 1024.
std::optional<std::uint64_t> parse_size(std::string_view text);
/// "250ms", "90s", "30m", "2h", "1d".
std::optional<Millis> parse_duration(std::string_view text);
/// The shortest exact form: "2G", "1536M", "100".
std::string size_text(std::uint64_t bytes);
/// The shortest exact form: "24h", "90s".
std::string duration_text(Millis duration);

}  // namespace mlb
