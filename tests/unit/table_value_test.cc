// Numbers from texts against the C library, sums against long double, chunks
// against zlib.
#include <catch2/catch.hpp>

#include <zlib.h>

#include <cmath>
#include <cstring>
#include <random>

#include "base/rng.h"
#include "table/chunk_queue.h"
#include "table/deflate.h"
#include "table/levels.h"
#include "table/moments.h"
#include "table/parse.h"

using namespace mlb;
using namespace mlb::table;

namespace {

std::string inflated(const std::string& packed, std::size_t size) {
  std::string out(size + 1, '\0');
  auto length = static_cast<uLongf>(out.size());
  const int status = ::uncompress(reinterpret_cast<Bytef*>(out.data()), &length,
                                  reinterpret_cast<const Bytef*>(packed.data()),
                                  static_cast<uLong>(packed.size()));
  REQUIRE(status == Z_OK);
  out.resize(length);
  return out;
}

std::string random_number(Rng& rng) {
  std::string out = rng.below(3) == 0 ? "-" : "";
  const auto digits = [&](std::uint64_t most) {
    for (std::uint64_t n = 1 + rng.below(most); n > 0; --n) {
      out += static_cast<char>('0' + rng.below(10));
    }
  };
  out += static_cast<char>('1' + rng.below(9));
  if (rng.below(2) == 0) digits(18);
  if (rng.below(3) != 0) {
    out += '.';
    digits(20);
  }
  if (rng.below(3) == 0) {
    out += rng.below(2) == 0 ? "e" : "E-";
    out += std::to_string(rng.below(330));
  }
  return out;
}

}  // namespace

TEST_CASE("reals are the nearest doubles, as strtod finds them") {
  const std::uint64_t seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  for (int i = 0; i < 200000; ++i) {
    const std::string text = random_number(rng);
    const double want = std::strtod(text.c_str(), nullptr);
    const auto got = parse_real(text);
    CAPTURE(text);
    if (std::isinf(want)) {
      REQUIRE_FALSE(got.has_value());
    } else {
      REQUIRE(got.has_value());
      REQUIRE(std::memcmp(&*got, &want, sizeof want) == 0);
    }
  }
}

TEST_CASE("every double that is printed is read again") {
  const std::uint64_t seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  for (int i = 0; i < 100000; ++i) {
    const std::uint64_t bits = rng.next();
    double want = 0;
    std::memcpy(&want, &bits, sizeof want);
    if (!std::isfinite(want)) continue;
    char text[40];
    std::snprintf(text, sizeof text, "%.17g", want);
    const auto got = parse_real(text);
    CAPTURE(text);
    REQUIRE(got.has_value());
    REQUIRE(std::memcmp(&*got, &want, sizeof want) == 0);
  }
}

TEST_CASE("sums do not depend on how the values come") {
  Rng rng(7);
  std::vector<double> values;
  for (int i = 0; i < 5000; ++i) values.push_back(1e6 + rng.normal());
  Moments whole;
  whole.add(values);
  const auto want = whole.summary();
  for (int round = 0; round < 50; ++round) {
    Moments parts;
    for (std::size_t at = 0; at < values.size();) {
      const std::size_t some = std::min(
          values.size() - at, static_cast<std::size_t>(rng.below(300)));
      parts.add(std::span(values).subspan(at, some));
      at += some;
    }
    const auto got = parts.summary();
    CHECK(got.mean == want.mean);
    CHECK(got.std == want.std);
  }
  long double sum = 0;
  for (const double v : values) sum += v;
  const long double mean = sum / 5000;
  long double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  // Pairwise sums of 5,000 values lose a few last bits.
  CHECK(want.mean == Approx(static_cast<double>(mean)).epsilon(1e-14));
  CHECK(want.std ==
        Approx(static_cast<double>(std::sqrt(squares / 5000))).epsilon(1e-10));
}

