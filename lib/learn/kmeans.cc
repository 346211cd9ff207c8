// See kmeans.h.
#include "learn/kmeans.h"

#include <algorithm>
#include <cmath>

#include "learn/common.h"
#include "learn/net/ops.h"

namespace mlb::learn {
namespace {

/// Rows of one product, and of one part: the cut never depends on threads.
constexpr std::size_t kBlock = 256;
constexpr std::size_t kPartRows = 256;
constexpr std::size_t kMostParts = 32;
constexpr std::uint64_t kMostClusters = 1'000'000;

/// In an order that the compiler can use registers for.
double squared_distance(std::span<const float> a, std::span<const float> b) {
  constexpr std::size_t kLanes = 16;
  float sums[kLanes] = {};
  std::size_t j = 0;
  for (; j + kLanes <= a.size(); j += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      const float d = a[j + l] - b[j + l];
      sums[l] += d * d;
    }
  }
  double out = 0;
  for (const float s : sums) out += static_cast<double>(s);
  for (; j < a.size(); ++j) {
    const double d = static_cast<double>(a[j]) - static_cast<double>(b[j]);
    out += d * d;
  }
  return out;
}

/// The centre with the least |centre|^2 / 2 - row centre: the first of equals.
std::size_t nearest_of(const float* halves, const float* products,
                       std::size_t k) {
  std::size_t out = 0;
  float least = halves[0] - products[0];
  for (std::size_t c = 1; c < k; ++c) {
    const float score = halves[c] - products[c];
    out = score < least ? c : out;
    least = score < least ? score : least;
  }
  return out;
}

void set_row(prep::Matrix& m, std::size_t row, std::span<const float> values) {
  std::copy(values.begin(), values.end(),
            m.values.begin() + static_cast<long>(row * m.columns));
}

/// |row|^2 / 2.
std::vector<float> half_norms(const prep::Matrix& m) {
  std::vector<float> out;
  for (std::size_t i = 0; i < m.rows; ++i) {
    double sum = 0;
    for (const float v : m.row(i)) {
      sum += static_cast<double>(v) * static_cast<double>(v);
    }
    out.push_back(static_cast<float>(sum / 2));
  }
  return out;
}

double mean_variance(const prep::Matrix& x) {
  const auto n = static_cast<double>(x.rows);
  double out = 0;
  for (std::size_t j = 0; j < x.columns; ++j) {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < x.rows; ++i) {
      const auto v = static_cast<double>(x.row(i)[j]);
      sum += v;
      squares += v * v;
    }
    out += std::max(0.0, squares / n - sum / n * sum / n);
  }
  return out / static_cast<double>(x.columns);
}

/// The index at which the running sum passes `target`.
std::size_t pick(const std::vector<double>& shares, double target) {
  double sum = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    sum += shares[i];
    if (sum > target) return i;
  }
  return shares.size() - 1;
}

double sum_of(const std::vector<double>& values) {
  double out = 0;
  for (const double v : values) out += v;
  return out;
}

}  // namespace

KmeansTrainer::KmeansTrainer(const JobSpec& spec, const prep::Plan&,
                             StopAsked stop_asked)
    : spec_(std::get<KmeansSpec>(spec.model)),
      seed_(spec.seed),
      stop_asked_(stop_asked),
      pool_(threads_of(spec)) {}

Result<> KmeansTrainer::begin(const Design& train, const Design&) {
  train_ = &train;
  k_ = static_cast<std::size_t>(spec_.k);
  if (train.x.rows < k_) {
    return Error{Fault::data, "kmeans: " + std::to_string(k_) +
                                  " clusters of " +
                                  std::to_string(train.x.rows) + " rows"};
  }
  if (!ops::prepare()) {
    return Error{Fault::data,
                 "this CPU lacks AVX2 or FMA, which training needs"};
  }
  tolerance_ = spec_.tol * mean_variance(train.x);
  return {};
}

/// From each row to the given one, squared, times the row's weight.
std::vector<double> KmeansTrainer::distances_to(std::size_t row) const {
  const prep::Matrix& x = train_->x;
  std::vector<double> out(x.rows);
  const std::size_t parts = (x.rows + kPartRows - 1) / kPartRows;
  pool_.run(parts, [&](std::size_t part) {
    const std::size_t end = std::min(x.rows, (part + 1) * kPartRows);
    for (std::size_t i = part * kPartRows; i < end; ++i) {
      out[i] = train_->weight(i) * squared_distance(x.row(i), x.row(row));
    }
  });
  return out;
}

