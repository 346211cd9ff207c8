// CHECK ends the process when an invariant of ours is broken.  It is on in
// every build: a wrong answer costs more than a restart.  Catch2 has a macro
// of the same name: tests include it first and keep theirs, and inline code
// in headers calls check_that() instead.
#pragma once

namespace mlb {

/// Prints where and what on stderr and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file,
                               int line);

/// CHECK for inline code in headers.
inline void check_that(bool condition, const char* what) {
  if (!condition) check_failed(what, "header", 0);
}

}  // namespace mlb

#ifndef CHECK
#define CHECK(condition)                                   \
  do {                                                     \
    if (!(condition)) {                                    \
      ::mlb::check_failed(#condition, __FILE__, __LINE__); \
    }                                                      \
  } while (false)
#endif
