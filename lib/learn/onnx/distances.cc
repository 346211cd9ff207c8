// Models that compare rows with stored ones, as ONNX, in double: k-means and
// machines of support vectors.
#include <algorithm>

#include "learn/kmeans.h"
#include "learn/onnx/prepare.h"
#include "learn/svm.h"

namespace mlb::learn {

using onnx::Attributes;
using onnx::Element;
using onnx::Graph;
using onnx::Value;
using onnx::whole;

namespace {

/// Rows that are compared with, as columns, and their squared lengths.
struct Stored {
  Value columns;  ///< width x rows
  Value squares;  ///< of each row
};

Stored stored(Graph& graph, const prep::Matrix& m) {
  std::vector<double> turned(m.values.size());
  std::vector<double> squares(m.rows, 0);
  for (std::size_t i = 0; i < m.rows; ++i) {
    for (std::size_t j = 0; j < m.columns; ++j) {
      const auto v = static_cast<double>(m.row(i)[j]);
      turned[j * m.rows + i] = v;
      squares[i] += v * v;
    }
  }
  return {graph.constant(turned, {whole(m.columns), whole(m.rows)}),
          graph.constant(squares, {whole(m.rows)})};
}

/// x'y of each row with each stored one.
Value products(Graph& graph, const Value& x, const Stored& with) {
  return graph.node("MatMul", {x, with.columns});
}

/// |x - y|^2 likewise, never below 0.
Value squared_distances(Graph& graph, const Value& x, const Stored& with) {
  const std::int64_t across = 1;
  const Value axes =
      graph.constant(std::span<const std::int64_t>(&across, 1), {1});
  const Value lengths =
      graph.node("ReduceSum", {graph.node("Mul", {x, x}), axes},
                 Attributes().integer("keepdims", 1));
  const Value twice =
      graph.node("Mul", {products(graph, x, with), graph.constant(-2.0)});
  const Value sum =
      graph.node("Add", {graph.node("Add", {twice, lengths}), with.squares});
  return graph.node("Max", {sum, graph.constant(0.0)});
}

Value kernel_values(Graph& graph, const Value& x, const Kernel& kernel,
                    const Stored& with) {
  const auto scaled = [&] {
    const Value product = graph.node(
        "Mul", {products(graph, x, with), graph.constant(kernel.gamma)});
    return graph.node("Add", {product, graph.constant(kernel.coef0)});
  };
  switch (kernel.type) {
    case KernelType::linear: break;
    case KernelType::rbf: {
      const Value d = squared_distances(graph, x, with);
      return graph.node(
          "Exp", {graph.node("Mul", {d, graph.constant(-kernel.gamma)})});
    }
    case KernelType::poly:
      return graph.node(
          "Pow",
          {scaled(), graph.constant(static_cast<double>(kernel.degree))});
    case KernelType::sigmoid: return graph.node("Tanh", {scaled()});
  }
  return products(graph, x, with);
}

/// rows x machines.
Value machine_scores(Graph& graph, const Value& rows, const Machines& all) {
  const std::size_t count = all.count();
  std::vector<double> alpha(all.vectors() * count, 0);
  std::vector<double> bias;
  for (std::size_t m = 0; m < count; ++m) {
    const Machine& machine = all.machines()[m];
    bias.push_back(-machine.bias);
    for (std::size_t s = 0; s < machine.rows.size(); ++s) {
      alpha[machine.rows[s] * count + m] += machine.alpha[s];
    }
  }
  const Value x = graph.cast(rows, Element::float64);
  const Value values =
      kernel_values(graph, x, all.kernel(), stored(graph, all.matrix()));
  const Value sums = graph.node(
      "MatMul",
      {values, graph.constant(alpha, {whole(all.vectors()), whole(count)})});
  return graph.node("Add", {sums, graph.constant(bias, {whole(count)})});
}

/// The share of the pairs that each class wins.
Value votes(Graph& graph, const Value& scores, std::size_t classes) {
  const std::size_t pairs = classes * (classes - 1) / 2;
  std::vector<double> of_second(pairs * classes, 0);  // what a yes adds
  std::vector<double> of_first(classes, 0);           // what all noes give
  std::size_t at = 0;
  const double each = 1 / static_cast<double>(pairs);
  for (std::size_t no = 0; no < classes; ++no) {
    for (std::size_t yes = no + 1; yes < classes; ++yes, ++at) {
      of_second[at * classes + yes] += each;
      of_second[at * classes + no] -= each;
      of_first[no] += each;
    }
  }
  const Value won = graph.cast(
      graph.node("Greater", {scores, graph.constant(0.0)}), Element::float64);
  const Value sum = graph.node(
      "MatMul",
      {won, graph.constant(of_second, {whole(pairs), whole(classes)})});
  return graph.node("Add", {sum, graph.constant(of_first, {whole(classes)})});
}

/// Of two classes, kept inside of 0 and 1 as predict() does.
Value two_classes(Graph& graph, const Value& score, const Sigmoid& sigmoid) {
  constexpr double kLeast = 1e-7;
  Value p = graph.node("Mul", {score, graph.constant(-sigmoid.a)});
  p = graph.node("Sigmoid",
                 {graph.node("Add", {p, graph.constant(-sigmoid.b)})});
  p = graph.node("Max", {p, graph.constant(kLeast)});
  p = graph.node("Min", {p, graph.constant(1 - kLeast)});
  return onnx::both(graph, p);
}

}  // namespace

Result<Value> KmeansModel::to_onnx(Graph& graph, const Value& rows) const {
  const Value x = graph.cast(rows, Element::float64);
  return squared_distances(graph, x, stored(graph, centres_));
}

Result<Value> SvrModel::to_onnx(Graph& graph, const Value& rows) const {
  return onnx::to_original(graph, machine_scores(graph, rows, machine_),
                           units_);
}

/// More than two probabilities come from an iteration that ONNX lacks.
Result<Value> SvmModel::to_onnx(Graph& graph, const Value& rows) const {
  if (classes_ > 2 && !sigmoids_.empty()) {
    return Error{Fault::refused,
                 "a model of kind svm of more than two classes cannot be "
                 "written as ONNX with its probabilities; one with "
                 "probability: false can"};
  }
  const Value scores = machine_scores(graph, rows, machines_);
  const Value p = sigmoids_.empty() ? votes(graph, scores, classes_)
                                    : two_classes(graph, scores, sigmoids_[0]);
  return graph.cast(p, Element::float32);
}

}  // namespace mlb::learn
