// A feed-forward net built at run time: one flat parameter vector and a list
// of nodes, each a unit (layer.h) and the values that enter it.  Exact
// gradients by backpropagation.  Pure arithmetic; float in the product, double
// in gradient checks.
#pragma once

#include <variant>
#include <vector>

#include "base/result.h"
#include "job/shape.h"
#include "job/spec.h"
#include "learn/net/activation.h"
#include "learn/net/conv.h"
#include "learn/net/dense.h"
#include "learn/net/embed.h"
#include "learn/net/join.h"
#include "learn/net/norm.h"
#include "learn/net/pool.h"

namespace mlb::learn {

using Unit =
    std::variant<DenseUnit, ConvUnit, MaxPoolUnit, AvgPoolUnit,
                 GlobalAvgPoolUnit, BatchNormUnit, LayerNormUnit, DropoutUnit,
                 SoftmaxUnit, AddUnit, JoinUnit, Elementwise<Relu>,
                 Elementwise<LeakyRelu>, Elementwise<Elu>, Elementwise<Gelu>,
                 Elementwise<Silu>, Elementwise<Mish>, Elementwise<Tanh>,
                 Elementwise<SigmoidCurve>, EmbedUnit>;

struct Node {
  Unit unit;
  /// Values that enter: 0 is the rows, 1 + i is what leaves node i.
  std::vector<std::size_t> inputs;
  std::size_t size = 0;  ///< numbers a row that leave
  bool learns = false;   ///< it or a node before it has parameters
};

/// Nodes in an order in which each stands behind what enters it; the last is
/// the output layer that the task adds: linear, `outputs` wide.
struct Net {
  std::vector<Node> nodes;
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  std::size_t parameters = 0;      ///< trained numbers
  std::size_t statistics = 0;      ///< running ones of batchnorm
  std::vector<Range> weights;      ///< those that l1 and l2 hold down
  std::vector<CodeFeature> codes;  ///< inputs that embed looks up

  bool has_batchnorm() const { return statistics > 0; }
};

/// `codes` are those inputs that are codes, in their order.  Errors are those
/// of infer_shape(): Fault::data, since all that can be known without the data
/// was checked before.
Result<Net> build_net(const NetSpec& spec, std::size_t inputs,
                      std::size_t outputs,
                      const std::vector<CodeFeature>& codes = {});

/// Every unit's start, drawn from `rng` in the order of the nodes.
template <class T>
std::vector<T> initial_parameters(const Net& net, Rng& rng) {
  std::vector<T> out(net.parameters, T(0));
  for (const Node& node : net.nodes) {
    std::visit(
        [&](const auto& unit) {
          if constexpr (requires { unit.start(std::span<T>(out), rng); }) {
            unit.start(std::span<T>(out), rng);
          }
        },
        node.unit);
  }
  return out;
}

/// Mean 0 and variance 1: what running statistics begin with.
template <class T>
std::vector<T> initial_statistics(const Net& net) {
  std::vector<T> out(net.statistics, T(0));
  for (const Node& node : net.nodes) {
    const auto* norm = std::get_if<BatchNormUnit>(&node.unit);
    if (norm == nullptr) continue;
    std::ranges::fill(norm->variance.of(std::span<T>(out)), T(1));
  }
  return out;
}

/// What leaves each node for a number of rows, and its gradient: one vector a
/// node, rows x size.  Keeps its memory.
template <class T>
struct Blocks {
  std::vector<std::vector<T>> values;
  std::vector<std::vector<T>> gradients;

  void fit_values(const Net& net, std::size_t rows) { fit(net, rows, values); }
  void fit_gradients(const Net& net, std::size_t rows) {
    fit(net, rows, gradients);
  }

 private:
  static void fit(const Net& net, std::size_t rows,
                  std::vector<std::vector<T>>& to) {
    to.resize(net.nodes.size());
    for (std::size_t i = 0; i < to.size(); ++i) {
      const std::size_t count = rows * net.nodes[i].size;
      if (to[i].size() < count) to[i].resize(count);
    }
  }
};

/// Where some of the rows of Blocks lie, and what only they need.
template <class T>
struct Workspace {
  std::vector<T*> values;             ///< one a node
  std::vector<T*> gradients;          ///< of the same; empty: predicting
  std::vector<Scratch<T>> scratch;    ///< one a node
  std::vector<std::uint8_t> reached;  ///< has gradients[i] been written?
  std::vector<std::vector<T>> spare;