/// Each further centre is a row drawn by its distance to the nearest so far:
/// of several candidates the one that lowers the sum most.
prep::Matrix KmeansTrainer::spread_centres(Rng& rng) const {
  const prep::Matrix& x = train_->x;
  prep::Matrix out = make_matrix(k_, x.columns);
  const int candidates =
      2 + static_cast<int>(std::log(static_cast<double>(k_)));
  const std::size_t first = rng.below(x.rows);
  set_row(out, 0, x.row(first));
  std::vector<double> nearest = distances_to(first);
  for (std::size_t c = 1; c < k_ && !stop_asked_(); ++c) {
    const double sum = sum_of(nearest);
    std::vector<double> best;
    std::size_t chosen = 0;
    for (int i = 0; i < candidates; ++i) {
      const std::size_t row = pick(nearest, rng.uniform() * sum);
      std::vector<double> d = distances_to(row);
      for (std::size_t r = 0; r < d.size(); ++r) {
        d[r] = std::min(d[r], nearest[r]);
      }
      if (!best.empty() && sum_of(d) >= sum_of(best)) continue;
      best = std::move(d);
      chosen = row;
    }
    nearest = std::move(best);
    set_row(out, c, x.row(chosen));
  }
  return out;
}

prep::Matrix KmeansTrainer::first_centres(Rng& rng) const {
  if (spec_.init == KmeansInit::plus_plus) return spread_centres(rng);
  std::vector<std::size_t> rows(train_->x.rows);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
  prep::Matrix out = make_matrix(k_, train_->x.columns);
  for (std::size_t c = 0; c < k_; ++c) {
    std::swap(rows[c], rows[c + rng.below(rows.size() - c)]);
    set_row(out, c, train_->x.row(rows[c]));
  }
  return out;
}

KmeansTrainer::Assigned KmeansTrainer::assign_part(
    const prep::Matrix& centres, const std::vector<float>& halves,
    std::size_t first, std::size_t end) const {
  const prep::Matrix& x = train_->x;
  Assigned out{0, std::vector<double>(k_ * x.columns, 0),
               std::vector<double>(k_, 0)};
  std::vector<float> products(kBlock * k_);
  for (std::size_t begin = first; begin < end; begin += kBlock) {
    const std::size_t rows = std::min(kBlock, end - begin);
    ops::gemm(ops::Transpose::no, ops::Transpose::yes, rows, k_, x.columns,
              x.row(begin).data(), centres.values.data(), 0.0f,
              products.data());
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t nearest =
          nearest_of(halves.data(), products.data() + i * k_, k_);
      const std::size_t row = begin + i;
      const double weight = train_->weight(row);
      const auto values = x.row(row);
      const double d = squared_distance(values, centres.row(nearest));
      out.inertia += weight * d;
      out.weights[nearest] += weight;
      double* sum = out.sums.data() + nearest * x.columns;
      for (std::size_t j = 0; j < x.columns; ++j) {
        sum[j] += weight * static_cast<double>(values[j]);
      }
      if (weight > 0 && d > out.distance) {
        out.distance = d;
        out.farthest = row;
      }
    }
  }
  return out;
}

KmeansTrainer::Assigned KmeansTrainer::assign(
    const prep::Matrix& centres) const {
  const std::size_t rows = train_->x.rows;
  const std::vector<float> halves = half_norms(centres);
  const std::size_t count =
      std::clamp<std::size_t>(rows / kPartRows, 1, kMostParts);
  std::vector<Assigned> parts(count);
  pool_.run(count, [&](std::size_t i) {
    parts[i] =
        assign_part(centres, halves, rows * i / count, rows * (i + 1) / count);
  });
  Assigned out = std::move(parts[0]);
  for (std::size_t i = 1; i < count; ++i) {
    const Assigned& p = parts[i];
    out.inertia += p.inertia;
    for (std::size_t j = 0; j < out.sums.size(); ++j) out.sums[j] += p.sums[j];
    for (std::size_t c = 0; c < k_; ++c) out.weights[c] += p.weights[c];
    if (p.distance > out.distance) {
      out.distance = p.distance;
      out.farthest = p.farthest;
    }
  }
  return out;
}

