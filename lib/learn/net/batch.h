// One batch through a net and back: its rows are cut into a number of shards
// that depends on the batch alone, shards run on any number of threads, and
// what they give is added in their order, so the bits are always the same.
// Where a layer looks across rows (batchnorm), all shards stop, their sums are
// added, and all go on.
#pragma once

#include <functional>

#include "learn/net/loss.h"
#include "learn/net/net.h"
#include "learn/net/shard_pool.h"

namespace mlb::learn {

/// Rows that one shard takes at most: enough for an efficient product.
inline constexpr std::size_t kShardRows = 32;
inline constexpr std::size_t kMostShards = 8;

inline std::size_t shards_for(std::size_t rows) {
  return std::clamp<std::size_t>(rows / kShardRows, 1, kMostShards);
}

/// Used by one thread; `net` and `pool` must outlive it.
template <class T>
class BatchPass {
 public:
  /// Writes rows first .. first + rows of the batch, rows x inputs, their
  /// targets and how much each counts.  Called from several threads.
  using Gather = std::function<void(std::size_t first, std::size_t rows, T* x,
                                    T* y, T* weights)>;
  /// What a shard's dropout draws from.
  using Draw = std::function<Rng(std::size_t shard)>;

  BatchPass(const Net& net, ShardPool& pool) : net_(net), pool_(pool) {
    for (std::size_t i = 0; i < net.nodes.size(); ++i) {
      if (std::holds_alternative<BatchNormUnit>(net.nodes[i].unit)) {
        norms_.push_back(i);
      }
    }
    sums_.resize(net.statistics);
    statistics_.resize(net.statistics);
    gradient_.resize(net.parameters);
  }

  /// Loss and gradient of the sum over `rows` rows, which are `gather`ed.
  LossSum run(const Loss& loss, std::span<const T> parameters, std::size_t rows,
              const Gather& gather, const Draw& draw);

  /// Of the last run: the gradient of the sum of the loss.
  std::span<const T> gradient() const { return gradient_; }
  std::span<T> gradient() { return gradient_; }

  /// Mixes the last batch's mean and variance into running ones (the variance
  /// without bias, as PyTorch has it).
  void update(std::span<T> running) const;

 private:
  struct Shard {
    std::size_t first = 0;
    std::size_t rows = 0;
    std::vector<T> x;
    std::vector<T> y;
    std::vector<T> weights;
    Workspace<T> work;
    std::vector<T> gradient;
    std::vector<double> sums;
    Rng rng{0};
    LossSum loss;
  };

  Pass<T> pass_of(Shard& s) const {
    return {parameters_, &across_, s.x.data(), s.rows, &s.rng};
  }
  const BatchNormUnit& norm(std::size_t node) const {
    return std::get<BatchNormUnit>(net_.nodes[node].unit);
  }
  template <class F>
  void each_shard(F work) {
    pool_.run(count_, [&](std::size_t i) { work(i, shards_[i]); });
  }
  void begin(Shard& s, std::size_t index, const Gather& gather,
             const Draw& draw);
  void measure(std::size_t node);
  void judge(Shard& s, const Loss& loss);
  void back(Shard& s, std::size_t upto, std::size_t norms_left);
  void keep_norm_gradient(std::size_t node);
  void add_sums();
  void reduce();