TEST_CASE("levels are numbered by first appearance and found again") {
  Levels levels;
  for (int i = 0; i < 30000; ++i) {
    const std::string text = "v" + std::to_string(i * 7919 % 10000);
    const bool is_new = levels.find(hash_text(text), text) == Levels::kNone;
    const std::size_t before = levels.size();
    levels.add(hash_text(text), text);
    CHECK((levels.size() > before) == is_new);
  }
  REQUIRE(levels.size() == 10000);
  for (std::uint32_t i = 0; i < 10000; ++i) {
    const std::string text = "v" + std::to_string(i * 7919 % 10000);
    REQUIRE(levels.text(i) == text);
    REQUIRE(levels.find(hash_text(text), text) == i);
  }
  CHECK(levels.find(hash_text("w"), "w") == Levels::kNone);
  // The same hash is not the same text.
  CHECK(levels.find(hash_text("v1"), "w") == Levels::kNone);
}

TEST_CASE("a set of hashes counts each of them once, and none as well") {
  HashSet set;
  CHECK(set.add(0));
  CHECK_FALSE(set.add(0));
  for (std::uint64_t i = 2; i < 1000; ++i) CHECK(set.add(i << 40));
  for (std::uint64_t i = 2; i < 1000; ++i) CHECK_FALSE(set.add(i << 40));
  CHECK(set.size() == 999);
}

namespace {

std::string shuffled(std::string_view raw, std::size_t element) {
  std::string out = "of before";
  shuffle(raw, element, out);
  return out;
}

std::string deflated(std::string_view bytes, std::size_t planes) {
  std::string out = "of before";
  deflate_planes(bytes, planes, out);
  return out;
}

}  // namespace

TEST_CASE("bytes of one place come together, whatever the width and number") {
  Rng rng(5);
  for (const std::size_t element : {1u, 2u, 4u, 8u}) {
    for (const std::size_t count : {1u, 15u, 16u, 17u, 100u}) {
      CAPTURE(element, count);
      std::string raw;
      for (std::size_t i = 0; i < count * element; ++i) {
        raw += static_cast<char>(rng.below(256));
      }
      const std::string planes = shuffled(raw, element);
      REQUIRE(planes.size() == raw.size());
      for (std::size_t i = 0; i < raw.size(); ++i) {
        CHECK(planes[i % element * count + i / element] == raw[i]);
      }
    }
  }
}

TEST_CASE("few different bytes shrink, and so do many that come again") {
  Rng rng(6);
  std::string few, again;
  for (std::size_t i = 0; i < 4096; ++i) {
    few += static_cast<char>(rng.below(16));
    again += static_cast<char>(i);
  }
  CHECK(deflated(few, 1).size() < few.size() * 6 / 10);
  CHECK(deflated(again, 1).size() < again.size() / 2);
}

TEST_CASE("zlib reads what is deflated, noise and runs mixed") {
  Rng rng(3);
  for (const std::size_t count : {1u, 63u, 4096u, 65536u}) {
    std::string raw;
    for (std::size_t i = 0; i < count; ++i) {
      const double x = rng.normal() * 1e-3 + 1;
      raw.append(reinterpret_cast<const char*>(&x), sizeof x);
    }
    const std::string planes = shuffled(raw, 8);
    REQUIRE(planes.size() == raw.size());
    CHECK(planes[0] == raw[0]);
    CHECK(planes.back() == raw.back());
    const std::string packed = deflated(planes, 8);
    CHECK(inflated(packed, planes.size()) == planes);
    const std::string zeros(count * 4, '\0');
    CHECK(inflated(deflated(zeros, 4), zeros.size()) == zeros);
    if (count < 4096) continue;
    CHECK(packed.size() < raw.size() * 95 / 100);
    CHECK(deflated(zeros, 4).size() < count / 20);
  }
}

TEST_CASE("a chunk is packed the same whichever thread does it") {
  std::vector<std::string> want;
  for (const unsigned threads : {1u, 2u, 3u}) {
    Rng values(5);
    ChunkQueue queue(threads, true);
    for (int i = 0; i < 300; ++i) {
      Chunk chunk;
      chunk.element = i % 2 == 0 ? 1 : 8;
      chunk.raw.resize(chunk.element * (1 + values.below(i % 3 ? 80 : 4000)));
      for (auto& byte : chunk.raw) {
        byte = static_cast<char>(values.below(3) == 0);
      }
      queue.add(std::move(chunk));
    }
    std::vector<std::string> got;
    while (!queue.is_empty()) got.push_back(queue.take().packed);
    if (want.empty()) want = got;
    CHECK((got == want));
  }
}
