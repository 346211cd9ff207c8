// Nets as ONNX: each value is rows x numbers, as the net has it; around what
// works on images stand changes of shape, which runtimes remove again.
#include "learn/net/net_model.h"
#include "learn/onnx/prepare.h"

namespace mlb::learn {

using onnx::Attributes;
using onnx::Dims;
using onnx::Element;
using onnx::Graph;
using onnx::Value;
using onnx::whole;

namespace {

class NetWriter {
 public:
  NetWriter(Graph& graph, const Net& net, const NetWeights& weights, Value rows)
      : graph_(graph), weights_(weights), values_{std::move(rows)} {
    for (const Node& node : net.nodes) {
      std::vector<Value> inputs;
      for (const std::size_t i : node.inputs) inputs.push_back(values_[i]);
      size_ = node.size;
      values_.push_back(std::visit(
          [&](const auto& unit) { return write(unit, inputs); }, node.unit));
    }
  }
  Value out() const { return values_.back(); }

 private:
  using Inputs = std::vector<Value>;

  Value parameters(const Range& range, const Dims& dims) {
    return graph_.constant(
        range.of(std::span<const float>(weights_.parameters)), dims);
  }
  Value statistics(const Range& range) {
    return graph_.constant(
        range.of(std::span<const float>(weights_.statistics)),
        {whole(range.count)});
  }
  Value node(std::string_view op, const Inputs& inputs,
             const Attributes& attributes = {}) {
    return graph_.node(op, inputs, attributes);
  }

  /// One pixel a row, to be worked on alone.
  Value pixels(const Value& x, std::size_t channels) {
    return graph_.reshape(x, {-1, whole(channels)});
  }
  Value flat(const Value& x) { return graph_.reshape(x, {-1, whole(size_)}); }

  /// As ONNX has images: channel by channel.
  Value image(const Value& x, const Window& w) {
    const Value shaped = graph_.reshape(
        x, {-1, whole(w.height), whole(w.width), whole(w.channels)});
    return node("Transpose", {shaped},
                Attributes().integers("perm", {0, 3, 1, 2}));
  }
  Value from_image(const Value& x) {
    return flat(
        node("Transpose", {x}, Attributes().integers("perm", {0, 2, 3, 1})));
  }
  static Attributes windowed(const Window& w) {
    const auto after = [&](std::size_t out, std::size_t in,
                           std::size_t before) {
      const auto covered = (out - 1) * w.stride + w.side;
      return covered > in + before ? whole(covered - in - before) : 0;
    };
    return Attributes()
        .integers("kernel_shape", {whole(w.side), whole(w.side)})
        .integers("strides", {whole(w.stride), whole(w.stride)})
        .integers("pads", {whole(w.top), whole(w.left),
                           after(w.out_height, w.height, w.top),
                           after(w.out_width, w.width, w.left)});
  }

