// See fashion.h.
#include "fashion.h"

#include <zlib.h>

#include <cmath>

namespace mlb::learn {
namespace {

constexpr std::size_t kPixels = 784;

/// What follows the header of an idx file: http://yann.lecun.com/exdb/mnist.
std::vector<unsigned char> read_idx(const std::string& path, std::size_t header,
                                    std::size_t count) {
  std::vector<unsigned char> out(header + count);
  const gzFile file = ::gzopen(path.c_str(), "rb");
  if (file == nullptr) return {};
  const int got = ::gzread(file, out.data(), static_cast<unsigned>(out.size()));
  ::gzclose(file);
  if (got != static_cast<int>(out.size())) return {};
  out.erase(out.begin(), out.begin() + static_cast<long>(header));
  return out;
}

Result<Design> read_part(const std::string& stem, std::size_t rows) {
  const auto pixels =
      read_idx(stem + "-images-idx3-ubyte.gz", 16, rows * kPixels);
  const auto labels = read_idx(stem + "-labels-idx1-ubyte.gz", 8, rows);
  if (pixels.empty() || labels.empty()) {
    return Error{Fault::data, stem + ": not all images and labels are there"};
  }
  Design out{{rows, kPixels, {}}, {}};
  out.x.values.assign(pixels.begin(), pixels.end());
  out.y.assign(labels.begin(), labels.end());
  return out;
}

struct Scale {
  double mean = 0;
  double deviation = 1;
};

Scale scale_of(const prep::Matrix& x, std::size_t column) {
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < x.rows; ++i) {
    const auto v = static_cast<double>(x.row(i)[column]);
    sum += v;
    squares += v * v;
  }
  const auto n = static_cast<double>(x.rows);
  const double mean = sum / n;
  const double variance = squares / n - mean * mean;
  return {mean, variance > 0 ? std::sqrt(variance) : 1};
}

void standardise(prep::Matrix& x, std::size_t column, const Scale& scale) {
  for (std::size_t i = 0; i < x.rows; ++i) {
    float& v = x.values[i * x.columns + column];
    v = static_cast<float>((static_cast<double>(v) - scale.mean) /
                           scale.deviation);
  }
}

}  // namespace

Result<Trial> load_fashion(const std::string& folder) {
  auto train = read_part(folder + "/train", 60'000);
  if (!train) return std::move(train).fail();
  auto test = read_part(folder + "/t10k", 10'000);
  if (!test) return std::move(test).fail();
  for (std::size_t j = 0; j < kPixels; ++j) {
    const Scale scale = scale_of(train->x, j);
    standardise(train->x, j, scale);
    standardise(test->x, j, scale);
  }
  Trial out;
  out.plan.features.resize(kPixels);
  for (int i = 0; i < 10; ++i) out.plan.classes.push_back(std::to_string(i));
  out.train = std::move(*train);
  out.test = std::move(*test);
  return out;
}

}  // namespace mlb::learn
