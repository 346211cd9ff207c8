// From the list of layers to nodes.  See net.h.
#include "learn/net/net.h"

#include "base/check.h"
#include "job/shape.h"

namespace mlb::learn {
namespace {

/// Appends nodes; `at` is the value that the next layer gets.
class Builder {
 public:
  explicit Builder(Init init) : init_(init) {}

  void list(std::span<const Layer> layers) {
    for (const Layer& layer : layers) add(layer);
  }
  void add(const Layer& layer);
  void embed(const Layer& layer, const std::vector<CodeFeature>& codes);

  Net net;
  std::size_t at = 0;
  Extent extent;

 private:
  std::size_t size() const { return static_cast<std::size_t>(extent.size()); }
  std::size_t channels() const {
    return static_cast<std::size_t>(extent.channels);
  }
  std::size_t pixels() const { return size() / channels(); }
  Range parameters(std::size_t count) {
    const Range out{net.parameters, count};
    net.parameters += count;
    return out;
  }
  Range statistics(std::size_t count) {
    const Range out{net.statistics, count};
    net.statistics += count;
    return out;
  }
  void append(Unit unit, std::vector<std::size_t> inputs, Extent out,
              bool has_parameters);
  void append(Unit unit, Extent out, bool has_parameters = false) {
    append(std::move(unit), {at}, out, has_parameters);
  }
  template <class F>
  void function() {
    append(Elementwise<F>{size()}, extent);
  }
  void dense(const Layer& layer);
  void windowed(const Layer& layer, const Extent& out);
  void convolution(const Layer& layer, const Window& window, const Extent& out);
  void normalise(const Layer& layer);
  void branches(const Layer& layer);
  void join(const std::vector<std::size_t>& ends,
            const std::vector<Extent>& extents);

