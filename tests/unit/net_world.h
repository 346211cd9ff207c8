// Vocabulary of the tests of lib/learn/net: nets in double with random weights
// and rows, their loss and gradient.
#pragma once

#include <string>
#include <vector>

#include "learn/net/batch.h"

namespace mlb::learn {

inline Layer layer_of(LayerType type) {
  Layer out{.type = type};
  if (type == LayerType::dense) out.units = 3;
  if (type == LayerType::conv2d) out.units = 2;
  if (type == LayerType::conv2d) out.size = 3;
  if (type == LayerType::conv2d) out.stride = 1;
  if (type == LayerType::maxpool || type == LayerType::avgpool) out.size = 2;
  if (type == LayerType::batchnorm) {
    out.momentum = 0.1;
    out.epsilon = 1e-5;
  }
  return out;
}

inline Layer dense(int units) {
  return {.type = LayerType::dense, .units = units};
}

inline NetSpec spec_of(std::vector<Layer> layers,
                       std::optional<ImageSize> input = {}) {
  return {.layers = std::move(layers), .input = input};
}

inline Net net_of(const NetSpec& spec, std::size_t inputs, std::size_t outputs,
                  const std::vector<CodeFeature>& codes = {}) {
  auto net = build_net(spec, inputs, outputs, codes);
  REQUIRE(net);
  return std::move(*net);
}

inline std::vector<double> normals(std::size_t count, Rng& rng) {
  std::vector<double> out(count);
  for (double& x : out) x = rng.normal();
  return out;
}

/// Rows with targets, and a net with weights that are not special.
struct NetWorld {
  NetWorld(const NetSpec& spec, std::size_t inputs, std::size_t outputs,
           std::size_t count, const std::vector<CodeFeature>& codes = {})
      : net(net_of(spec, inputs, outputs, codes)), rows(count), pool(2) {
    Rng rng(7);
    parameters = initial_parameters<double>(net, rng);
    for (double& p : parameters) p += 0.3 * rng.normal();
    x = normals(rows * inputs, rng);
    for (const CodeFeature& f : codes) {
      for (std::size_t i = 0; i < rows; ++i) {
        x[i * inputs + static_cast<std::size_t>(f.place)] =
            static_cast<double>(rng.below(static_cast<std::uint64_t>(f.codes)));
      }
    }
    for (std::size_t i = 0; i < rows; ++i) {
      y.push_back(outputs == 1 ? rng.normal()
                               : static_cast<double>(rng.below(outputs)));
      weights.push_back(0.5 + rng.uniform());
    }
    loss.type = outputs == 1 ? LossType::mse : LossType::cross_entropy;
  }

  /// The sum of the loss; keeps the gradient in `pass`.
  double run() {
    const auto gather = [&](std::size_t first, std::size_t count, double* to,
                            double* targets, double* counts) {
      std::copy_n(x.data() + first * net.inputs, count * net.inputs, to);
      std::copy_n(y.data() + first, count, targets);
      std::copy_n(weights.data() + first, count, counts);
    };
    const auto draw = [](std::size_t shard) { return Rng(40 + shard); };
    return pass.run(loss, parameters, rows, gather, draw).loss;
  }

  Net net;
  std::size_t rows;
  ShardPool pool;
  BatchPass<double> pass{net, pool};
  Loss loss;
  std::vector<double> parameters;
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> weights;
};

/// The largest difference between gradient and central differences, relative
/// to the larger of both, or to a thousandth of the largest of all: below that
/// rounding of the differences is all there is.
inline double worst_gradient(NetWorld& world) {
  world.run();
  const std::vector<double> exact(world.pass.gradient().begin(),
                                  world.pass.gradient().end());
  double largest = 0;
  for (const double g : exact) largest = std::max(largest, std::fabs(g));
  double worst = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    double& p = world.parameters[i];
    const double at = p;
    const double step = 1e-5 * std::max(1.0, std::fabs(at));
    p = at + step;
    const double above = world.run();
    p = at - step;
    const double below = world.run();
    p = at;
    const double slope = (above - below) / (2 * step);
    const double size =
        std::max({std::fabs(slope), std::fabs(exact[i]), 1e-3 * largest});
    worst = std::max(worst, std::fabs(slope - exact[i]) / size);
  }
  return worst;
}

}  // namespace mlb::learn
