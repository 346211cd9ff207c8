// What every other folder relies on: results, ids, digests, bytes, randomness.
#include <catch2/catch.hpp>
#include <filesystem>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/ids.h"
#include "base/nearest.h"
#include "base/result.h"
#include "base/rng.h"
#include "base/scratch.h"
#include "base/time.h"

using namespace mlb;

TEST_CASE("an error keeps its fault and gains context on its way up") {
  const auto inner = []() -> Result<int> {
    return Error{Fault::data, "line 3 has 2 fields"};
  };
  const auto outer = [&]() -> Result<> {
    auto r = inner();
    if (!r) return std::move(r).context("a.csv");
    return {};
  };
  const auto r = outer();
  REQUIRE_FALSE(r);
  CHECK(r.error().message == "a.csv: line 3 has 2 fields");
  CHECK(exit_code(r.error().fault) == 11);
}

TEST_CASE("a UUID survives its text form and refuses anything else") {
  Rng rng(1);
  const auto id = JobId::random(rng);
  CHECK(JobId::parse(id.text()) == id);
  CHECK(id.text()[14] == '4');
  CHECK_FALSE(JobId::parse(id.text() + "0"));
  CHECK_FALSE(JobId::parse("7f3a2c1e-0000-4000-8000-00000000000g"));
  CHECK(JobId::random() != JobId::random());
}

TEST_CASE("sha256 of 'abc' is the published value") {
  const std::string want =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  CHECK(sha256(view_of("abc")).text() == want);
  CHECK(Digest::parse(want) == sha256(view_of("abc")));
  CHECK_FALSE(Digest::parse(want.substr(1)));
}

TEST_CASE("xoshiro256** continues the published reference sequence") {
  Rng rng(0);
  rng.restore({1, 2, 3, 4});
  CHECK(rng.next() == 11520);
  CHECK(rng.next() == 0);
  CHECK(rng.next() == 1509978240);
}

TEST_CASE("streams of one seed differ by name and repeat by name") {
  CHECK(Rng::stream(7, "split").next() == Rng::stream(7, "split").next());
  CHECK(Rng::stream(7, "split").next() != Rng::stream(7, "shuffle").next());
}

TEST_CASE("a reader never reads or allocates past its input") {
  Writer w;
  w.number<std::uint64_t>(1ull << 60);
  Reader r(w.bytes());
  CHECK_FALSE(r.numbers<float>());
  Reader again(w.bytes());
  CHECK_FALSE(again.text());
  Reader third(ByteView(w.bytes()).first(7));
  CHECK_FALSE(third.number<std::uint64_t>());
}

TEST_CASE("wall time prints as RFC 3339 in UTC") {
  CHECK(utc_text(Millis(0)) == "1970-01-01T00:00:00.000Z");
  CHECK(utc_text(Millis(1772373731250)) == "2026-03-01T14:02:11.250Z");
}

TEST_CASE("a mistyped name is guessed, a foreign one is not") {
  const std::string_view verbs[]{"serve", "version"};
  CHECK(nearest("srve", verbs) == "serve");
  CHECK(nearest("verison", verbs) == "version");
  CHECK(nearest("Serve", verbs) == "serve");
  CHECK(nearest("submit", verbs).empty());
  CHECK(nearest("", verbs).empty());
  CHECK(nearest(std::string(65, 'v'), verbs).empty());
}

TEST_CASE("a scratch file replaces what was there, and names its path") {
  char dir[] = "/tmp/mlb-scratch-XXXXXX";
  REQUIRE(::mkdtemp(dir) != nullptr);
  const std::string path = std::string(dir) + "/spec";
  REQUIRE(write_scratch(path, view_of("longer than the next")));
  REQUIRE(write_scratch(path, view_of("short")));
  CHECK(*read_file(path) == "short");
  const auto nowhere = write_scratch(path + "/x", view_of("y"));
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().message == path + "/x: cannot create: Not a directory");
  std::filesystem::remove_all(dir);
}
