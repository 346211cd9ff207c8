// Durations, sizes and log words as they are typed.
#include <catch2/catch.hpp>

#include "log.h"
#include "units.h"

using namespace mlb;
using namespace mlb::tool;

TEST_CASE("durations carry their unit") {
  CHECK(*parse_duration("500ms") == 500ms);
  CHECK(*parse_duration("60s") == 60s);
  CHECK(*parse_duration("5m") == 5min);
  CHECK(*parse_duration("8784h") == 8784h);
  for (const auto* text : {"", "60", "s", "-1s", "1.5s", "60 s", "8785h",
                           "99999999999999999999s", "1d"}) {
    INFO(text);
    const auto parsed = parse_duration(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().fault == Fault::usage);
  }
}

TEST_CASE("sizes are powers of 1024") {
  CHECK(*parse_size("0") == 0);
  CHECK(*parse_size("1048576") == 1u << 20);
  CHECK(*parse_size("256M") == 256u << 20);
  CHECK(*parse_size("1T") == 1ull << 40);
  for (const auto* text : {"", "M", "-1", "1.5G", "1m", "1MB", "2097152T"}) {
    INFO(text);
    CHECK_FALSE(parse_size(text));
  }
}

TEST_CASE("an unknown word of the log options names those that are known") {
  CHECK(parse_log_level("warning"));
  CHECK(parse_log_format("json"));
  const auto level = parse_log_level("loud");
  REQUIRE_FALSE(level);
  CHECK(level.error().message.find("debug, info") != std::string::npos);
  CHECK_FALSE(parse_log_format("xml"));
}
