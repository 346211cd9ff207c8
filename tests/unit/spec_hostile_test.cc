// Input that wants to hurt: each limit is met, and passed by one.
#include <catch2/catch.hpp>

#include <chrono>

#include "base/rng.h"
#include "spec_world.h"
#include "spec/tree.h"

namespace mlb::spec {
namespace {

std::string repeated(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST_CASE("256 KiB are read, one byte more is not") {
  const std::string comment(kMaxBytes - kLeast.size() - 1, '#');
  CHECK(job_in(kLeast + comment + "\n"));
  const auto result = read(kLeast + comment + "#\n");
  CHECK(codes(result.errors) == "1:1 E109");
  CHECK(result.jobs.empty());
}

TEST_CASE("32 levels are read, one more is not") {
  // The job itself and its member are two of them.
  const auto nested = [](std::size_t lists) {
    return errors_of(kLeast + "tags: " + repeated("[", lists) +
                     repeated("]", lists) + "\n");
  };
  CHECK(nested(kMaxDepth - 1) == "5:8 E207 tags");
  CHECK(nested(kMaxDepth) == "5:38 E107");
}

TEST_CASE("nesting without end ends in one error") {
  for (const char* open : {"[", "{", "- ", "? ", "{a: ", "[{"}) {
    CAPTURE(open);
    const auto result = read(repeated(open, 50'000));
    CHECK(result.jobs.empty());
    REQUIRE(result.errors.size() == 1);
    const std::string code = result.errors[0].code;
    CHECK((code == "E107" || code == "E100"));
  }
}

TEST_CASE("aliases count as what they stand for") {
  std::string bomb = kLeast + "labels:\n  a0: &a0 [x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 25; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "  a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
            before + ", " + before + "]\n";
  }
  const auto result = read(bomb);
  CHECK(result.jobs.empty());
  REQUIRE(result.errors.size() == 1);
  CHECK(result.errors[0].code == "E108");
}

TEST_CASE("aliases count as deep as what they stand for") {
  std::string chain = kLeast + "labels:\n  a0: &a0 [x]\n";
  for (int i = 1; i < 40; ++i) {
    chain += "  a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" +
             std::to_string(i - 1) + "]\n";
  }
  const auto result = read(chain);
  REQUIRE(result.errors.size() == 1);
  CHECK(result.errors[0].code == "E107");
}

TEST_CASE("50,000 values are read, one more is not") {
  // Five maps and lists and keys around the list's elements.
  const auto values = [](std::size_t count) {
    std::string text = "a: [";
    for (std::size_t i = 0; i < count; ++i) text += "b,";
    return errors_of(text + "]\n");
  };
  CHECK(values(kMaxNodes - 3).find("E108") == std::string::npos);
  CHECK(values(kMaxNodes - 2).find("E108") != std::string::npos);
}

TEST_CASE("errors without number are counted, not kept") {
  std::string text = kLeast;
  for (int i = 0; i < 5000; ++i)
    text += "unknown" + std::to_string(i) + ": 1\n";
  const auto result = read(text);
  CHECK(result.errors.size() == 201);
  CHECK(result.errors.back().code == "E117");
  CHECK(result.errors.back().message == "4800 more errors are not shown");
  CHECK(print_human(result.errors).find("201 errors") != std::string::npos);
}

TEST_CASE("text that is not UTF-8 is refused where it begins") {
  const auto bad = [](const std::string& bytes) {
    return errors_of(kLeast + "description: " + bytes + "\n");
  };
  for (const char* bytes :
       {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80",
        "\xF5\x80\x80\x80", "\xF4\x90\x80\x80", "\xF0\x80\x80\x80", "\xFF",
        "\xE2\x82", "\xF0\x9F\x98"}) {
    CHECK(bad(bytes) == "5:14 E110");
  }
  CHECK(bad("\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80").empty());
  CHECK(errors_of(std::string("\xFF\xFEk\0i\0", 6)) == "1:1 E110");
}

TEST_CASE("control characters are refused, tabs and line ends are not") {
  CHECK(errors_of(kLeast + std::string("description: a\0b\n", 17)) ==
        "5:15 E110");
  CHECK(errors_of(kLeast + "description: a\x1b[31m\n") == "5:15 E110");
  CHECK(errors_of(kLeast + "description: a\x7f\n") == "5:15 E110");
  CHECK(errors_of(kLeast + "description: a\rb\n") == "5:15 E110");
  CHECK(errors_of(kLeast + "description:\ta\tb\n").empty());
}

TEST_CASE("a byte order mark and CRLF line ends are taken as they are meant") {
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : kLeast) {
    windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  }
  const auto job = job_in(windows);
  REQUIRE(job);
  CHECK(*job == *job_in(kLeast));
  const auto result = read(windows + "colour: red\r\n");
  CHECK(codes(result.errors) == "5:1 E101 colour");
  CHECK(result.errors[0].source_line == "colour: red");
  CHECK(errors_of("\xEF\xBB\xBF"
                  "colour: red\n")
            .find("1:1 E101") != std::string::npos);
}

TEST_CASE("whatever the bytes, the answer comes, with an error or a job") {
  const std::string good = kLeast +
                           "tags: &t [a, \"b\"]\nlabels: {a: 'x'}\n"
                           "train: {optimizer: {type: sgd, lr: 1e-2}}\n"
                           "require: {test.auc: \"> .5\"}\n";
  const std::string spice = "{}[]:,&*!|>'\"%@`#-?~\n\t \x80\xFF<0";
  constexpr std::uint64_t seed = 42;
  INFO("seed " << seed);
  Rng rng(seed);
  for (int round = 0; round < 1500; ++round) {
    std::string text = good;
    const std::uint64_t edits = 1 + rng.below(6);
    for (std::uint64_t i = 0; i < edits; ++i) {
      const auto at = static_cast<std::size_t>(rng.below(text.size()));
      const char c = spice[static_cast<std::size_t>(rng.below(spice.size()))];
      if (rng.below(3) == 0) {
        text.erase(at, 1 + static_cast<std::size_t>(rng.below(9)));
      } else {
        text.insert(at, 1, c);
      }
      if (text.empty()) text = good;
    }
    INFO(text);
    const auto result = read(text);
    REQUIRE((!result.errors.empty() || !result.jobs.empty()));
    for (const Diagnostic& d : result.errors) {
      REQUIRE(d.line >= 1);
      REQUIRE(d.column >= 1);
      REQUIRE(!d.message.empty());
    }
  }
}

TEST_CASE("the worst that fits in 256 KiB takes seconds at most") {
  // Quadratic work on any of these would take minutes.
  const auto start = std::chrono::steady_clock::now();
  (void)read(repeated("k", 100) + ": [" + repeated("x,", 49'000) + "]");
  (void)read("tags: [" + repeated("\"\", ", 49'000) + "]");
  (void)read("{" + repeated("a: 1, ", 16'000) + "}");
  (void)read(kLeast + "description: \"" + repeated("\\x41", 60'000) + "\"");
  (void)read(repeated("&a ", 60'000));
  (void)read(repeated("---\n", 60'000));
  const auto spent = std::chrono::steady_clock::now() - start;
  CHECK(spent < std::chrono::seconds(20));
}

}  // namespace
}  // namespace mlb::spec
