// The matrix product of floats, and that it is the same on every CPU.
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

#include "base/rng.h"
#include "learn/net/product.h"

namespace mlb::learn::ops {
namespace {

/// A product with room around each matrix, in which nothing may be written.
struct Case {
  Transpose ta;
  Transpose tb;
  std::size_t m;
  std::size_t n;
  std::size_t k;
  std::size_t gap;  ///< numbers between rows
  float beta;

  std::size_t a_step() const { return (ta == Transpose::yes ? m : k) + gap; }
  std::size_t b_step() const { return (tb == Transpose::yes ? k : n) + gap; }
  std::size_t c_step() const { return n + gap; }
};

struct Numbers {
  std::vector<float> a;
  std::vector<float> b;
  std::vector<float> c;
};

Numbers draw(const Case& s, Rng& rng) {
  const auto some = [&](std::size_t rows, std::size_t step) {
    std::vector<float> out(rows * step);
    for (float& v : out) v = static_cast<float>(rng.normal());
    return out;
  };
  return {some(s.ta == Transpose::yes ? s.k : s.m, s.a_step()),
          some(s.tb == Transpose::yes ? s.n : s.k, s.b_step()),
          some(s.m, s.c_step())};
}

using Run = void (*)(const Product&, float*);

std::vector<float> result(Run run, const Case& s, const Numbers& x) {
  std::vector<float> out = x.c;
  const Product p{s.ta,
                  s.tb,
                  s.m,
                  s.n,
                  s.k,
                  {x.a.data(), s.a_step()},
                  {x.b.data(), s.b_step()},
                  s.beta,
                  {out.data(), s.c_step()}};
  // NaN: what was not written first must not be used.
  std::vector<float> room(product_room(p),
                          std::numeric_limits<float>::quiet_NaN());
  run(p, room.data());
  return out;
}

/// beta c, and each product added with one rounding.
std::vector<float> defined(const Case& s, const Numbers& x) {
  std::vector<float> out = x.c;
  for (std::size_t i = 0; i < s.m; ++i) {
    for (std::size_t j = 0; j < s.n; ++j) {
      float sum = s.beta == 0 ? 0 : s.beta * x.c[i * s.c_step() + j];
      for (std::size_t l = 0; l < s.k; ++l) {
        const float a = s.ta == Transpose::yes ? x.a[l * s.a_step() + i]
                                               : x.a[i * s.a_step() + l];
        const float b = s.tb == Transpose::yes ? x.b[j * s.b_step() + l]
                                               : x.b[l * s.b_step() + j];
        sum = std::fma(a, b, sum);
      }
      out[i * s.c_step() + j] = sum;
    }
  }
  return out;
}

Case some_case(Rng& rng) {
  const auto pick = [&](std::size_t most) { return rng.below(most); };
  const float betas[] = {0, 1, 0.3f};
  return {pick(2) == 0 ? Transpose::no : Transpose::yes,
          pick(2) == 0 ? Transpose::no : Transpose::yes,
          1 + pick(70),
          1 + pick(pick(2) == 0 ? 20 : 150),
          pick(pick(2) == 0 ? 6 : 90),
          pick(2) * pick(600),
          betas[pick(3)]};
}

void check(const Case& s, Rng& rng) {
  CAPTURE(s.ta == Transpose::yes, s.tb == Transpose::yes, s.m, s.n, s.k, s.gap,
          s.beta);
  const Numbers x = draw(s, rng);
  const std::vector<float> want = defined(s, x);
  REQUIRE(result(multiply_v3, s, x) == want);
  if (can_multiply_v4()) REQUIRE(result(multiply_v4, s, x) == want);
}

TEST_CASE("a product of floats is its definition bit by bit on every CPU") {
  Rng rng(1);
  for (int i = 0; i < 600; ++i) check(some_case(rng), rng);
}

TEST_CASE("a product of floats is its definition at the sizes of real nets") {
  Rng rng(2);
  constexpr auto no = Transpose::no;
  constexpr auto yes = Transpose::yes;
  check({no, no, 32, 256, 100, 0, 1}, rng);   // forward
  check({no, yes, 32, 256, 256, 0, 0}, rng);  // few rows: turned
  check({no, yes, 200, 40, 90, 0, 0}, rng);   // many rows: not turned
  check({yes, no, 128, 10, 64, 0, 0}, rng);   // gradient of weights
  check({no, no, 161, 64, 64, 0, 0}, rng);    // rows that are worth a copy
  check({no, no, 8, 600, 300, 0, 0}, rng);    // rows that lie far apart
}

TEST_CASE("what a product of floats replaces is not looked at") {
  Rng rng(3);
  const Case s{Transpose::no, Transpose::no, 5, 20, 7, 0, 0};
  Numbers x = draw(s, rng);
  const std::vector<float> want = result(multiply_v3, s, x);
  for (float& v : x.c) v = std::numeric_limits<float>::quiet_NaN();
  CHECK(result(multiply_v3, s, x) == want);
  if (can_multiply_v4()) CHECK(result(multiply_v4, s, x) == want);
}

TEST_CASE("a row of a product does not depend on the rows beside it") {
  Rng rng(4);
  Case s{Transpose::no, Transpose::yes, 40, 70, 60, 0, 0};
  const Numbers x = draw(s, rng);
  const std::vector<float> all = result(multiply_v3, s, x);
  for (s.m = 1; s.m < 40; ++s.m) {
    const std::vector<float> some = result(multiply_v3, s, x);
    REQUIRE(std::equal(some.begin(),
                       some.begin() + static_cast<long>(s.m * s.n),
                       all.begin()));
  }
}

}  // namespace
}  // namespace mlb::learn::ops
