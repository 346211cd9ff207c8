// Compares traces of the broker core with what they record.
// usage: trace_test [--rewrite] FILE...
#include <cstdio>
#include <fstream>
#include <sstream>

#include "base/file.h"
#include "trace/player.h"

namespace {

/// Where the two first differ.
std::string difference(const std::string& recorded, const std::string& now) {
  std::istringstream a(recorded);
  std::istringstream b(now);
  std::string want;
  std::string got;
  for (int line = 1;; ++line) {
    const bool more_a = bool(std::getline(a, want));
    const bool more_b = bool(std::getline(b, got));
    if (more_a && more_b && want == got) continue;
    return std::to_string(line) + ": recorded: " + (more_a ? want : "(end)") +
           "\n  now: " + (more_b ? got : "(end)");
  }
}

/// 0: as recorded; 1: not; 2: the trace cannot be played.
int judge(const std::string& path, bool rewrite) {
  auto recorded = mlb::read_file(path);
  auto now = recorded ? mlb::trace::replay(*recorded)
                      : mlb::Result<std::string>(recorded.error());
  if (!now) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), now.error().message.c_str());
    return 2;
  }
  if (*now == *recorded) return 0;
  if (rewrite) {
    std::ofstream(path, std::ios::binary) << *now;
    std::printf("%s: rewritten\n", path.c_str());
    return 0;
  }
  std::fprintf(stderr, "%s:%s\n", path.c_str(),
               difference(*recorded, *now).c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const bool rewrite = argc > 1 && std::string(argv[1]) == "--rewrite";
  const int first = rewrite ? 2 : 1;
  if (argc <= first) {
    std::fprintf(stderr, "usage: trace_test [--rewrite] FILE...\n");
    return 2;
  }
  int worst = 0;
  for (int i = first; i < argc; ++i) {
    worst = std::max(worst, judge(argv[i], rewrite));
  }
  return worst;
}
