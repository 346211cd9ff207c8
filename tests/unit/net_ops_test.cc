// The arithmetic below nets, in float.
#include <catch2/catch.hpp>

#include <functional>

#include "base/rng.h"
#include "learn/net/ops.h"

namespace mlb::learn {
namespace {

/// The largest error in units of the last place of float.
double worst(const std::function<float(float)>& ours,
             const std::function<double(double)>& truth, float from, float to) {
  double out = 0;
  for (int i = 0; i <= 100000; ++i) {
    const float x = from + (to - from) * static_cast<float>(i) / 100000;
    const double want = truth(static_cast<double>(x));
    const double ulp = static_cast<double>(
        std::nextafter(std::fabs(static_cast<float>(want)), 1e30f) -
        std::fabs(static_cast<float>(want)));
    out = std::max(out, std::fabs(static_cast<double>(ours(x)) - want) / ulp);
  }
  return out;
}

TEST_CASE("our exp, log and tanh are within a few units of the last place") {
  const auto e = [](float x) { return ops::exp(x); };
  const auto l = [](float x) { return ops::log(x); };
  const auto t = [](float x) { return ops::tanh(x); };
  using Function = double (*)(double);
  CHECK(worst(e, static_cast<Function>(std::exp), -87, 88.7f) <= 2);
  CHECK(worst(l, static_cast<Function>(std::log), 1e-6f, 10) <= 2);
  CHECK(worst(l, static_cast<Function>(std::log), 10, 1e30f) <= 2);
  CHECK(worst(t, static_cast<Function>(std::tanh), -0.6f, 0.6f) <= 2);
  CHECK(worst(t, static_cast<Function>(std::tanh), -12, 12) <= 3);
}

TEST_CASE("our exp, log and tanh are right at the edges") {
  const float inf = std::numeric_limits<float>::infinity();
  CHECK(ops::exp(0.0f) == 1);
  CHECK(ops::exp(-200.0f) == 0);
  CHECK(ops::exp(200.0f) == inf);
  CHECK(std::isnan(ops::exp(std::nanf(""))));
  CHECK(ops::log(1.0f) == 0);
  CHECK(ops::log(0.0f) == -inf);
  CHECK(std::isnan(ops::log(-1.0f)));
  CHECK(ops::log(inf) == inf);
  CHECK(ops::tanh(0.0f) == 0);
  CHECK(ops::tanh(50.0f) == 1);
  CHECK(ops::tanh(-inf) == -1);
  CHECK(std::isnan(ops::tanh(std::nanf(""))));
  CHECK(ops::sigmoid(0.0f) == 0.5f);
  CHECK(ops::sigmoid(-200.0f) == 0);
}

TEST_CASE("the matrix product is that of the definition, transposed or not") {
  Rng rng(1);
  constexpr std::size_t m = 3, n = 4, k = 5;
  std::vector<double> a(m * k), b(k * n), c(m * n, 1);
  for (auto& v : a) v = rng.normal();
  for (auto& v : b) v = rng.normal();
  std::vector<double> at(m * k), bt(k * n), want(m * n, 0);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t l = 0; l < k; ++l) at[l * m + i] = a[i * k + l];
  }
  for (std::size_t l = 0; l < k; ++l) {
    for (std::size_t j = 0; j < n; ++j) bt[j * k + l] = b[l * n + j];
  }
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      want[i * n + j] = 2;
      for (std::size_t l = 0; l < k; ++l) {
        want[i * n + j] += a[i * k + l] * b[l * n + j];
      }
    }
  }
  using ops::Transpose;
  for (const Transpose ta : {Transpose::no, Transpose::yes}) {
    for (const Transpose tb : {Transpose::no, Transpose::yes}) {
      auto out = c;
      ops::gemm(ta, tb, m, n, k, ta == Transpose::no ? a.data() : at.data(),
                tb == Transpose::no ? b.data() : bt.data(), 2.0, out.data());
      for (std::size_t i = 0; i < m * n; ++i) {
        CHECK(out[i] == Approx(want[i]).epsilon(1e-14));
      }
    }
  }
}

TEST_CASE("our erf is near that of the C library") {
  for (int i = -4000; i <= 4000; ++i) {
    const float x = static_cast<float>(i) / 500;
    const double found = static_cast<double>(ops::erf(x));
    CHECK(std::fabs(found - std::erf(static_cast<double>(x))) < 4e-7);
  }
  CHECK(ops::erf(30.0f) == 1);
  CHECK(ops::erf(-30.0f) == -1);
  CHECK(std::isnan(ops::erf(std::nanf(""))));
}

}  // namespace
}  // namespace mlb::learn
