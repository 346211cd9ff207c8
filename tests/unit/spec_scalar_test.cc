// Plain scalars: what is a number, a truth value, a duration, a size.
#include <catch2/catch.hpp>

#include <cmath>

#include "spec/scalar.h"

namespace mlb::spec {
namespace {

/// The value as text, or what is wrong with its hint.
std::string whole(std::string_view text) {
  const auto got = to_whole(text);
  if (const auto* wrong = std::get_if<Wrong>(&got)) {
    return "wrong" + (wrong->hint.empty() ? "" : ": " + wrong->hint);
  }
  const Whole& n = std::get<Whole>(got);
  return (n.negative ? "-" : "") + std::to_string(n.magnitude);
}

TEST_CASE("whole numbers are decimal, and may be written as floats") {
  CHECK(whole("0") == "0");
  CHECK(whole("-12") == "-12");
  CHECK(whole("18446744073709551615") == "18446744073709551615");
  CHECK(whole("-9223372036854775808") == "-9223372036854775808");
  CHECK(whole("1e3") == "1000");
  CHECK(whole("8.0") == "8");
  CHECK(whole("5.") == "5");
  CHECK(whole("2.5e1") == "25");
  CHECK(whole("1E+2") == "100");
  CHECK(whole("0e400") == "0");
  CHECK(whole("9007199254740992.0") == "9007199254740992");
}

TEST_CASE("what other readers take for a whole number is an error") {
  CHECK(whole("010") == "wrong: a leading zero is not read; write 10");
  CHECK(whole("-007") == "wrong: a leading zero is not read; write -7");
  CHECK(whole("00") == "wrong: a leading zero is not read; write 0");
  CHECK(whole("0x10") == "wrong: hexadecimal is not read; write 16");
  CHECK(whole("1_000") == "wrong: write 1000");
  CHECK(whole("+5") == "wrong: write 5");
  CHECK(whole("0o17") == "wrong");
  for (const char* text :
       {"", "-", ".", "1.5", "1e", "1e-1", "e3", "1 000", "1,000", "ten",
        "18446744073709551616", "-9223372036854775809", "1e400",
        "9007199254740994.0", "1e-400", "1:30", "٣"}) {
    CAPTURE(text);
    CHECK(whole(text) == "wrong");
  }
}

TEST_CASE("numbers are decimal and finite") {
  const auto real = [](std::string_view text) {
    const auto got = to_real(text);
    const auto* value = std::get_if<double>(&got);
    return value ? *value : NAN;
  };
  CHECK(real("1e-4") == 1e-4);
  CHECK(real(".5") == 0.5);
  CHECK(real("5.") == 5);
  CHECK(real("-0.1E+2") == -10);
  CHECK(real("0.1") == 0.1);
  CHECK(real("5e-324") == 5e-324);
  CHECK(real("1e-999") == 0);
  for (const char* text : {"nan", ".nan", "inf", "-.inf", "1e999", "0x1p3",
                           "1_0.5", "01.5", "+1", "1..2", "1e5.5", ""}) {
    CAPTURE(text);
    CHECK(std::isnan(real(text)));
  }
}

TEST_CASE("only true and false are truth values, others get the hint") {
  CHECK(std::get<bool>(to_boolean("true")));
  CHECK_FALSE(std::get<bool>(to_boolean("false")));
  for (const char* text : {"yes", "on", "True", "TRUE", "1", "y"}) {
    CHECK(std::get<Wrong>(to_boolean(text)).hint == "write true");
  }
  for (const char* text : {"no", "off", "False", "0", "N"}) {
    CHECK(std::get<Wrong>(to_boolean(text)).hint == "write false");
  }
  CHECK(std::get<Wrong>(to_boolean("maybe")).hint.empty());
}

TEST_CASE("durations and sizes have a unit") {
  CHECK(std::get<Millis>(to_duration("90s")) == 90s);
  CHECK(std::get<Millis>(to_duration("30m")) == 30min);
  CHECK(std::get<Millis>(to_duration("2h")) == 2h);
  CHECK(std::get<Millis>(to_duration("1d")) == 24h);
  CHECK(std::get<Millis>(to_duration("250ms")) == 250ms);
  CHECK(std::get<Millis>(to_duration("0s")) == 0s);
  CHECK(std::get<std::uint64_t>(to_size("512M")) == 512u << 20);
  CHECK(std::get<std::uint64_t>(to_size("2G")) == 2ull << 30);
  CHECK(std::get<std::uint64_t>(to_size("64K")) == 64u << 10);
  CHECK(std::get<std::uint64_t>(to_size("1T")) == 1ull << 40);
  for (const char* text : {"30", "", "s", "1.5h", "-1s", "1 h", "1h30m", "05s",
                           "1w", "99999999999999999999d", "400000000000d"}) {
    CAPTURE(text);
    CHECK(std::holds_alternative<Wrong>(to_duration(text)));
  }
  for (const char* text :
       {"512", "2GB", "2g", "-1G", "1.5G", "02G", "9999999T", "G", ""}) {
    CAPTURE(text);
    CHECK(std::holds_alternative<Wrong>(to_size(text)));
  }
  CHECK(std::get<Wrong>(to_duration("30")).hint == "say the unit: 30s, 30m");
  CHECK(std::get<Wrong>(to_size("30")).hint == "say the unit: 30M, 30G");
}

TEST_CASE("numbers are shown short and exact") {
  CHECK(real_text(0.001) == "0.001");
  CHECK(real_text(1e-8) == "1e-8");
  CHECK(real_text(1e12) == "1e12");
  CHECK(real_text(0.1 + 0.2) == "0.30000000000000004");
  CHECK(real_text(64) == "64");
}

TEST_CASE("text is quoted when YAML would read something else") {
  CHECK(yaml_text("plain_Text.v2/x") == "plain_Text.v2/x");
  CHECK(yaml_text("größe") == "größe");
  for (const char* text :
       {"yes",   "No", "null", "~",  "true", "1e3",  "0x1F", "010",
        "1_000", "y",  "",     "-",  "-a",   ".inf", "a b",  "a:b",
        "#a",    "[a", "*a",   "&a", "!a",   "@a",   "+1"}) {
    CAPTURE(text);
    CHECK(yaml_text(text) == "\"" + std::string(text) + "\"");
  }
  CHECK(yaml_text("a\"b\\c\nd\x01") == "\"a\\\"b\\\\c\\nd\\x01\"");
}

TEST_CASE("text in messages is cut between characters and harmless") {
  CHECK(shown("a\x1b[31m") == "a\\x1b[31m");
  CHECK(shown(std::string(60, 'a')) == std::string(60, 'a'));
  CHECK(shown(std::string(61, 'a')) == std::string(60, 'a') + "...");
  CHECK(shown(std::string(59, 'a') + "€uro") == std::string(59, 'a') + "€...");
}

}  // namespace
}  // namespace mlb::spec
