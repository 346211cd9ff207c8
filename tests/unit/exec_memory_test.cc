// What a process has in memory.
#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "exec/memory.h"

using namespace mlb;
using namespace mlb::exec;

TEST_CASE("what is touched counts, what is reserved does not") {
  constexpr std::size_t kBytes = 32u << 20;
  const auto before = resident_bytes(::getpid());
  REQUIRE(before);
  CHECK(*before > 100'000);
  std::vector<char> space;
  space.reserve(kBytes);
  CHECK(*resident_bytes(::getpid()) < *before + kBytes / 2);
  space.resize(kBytes, 1);
  CHECK(*resident_bytes(::getpid()) > *before + kBytes / 2);
}

TEST_CASE("a process that is gone has nothing to say") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(0);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK_FALSE(resident_bytes(child));
}
