// A place where a test may end this process as kill -9 would.  Compiled in
// only with -DMLB_TEST_HOOKS; then MLBATCH_TEST_CRASH=WHERE:N ends it when
// the N-th turn with records reaches WHERE: before_commit or after_commit.
#pragma once

#include <cstddef>
#include <string_view>

#ifdef MLB_TEST_HOOKS
#include <signal.h>
#include <stdlib.h>

#include <map>
#include <string>
#endif

namespace mlb::tool {

#ifdef MLB_TEST_HOOKS
inline void test_crash(std::string_view where, std::size_t records) {
  static std::map<std::string_view, int> turns;
  const char* wish = ::getenv("MLBATCH_TEST_CRASH");
  if (wish == nullptr || records == 0) return;
  const std::string here(where);
  if (here + ":" + std::to_string(++turns[where]) == wish) ::raise(SIGKILL);
}
#else
inline void test_crash(std::string_view, std::size_t) {}
#endif

}  // namespace mlb::tool
