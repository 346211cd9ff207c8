// How much memory a process uses.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace mlb::exec {

/// Bytes of the process that are in memory now; nothing when it is gone.
std::optional<std::uint64_t> resident_bytes(pid_t pid);

}  // namespace mlb::exec
