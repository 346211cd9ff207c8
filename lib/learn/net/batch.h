// One batch through a net and back: its rows are cut into a number of shards
// that depends on the batch alone, shards run on any number of threads, and
// what they give is added in their order, so the bits are always the same.
// Where a layer looks across rows (batchnorm), all shards stop, their sums are
// added, and all go on.  Gradients of dense layers' weights, the most numbers
// of all, are made at the end from all rows at once: nothing is added then.
#pragma once

#include <functional>

#include "learn/net/loss.h"
#include "learn/net/net.h"
#include "learn/net/shard_pool.h"

namespace mlb::learn {

/// Rows that one shard takes at least; with twice as many a product is more
/// efficient, so more than two shards come only with those.
inline constexpr std::size_t kShardRows = 32;
inline constexpr std::size_t kMostShards = 8;

inline std::size_t shards_for(std::size_t rows) {
  const std::size_t few = std::clamp<std::size_t>(rows / kShardRows, 1, 2);
  return std::clamp<std::size_t>(rows / (2 * kShardRows), few, kMostShards);
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
    divide_gradient();
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
    Workspace<T> work;
    std::vector<T> gradient;  ///< as all of it; only added_ is used
    std::vector<double> sums;
    Rng rng{0};
    LossSum loss;
  };
  /// A part of a unit's parameters, whose gradient the whole batch gives.
  struct Slice {
    std::size_t node = 0;
    std::size_t index = 0;
  };

  Pass<T> pass_of(Shard& s) const {
    return {parameters_, &across_, x_.data() + s.first * net_.inputs, s.rows,
            &s.rng};
  }
  const BatchNormUnit& norm(std::size_t node) const {
    return std::get<BatchNormUnit>(net_.nodes[node].unit);
  }
  template <class F>
  void each_shard(F work) {
    pool_.run(count_, [&](std::size_t i) { work(i, shards_[i]); });
  }
  void divide_gradient();
  void make_room(std::size_t rows);
  void begin(Shard& s, std::size_t index, const Gather& gather,
             const Draw& draw);
  void measure(std::size_t node);
  void judge(Shard& s, const Loss& loss);
  void back(Shard& s, std::size_t upto, std::size_t norms_left);
  void keep_norm_gradient(std::size_t node);
  void add_sums();
  void reduce();
  void slice_gradient(const Slice& slice);

  const Net& net_;
  ShardPool& pool_;
  std::vector<std::size_t> norms_;  ///< nodes that are batchnorm
  std::vector<Slice> slices_;
  std::vector<Range> added_;  ///< of the gradient: what shards' sums give
  std::vector<Shard> shards_ = std::vector<Shard>(kMostShards);
  std::size_t count_ = 0;  ///< shards of this batch
  std::size_t rows_ = 0;
  std::span<const T> parameters_;
  std::vector<T> x_;
  std::vector<T> y_;
  std::vector<T> weights_;
  Blocks<T> blocks_;
  Across<T> across_;
  std::vector<double> sums_;
  std::vector<T> statistics_;
  std::vector<T> gradient_;
};

/// Who makes which part of the gradient: batchnorms once a batch, slices, and
/// the shards the rest.
template <class T>
void BatchPass<T>::divide_gradient() {
  std::size_t at = 0;
  const auto leave_out = [&](const Range& range) {
    if (range.begin > at) added_.push_back({at, range.begin - at});
    at = range.begin + range.count;
  };
  for (std::size_t i = 0; i < net_.nodes.size(); ++i) {
    if (const auto* norm = std::get_if<BatchNormUnit>(&net_.nodes[i].unit)) {
      leave_out(norm->scale);
      leave_out(norm->shift);
    } else if (const auto* d = std::get_if<DenseUnit>(&net_.nodes[i].unit)) {
      for (std::size_t k = 0; k < d->gradient_slices(); ++k) {
        slices_.push_back({i, k});
      }
      leave_out(d->weights);
      if (d->bias.count > 0) leave_out(d->bias);
    }
  }
  leave_out({net_.parameters, 0});
}

template <class T>
void BatchPass<T>::make_room(std::size_t rows) {
  rows_ = rows;
  count_ = shards_for(rows);
  if (y_.size() >= rows) return;
  x_.resize(rows * net_.inputs);
  y_.resize(rows);
  weights_.resize(rows);
  blocks_.fit_values(net_, rows);
  blocks_.fit_gradients(net_, rows);
}

template <class T>
void BatchPass<T>::begin(Shard& s, std::size_t index, const Gather& gather,
                         const Draw& draw) {
  s.first = rows_ * index / count_;
  s.rows = rows_ * (index + 1) / count_ - s.first;
  gather(s.first, s.rows, x_.data() + s.first * net_.inputs,
         y_.data() + s.first, weights_.data() + s.first);
  s.work.place(net_, blocks_, s.first);
  s.rng = draw(index);
  if (!added_.empty()) s.gradient.resize(net_.parameters);
  const std::span<T> gradient(s.gradient);
  for (const Range& range : added_) {
    std::ranges::fill(range.of(gradient), T(0));
  }
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
  T* g = begin_backward(net_, s.work);
  s.loss = loss_of(loss, s.work.values.back(), y_.data() + s.first,
                   weights_.data() + s.first, s.rows, net_.outputs, g);
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
  constexpr std::size_t kPart = 1 << 14;
  for (const Range& range : added_) {
    pool_.run((range.count + kPart - 1) / kPart, [&](std::size_t part) {
      const std::size_t first = range.begin + part * kPart;
      const std::size_t end = range.begin + range.count;
      const std::size_t count = std::min(kPart, end - first);
      T* to = gradient_.data() + first;
      std::copy_n(shards_[0].gradient.data() + first, count, to);
      for (std::size_t i = 1; i < count_; ++i) {
        const T* from = shards_[i].gradient.data() + first;
        for (std::size_t j = 0; j < count; ++j) to[j] += from[j];
      }
    });
  }
}

template <class T>
void BatchPass<T>::slice_gradient(const Slice& slice) {
  const Workspace<T>& first = shards_[0].work;
  const Node& node = net_.nodes[slice.node];
  const T* input =
      node.inputs[0] == 0 ? x_.data() : first.values[node.inputs[0] - 1];
  Backward<T> b;
  b.rows = rows_;
  b.inputs = {&input, 1};
  b.out_gradient = first.gradients[slice.node];
  b.gradient = gradient_;
  std::get<DenseUnit>(node.unit).gradient_slice(slice.index, b);
}

template <class T>
LossSum BatchPass<T>::run(const Loss& loss, std::span<const T> parameters,
                          std::size_t rows, const Gather& gather,
                          const Draw& draw) {
  parameters_ = parameters;
  make_room(rows);
  across_ = {statistics_, sums_, static_cast<double>(rows)};
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
  pool_.run(slices_.size(), [&](std::size_t i) { slice_gradient(slices_[i]); });
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
