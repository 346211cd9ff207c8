// The words of the log options.
#include <catch2/catch.hpp>

#include "log/log.h"

using namespace mlb;

TEST_CASE("an unknown word of the log options names those that are known") {
  CHECK(parse_log_level("warning"));
  CHECK(parse_log_format("json"));
  const auto level = parse_log_level("loud");
  REQUIRE_FALSE(level);
  CHECK(level.error().message.find("debug, info") != std::string::npos);
  CHECK_FALSE(parse_log_format("xml"));
}