  Value write(const DenseUnit& u, const Inputs& in) {
    const Value product = node(
        "MatMul", {in[0], parameters(u.weights, {whole(u.in), whole(u.out)})});
    if (u.bias.count == 0) return product;
    return node("Add", {product, parameters(u.bias, {whole(u.out)})});
  }
  Value write(const ConvUnit& u, const Inputs& in) {
    const std::span<const float> all(weights_.parameters);
    const auto ours = u.weights.of(all);
    const std::size_t taps = u.window.side * u.window.side;
    const std::size_t channels = u.group_channels();
    const std::size_t filters = u.group_filters();
    std::vector<float> turned(ours.size());
    std::size_t at = 0;
    for (std::size_t g = 0; g < u.groups; ++g) {
      for (std::size_t f = 0; f < filters; ++f) {
        for (std::size_t c = 0; c < channels; ++c) {
          for (std::size_t t = 0; t < taps; ++t) {
            turned[at++] =
                ours[(g * taps * channels + t * channels + c) * filters + f];
          }
        }
      }
    }
    const auto side = whole(u.window.side);
    const Value w = graph_.constant(
        turned, {whole(u.filters), whole(channels), side, side});
    return from_image(node(
        "Conv",
        {image(in[0], u.window), w, parameters(u.bias, {whole(u.filters)})},
        windowed(u.window).integer("group", whole(u.groups))));
  }
  Value write(const MaxPoolUnit& u, const Inputs& in) {
    return from_image(
        node("MaxPool", {image(in[0], u.window)}, windowed(u.window)));
  }
  Value write(const AvgPoolUnit& u, const Inputs& in) {
    return from_image(node("AveragePool", {image(in[0], u.window)},
                           windowed(u.window).integer("count_include_pad", 1)));
  }
  Value write(const GlobalAvgPoolUnit& u, const Inputs& in) {
    const Value x =
        graph_.reshape(in[0], {-1, whole(u.pixels), whole(u.channels)});
    return node("ReduceMean", {x},
                Attributes().integers("axes", {1}).integer("keepdims", 0));
  }
  Value write(const BatchNormUnit& u, const Inputs& in) {
    const Dims dims{whole(u.channels)};
    return flat(node(
        "BatchNormalization",
        {pixels(in[0], u.channels), parameters(u.scale, dims),
         parameters(u.shift, dims), statistics(u.mean), statistics(u.variance)},
        Attributes().number("epsilon", static_cast<float>(u.epsilon))));
  }
  Value write(const LayerNormUnit& u, const Inputs& in) {
    const Dims dims{whole(u.channels)};
    return flat(node(
        "LayerNormalization",
        {pixels(in[0], u.channels), parameters(u.scale, dims),
         parameters(u.shift, dims)},
        Attributes()
            .integer("axis", -1)
            .number("epsilon", static_cast<float>(LayerNormUnit::kEpsilon))));
  }
  /// Nothing is dropped when predicting.
  Value write(const DropoutUnit&, const Inputs& in) { return in[0]; }
  Value write(const SoftmaxUnit& u, const Inputs& in) {
    return flat(node("Softmax", {pixels(in[0], u.channels)},
                     Attributes().integer("axis", -1)));
  }
  Value write(const AddUnit&, const Inputs& in) { return node("Add", in); }
  Value write(const JoinUnit& u, const Inputs& in) {
    Inputs parts;
    for (std::size_t i = 0; i < in.size(); ++i) {
      parts.push_back(
          graph_.reshape(in[i], {-1, whole(u.pixels), whole(u.channels[i])}));
    }
    return flat(node("Concat", parts, Attributes().integer("axis", 2)));
  }
  Value write(const Elementwise<Relu>&, const Inputs& in) {
    return node("Relu", in);
  }
  Value write(const Elementwise<LeakyRelu>&, const Inputs& in) {
    return node("LeakyRelu", in, Attributes().number("alpha", 0.01f));
  }
  Value write(const Elementwise<Elu>&, const Inputs& in) {
    return node("Elu", in, Attributes().number("alpha", 1));
  }
  Value write(const Elementwise<Gelu>&, const Inputs& in) {
    const Value turned =
        node("Mul", {in[0], graph_.constant(0.70710678118654752440f)});
    const Value two =
        node("Add", {node("Erf", {turned}), graph_.constant(1.0f)});
    return node("Mul", {in[0], node("Mul", {two, graph_.constant(0.5f)})});
  }
  Value write(const Elementwise<Silu>&, const Inputs& in) {
    return node("Mul", {in[0], node("Sigmoid", in)});
  }
  Value write(const Elementwise<Mish>&, const Inputs& in) {
    return node("Mul", {in[0], node("Tanh", {node("Softplus", in)})});
  }
  Value write(const Elementwise<Tanh>&, const Inputs& in) {
    return node("Tanh", in);
  }
  Value write(const Elementwise<SigmoidCurve>&, const Inputs& in) {
    return node("Sigmoid", in);
  }

  /// Of each row the numbers at these places.
  Value columns(const Value& rows, const std::vector<std::size_t>& places) {
    Dims list;
    for (const std::size_t place : places) list.push_back(whole(place));
    const Value at = graph_.constant(list, {whole(list.size())});
    return node("Gather", {rows, at}, Attributes().integer("axis", 1));
  }
  Value write(const EmbedUnit& u, const Inputs& in) {
    Inputs parts;
    if (!u.rest.empty()) parts.push_back(columns(in[0], u.rest));
    for (const EmbedUnit::Codes& c : u.codes) {
      const Value code = graph_.cast(columns(in[0], {c.place}), Element::int64);
      const Value found =
          node("Gather", {parameters(c.table, {whole(c.rows), whole(c.width)}),
                          graph_.reshape(code, {-1})});
      parts.push_back(found);
    }
    return node("Concat", parts, Attributes().integer("axis", 1));
  }

  Graph& graph_;
  const NetWeights& weights_;
  std::vector<Value> values_;  ///< 0 the rows, 1 + i what leaves node i
  std::size_t size_ = 0;       ///< numbers a row that leave the node at hand
};

}  // namespace

Result<Value> NetModel::to_onnx(Graph& graph, const Value& rows) const {
  const Value out = NetWriter(graph, net_, weights_, rows).out();
  if (task_ == prep::Task::classification) {
    return graph.node("Softmax", {out}, Attributes().integer("axis", 1));
  }
  return onnx::to_original(graph, graph.cast(out, Element::float64), scaling_);
}

}  // namespace mlb::learn
