// See optimizer.h.
#include "learn/net/optimizer.h"

#include <cmath>

namespace mlb::learn {

NetOptimizer::NetOptimizer(const Optimizer& options, std::size_t parameters)
    : options_(options) {
  if (options.type != OptimizerType::rmsprop) moment1_.assign(parameters, 0);
  if (options.type != OptimizerType::sgd) moment2_.assign(parameters, 0);
}

void NetOptimizer::step(std::span<float> parameters,
                        std::span<const float> gradient, float scale,
                        double learning_rate, ShardPool& pool) {
  constexpr std::size_t kPart = 1 << 14;
  ++steps_;
  const std::size_t all = parameters.size();
  pool.run((all + kPart - 1) / kPart, [&](std::size_t part) {
    const std::size_t first = part * kPart;
    const std::size_t count = std::min(kPart, all - first);
    change({parameters.subspan(first, count), gradient.subspan(first, count),
            first, scale, learning_rate});
  });
}

void NetOptimizer::change(const Part& part) {
  switch (options_.type) {
    case OptimizerType::sgd: return sgd(part);
    case OptimizerType::adam:
    case OptimizerType::adamw: return adam(part);
    case OptimizerType::rmsprop: return rmsprop(part);
  }
}

void NetOptimizer::sgd(const Part& part) {
  const auto rate = static_cast<float>(part.rate);
  const auto momentum = static_cast<float>(options_.momentum);
  const auto decay = static_cast<float>(options_.weight_decay);
  const float scale = part.scale;
  const std::span<float> p = part.parameters;
  const std::span<const float> g = part.gradient;
  float* m = moment1_.data() + part.first;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const float slope = g[i] * scale + decay * p[i];
    m[i] = momentum * m[i] + slope;
    p[i] -= rate * (options_.nesterov ? slope + momentum * m[i] : m[i]);
  }
}

void NetOptimizer::adam(const Part& part) {
  const auto t = static_cast<double>(steps_);
  const auto rate = static_cast<float>(part.rate);
  const auto b1 = static_cast<float>(options_.beta1);
  const auto b2 = static_cast<float>(options_.beta2);
  const auto correct1 =
      static_cast<float>(1 / (1 - std::pow(options_.beta1, t)));
  const auto correct2 =
      static_cast<float>(1 / (1 - std::pow(options_.beta2, t)));
  const auto epsilon = static_cast<float>(options_.epsilon);
  const bool apart = options_.type == OptimizerType::adamw;
  const auto decay = static_cast<float>(apart ? 0 : options_.weight_decay);
  const auto kept =
      static_cast<float>(apart ? 1 - part.rate * options_.weight_decay : 1);
  const float scale = part.scale;
  const std::span<float> p = part.parameters;
  const std::span<const float> g = part.gradient;
  float* m = moment1_.data() + part.first;
  float* v = moment2_.data() + part.first;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const float slope = g[i] * scale + decay * p[i];
    m[i] = b1 * m[i] + (1 - b1) * slope;
    v[i] = b2 * v[i] + (1 - b2) * slope * slope;
    p[i] = kept * p[i] -
           rate * (m[i] * correct1) / (std::sqrt(v[i] * correct2) + epsilon);
  }
}

void NetOptimizer::rmsprop(const Part& part) {
  const auto rate = static_cast<float>(part.rate);
  const auto rho = static_cast<float>(options_.rho);
  const auto decay = static_cast<float>(options_.weight_decay);
  const auto epsilon = static_cast<float>(options_.epsilon);
  const float scale = part.scale;
  const std::span<float> p = part.parameters;
  const std::span<const float> g = part.gradient;
  float* v = moment2_.data() + part.first;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const float slope = g[i] * scale + decay * p[i];
    v[i] = rho * v[i] + (1 - rho) * slope * slope;
    p[i] -= rate * slope / (std::sqrt(v[i]) + epsilon);
  }
}

void NetOptimizer::save(Writer& w) const {
  w.number(steps_);
  w.numbers<float>(moment1_);
  w.numbers<float>(moment2_);
}

Result<> NetOptimizer::load(Reader& r) {
  auto steps = r.number<std::uint64_t>();
  auto first = r.numbers<float>();
  auto second = r.numbers<float>();
  if (!steps || !first || !second || first->size() != moment1_.size() ||
      second->size() != moment2_.size()) {
    return Error{Fault::integrity, "the optimiser's state does not fit"};
  }
  steps_ = *steps;
  moment1_ = std::move(*first);
  moment2_ = std::move(*second);
  return {};
}

}  // namespace mlb::learn
