// How gradients change the weights.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "job/spec.h"
#include "learn/net/shard_pool.h"

namespace mlb::learn {

/// sgd: momentum and Nesterov's look ahead as PyTorch has them (Sutskever,
/// Martens, Dahl, Hinton, "On the importance of initialization and momentum in
/// deep learning", 2013).  adam: Kingma, Ba, "Adam: a method for stochastic
/// optimization", 2015, algorithm 1.  adamw: Loshchilov, Hutter, "Decoupled
/// weight decay regularization", 2019, algorithm 2 with the decay times the
/// learning rate.  rmsprop: Hinton, lecture 6e, 2012.  Weight decay of the
/// others is added to the gradient.
class NetOptimizer {
 public:
  NetOptimizer(const Optimizer& options, std::size_t parameters);

  /// One step; `gradient` counts times `scale`.  Every number is changed by
  /// itself: the pool's threads share them.
  void step(std::span<float> parameters, std::span<const float> gradient,
            float scale, double learning_rate, ShardPool& pool);

  void save(Writer& writer) const;
  Result<> load(Reader& reader);

 private:
  /// What one step changes, or a part of it.
  struct Part {
    std::span<float> parameters;
    std::span<const float> gradient;
    std::size_t first = 0;  ///< of the moments
    float scale = 1;
    double rate = 0;
  };
  void change(const Part& part);
  void sgd(const Part& part);
  void adam(const Part& part);
  void rmsprop(const Part& part);

  Optimizer options_;
  std::uint64_t steps_ = 0;
  std::vector<float> moment1_;  ///< sgd: velocity; adam: mean of gradients
  std::vector<float> moment2_;  ///< mean of squared gradients
};

}  // namespace mlb::learn
