// See knn.h.
#include "learn/knn.h"

#include <algorithm>
#include <cmath>

#include "learn/common.h"
#include "learn/net/ops.h"

namespace mlb::learn {
namespace {

/// Queries and training rows of one product.
constexpr std::size_t kQueries = 64;
constexpr std::size_t kRows = 4096;
constexpr std::uint32_t kMostNeighbours = 10'000;

double squared_distance(const float* a, const float* b, std::size_t width) {
  double sum = 0;
  for (std::size_t j = 0; j < width; ++j) {
    const double d = static_cast<double>(a[j]) - static_cast<double>(b[j]);
    sum += d * d;
  }
  return sum;
}

/// Floats would tell rows far from 0 apart too badly.
std::vector<double> to_double(const prep::Matrix& x, std::size_t first,
                              std::size_t rows) {
  const auto begin = x.values.begin() + static_cast<long>(first * x.columns);
  return {begin, begin + static_cast<long>(rows * x.columns)};
}

}  // namespace

KnnModel::KnnModel(Design rows, KnnSpec spec, std::size_t classes,
                   const prep::Plan& plan)
    : rows_(std::move(rows)),
      spec_(spec),
      classes_(classes),
      units_(target_units(plan)) {
  for (std::size_t i = 0; i < rows_.x.rows; ++i) {
    double sum = 0;
    for (const float v : rows_.x.row(i)) {
      sum += static_cast<double>(v) * static_cast<double>(v);
    }
    norms_.push_back(sum / 2);
  }
}

/// Looks at training rows first .. first + rows, whose products with the
/// query are given.
void KnnModel::take_nearest(const double* products, std::size_t first,
                            std::size_t rows, Nearest& nearest) const {
  const auto k = static_cast<std::size_t>(spec_.k);
  for (std::size_t i = 0; i < rows; ++i) {
    const Neighbour found{norms_[first + i] - products[i],
                          static_cast<std::uint32_t>(first + i)};
    if (nearest.size() < k) {
      nearest.push_back(found);
      std::push_heap(nearest.begin(), nearest.end());
    } else if (found < nearest.front()) {
      std::pop_heap(nearest.begin(), nearest.end());
      nearest.back() = found;
      std::push_heap(nearest.begin(), nearest.end());
    }
  }
}

/// How much each neighbour counts; at distance 0 only those there do.
std::vector<double> KnnModel::votes_of(const float* x,
                                       const Nearest& nearest) const {
  std::vector<double> out;
  for (const Neighbour& n : nearest) out.push_back(rows_.weight(n.row));
  if (spec_.weights == KnnWeights::uniform) return out;
  std::vector<double> distances;
  for (const Neighbour& n : nearest) {
    distances.push_back(std::sqrt(
        squared_distance(x, rows_.x.row(n.row).data(), rows_.x.columns)));
  }
  const double least = *std::min_element(distances.begin(), distances.end());
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (least > 0) {
      out[i] /= distances[i];
    } else if (distances[i] > 0) {
      out[i] = 0;
    }
  }
  return out;
}

void KnnModel::answer(const float* x, const Nearest& nearest,
                      float* out) const {
  const std::vector<double> votes = votes_of(x, nearest);
  std::vector<double> sums(std::max<std::size_t>(classes_, 1), 0);
  double all = 0;
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    const float y = rows_.y[nearest[i].row];
    if (classes_ == 0) {
      sums[0] += votes[i] * static_cast<double>(y);
    } else {
      sums[static_cast<std::size_t>(y)] += votes[i];
    }
    all += votes[i];
  }
  for (std::size_t c = 0; c < sums.size(); ++c) {
    const double share = all > 0 ? sums[c] / all : 0;
    out[c] =
        static_cast<float>(classes_ == 0 ? units_.to_original(share) : share);
  }
}

