// See kernel.h.
#include "learn/kernel.h"

#include <algorithm>
#include <cmath>

#include "learn/common.h"
#include "learn/net/ops.h"
#include "learn/row_groups.h"

namespace mlb::learn {
namespace {

constexpr std::size_t kBlock = kRowGroup;
constexpr int kMostDegree = 100;

double power(double base, int exponent) {
  double out = 1;
  for (int i = 0; i < exponent; ++i) out *= base;
  return out;
}

double variance_of(const std::vector<float>& values) {
  double sum = 0;
  double squares = 0;
  for (const float v : values) {
    sum += static_cast<double>(v);
    squares += static_cast<double>(v) * static_cast<double>(v);
  }
  const auto n = static_cast<double>(values.size());
  return squares / n - sum / n * sum / n;
}

}  // namespace

double Kernel::operator()(double product, double a, double b) const {
  switch (type) {
    case KernelType::linear: return product;
    case KernelType::rbf: {
      const double distance = std::max(0.0, a + b - 2 * product);
      return static_cast<double>(
          ops::exp(static_cast<float>(-gamma * distance)));
    }
    case KernelType::poly: return power(gamma * product + coef0, degree);
    case KernelType::sigmoid: return std::tanh(gamma * product + coef0);
  }
  return 0;
}

Kernel kernel_for(const KernelSpec& spec, const prep::Matrix& x) {
  const auto width = static_cast<double>(x.columns);
  Kernel out{spec.type, 1 / width, spec.coef0, spec.degree};
  if (spec.gamma.word == Gamma::number) out.gamma = spec.gamma.number;
  if (spec.gamma.word == Gamma::scale) {
    const double variance = variance_of(x.values);
    out.gamma = variance > 0 ? 1 / (width * variance) : 1;
  }
  return out;
}

double dot(const float* a, const float* b, std::size_t width) {
  constexpr std::size_t kLanes = 8;
  float sums[kLanes] = {};
  std::size_t j = 0;
  for (; j + kLanes <= width; j += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) sums[l] += a[j + l] * b[j + l];
  }
  double out = 0;
  for (const float s : sums) out += static_cast<double>(s);
  for (; j < width; ++j) {
    out += static_cast<double>(a[j]) * static_cast<double>(b[j]);
  }
  return out;
}

Machines::Machines(Kernel kernel, prep::Matrix vectors,
                   std::vector<Machine> machines)
    : kernel_(kernel),
      vectors_(std::move(vectors)),
      machines_(std::move(machines)) {
  for (std::size_t i = 0; i < vectors_.rows; ++i) {
    const float* row = vectors_.row(i).data();
    norms_.push_back(dot(row, row, vectors_.columns));
  }
}

Machines Machines::keep_used(Kernel kernel, const prep::Matrix& x,
                             std::vector<Machine> machines) {
  std::vector<std::uint32_t> place(x.rows, 0);
  for (const Machine& m : machines) {
    for (const std::uint32_t row : m.rows) place[row] = 1;
  }
  prep::Matrix kept{0, x.columns, {}};
  for (std::size_t row = 0; row < x.rows; ++row) {
    if (place[row] == 0) continue;
    place[row] = static_cast<std::uint32_t>(kept.rows++);
    const auto values = x.row(row);
    kept.values.insert(kept.values.end(), values.begin(), values.end());
  }
  for (Machine& m : machines) {
    for (std::uint32_t& row : m.rows) row = place[row];
  }
  return {kernel, std::move(kept), std::move(machines)};
}

std::vector<double> Machines::scores(const prep::Matrix& x) const {
  const std::size_t n = vectors_.rows;
  std::vector<double> out(x.rows * machines_.size());
  std::vector<float> products(kBlock * n);
  std::vector<double> values(n);
  for (std::size_t first = 0; first < x.rows; first += kBlock) {
    const std::size_t rows = std::min(kBlock, x.rows - first);
    if (n > 0) {
      ops::gemm(ops::Transpose::no, ops::Transpose::yes, rows, n, x.columns,
                x.row(first).data(), vectors_.values.data(), 0.0f,
                products.data());
    }
    for (std::size_t i = 0; i < rows; ++i) {
      const float* row = x.row(first + i).data();
      const double norm = dot(row, row, x.columns);
      for (std::size_t v = 0; v < n; ++v) {
        values[v] =
            kernel_(static_cast<double>(products[i * n + v]), norm, norms_[v]);
      }
      for (std::size_t m = 0; m < machines_.size(); ++m) {
        const Machine& machine = machines_[m];
        double sum = -machine.bias;
        for (std::size_t s = 0; s < machine.rows.size(); ++s) {
          sum += machine.alpha[s] * values[machine.rows[s]];
        }
        out[(first + i) * machines_.size() + m] = sum;
      }
    }
  }
  return out;
}

Facts Machines::facts() const {
  constexpr const char* kWords[] = {"linear", "rbf", "poly", "sigmoid"};
  return {{"kernel", kWords[static_cast<std::size_t>(kernel_.type)]},
          {"gamma", kernel_.gamma},
          {"machines", static_cast<double>(machines_.size())},
          {"vectors", static_cast<double>(vectors_.rows)}};
}

void Machines::save(Writer& w) const {
  w.number(static_cast<std::uint8_t>(kernel_.type));
  w.number(kernel_.gamma);
  w.number(kernel_.coef0);
  w.number(static_cast<std::uint32_t>(kernel_.degree));
  w.number<std::uint64_t>(vectors_.rows);
  w.numbers<float>(vectors_.values);
  for (const Machine& m : machines_) {
    w.number(m.bias);
    w.numbers<std::uint32_t>(m.rows);
    w.numbers<double>(m.alpha);
  }
}

Result<Machines> Machines::load(std::size_t width, std::size_t count,
                                Reader& r) {
  auto type = r.number<std::uint8_t>();
  auto gamma = r.number<double>();
  auto coef0 = r.number<double>();
  auto degree = r.number<std::uint32_t>();
  auto rows = r.number<std::uint64_t>();
  auto values = r.numbers<float>();
  const bool read = type && gamma && coef0 && degree && rows && values;
  if (!read || *type > static_cast<std::uint8_t>(KernelType::sigmoid) ||
      *degree > kMostDegree || width == 0 || values->size() % width != 0 ||
      values->size() / width != *rows) {
    return damaged("svm");
  }
  std::vector<Machine> machines;
  for (std::size_t i = 0; i < count; ++i) {
    auto bias = r.number<double>();
    auto used = r.numbers<std::uint32_t>();
    auto alpha = r.numbers<double>();
    if (!bias || !used || !alpha || used->size() != alpha->size()) {
      return damaged("svm");
    }
    for (const std::uint32_t row : *used) {
      if (row >= *rows) return damaged("svm");
    }
    machines.push_back({std::move(*used), std::move(*alpha), *bias});
  }
  return Machines({static_cast<KernelType>(*type), *gamma, *coef0,
                   static_cast<int>(*degree)},
                  {*rows, width, std::move(*values)}, std::move(machines));
}

}  // namespace mlb::learn
