// The only seam between nets and arithmetic: float in the product, double in
// gradient checks.  exp, log, tanh and the matrix product of floats are our
// own, so that results depend neither on the C library nor on the CPU; the
// product of doubles is OpenBLAS on one thread.
#pragma once

#include <cstddef>
#include <string>

namespace mlb::learn::ops {

enum class Transpose { no, yes };

/// A matrix inside a larger one, row-major: `step` numbers from row to row.
template <class T>
struct Panel {
  T* values;
  std::size_t step;
};

/// c (m x n) = a' b' + beta c; a' is m x k, b' is k x n, each the transpose of
/// its panel if so asked.  With beta 0 what is in c does not matter.
void gemm(Transpose ta, Transpose tb, std::size_t m, std::size_t n,
          std::size_t k, Panel<const float> a, Panel<const float> b, float beta,
          Panel<float> c);
void gemm(Transpose ta, Transpose tb, std::size_t m, std::size_t n,
          std::size_t k, Panel<const double> a, Panel<const double> b,
          double beta, Panel<double> c);

/// Of whole matrices.
template <class T>
void gemm(Transpose ta, Transpose tb, std::size_t m, std::size_t n,
          std::size_t k, const T* a, const T* b, T beta, T* c) {
  gemm(ta, tb, m, n, k, Panel<const T>{a, ta == Transpose::yes ? m : k},
       Panel<const T>{b, tb == Transpose::yes ? k : n}, beta, Panel<T>{c, n});
}

/// Within 2 ulp on the whole range; saturates to 0 and infinity (Cephes,
/// Moshier, "Methods and Programs for Mathematical Functions", expf).
float exp(float x);
double exp(double x);
/// x > 0; within 2 ulp (Cephes logf).
float log(float x);
double log(double x);
float tanh(float x);
double tanh(double x);
/// Within 4e-7 of the error function (Cephes ndtrf).
float erf(float x);
double erf(double x);

template <class T>
T sigmoid(T x) {
  return T(1) / (T(1) + exp(-x));
}

/// The kernels that the BLAS, of doubles, chose for this CPU: "Haswell".
std::string kernels();

/// One BLAS thread; checks that the CPU can run our numeric class.
bool prepare();

}  // namespace mlb::learn::ops
