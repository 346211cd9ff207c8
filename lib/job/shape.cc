// See shape.h.
#include "job/shape.h"

#include <algorithm>
#include <charconv>

namespace mlb {
namespace {

std::string number_text(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

/// Why the layer cannot be, whatever stands before it.
std::optional<std::string> fault_of(const Layer& layer) {
  switch (layer.type) {
    case LayerType::dense:
      if (layer.units >= 1 && layer.units <= kMaxUnits) return std::nullopt;
      return "dense: units is " + std::to_string(layer.units) + "; want 1.." +
             std::to_string(kMaxUnits);
    case LayerType::dropout:
      if (layer.rate >= 0 && layer.rate < 1) return std::nullopt;
      return "dropout: " + number_text(layer.rate) + " is outside [0, 1)";
    case LayerType::relu:
    case LayerType::tanh:
    case LayerType::sigmoid:
    case LayerType::softmax: return std::nullopt;
  }
  return "unknown layer";
}

std::string words_for(const Layer& layer) {
  std::string out(name_of(layer.type));
  if (layer.type == LayerType::dense) {
    out += " " + std::to_string(layer.units);
    if (!layer.bias) out += ", no bias";
  }
  if (layer.type == LayerType::dropout) out += " " + number_text(layer.rate);
  return out;
}

std::optional<std::uint64_t> dense_parameters(std::optional<int> in,
                                              std::optional<int> out,
                                              std::uint64_t bias) {
  if (!in || !out) return std::nullopt;
  return (static_cast<std::uint64_t>(*in) + bias) *
         static_cast<std::uint64_t>(*out);
}

LayerShape shape_of(const Layer& layer, std::optional<int> in) {
  if (layer.type != LayerType::dense) return {words_for(layer), in, 0};
  return {words_for(layer), layer.units,
          dense_parameters(in, layer.units, layer.bias ? 1 : 0)};
}

std::optional<std::uint64_t> sum_of(const std::vector<LayerShape>& layers) {
  std::uint64_t sum = 0;
  for (const LayerShape& layer : layers) {
    if (!layer.parameters) return std::nullopt;
    sum += *layer.parameters;
  }
  return sum;
}

/// Text, padded to `width`, on the right or on the left.
std::string left(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}
std::string right(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

template <class T>
std::string known(const std::optional<T>& value) {
  return value ? std::to_string(*value) : "?";
}

}  // namespace

std::string_view name_of(LayerType type) {
  switch (type) {
    case LayerType::dense: return "dense";
    case LayerType::relu: return "relu";
    case LayerType::tanh: return "tanh";
    case LayerType::sigmoid: return "sigmoid";
    case LayerType::dropout: return "dropout";
    case LayerType::softmax: return "softmax";
  }
  return "?";
}

std::variant<NetShape, ShapeProblem> infer_shape(const NetSpec& net,
                                                 const NetEnds& ends) {
  NetShape out;
  std::optional<int> width = ends.inputs;
  std::uint64_t known_parameters = 0;
  /// Adds a layer; false: the net is too large with it.
  const auto fits = [&](LayerShape layer) {
    width = layer.width;
    known_parameters += layer.parameters.value_or(0);
    out.layers.push_back(std::move(layer));
    return known_parameters <= kMaxParameters;
  };
  const auto too_large = [&] {
    return ShapeProblem{out.layers.size() - 1,
                        out.layers.back().layer + ": the net has more than " +
                            "2^31 parameters up to here"};
  };
  for (std::size_t i = 0; i < net.layers.size(); ++i) {
    if (i >= kMaxLayers) {
      return ShapeProblem{
          i, "more than " + std::to_string(kMaxLayers) + " layers"};
    }
    if (auto fault = fault_of(net.layers[i])) return ShapeProblem{i, *fault};
    if (!fits(shape_of(net.layers[i], width))) return too_large();
  }
  const auto parameters = dense_parameters(width, ends.outputs, 1);
  if (!fits({"output", ends.outputs, parameters})) return too_large();
  out.parameters = sum_of(out.layers);
  return out;
}

std::string shape_table(const NetShape& shape) {
  std::size_t name = 5;
  for (const LayerShape& layer : shape.layers) {
    name = std::max(name, layer.layer.size());
  }
  const auto line = [&](const std::string& index, const std::string& layer,
                        const std::string& width, const std::string& count) {
    return right(index, 3) + "  " + left(layer, name) + "  " + right(width, 6) +
           "  " + right(count, 10) + "\n";
  };
  std::string out = line("#", "layer", "output", "parameters");
  std::size_t index = 0;
  for (const LayerShape& layer : shape.layers) {
    out += line(std::to_string(index++), layer.layer, known(layer.width),
                known(layer.parameters));
  }
  return out + line("", "total", "", known(shape.parameters));
}

}  // namespace mlb
