// See moments.h.
#include "learn/moments.h"

#include <algorithm>

#include "learn/net/ops.h"

namespace mlb::learn {

std::vector<double> weighted_means(const Design& d) {
  std::vector<double> out(d.x.columns, 0);
  double all = 0;
  for (std::size_t i = 0; i < d.x.rows; ++i) {
    for (std::size_t j = 0; j < d.x.columns; ++j) {
      out[j] += d.weight(i) * static_cast<double>(d.x.row(i)[j]);
    }
    all += d.weight(i);
  }
  for (double& m : out) m /= all;
  return out;
}

std::vector<double> centred(const prep::Matrix& x, std::size_t first,
                            std::size_t rows, const std::vector<double>& mean) {
  std::vector<double> out;
  out.reserve(rows * x.columns);
  for (std::size_t i = first; i < first + rows; ++i) {
    for (std::size_t j = 0; j < x.columns; ++j) {
      out.push_back(static_cast<double>(x.row(i)[j]) - mean[j]);
    }
  }
  return out;
}

std::vector<double> scatter(const Design& d, const std::vector<double>& mean) {
  constexpr std::size_t kBlock = 256;
  const std::size_t width = d.x.columns;
  std::vector<double> out(width * width, 0);
  for (std::size_t first = 0; first < d.x.rows; first += kBlock) {
    const std::size_t rows = std::min(kBlock, d.x.rows - first);
    const std::vector<double> x = centred(d.x, first, rows, mean);
    std::vector<double> weighted = x;
    for (std::size_t at = 0; at < weighted.size(); ++at) {
      weighted[at] *= d.weight(first + at / width);
    }
    ops::gemm(ops::Transpose::yes, ops::Transpose::no, width, width, rows,
              weighted.data(), x.data(), 1.0, out.data());
  }
  return out;
}

}  // namespace mlb::learn
