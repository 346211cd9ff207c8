// Models that are matrix products, as ONNX, in double as they predict:
// ridge, logistic, linear_svm, naive_bayes, baseline, principal components.
#include <cmath>
#include <numbers>

#include "learn/baseline.h"
#include "learn/linear.h"
#include "learn/naive_bayes.h"
#include "learn/onnx/prepare.h"
#include "learn/pca.h"
#include "learn/ridge.h"

namespace mlb::learn {

using onnx::Attributes;
using onnx::Element;
using onnx::Graph;
using onnx::Value;
using onnx::whole;

namespace {

Attributes axis(std::int64_t at) {
  return Attributes().integer("axis", at);
}

/// x w + b, of w in inputs x outputs.
Value affine(Graph& graph, const Value& x, const std::vector<double>& w,
             const std::vector<double>& b, std::size_t inputs) {
  const Value product = graph.node(
      "MatMul", {x, graph.constant(w, {whole(inputs), whole(b.size())})});
  return graph.node("Add", {product, graph.constant(b, {whole(b.size())})});
}

Value sum_over(Graph& graph, const Value& x, std::int64_t at, bool keeps) {
  const Value axes = graph.constant(std::span<const std::int64_t>(&at, 1), {1});
  return graph.node("ReduceSum", {x, axes},
                    Attributes().integer("keepdims", keeps ? 1 : 0));
}

/// 1 / (1 + exp(a s + b)) of each score.
Value platt(Graph& graph, const Value& scores,
            const std::vector<Sigmoid>& sigmoids) {
  std::vector<double> a;
  std::vector<double> b;
  for (const Sigmoid& s : sigmoids) {
    a.push_back(-s.a);
    b.push_back(-s.b);
  }
  const onnx::Dims dims{whole(a.size())};
  const Value scaled = graph.node("Mul", {scores, graph.constant(a, dims)});
  return graph.node("Sigmoid",
                    {graph.node("Add", {scaled, graph.constant(b, dims)})});
}

}  // namespace

Result<Value> RidgeModel::to_onnx(Graph& graph, const Value& rows) const {
  const Value x = graph.cast(rows, Element::float64);
  return onnx::to_original(
      graph, affine(graph, x, weights_, {intercept_}, weights_.size()), units_);
}

Result<Value> LinearClassifier::to_onnx(Graph& graph, const Value& rows) const {
  const std::size_t split = weights_.inputs * weights_.outputs;
  const auto middle = weights_.values.begin() + static_cast<long>(split);
  const Value scores = affine(graph, graph.cast(rows, Element::float64),
                              {weights_.values.begin(), middle},
                              {middle, weights_.values.end()}, weights_.inputs);
  Value p;
  if (weights_.outputs == 1) {
    p = onnx::both(graph, sigmoids_.empty() ? graph.node("Sigmoid", {scores})
                                            : platt(graph, scores, sigmoids_));
  } else if (sigmoids_.empty()) {
    p = graph.node("Softmax", {scores}, axis(1));
  } else {
    p = graph.node("Max",
                   {platt(graph, scores, sigmoids_), graph.constant(1e-300)});
    p = graph.node("Div", {p, sum_over(graph, p, 1, true)});
  }
  return graph.cast(p, Element::float32);
}

/// The answer, once a row.
Result<Value> BaselineModel::to_onnx(Graph& graph, const Value& rows) const {
  const std::int64_t first = 0;
  const std::int64_t width = whole(answer_.size());
  const Value count = graph.node(
      "Gather",
      {graph.node("Shape", {rows}),
       graph.constant(std::span<const std::int64_t>(&first, 1), {1})});
  const Value shape = graph.node(
      "Concat",
      {count, graph.constant(std::span<const std::int64_t>(&width, 1), {1})},
      axis(0));
  const Value all =
      graph.node("Expand", {graph.constant(answer_, {1, width}), shape});
  return graph.cast(all, Element::float32);
}

Result<Value> NaiveBayesModel::to_onnx(Graph& graph, const Value& rows) const {
  const std::size_t classes = p_.log_prior.size();
  const std::size_t width = p_.mean.size() / classes;
  std::vector<double> constant = p_.log_prior;
  for (std::size_t at = 0; at < p_.variance.size(); ++at) {
    constant[at / width] -=
        0.5 * std::log(2 * std::numbers::pi * p_.variance[at]);
  }
  const onnx::Dims table{whole(classes), whole(width)};
  Value d =
      graph.reshape(graph.cast(rows, Element::float64), {-1, 1, whole(width)});
  d = graph.node("Sub", {d, graph.constant(p_.mean, table)});
  d = graph.node("Mul", {d, d});
  d = graph.node("Div", {d, graph.constant(p_.variance, table)});
  d = graph.node("Mul", {sum_over(graph, d, 2, false), graph.constant(0.5)});
  const Value scores =
      graph.node("Sub", {graph.constant(constant, {whole(classes)}), d});
  return graph.cast(graph.node("Softmax", {scores}, axis(1)), Element::float32);
}

Result<Value> PcaModel::to_onnx(Graph& graph, const Value& rows) const {
  const std::size_t inputs = projection_.mean.size();
  const std::size_t count = projection_.components();
  std::vector<double> turned(projection_.axes.size());
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < inputs; ++j) {
      turned[j * count + i] = projection_.axes[i * inputs + j];
    }
  }
  const Value x =
      graph.node("Sub", {graph.cast(rows, Element::float64),
                         graph.constant(projection_.mean, {whole(inputs)})});
  const Value projected = graph.node(
      "MatMul", {x, graph.constant(turned, {whole(inputs), whole(count)})});
  return inner_->to_onnx(graph, graph.cast(projected, Element::float32));
}

}  // namespace mlb::learn
