// See time.h.
#include "base/time.h"

#include <cstdio>
#include <ctime>

namespace mlb {

std::string utc_text(Millis wall) {
  const std::time_t seconds = static_cast<std::time_t>(
      std::chrono::floor<std::chrono::seconds>(wall).count());
  const int millis = static_cast<int>(wall.count() - seconds * 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                parts.tm_hour, parts.tm_min, parts.tm_sec, millis);
  return text;
}

Time read_clock() {
  using std::chrono::duration_cast;
  return {
      .mono = duration_cast<Millis>(
          std::chrono::steady_clock::now().time_since_epoch()),
      .wall = duration_cast<Millis>(
          std::chrono::system_clock::now().time_since_epoch()),
  };
}

}  // namespace mlb
