// See eigen.h.
#include "learn/eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mlb::learn {
namespace {

constexpr int kMostRounds = 60;

/// v becomes the matrix of the transformations so far, row by row; d and e the
/// diagonal and what stands beside it.
struct Tridiagonal {
  std::size_t n;
  std::vector<double> v;
  std::vector<double> d = std::vector<double>(n);
  std::vector<double> e = std::vector<double>(n);

  double& at(std::size_t row, std::size_t column) {
    return v[row * n + column];
  }

  /// Applies the reflection of step i, in d, to the columns before i; `h` is
  /// half of its squared length.
  void reflect(std::size_t i, double h) {
    std::fill_n(e.begin(), i, 0);
    for (std::size_t j = 0; j < i; ++j) {
      const double f = d[j];
      at(j, i) = f;
      double g = e[j] + at(j, j) * f;
      for (std::size_t k = j + 1; k < i; ++k) {
        g += at(k, j) * d[k];
        e[k] += at(k, j) * f;
      }
      e[j] = g;
    }
    double f = 0;
    for (std::size_t j = 0; j < i; ++j) {
      e[j] /= h;
      f += e[j] * d[j];
    }
    for (std::size_t j = 0; j < i; ++j) e[j] -= f / (h + h) * d[j];
    for (std::size_t j = 0; j < i; ++j) {
      const double fj = d[j];
      const double gj = e[j];
      for (std::size_t k = j; k < i; ++k) at(k, j) -= fj * e[k] + gj * d[k];
      d[j] = at(i - 1, j);
      at(i, j) = 0;
    }
  }

  void reduce() {
    for (std::size_t j = 0; j < n; ++j) d[j] = at(n - 1, j);
    for (std::size_t i = n - 1; i > 0; --i) {
      double scale = 0;
      double h = 0;
      for (std::size_t k = 0; k < i; ++k) scale += std::fabs(d[k]);
      if (scale == 0) {
        e[i] = d[i - 1];
        for (std::size_t j = 0; j < i; ++j) {
          d[j] = at(i - 1, j);
          at(i, j) = at(j, i) = 0;
        }
      } else {
        for (std::size_t k = 0; k < i; ++k) {
          d[k] /= scale;
          h += d[k] * d[k];
        }
        const double f = d[i - 1];
        const double g = f > 0 ? -std::sqrt(h) : std::sqrt(h);
        e[i] = scale * g;
        h -= f * g;
        d[i - 1] = f - g;
        reflect(i, h);
      }
      d[i] = h;
    }
  }

  /// Multiplies the reflections out into v.
  void accumulate() {
    for (std::size_t i = 0; i + 1 < n; ++i) {
      at(n - 1, i) = at(i, i);
      at(i, i) = 1;
      const double h = d[i + 1];
      if (h != 0) {
        for (std::size_t k = 0; k <= i; ++k) d[k] = at(k, i + 1) / h;
        for (std::size_t j = 0; j <= i; ++j) {
          double g = 0;
          for (std::size_t k = 0; k <= i; ++k) g += at(k, i + 1) * at(k, j);
          for (std::size_t k = 0; k <= i; ++k) at(k, j) -= g * d[k];
        }
      }
      for (std::size_t k = 0; k <= i; ++k) at(k, i + 1) = 0;
    }
    for (std::size_t j = 0; j < n; ++j) {
      d[j] = at(n - 1, j);
      at(n - 1, j) = 0;
    }
    at(n - 1, n - 1) = 1;
    std::rotate(e.begin(), e.begin() + 1, e.end());
    e[n - 1] = 0;
  }

  /// One QL sweep from m down to l with the shift already taken from d.
  void sweep(std::size_t l, std::size_t m, double dl1) {
    double p = d[m];
    double c = 1, c2 = 1, c3 = 1;
    double s = 0, s2 = 0;
    const double el1 = e[l + 1];
    for (std::size_t i = m; i-- > l;) {
      c3 = c2;
      c2 = c;
      s2 = s;
      double g = c * e[i];
      double h = c * p;
      const double r = std::hypot(p, e[i]);
      e[i + 1] = s * r;
      s = e[i] / r;
      c = p / r;
      p = c * d[i] - s * g;
      d[i + 1] = h + s * (c * g + s * d[i]);
      for (std::size_t k = 0; k < n; ++k) {
        h = at(k, i + 1);
        at(k, i + 1) = s * at(k, i) + c * h;
        at(k, i) = c * at(k, i) - s * h;
      }
    }
    p = -s * s2 * c3 * el1 * e[l] / dl1;
    e[l] = s * p;
    d[l] = c * p;
  }

  /// Takes the shift from the diagonal from l on; adds it to `all`.
  double shift(std::size_t l, double& all) {
    const double g = d[l];
    const double p = (d[l + 1] - g) / (2 * e[l]);
    const double r = p < 0 ? -std::hypot(p, 1) : std::hypot(p, 1);
    d[l] = e[l] / (p + r);
    d[l + 1] = e[l] * (p + r);
    const double h = g - d[l];
    for (std::size_t i = l + 2; i < n; ++i) d[i] -= h;
    all += h;
    return d[l + 1];
  }

  bool diagonalise() {
    double all = 0;
    double largest = 0;
    for (std::size_t l = 0; l < n; ++l) {
      largest = std::max(largest, std::fabs(d[l]) + std::fabs(e[l]));
      const double small = std::numeric_limits<double>::epsilon() * largest;
      std::size_t m = l;
      while (m + 1 < n && std::fabs(e[m]) > small) ++m;
      int rounds = 0;
      while (m > l && std::fabs(e[l]) > small) {
        if (++rounds > kMostRounds) return false;
        const double dl1 = shift(l, all);
        sweep(l, m, dl1);
      }
      d[l] += all;
      e[l] = 0;
      if (!std::isfinite(d[l])) return false;
    }
    return true;
  }
};

}  // namespace

Eigen symmetric_eigen(std::vector<double> matrix, std::size_t n) {
  if (n == 0) return {};
  Tridiagonal t{n, std::move(matrix)};
  t.reduce();
  t.accumulate();
  if (!t.diagonalise()) return {};
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(
      order.begin(), order.end(),
      [&](std::size_t a, std::size_t b) { return t.d[a] > t.d[b]; });
  Eigen out;
  for (const std::size_t column : order) {
    out.values.push_back(t.d[column]);
    double largest = 0;
    for (std::size_t k = 0; k < n; ++k) {
      const double v = t.at(k, column);
      if (std::fabs(v) > std::fabs(largest)) largest = v;
    }
    // The sign of an eigenvector is free: fix it.
    for (std::size_t k = 0; k < n; ++k) {
      out.vectors.push_back(largest < 0 ? -t.at(k, column) : t.at(k, column));
    }
  }
  return out;
}

}  // namespace mlb::learn
