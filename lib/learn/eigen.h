// Eigenvalues and eigenvectors of symmetric matrices.
#pragma once

#include <cstddef>
#include <vector>

namespace mlb::learn {

struct Eigen {
  std::vector<double> values;   ///< from the largest on
  std::vector<double> vectors;  ///< row i: that of values[i], of length 1, its
                                ///< largest part positive
};

/// Of a symmetric n x n matrix: Householder's tridiagonal form, then QL with
/// implicit shifts (Bowdler, Martin, Reinsch, Wilkinson, EISPACK's tred2 and
/// tql2, as in JAMA).  Ours, because LAPACK would bring a Fortran runtime
/// into every job.  Empty when it does not converge (nan).
Eigen symmetric_eigen(std::vector<double> matrix, std::size_t n);

}  // namespace mlb::learn
