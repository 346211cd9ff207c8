// See ops.h.
#include "learn/net/ops.h"

#include <cblas.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "learn/net/product.h"

namespace mlb::learn::ops {
namespace {

CBLAS_TRANSPOSE blas(Transpose t) {
  return t == Transpose::yes ? CblasTrans : CblasNoTrans;
}

float power_of_two(int n) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(n + 127) << 23);
}

}  // namespace

std::string kernels() {
  return openblas_get_corename();
}

bool prepare() {
  openblas_set_num_threads(1);
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

void gemm(Transpose ta, Transpose tb, std::size_t m, std::size_t n,
          std::size_t k, Panel<const float> a, Panel<const float> b, float beta,
          Panel<float> c) {
  multiply({ta, tb, m, n, k, a, b, beta, c});
}

void gemm(Transpose ta, Transpose tb, std::size_t m, std::size_t n,
          std::size_t k, Panel<const double> a, Panel<const double> b,
          double beta, Panel<double> c) {
  cblas_dgemm(CblasRowMajor, blas(ta), blas(tb), static_cast<int>(m),
              static_cast<int>(n), static_cast<int>(k), 1, a.values,
              static_cast<int>(a.step), b.values, static_cast<int>(b.step),
              beta, c.values, static_cast<int>(c.step));
}

float exp(float x) {
  if (x != x) return x;
  if (x > 88.72283f) return std::numeric_limits<float>::infinity();
  if (x < -87.33654f) return 0;
  const float n = std::floor(1.44269504088896341f * x + 0.5f);
  // x - n ln 2 in two parts, so that no digit is lost.
  float r = x - n * 0.693359375f;
  r -= n * -2.12194440e-4f;
  float y = 1.9875691500e-4f;
  y = y * r + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * r * r + r + 1;
  const int k = static_cast<int>(n);
  // 2^128 does not fit: multiply twice.
  return k > 127 ? y * power_of_two(127) * 2 : y * power_of_two(k);
}

double exp(double x) {
  return std::exp(x);
}

float log(float x) {
  if (!(x > 0)) {
    return x == 0 ? -std::numeric_limits<float>::infinity()
                  : std::numeric_limits<float>::quiet_NaN();
  }
  if (std::isinf(x)) return x;
  int e = 0;
  float m = std::frexp(x, &e);
  if (m < 0.707106781186547524f) {
    --e;
    m = m + m - 1;
  } else {
    m = m - 1;
  }
  const float z = m * m;
  float y = 7.0376836292e-2f;
  y = y * m - 1.1514610310e-1f;
  y = y * m + 1.1676998740e-1f;
  y = y * m - 1.2420140846e-1f;
  y = y * m + 1.4249322787e-1f;
  y = y * m - 1.6668057665e-1f;
  y = y * m + 2.0000714765e-1f;
  y = y * m - 2.4999993993e-1f;
  y = y * m + 3.3333331174e-1f;
  y = y * m * z;
  const auto k = static_cast<float>(e);
  y += k * -2.12194440e-4f;
  y -= 0.5f * z;
  return m + y + k * 0.693359375f;
}

double log(double x) {
  return std::log(x);
}

float tanh(float x) {
  const float size = std::fabs(x);
  if (size < 0.625f) {
    const float z = x * x;
    float y = -5.70498872745e-3f;
    y = y * z + 2.06390887954e-2f;
    y = y * z - 5.37397155531e-2f;
    y = y * z + 1.33314422036e-1f;
    y = y * z - 3.33332819422e-1f;
    return y * z * x + x;
  }
  if (size > 10) return x > 0 ? 1.0f : -1.0f;
  const float t = 1 - 2 / (exp(2 * size) + 1);
  return x > 0 ? t : -t;
}

double tanh(double x) {
  return std::tanh(x);
}

namespace {

template <std::size_t N>
float polynomial(float x, const float (&coefficients)[N]) {
  float y = coefficients[0];
  for (std::size_t i = 1; i < N; ++i) y = y * x + coefficients[i];
  return y;
}

/// 1 - erf(x) for x >= 1.
float erfc_above_one(float x) {
  constexpr float near[] = {
      2.326819970068386e-2f,  -1.387039388740657e-1f, 3.687424674597105e-1f,
      -5.824733027278666e-1f, 6.210004621745983e-1f,  -4.944515323274145e-1f,
      3.404879937665872e-1f,  -2.741127028184656e-1f, 5.638259427472472e-1f};
  constexpr float far[] = {-1.047766399936249e+1f, 1.297719955372516e+1f,
                           -7.495518717768503e+0f, 2.921019019210786e+0f,
                           -1.015265279202700e+0f, 4.218463358204948e-1f,
                           -2.820767439740514e-1f, 5.641895067754075e-1f};
  const float q = 1 / x;
  const float z = q * q;
  return exp(-x * x) * q * (x < 2 ? polynomial(z, near) : polynomial(z, far));
}

}  // namespace

float erf(float x) {
  constexpr float core[] = {7.853861353153693e-5f, -8.010193625184903e-4f,
                            5.188327685732524e-3f, -2.685381193529856e-2f,
                            1.128358514861418e-1f, -3.761262582423300e-1f,
                            1.128379165726710e+0f};
  const float size = std::fabs(x);
  if (!(size >= 1)) return x * polynomial(x * x, core);  // and NaN
  const float value = size > 6 ? 1.0f : 1 - erfc_above_one(size);
  return x > 0 ? value : -value;
}

double erf(double x) {
  return std::erf(x);
}

}  // namespace mlb::learn::ops
