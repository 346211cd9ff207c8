// The only seam between nets and arithmetic: float in the product, double in
// gradient checks.  exp, log and tanh of floats are our own, so that results
// do not depend on the C library; the matrix product is OpenBLAS on one
// thread.
#pragma once

#include <cstddef>

namespace mlb::learn::ops {

enum class Transpose { no, yes };

/// c (m x n) = alpha-free a' b' + beta c, row-major; a' is m x k, b' is k x n.
void gemm(Transpose ta, Transpose tb, std::size_t m, std::size_t n,
          std::size_t k, const float* a, const float* b, float beta, float* c);
void gemm(Transpose ta, Transpose tb, std::size_t m, std::size_t n,
          std::size_t k, const double* a, const double* b, double beta,
          double* c);

/// Within 2 ulp on the whole range; saturates to 0 and infinity (Cephes,
/// Moshier, "Methods and Programs for Mathematical Functions", expf).
float exp(float x);
double exp(double x);
/// x > 0; within 2 ulp (Cephes logf).
float log(float x);
double log(double x);
float tanh(float x);
double tanh(double x);

template <class T>
T sigmoid(T x) {
  return T(1) / (T(1) + exp(-x));
}

/// One BLAS thread; checks that the CPU can run our numeric class.
bool prepare();

}  // namespace mlb::learn::ops
