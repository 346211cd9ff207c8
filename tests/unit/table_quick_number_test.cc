// The quick ways to read numbers against the exact ones: they may leave a
// number to them, but never give another one.
#include <catch2/catch.hpp>

#include <array>
#include <bit>
#include <cstdio>
#include <optional>
#include <random>
#include <string>

#include "table/parse.h"
#include "table/quick_number.h"
#include "table/real_run.h"

using namespace mlb::table;

namespace {

/// The number that a loop over many fields reads, if the text is usual.
std::optional<double> run_reads(ReadReals read, const std::string& text) {
  std::array<bool, 256> begins{};
  for (const char c : std::string_view("-0123456789")) {
    begins[static_cast<unsigned char>(c)] = true;
  }
  // Twice, behind something and before something.
  const std::string bytes =
      ";" + text + ";" + text + ";" + std::string(kQuickPadding, '7');
  const auto size = static_cast<std::uint32_t>(text.size());
  const std::uint32_t ends[] = {0, 1 + size, 2 + 2 * size};
  const FieldRun run{.bytes = bytes.data(),
                     .begins = ends,
                     .begin_step = 1,
                     .behind = 1,
                     .ends = ends + 1,
                     .end_step = 1,
                     .rows = 2,
                     .begins_number = begins.data()};
  double out[] = {0, 0};
  const std::size_t count = read(run, out);
  REQUIRE((count == 0 || count == 2));
  REQUIRE(std::bit_cast<std::uint64_t>(out[0]) ==
          std::bit_cast<std::uint64_t>(out[1]));
  if (count == 0) return std::nullopt;
  return out[0];
}

/// Whether a quick way took the text; fails when it gives another number.
bool takes(const std::string& text) {
  const std::string padded = text + std::string(kQuickPadding, '7');
  double real = 0;
  std::int64_t whole = 0;
  const bool is_real = quick_real(padded.data(), text.size(), real);
  const bool is_whole = quick_integer(padded.data(), text.size(), whole);
  CAPTURE(text);
  const auto exact = [&](double found) {
    const auto want = parse_real(text);
    REQUIRE(want);
    REQUIRE(std::bit_cast<std::uint64_t>(found) ==
            std::bit_cast<std::uint64_t>(*want));
  };
  if (is_real) exact(real);
  REQUIRE(run_reads(read_reals_plainly, text).has_value() == is_real);
  if (const auto run = run_reads(reals_reader(), text)) {
    exact(*run);
  } else {
    REQUIRE_FALSE(is_real);
  }
  if (is_whole) REQUIRE(parse_integer(text) == whole);
  return is_real || is_whole;
}

}  // namespace

TEST_CASE("usual numbers are read quickly") {
  for (const char* text :
       {"0", "7", "-7", "12345678", "-12345678", "0.5", "-0.5", "1.25",
        "1234567.25", "0.123456789", "-8.999999999999999", "9.9999999999999999",
        "0.123456789012345678", "-1234567.000000000001", "0.0", "-0.0"}) {
    CAPTURE(text);
    CHECK(takes(text));
  }
}

TEST_CASE("unusual numbers are left to the exact way") {
  for (const char* text : {"",
                           "-",
                           "+1",
                           "01",
                           "-01",
                           "00.5",
                           ".5",
                           "5.",
                           "1e5",
                           "1.5e3",
                           "--1",
                           "1-2",
                           "1.2.3",
                           "123456789",
                           "12345678.5",
                           "0.12345678901234567890",
                           "9.9999999999999999999",
                           "1,5",
                           "1 ",
                           " 1",
                           "inf",
                           "nan",
                           "0x10",
                           "-.5",
                           ".",
                           "1/2",
                           "1:2"}) {
    CAPTURE(text);
    CHECK_FALSE(takes(text));
  }
}

TEST_CASE("a quick number is the exact one, for any text") {
  std::mt19937_64 random(Catch::rngSeed());
  constexpr std::string_view kLetters =
      "0123456789012345678901234567890.-+e/:,";
  for (int i = 0; i < 300000; ++i) {
    std::string text;
    const auto size = random() % 22;
    for (std::size_t k = 0; k < size; ++k) {
      text += kLetters[random() % kLetters.size()];
    }
    takes(text);
  }
  int taken = 0;
  for (int i = 0; i < 300000; ++i) {
    char text[64];
    const auto value = static_cast<double>(static_cast<std::int64_t>(random()));
    std::snprintf(text, sizeof text, "%.*f", static_cast<int>(random() % 17),
                  value / static_cast<double>(random() | 1));
    taken += takes(text) ? 1 : 0;
  }
  CHECK(taken > 100000);
}