  Init init_;
};

void Builder::append(Unit unit, std::vector<std::size_t> inputs, Extent out,
                     bool has_parameters) {
  bool learns = has_parameters;
  for (const std::size_t value : inputs) {
    learns = learns || (value > 0 && net.nodes[value - 1].learns);
  }
  extent = out;
  net.nodes.push_back({std::move(unit), std::move(inputs), size(), learns});
  at = net.nodes.size();
}

void Builder::dense(const Layer& layer) {
  const auto units = static_cast<std::size_t>(layer.units);
  DenseUnit unit{size(), units, {}, {}, layer.init.value_or(init_)};
  unit.weights = parameters(unit.in * unit.out);
  unit.bias = parameters(layer.bias ? units : 0);
  net.weights.push_back(unit.weights);
  append(unit, {0, 0, layer.units}, true);
}

void Builder::embed(const Layer& layer, const std::vector<CodeFeature>& codes) {
  EmbedUnit unit{.rest = {}, .codes = {}, .in = size()};
  std::size_t place = 0;
  for (const CodeFeature& f : codes) {
    const auto here = static_cast<std::size_t>(f.place);
    for (; place < here; ++place) unit.rest.push_back(place);
    ++place;
    const auto rows = static_cast<std::size_t>(f.codes);
    const auto width = static_cast<std::size_t>(embedded_width(layer, f.codes));
    unit.codes.push_back({here, rows, width, parameters(rows * width)});
    net.weights.push_back(unit.codes.back().table);
    unit.out += width;
  }
  for (; place < unit.in; ++place) unit.rest.push_back(place);
  unit.out += unit.rest.size();
  const int out = static_cast<int>(unit.out);
  append(std::move(unit), {0, 0, out}, true);
}

void Builder::convolution(const Layer& layer, const Window& window,
                          const Extent& out) {
  ConvUnit unit{.window = window,
                .filters = static_cast<std::size_t>(layer.units),
                .groups = static_cast<std::size_t>(layer.groups),
                .weights = {},
                .bias = {},
                .init = layer.init.value_or(init_)};
  unit.weights = parameters(unit.patch() * unit.filters);
  unit.bias = parameters(unit.filters);
  net.weights.push_back(unit.weights);
  append(unit, out, true);
}

void Builder::windowed(const Layer& layer, const Extent& out) {
  const auto number = [](int n) { return static_cast<std::size_t>(n); };
  Window w;
  w.height = number(extent.height);
  w.width = number(extent.width);
  w.channels = channels();
  w.out_height = number(out.height);
  w.out_width = number(out.width);
  w.side = number(layer.size);
  w.stride = number(layer.stride == 0 ? layer.size : layer.stride);
  w.top = number(slide(layer, extent.height)->before);
  w.left = number(slide(layer, extent.width)->before);
  if (layer.type == LayerType::conv2d) return convolution(layer, w, out);
  if (layer.type == LayerType::maxpool) return append(MaxPoolUnit{w}, out);
  append(AvgPoolUnit{w}, out);
}

void Builder::normalise(const Layer& layer) {
  const std::size_t n = channels();
  if (layer.type == LayerType::layernorm) {
    LayerNormUnit unit{pixels(), n, parameters(n), parameters(n)};
    return append(unit, extent, true);
  }
  BatchNormUnit unit{.pixels = pixels(),
                     .channels = n,
                     .scale = parameters(n),
                     .shift = parameters(n),
                     .mean = statistics(n),
                     .variance = statistics(n),
                     .momentum = layer.momentum,
                     .epsilon = layer.epsilon};
  append(unit, extent, true);
}

void Builder::join(const std::vector<std::size_t>& ends,
                   const std::vector<Extent>& extents) {
  JoinUnit unit;
  Extent out = extents[0];
  out.channels = 0;
  for (const Extent& e : extents) {
    unit.channels.push_back(static_cast<std::size_t>(e.channels));
    out.channels += e.channels;
  }
  unit.sum = static_cast<std::size_t>(out.channels);
  unit.pixels = static_cast<std::size_t>(out.size()) / unit.sum;
  append(std::move(unit), ends, out, false);
}

void Builder::branches(const Layer& layer) {
  const std::size_t before = at;
  const Extent entered = extent;
  if (layer.type == LayerType::repeat) {
    for (int i = 0; i < layer.times; ++i) list(layer.branches[0]);
    return;
  }
  std::vector<std::size_t> ends;
  std::vector<Extent> extents;
  for (const auto& branch : layer.branches) {
    at = before;
    extent = entered;
    list(branch);
    ends.push_back(at);
    extents.push_back(extent);
  }
  if (layer.type == LayerType::concat) return join(ends, extents);
  append(AddUnit{size()}, {before, ends[0]}, entered, false);
}

void Builder::add(const Layer& layer) {
  const auto fit = fit_layer(layer, extent);
  CHECK(std::holds_alternative<LayerFit>(fit));
  const Extent out = std::get<LayerFit>(fit).out;
  switch (layer.type) {
    case LayerType::dense: return dense(layer);
    case LayerType::conv2d:
    case LayerType::maxpool:
    case LayerType::avgpool: return windowed(layer, out);
    case LayerType::global_avgpool:
      return append(GlobalAvgPoolUnit{pixels(), channels()}, out);
    case LayerType::batchnorm:
    case LayerType::layernorm: return normalise(layer);
    case LayerType::dropout:
      return append(DropoutUnit{size(), layer.rate}, out);
    case LayerType::softmax:
      return append(SoftmaxUnit{pixels(), channels()}, out);
    // An image lies in memory as its numbers do: nothing is to be done.
    case LayerType::flatten: extent = out; return;
    case LayerType::relu: return function<Relu>();
    case LayerType::leaky_relu: return function<LeakyRelu>();
    case LayerType::elu: return function<Elu>();
    case LayerType::gelu: return function<Gelu>();
    case LayerType::silu: return function<Silu>();
    case LayerType::mish: return function<Mish>();
    case LayerType::tanh: return function<Tanh>();
    case LayerType::sigmoid: return function<SigmoidCurve>();
    case LayerType::residual:
    case LayerType::concat:
    case LayerType::repeat: return branches(layer);
    case LayerType::embed: return;  // fits nowhere but in front: embed()
  }
}

/// A wide frame around many channels may be far larger than the image.
Result<> check_frames(const Net& net) {
  constexpr std::uint64_t kMostFramed = 4 * kMaxExtent;
  for (const Node& node : net.nodes) {
    const auto* conv = std::get_if<ConvUnit>(&node.unit);
    if (conv == nullptr || conv->framed_size() <= kMostFramed) continue;
    return Error{Fault::data, "model: conv2d: an image with its padding of " +
                                  std::to_string(conv->framed_size()) +
                                  " numbers; at most " +
                                  std::to_string(kMostFramed)};
  }
  return {};
}

}  // namespace

Result<Net> build_net(const NetSpec& spec, std::size_t inputs,
                      std::size_t outputs,
                      const std::vector<CodeFeature>& codes) {
  if (inputs == 0 || inputs > kMaxExtent || outputs == 0 ||
      outputs > static_cast<std::size_t>(kMaxUnits)) {
    return Error{Fault::data, "model: a net of " + std::to_string(inputs) +
                                  " features and " + std::to_string(outputs) +
                                  " outputs cannot be"};
  }
  const NetEnds ends{static_cast<int>(inputs), static_cast<int>(outputs),
                     codes};
  const auto shape = infer_shape(spec, ends);
  if (const auto* problem = std::get_if<ShapeProblem>(&shape)) {
    const std::string path =
        problem->path.empty() ? "" : "layers" + problem->path + ": ";
    return Error{Fault::data, "model: " + path + problem->message};
  }
  Builder builder(spec.init);
  builder.extent = {0, 0, static_cast<int>(inputs)};
  if (spec.input) {
    builder.extent = {spec.input->height, spec.input->width,
                      spec.input->channels};
  }
  if (embedding_of(spec) != nullptr) builder.embed(spec.layers[0], codes);
  builder.list(
      std::span(spec.layers).subspan(embedding_of(spec) == nullptr ? 0 : 1));
  builder.add({.type = LayerType::dense, .units = static_cast<int>(outputs)});
  auto frames = check_frames(builder.net);
  if (!frames) return std::move(frames).fail();
  builder.net.inputs = inputs;
  builder.net.outputs = outputs;
  builder.net.codes = codes;
  return std::move(builder.net);
}

}  // namespace mlb::learn
