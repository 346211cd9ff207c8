// See linear.h.
#include "learn/linear.h"

#include <algorithm>
#include <cmath>

#include "learn/common.h"
#include "learn/net/ops.h"

namespace mlb::learn {
namespace {

/// Rows of one product: what fits into the second-level cache as doubles.
constexpr std::size_t kBlock = 256;
/// Rows of one part at least, and parts at most: the cut never depends on the
/// number of threads.
constexpr std::size_t kPartRows = 1024;
constexpr std::size_t kMostParts = 16;

void to_double(const float* from, std::size_t count, std::vector<double>& to) {
  to.resize(count);
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<double>(from[i]);
}

/// scores = x w + b for one block.
void block_scores(std::span<const double> w, const std::vector<double>& x,
                  std::size_t rows, std::size_t inputs, std::size_t outputs,
                  double* scores) {
  const auto intercepts = w.subspan(inputs * outputs);
  for (std::size_t i = 0; i < rows; ++i) {
    std::copy(intercepts.begin(), intercepts.end(), scores + i * outputs);
  }
  ops::gemm(ops::Transpose::no, ops::Transpose::no, rows, outputs, inputs,
            x.data(), w.data(), 1.0, scores);
}

}  // namespace

std::size_t scores_for(std::size_t classes) {
  return classes == 2 ? 1 : classes;
}

LinearObjective::Part LinearObjective::part(std::span<const double> at,
                                            std::size_t first,
                                            std::size_t end) const {
  const std::size_t inputs = x_.columns;
  Part out{0, std::vector<double>(at.size(), 0)};
  std::vector<double> x;
  std::vector<double> scores(kBlock * outputs_);
  for (std::size_t begin = first; begin < end; begin += kBlock) {
    const std::size_t rows = std::min(kBlock, end - begin);
    to_double(x_.values.data() + begin * inputs, rows * inputs, x);
    block_scores(at, x, rows, inputs, outputs_, scores.data());
    for (std::size_t i = 0; i < rows; ++i) {
      const std::span row(scores.data() + i * outputs_, outputs_);
      out.loss += loss_(begin + i, row);
      for (std::size_t o = 0; o < outputs_; ++o) {
        out.gradient[inputs * outputs_ + o] += row[o];
      }
    }
    ops::gemm(ops::Transpose::yes, ops::Transpose::no, inputs, outputs_, rows,
              x.data(), scores.data(), 1.0, out.gradient.data());
  }
  return out;
}

double LinearObjective::operator()(std::span<const double> at,
                                   std::span<double> gradient) const {
  const std::size_t count =
      std::clamp<std::size_t>(x_.rows / kPartRows, 1, kMostParts);
  std::vector<Part> parts(count);
  pool_.run(count, [&](std::size_t i) {
    parts[i] = part(at, x_.rows * i / count, x_.rows * (i + 1) / count);
  });
  double loss = 0;
  std::fill(gradient.begin(), gradient.end(), 0);
  for (const Part& p : parts) {
    loss += p.loss;
    for (std::size_t j = 0; j < gradient.size(); ++j) {
      gradient[j] += p.gradient[j];
    }
  }
  const std::size_t penalised =
      intercept_ == Intercept::penalised ? at.size() : x_.columns * outputs_;
  for (std::size_t j = 0; j < penalised; ++j) {
    loss += penalty_ / 2 * at[j] * at[j];
    gradient[j] += penalty_ * at[j];
  }
  return loss;
}

std::vector<double> linear_scores(const LinearWeights& w,
                                  const prep::Matrix& x) {
  std::vector<double> out(x.rows * w.outputs);
  std::vector<double> block;
  for (std::size_t first = 0; first < x.rows; first += kBlock) {
    const std::size_t rows = std::min(kBlock, x.rows - first);
    to_double(x.values.data() + first * x.columns, rows * x.columns, block);
    block_scores(w.values, block, rows, w.inputs, w.outputs,
                 out.data() + first * w.outputs);
  }
  return out;
}

void LinearClassifier::to_probabilities(std::span<const double> scores,
                                        float* out) const {
  std::vector<double> p(scores.begin(), scores.end());
  if (p.size() == 1) {
    const Sigmoid plain;
    const double yes = (sigmoids_.empty() ? plain : sigmoids_[0])(p[0]);
    out[0] = static_cast<float>(1 - yes);
    out[1] = static_cast<float>(yes);
    return;
  }
  if (sigmoids_.empty()) {
    softmax(p);
  } else {
    double sum = 0;
    for (std::size_t c = 0; c < p.size(); ++c) {
      // All may be next to nothing: keep the sum above 0.
      p[c] = std::max(sigmoids_[c](p[c]), 1e-300);
      sum += p[c];
    }
    for (double& x : p) x /= sum;
  }
  for (std::size_t c = 0; c < p.size(); ++c) out[c] = static_cast<float>(p[c]);
}

Result<prep::Matrix> LinearClassifier::predict(const prep::Matrix& x) const {
  auto fits = want_width(x, weights_.inputs);
  if (!fits) return std::move(fits).fail();
  const std::size_t outputs = weights_.outputs;
  const std::vector<double> scores = linear_scores(weights_, x);
  prep::Matrix out = make_matrix(x.rows, outputs == 1 ? 2 : outputs);
  for (std::size_t i = 0; i < x.rows; ++i) {
    to_probabilities(std::span(scores).subspan(i * outputs, outputs),
                     out.values.data() + i * out.columns);
  }
  return out;
}

Facts LinearClassifier::facts() const {
  return {{"weights", static_cast<double>(weights_.inputs * weights_.outputs)},
          {"scores", static_cast<double>(weights_.outputs)},
          {"sigmoids", static_cast<double>(sigmoids_.size())}};
}

void LinearClassifier::save(Writer& w) const {
  w.numbers<double>(weights_.values);
  w.number<std::uint64_t>(sigmoids_.size());
  for (const Sigmoid& s : sigmoids_) {
    w.number(s.a);
    w.number(s.b);
  }
}

Result<std::unique_ptr<Model>> LinearClassifier::load(const std::string& kind,
                                                      const prep::Plan& plan,
                                                      Reader& r) {
  const std::size_t outputs = scores_for(plan.classes.size());
  auto values = r.numbers<double>();
  auto count = r.number<std::uint64_t>();
  const bool sized =
      values && values->size() == LinearWeights::size(plan.width(), outputs) &&
      count;
  if (!sized || (*count != 0 && *count != outputs) || outputs == 0) {
    return damaged(kind);
  }
  std::vector<Sigmoid> sigmoids;
  for (std::uint64_t i = 0; i < *count; ++i) {
    auto a = r.number<double>();
    auto b = r.number<double>();
    if (!a || !b) return damaged(kind);
    sigmoids.push_back({*a, *b});
  }
  return std::unique_ptr<Model>(std::make_unique<LinearClassifier>(
      kind, LinearWeights{plan.width(), outputs, std::move(*values)},
      std::move(sigmoids)));
}

}  // namespace mlb::learn