/// Centres become the means of their rows, an empty one the row farthest from
/// its own centre; returns the sum of squared moves.
double KmeansTrainer::move(const Assigned& assigned,
                           prep::Matrix& centres) const {
  double moved = 0;
  for (std::size_t c = 0; c < k_; ++c) {
    std::vector<float> to(centres.columns);
    const double weight = assigned.weights[c];
    const auto far = train_->x.row(assigned.farthest);
    for (std::size_t j = 0; j < to.size(); ++j) {
      to[j] =
          weight > 0
              ? static_cast<float>(assigned.sums[c * to.size() + j] / weight)
              : far[j];
    }
    moved += squared_distance(centres.row(c), to);
    set_row(centres, c, to);
  }
  return moved;
}

std::optional<double> KmeansTrainer::run(prep::Matrix& centres) const {
  for (int i = 0; i < spec_.max_iter; ++i) {
    if (stop_asked_()) return std::nullopt;
    if (move(assign(centres), centres) <= tolerance_) break;
  }
  return assign(centres).inertia;
}

Result<bool> KmeansTrainer::step(StepReport& report) {
  const auto all = static_cast<std::uint32_t>(spec_.n_init);
  if (starts_ >= all) return false;
  Rng rng = Rng::stream(seed_, "start " + std::to_string(starts_));
  prep::Matrix centres = first_centres(rng);
  const auto inertia = run(centres);
  if (!inertia) return false;
  if (starts_ == 0 || *inertia < best_) {
    best_ = *inertia;
    centres_ = std::move(centres);
  }
  ++starts_;
  report = {starts_, all, starts_, {{"train.loss", best_}}};
  return true;
}

void KmeansTrainer::save_state(Writer& w) const {
  w.number(starts_);
  w.number(best_);
  w.numbers<float>(centres_.values);
}

Result<> KmeansTrainer::load_state(Reader& r) {
  const auto starts = r.number<std::uint32_t>();
  const auto best = r.number<double>();
  auto values = r.numbers<float>();
  const std::size_t size = k_ * train_->x.columns;
  if (!starts || !best || !values ||
      values->size() != (*starts == 0 ? 0 : size)) {
    return damaged_state();
  }
  starts_ = *starts;
  best_ = *best;
  centres_ = {k_, train_->x.columns, std::move(*values)};
  return {};
}

Result<std::unique_ptr<Model>> KmeansTrainer::finish() {
  if (starts_ == 0) {
    return Error{Fault::data, "stopped before the first start had ended"};
  }
  return std::unique_ptr<Model>(std::make_unique<KmeansModel>(centres_));
}

Result<prep::Matrix> KmeansModel::predict(const prep::Matrix& x) const {
  auto fits = want_width(x, centres_.columns);
  if (!fits) return std::move(fits).fail();
  prep::Matrix out = make_matrix(x.rows, centres_.rows);
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t c = 0; c < centres_.rows; ++c) {
      out.values[i * out.columns + c] =
          static_cast<float>(squared_distance(x.row(i), centres_.row(c)));
    }
  }
  return out;
}

Facts KmeansModel::facts() const {
  return {{"clusters", static_cast<double>(centres_.rows)}};
}

void KmeansModel::save(Writer& w) const {
  w.number<std::uint64_t>(centres_.rows);
  w.numbers<float>(centres_.values);
}

Result<std::unique_ptr<Model>> KmeansModel::load(const prep::Plan& plan,
                                                 Reader& r) {
  auto k = r.number<std::uint64_t>();
  auto values = r.numbers<float>();
  if (!k || !values || *k == 0 || *k > kMostClusters ||
      values->size() != *k * plan.width()) {
    return damaged("kmeans");
  }
  return std::unique_ptr<Model>(std::make_unique<KmeansModel>(
      prep::Matrix{*k, plan.width(), std::move(*values)}));
}

double inertia(const prep::Matrix& distances) {
  double sum = 0;
  for (std::size_t i = 0; i < distances.rows; ++i) {
    const auto row = distances.row(i);
    sum += static_cast<double>(*std::min_element(row.begin(), row.end()));
  }
  return sum;
}

}  // namespace mlb::learn