  const Net& net_;
  ShardPool& pool_;
  std::vector<std::size_t> norms_;  ///< nodes that are batchnorm
  std::vector<Shard> shards_ = std::vector<Shard>(kMostShards);
  std::size_t count_ = 0;  ///< shards of this batch
  std::size_t rows_ = 0;
  std::span<const T> parameters_;
  Across<T> across_;
  std::vector<double> sums_;
  std::vector<T> statistics_;
  std::vector<T> gradient_;
};

template <class T>
void BatchPass<T>::begin(Shard& s, std::size_t index, const Gather& gather,
                         const Draw& draw) {
  s.first = rows_ * index / count_;
  s.rows = rows_ * (index + 1) / count_ - s.first;
  s.x.resize(s.rows * net_.inputs);
  s.y.resize(s.rows);
  s.weights.resize(s.rows);
  gather(s.first, s.rows, s.x.data(), s.y.data(), s.weights.data());
  s.rng = draw(index);
  s.gradient.assign(net_.parameters, T(0));
  s.sums.resize(net_.statistics);
}

/// Adds the shards' sums in their order.
template <class T>
void BatchPass<T>::add_sums() {
  std::ranges::fill(sums_, 0);
  for (std::size_t i = 0; i < count_; ++i) {
    for (std::size_t j = 0; j < sums_.size(); ++j) {
      sums_[j] += shards_[i].sums[j];
    }
  }
}

/// Mean and variance of a batchnorm's input, over the whole batch.
template <class T>
void BatchPass<T>::measure(std::size_t node) {
  add_sums();
  const BatchNormUnit& unit = norm(node);
  const double count = static_cast<double>(rows_ * unit.pixels);
  const std::span<double> sums(sums_);
  const std::span<T> to(statistics_);
  for (std::size_t j = 0; j < unit.channels; ++j) {
    const double mean = unit.mean.of(sums)[j] / count;
    const double square = unit.variance.of(sums)[j] / count;
    unit.mean.of(to)[j] = static_cast<T>(mean);
    unit.variance.of(to)[j] =
        static_cast<T>(std::max(0.0, square - mean * mean));
  }
}

template <class T>
void BatchPass<T>::judge(Shard& s, const Loss& loss) {
  T* g = begin_backward(net_, s.rows, s.work);
  s.loss = loss_of(loss, s.work.values.back().data(), s.y.data(),
                   s.weights.data(), s.rows, net_.outputs, g);
}

/// Goes back from behind node upto - 1 to the next batchnorm, and sums up what
/// that needs, or to the rows.
template <class T>
void BatchPass<T>::back(Shard& s, std::size_t upto, std::size_t norms_left) {
  const Pass<T> pass = pass_of(s);
  const std::size_t first = norms_left == 0 ? 0 : norms_[norms_left - 1] + 1;
  backward<T>(net_, upto, first, pass, s.work, s.gradient);
  if (norms_left == 0) return;
  const std::size_t node = norms_[norms_left - 1];
  std::ranges::fill(s.sums, 0);
  const auto in = inputs_of(net_.nodes[node], pass, s.work);
  norm(node).add_gradient_sums(backward_of<T>(node, pass, in, s.work),
                               std::span<double>(s.sums));
}

template <class T>
void BatchPass<T>::keep_norm_gradient(std::size_t node) {
  add_sums();
  const BatchNormUnit& unit = norm(node);
  const std::span<T> total(gradient_);
  const std::span<double> sums(sums_);
  for (std::size_t j = 0; j < unit.channels; ++j) {
    unit.shift.of(total)[j] = static_cast<T>(unit.mean.of(sums)[j]);
    unit.scale.of(total)[j] = static_cast<T>(unit.variance.of(sums)[j]);
  }
}

/// Every number is added in the order of the shards, whoever adds it.
template <class T>
void BatchPass<T>::reduce() {
  constexpr std::size_t kSlice = 1 << 14;
  const std::size_t n = gradient_.size();
  pool_.run((n + kSlice - 1) / kSlice, [&](std::size_t slice) {
    const std::size_t end = std::min(n, (slice + 1) * kSlice);
    for (std::size_t i = 0; i < count_; ++i) {
      const T* from = shards_[i].gradient.data();
      for (std::size_t j = slice * kSlice; j < end; ++j) {
        gradient_[j] += from[j];
      }
    }
  });
}

template <class T>
LossSum BatchPass<T>::run(const Loss& loss, std::span<const T> parameters,
                          std::size_t rows, const Gather& gather,
                          const Draw& draw) {
  parameters_ = parameters;
  rows_ = rows;
  count_ = shards_for(rows);
  across_ = {statistics_, sums_, static_cast<double>(rows)};
  std::ranges::fill(gradient_, T(0));
  std::size_t done = 0;
  for (std::size_t k = 0; k < norms_.size(); ++k) {
    each_shard([&](std::size_t i, Shard& s) {
      if (k == 0) begin(s, i, gather, draw);
      forward(net_, done, norms_[k], pass_of(s), s.work);
      std::ranges::fill(s.sums, 0);
      const auto in = inputs_of(net_.nodes[norms_[k]], pass_of(s), s.work);
      norm(norms_[k]).add_sums(in[0], s.rows, std::span<double>(s.sums));
    });
    measure(norms_[k]);
    done = norms_[k];
  }
  each_shard([&](std::size_t i, Shard& s) {
    if (norms_.empty()) begin(s, i, gather, draw);
    forward(net_, done, net_.nodes.size(), pass_of(s), s.work);
    judge(s, loss);
    back(s, net_.nodes.size(), norms_.size());
  });
  for (std::size_t k = norms_.size(); k-- > 0;) {
    keep_norm_gradient(norms_[k]);
    each_shard([&](std::size_t, Shard& s) { back(s, norms_[k] + 1, k); });
  }
  reduce();
  LossSum sum;
  for (std::size_t i = 0; i < count_; ++i) sum.add(shards_[i].loss);
  return sum;
}

template <class T>
void BatchPass<T>::update(std::span<T> running) const {
  const std::span<const T> fresh(statistics_);
  for (const std::size_t node : norms_) {
    const BatchNormUnit& unit = norm(node);
    const double count = static_cast<double>(rows_ * unit.pixels);
    const auto share = static_cast<T>(unit.momentum);
    const T unbiased = static_cast<T>(count > 1 ? count / (count - 1) : 1);
    for (std::size_t j = 0; j < unit.channels; ++j) {
      T& mean = unit.mean.of(running)[j];
      T& variance = unit.variance.of(running)[j];
      mean += share * (unit.mean.of(fresh)[j] - mean);
      variance += share * (unit.variance.of(fresh)[j] * unbiased - variance);
    }
  }
}

}  // namespace mlb::learn
