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

/// From each row to the centre, squared, times the row's weight.
std::vector<double> KmeansTrainer::distances_to(
    std::span<const float> centre) const {
  const prep::Matrix& x = train_->x;
  std::vector<double> out(x.rows);
  const std::size_t parts = (x.rows + kPartRows - 1) / kPartRows;
  pool_.run(parts, [&](std::size_t part) {
    const std::size_t end = std::min(x.rows, (part + 1) * kPartRows);
    for (std::size_t i = part * kPartRows; i < end; ++i) {
      out[i] = train_->weight(i) * squared_distance(x.row(i), centre);
    }
  });
  return out;
}

/// A row drawn by its distance to the nearest centre so far: of several
/// candidates the one that lowers the sum most.
void KmeansTrainer::spread_one() {
  const prep::Matrix& x = train_->x;
  const int candidates =
      2 + static_cast<int>(std::log(static_cast<double>(k_)));
  const double sum = sum_of(nearest_);
  std::vector<double> best;
  std::size_t chosen = 0;
  for (int i = 0; i < candidates; ++i) {
    const std::size_t row = pick(nearest_, rng_.uniform() * sum);
    std::vector<double> d = distances_to(x.row(row));
    for (std::size_t r = 0; r < d.size(); ++r) {
      d[r] = std::min(d[r], nearest_[r]);
    }
    if (!best.empty() && sum_of(d) >= sum_of(best)) continue;
    best = std::move(d);
    chosen = row;
  }
  nearest_ = std::move(best);
  set_row(moving_, chosen_++, x.row(chosen));
}

bool KmeansTrainer::spread_centres() {
  const prep::Matrix& x = train_->x;
  if (chosen_ == 0) set_row(moving_, chosen_++, x.row(rng_.below(x.rows)));
  if (nearest_.empty()) {
    nearest_ = distances_to(moving_.row(0));
    for (std::size_t c = 1; c < chosen_; ++c) {
      const auto d = distances_to(moving_.row(c));
      for (std::size_t r = 0; r < d.size(); ++r) {
        nearest_[r] = std::min(d[r], nearest_[r]);
      }
    }
  }
  while (chosen_ < k_) {
    if (stop_asked_()) return false;
    spread_one();
  }
  nearest_.clear();
  return true;
}

/// Rows drawn without replacement.
void KmeansTrainer::draw_centres() {
  std::vector<std::size_t> rows(train_->x.rows);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
  for (; chosen_ < k_; ++chosen_) {
    std::swap(rows[chosen_], rows[chosen_ + rng_.below(rows.size() - chosen_)]);
    set_row(moving_, chosen_, train_->x.row(rows[chosen_]));
  }
}

bool KmeansTrainer::choose_centres() {
  if (moving_.values.empty()) {
    rng_ = Rng::stream(seed_, "start " + std::to_string(starts_));
    moving_ = make_matrix(k_, train_->x.columns);
    chosen_ = 0;
    moves_ = 0;
  }
  if (spec_.init == KmeansInit::plus_plus) return spread_centres();
  draw_centres();
  return true;
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

/// Most starts end long before max_iter.
Underway KmeansTrainer::underway() const {
  const double start = static_cast<double>(moves_) / spec_.max_iter;
  Underway out{(starts_ + start) / spec_.n_init, steps_};
  if (starts_ > 0) out.metrics["train.loss"] = best_;
  return out;
}

bool KmeansTrainer::run_start() {
  const bool chosen = chosen_ == k_ && !moving_.values.empty();
  if (!chosen && !choose_centres()) return false;
  while (moves_ < spec_.max_iter) {
    if (stop_asked_()) return false;
    ++moves_;
    ++steps_;
    if (move(assign(moving_), moving_) <= tolerance_) break;
  }
  return true;
}

Result<bool> KmeansTrainer::step(StepReport& report) {
  const auto all = static_cast<std::uint32_t>(spec_.n_init);
  report = {};
  if (starts_ >= all) return false;
  if (!run_start()) {
    report.paused = true;
    return true;
  }
  const double inertia = assign(moving_).inertia;
  if (starts_ == 0 || inertia < best_) {
    best_ = inertia;
    centres_ = std::move(moving_);
  }
  moving_ = {};
  ++starts_;
  moves_ = 0;
  report = {starts_, all, steps_, {{"train.loss", best_}}};
  return true;
}

void KmeansTrainer::save_state(Writer& w) const {
  w.number(starts_);
  w.number(best_);
  w.numbers<float>(centres_.values);
  w.numbers<float>(moving_.values);
  w.number(chosen_);
  for (const auto word : rng_.state()) w.number(word);
  w.number(moves_);
  w.number(steps_);
}

Result<> KmeansTrainer::load_state(Reader& r) {
  const std::size_t width = train_->x.columns;
  const auto starts = r.number<std::uint32_t>();
  const auto best = r.number<double>();
  auto values = r.numbers<float>();
  auto moving = r.numbers<float>();
  const auto chosen = r.number<std::uint64_t>();
  Rng::State state{};
  // Where one of these is missing, the last number is, too.
  for (auto& word : state) {
    const auto read = r.number<std::uint64_t>();
    if (read) word = *read;
  }
  const auto moves = r.number<std::int32_t>();
  const auto steps = r.number<std::uint64_t>();
  if (!starts || !best || !values || !moving || !chosen || !moves || !steps ||
      *chosen > k_ || values->size() != (*starts == 0 ? 0 : k_ * width) ||
      (!moving->empty() && moving->size() != k_ * width)) {
    return damaged_state();
  }
  starts_ = *starts;
  best_ = *best;
  centres_ = {k_, width, std::move(*values)};
  moving_ = {k_, width, std::move(*moving)};
  chosen_ = *chosen;
  rng_.restore(state);
  moves_ = *moves;
  steps_ = *steps;
  nearest_.clear();
  return {};
}

/// Of the best start; of the first one, if it has not ended, as far as it is.
Result<std::unique_ptr<Model>> KmeansTrainer::finish() {
  const prep::Matrix& centres = starts_ == 0 ? moving_ : centres_;
  const bool whole = starts_ > 0 || chosen_ == k_;
  if (centres.values.empty() || !whole) {
    return Error{Fault::data, "stopped before there were centres"};
  }
  return std::unique_ptr<Model>(std::make_unique<KmeansModel>(centres));
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

}  // namespace mlb::learn
