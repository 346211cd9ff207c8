// See memory.h.
#include "exec/memory.h"

#include <unistd.h>

#include <charconv>
#include <string>

#include "base/file.h"

namespace mlb::exec {

std::optional<std::uint64_t> resident_bytes(pid_t pid) {
  // "SIZE RESIDENT ...", in pages: proc(5).
  const auto text = read_file("/proc/" + std::to_string(pid) + "/statm");
  if (!text) return std::nullopt;
  const std::string& words = *text;
  const auto blank = words.find(' ');
  if (blank == std::string::npos) return std::nullopt;
  std::uint64_t pages = 0;
  const auto read = std::from_chars(words.data() + blank + 1,
                                    words.data() + words.size(), pages);
  if (read.ec != std::errc()) return std::nullopt;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace mlb::exec
