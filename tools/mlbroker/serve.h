// `mlbroker serve`: sets the broker up, runs it until it is told to stop.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "log/log.h"

namespace mlb::tool {

struct ServeOptions {
  std::string data;    ///< directory
  std::string listen;  ///< URL
  bool no_auth = false;
  bool embedded = false;   ///< end when idle
  Millis idle_exit = 60s;  ///< with embedded
  std::uint64_t min_free = 256ull << 20;
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::text;
};

/// When the store fails in the middle, so that a service manager does not
/// start us again on a broken disk (EX_IOERR of sysexits.h).
inline constexpr int kExitStoreFailed = 74;

/// Returns the exit code; errors were printed.
int serve(const ServeOptions& options);

}  // namespace mlb::tool