Result<prep::Matrix> KnnModel::predict(const prep::Matrix& x) const {
  auto fits = want_width(x, rows_.x.columns);
  if (!fits) return std::move(fits).fail();
  prep::Matrix out = make_matrix(x.rows, std::max<std::size_t>(classes_, 1));
  std::vector<double> products(kQueries * kRows);
  for (std::size_t q = 0; q < x.rows; q += kQueries) {
    const std::size_t queries = std::min(kQueries, x.rows - q);
    const std::vector<double> block = to_double(x, q, queries);
    std::vector<Nearest> nearest(queries);
    for (std::size_t first = 0; first < rows_.x.rows; first += kRows) {
      const std::size_t rows = std::min(kRows, rows_.x.rows - first);
      const std::vector<double> known = to_double(rows_.x, first, rows);
      ops::gemm(ops::Transpose::no, ops::Transpose::yes, queries, rows,
                x.columns, block.data(), known.data(), 0.0, products.data());
      for (std::size_t i = 0; i < queries; ++i) {
        take_nearest(products.data() + i * rows, first, rows, nearest[i]);
      }
    }
    for (std::size_t i = 0; i < queries; ++i) {
      // In the order of the rows: sums do not depend on the heap.
      std::sort(nearest[i].begin(), nearest[i].end(),
                [](const auto& a, const auto& b) { return a.row < b.row; });
      answer(x.row(q + i).data(), nearest[i],
             out.values.data() + (q + i) * out.columns);
    }
  }
  return out;
}

Facts KnnModel::facts() const {
  return {{"k", static_cast<double>(spec_.k)},
          {"weights",
           spec_.weights == KnnWeights::uniform ? "uniform" : "distance"},
          {"rows", static_cast<double>(rows_.x.rows)}};
}

void KnnModel::save(Writer& w) const {
  w.number(static_cast<std::uint32_t>(spec_.k));
  w.number(static_cast<std::uint8_t>(spec_.weights));
  w.numbers<float>(rows_.y);
  w.numbers<float>(rows_.weights);
  w.numbers<float>(rows_.x.values);
}

Result<std::unique_ptr<Model>> KnnModel::load(const prep::Plan& plan,
                                              Reader& r) {
  auto k = r.number<std::uint32_t>();
  auto weights = r.number<std::uint8_t>();
  auto y = r.numbers<float>();
  auto row_weights = r.numbers<float>();
  auto x = r.numbers<float>();
  const std::size_t classes = plan.classes.size();
  const bool read = k && weights && y && row_weights && x;
  if (!read || *k == 0 || *k > kMostNeighbours || *weights > 1 || y->empty() ||
      x->size() != y->size() * plan.width() ||
      (!row_weights->empty() && row_weights->size() != y->size())) {
    return damaged("knn");
  }
  for (const float label : *y) {
    const bool good =
        classes == 0 || (label >= 0 && label < static_cast<float>(classes));
    if (!good) return damaged("knn");
  }
  Design rows{{y->size(), plan.width(), std::move(*x)},
              std::move(*y),
              std::move(*row_weights)};
  return std::unique_ptr<Model>(std::make_unique<KnnModel>(
      std::move(rows),
      KnnSpec{static_cast<int>(*k), static_cast<KnnWeights>(*weights)}, classes,
      plan));
}

Result<> KnnTrainer::begin(const Design& train, const Design&) {
  train_ = &train;
  return {};
}

Result<bool> KnnTrainer::step(StepReport& report) {
  if (done_) return false;
  done_ = true;
  report = {1, 1, 1, {}};
  return true;
}

Result<std::unique_ptr<Model>> KnnTrainer::finish() {
  Design rows = *train_;
  if (plan_.task == prep::Task::regression) {
    const auto y = learned_targets(plan_, *train_);
    std::transform(y.begin(), y.end(), rows.y.begin(),
                   [](double v) { return static_cast<float>(v); });
  }
  return std::unique_ptr<Model>(std::make_unique<KnnModel>(
      std::move(rows), spec_, plan_.classes.size(), plan_));
}

}  // namespace mlb::learn
