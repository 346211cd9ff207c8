// The scanners against the exact machine, on random bytes.
#include <catch2/catch.hpp>

#include <random>

#include "base/rng.h"
#include "table/csv_blocks.h"
#include "table_world.h"

using namespace mlb;
using namespace mlb::table;

namespace {

/// A text with the room behind it that scanners need.
std::string padded(const std::string& text) {
  return text + std::string(kScanPadding, '\0');
}

std::string random_bytes(Rng& rng, std::string_view alphabet) {
  std::string out;
  const std::uint64_t length = rng.below(400);
  while (out.size() < length) out += alphabet[rng.below(alphabet.size())];
  return out;
}

struct Found {
  std::vector<std::uint32_t> ends;
  ScanState state;
};

Found scanned(const Scanner& scanner, const std::string& text) {
  Found out;
  out.ends.resize(text.size() + 64);
  const std::string bytes = padded(text);
  std::uint32_t* const begin = out.ends.data();
  std::uint32_t* end = begin;
  // Two stretches, so that state is carried.
  const std::size_t middle = text.size() / 128 * 64;
  end = scanner.index(bytes.data(), 0, middle, {',', '"'}, out.state, end);
  end = scanner.index(bytes.data(), middle, text.size(), {',', '"'}, out.state,
                      end);
  out.ends.resize(static_cast<std::size_t>(end - begin));
  return out;
}

bool same(const ScanState& a, const ScanState& b) {
  return a.inside == b.inside && a.lines == b.lines && a.rows == b.rows &&
         a.high == b.high && a.nul == b.nul && (a.stray != 0) == (b.stray != 0);
}

/// The ends of fields that the machine finds, if it finds no fault.
std::optional<std::vector<std::uint32_t>> machine_ends(
    const std::string& text) {
  Machine machine(text, {}, true);
  std::vector<std::uint32_t> out;
  for (std::size_t at = 0; at < text.size(); at = machine.next()) {
    if (machine.record(at, out) == Machine::Step::problem) return {};
  }
  // The end of the text is no delimiter, and the scanners do not give it.
  if (!out.empty() && out.back() == text.size()) out.pop_back();
  return out;
}

}  // namespace

TEST_CASE("all scanners find the same in any bytes") {
  const std::uint64_t seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  for (int round = 0; round < 4000; ++round) {
    const std::string text =
        random_bytes(rng, std::string_view("ab,,\"\"\n\n\r\xc3\xa9\0", 12));
    const Found want = scanned(kScalarScanner, text);
    for (const Simd simd : {Simd::sse2, Simd::avx2, Simd::best}) {
      const Found got = scanned(scanner(simd), text);
      CAPTURE(round, text);
      REQUIRE(got.ends == want.ends);
      REQUIRE(same(got.state, want.state));
      REQUIRE(scanner(simd).count(text.data(), text.size(), ',') ==
              kScalarScanner.count(text.data(), text.size(), ','));
    }
  }
}

TEST_CASE("a scanner finds what the machine finds, or a stray quote") {
  const std::uint64_t seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  int clean = 0;
  for (int round = 0; round < 20000; ++round) {
    const bool sober = rng.below(2) == 0;
    std::string text = random_bytes(rng, sober ? "ab,\n\r" : "a,\"\n\r");
    if (sober) text += ",\"x,\ny\"\"\"\r\nz";
    const Found found = scanned(scanner(Simd::best), text);
    const auto want = machine_ends(text);
    CAPTURE(round, text);
    const bool open = found.state.inside != 0;
    if (found.state.stray != 0 || open) continue;
    ++clean;
    REQUIRE(want.has_value());
    REQUIRE(found.ends == *want);
  }
  CHECK(clean > 8000);
}

TEST_CASE("a text that the machine refuses is never clean to a scanner") {
  for (const std::string text :
       {"\"a\"b\n", "a\"b\"c\n", "a,b\"\n", "\"a\" ,b\n", "\"\"a\n", "x\"\"\n",
        "\"a\"\"b\n"}) {
    CAPTURE(text);
    const Found found = scanned(scanner(Simd::best), text);
    CHECK((found.state.stray != 0 || found.state.inside != 0));
  }
  for (const std::string text :
       {"\"a\"\n", "\"\"\n", "\"\"\"\"\n", "a,\"\"\n", "\"a\"\"b\",c\n",
        "\"a\"\r\n\"b\"\r", "\"\n\",\"\r\n\"\n"}) {
    CAPTURE(text);
    const Found found = scanned(scanner(Simd::best), text);
    CHECK(found.state.stray == 0);
    CHECK(found.state.inside == 0);
  }
}

TEST_CASE("rows are the same whatever the instructions and the block size") {
  const std::uint64_t seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  const Folder folder;
  for (int round = 0; round < 300; ++round) {
    const std::string text = "h,i\n" + random_bytes(rng, "ab,\"\n\r 5") + "\n";
    const std::string path = folder.put("f.csv", text);
    CsvOptions options;
    options.delimiter = ',';
    options.simd = Simd::scalar;
    const Reading want = read_file_as_csv(path, options);
    for (const Simd simd : {Simd::sse2, Simd::avx2}) {
      for (const std::size_t block : {64u, 100u, 4096u}) {
        options.simd = simd;
        options.block = block;
        CAPTURE(round, text, block);
        REQUIRE(read_file_as_csv(path, options) == want);
      }
    }
  }
}