  /// From row `first` of the blocks on.
  void place(const Net& net, Blocks<T>& blocks, std::size_t first) {
    const auto point = [&](std::vector<std::vector<T>>& from,
                           std::vector<T*>& to) {
      to.clear();
      for (std::size_t i = 0; i < from.size(); ++i) {
        to.push_back(from[i].data() + first * net.nodes[i].size);
      }
    };
    point(blocks.values, values);
    point(blocks.gradients, gradients);
    scratch.resize(net.nodes.size());
  }
};

/// The rows of a block and what they go through.
template <class T>
struct Pass {
  std::span<const T> parameters;
  const Across<T>* across = nullptr;
  const T* x = nullptr;  ///< rows x inputs
  std::size_t rows = 0;
  Rng* rng = nullptr;  ///< of dropout; none: predicting
};

template <class T>
std::vector<const T*> inputs_of(const Node& node, const Pass<T>& pass,
                                const Workspace<T>& work) {
  std::vector<const T*> out;
  for (const std::size_t value : node.inputs) {
    out.push_back(value == 0 ? pass.x : work.values[value - 1]);
  }
  return out;
}

/// Runs nodes first .. last - 1, whose inputs are there.
template <class T>
void forward(const Net& net, std::size_t first, std::size_t last,
             const Pass<T>& pass, Workspace<T>& work) {
  for (std::size_t i = first; i < last; ++i) {
    const Node& node = net.nodes[i];
    const auto inputs = inputs_of(node, pass, work);
    const Forward<T> f{pass.rows,       pass.parameters, inputs,
                       work.values[i],  pass.rng,        pass.across,
                       &work.scratch[i]};
    std::visit([&](const auto& unit) { unit.forward(f); }, node.unit);
  }
}

/// The whole net; rows x outputs, before softmax.
template <class T>
const T* forward(const Net& net, const Pass<T>& pass, Workspace<T>& work) {
  forward(net, 0, net.nodes.size(), pass, work);
  return work.values.back();
}

template <class T>
Backward<T> backward_of(std::size_t i, const Pass<T>& pass,
                        std::span<const T* const> inputs, Workspace<T>& work) {
  Backward<T> b;
  b.rows = pass.rows;
  b.parameters = pass.parameters;
  b.inputs = inputs;
  b.out = work.values[i];
  b.out_gradient = work.gradients[i];
  b.across = pass.across;
  b.scratch = &work.scratch[i];
  return b;
}

/// Where a node's input gradients go: straight to the value's gradient, or,
/// when another node wrote that already, to spare memory that is then added.
template <class T>
std::vector<T*> gradient_targets(const Net& net, const Node& node,
                                 std::size_t rows, Workspace<T>& work,
                                 std::vector<std::uint8_t>& is_spare) {
  std::vector<T*> out;
  is_spare.assign(node.inputs.size(), 0);
  work.spare.resize(std::max(work.spare.size(), node.inputs.size()));
  for (std::size_t k = 0; k < node.inputs.size(); ++k) {
    const std::size_t value = node.inputs[k];
    if (value == 0 || !net.nodes[value - 1].learns) {
      out.push_back(nullptr);
      continue;
    }
    is_spare[k] = work.reached[value - 1];
    if (is_spare[k]) work.spare[k].resize(rows * net.nodes[value - 1].size);
    work.reached[value - 1] = 1;
    out.push_back(is_spare[k] ? work.spare[k].data()
                              : work.gradients[value - 1]);
  }
  return out;
}

/// Where the gradient of the output goes, rows x outputs; forgets all others.
template <class T>
T* begin_backward(const Net& net, Workspace<T>& work) {
  work.reached.assign(net.nodes.size(), 0);
  work.reached.back() = 1;
  return work.gradients.back();
}

/// Takes gradients from behind node last - 1 to before node `first`, and adds
/// those of parameters to `gradient`, but for units that want a whole batch for
/// that (layer.h).  After forward() on the same pass.
template <class T>
void backward(const Net& net, std::size_t last, std::size_t first,
              const Pass<T>& pass, Workspace<T>& work, std::span<T> gradient) {
  std::vector<std::uint8_t> is_spare;
  for (std::size_t i = last; i-- > first;) {
    const Node& node = net.nodes[i];
    if (!node.learns || !work.reached[i]) continue;
    const auto inputs = inputs_of(node, pass, work);
    const auto targets = gradient_targets(net, node, pass.rows, work, is_spare);
    Backward<T> b = backward_of<T>(i, pass, inputs, work);
    b.input_gradients = targets;
    b.gradient = gradient;
    std::visit([&](const auto& unit) { unit.backward(b); }, node.unit);
    for (std::size_t k = 0; k < targets.size(); ++k) {
      if (!is_spare[k]) continue;
      const std::size_t value = node.inputs[k] - 1;
      T* sum = work.gradients[value];
      const std::size_t count = pass.rows * net.nodes[value].size;
      for (std::size_t j = 0; j < count; ++j) sum[j] += targets[k][j];
    }
  }
}

}  // namespace mlb::learn
