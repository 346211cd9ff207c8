// See shape.h.
#include "job/shape.h"

#include <algorithm>
#include <charconv>

namespace mlb {
namespace {

using Fit = std::variant<LayerFit, std::string>;

std::string number_text(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

std::string outside(const Layer& layer, const char* what, long value, long high,
                    long low = 1) {
  return std::string(name_of(layer.type)) + ": " + what + " is " +
         std::to_string(value) + "; want " + std::to_string(low) + ".." +
         std::to_string(high);
}

bool in_range(int value, int low, int high) {
  return value >= low && value <= high;
}

std::optional<std::string> sliding_fault(const Layer& layer) {
  constexpr int kMaxSide = 255;
  if (!in_range(layer.size, 1, kMaxSide)) {
    return outside(layer, layer.type == LayerType::conv2d ? "kernel" : "size",
                   layer.size, kMaxSide);
  }
  if (!in_range(layer.stride, 0, kMaxSide)) {
    return outside(layer, "stride", layer.stride, kMaxSide);
  }
  if (!in_range(layer.pad, 0, kMaxSide)) {
    return outside(layer, "padding", layer.pad, kMaxSide, 0);
  }
  return std::nullopt;
}

/// Why the layer cannot be, whatever stands before it.
std::optional<std::string> fault_of(const Layer& layer) {
  switch (layer.type) {
    case LayerType::dense:
      if (in_range(layer.units, 1, kMaxUnits)) return std::nullopt;
      return outside(layer, "units", layer.units, kMaxUnits);
    case LayerType::dropout:
      if (layer.rate >= 0 && layer.rate < 1) return std::nullopt;
      return "dropout: " + number_text(layer.rate) + " is outside [0, 1)";
    case LayerType::conv2d:
      if (!in_range(layer.units, 1, kMaxUnits)) {
        return outside(layer, "filters", layer.units, kMaxUnits);
      }
      if (!in_range(layer.groups, 1, kMaxUnits)) {
        return outside(layer, "groups", layer.groups, kMaxUnits);
      }
      return sliding_fault(layer);
    case LayerType::maxpool:
    case LayerType::avgpool: return sliding_fault(layer);
    case LayerType::batchnorm:
      if (layer.momentum > 0 && layer.momentum <= 1 && layer.epsilon > 0) {
        return std::nullopt;
      }
      return "batchnorm: want momentum in (0, 1] and eps above 0";
    case LayerType::embed:
      if (layer.columns.empty()) return "embed: columns names no column";
      if (in_range(layer.units, 0, kMaxUnits)) return std::nullopt;
      return outside(layer, "dim", layer.units, kMaxUnits);
    case LayerType::repeat:
      if (in_range(layer.times, 1, static_cast<int>(kMaxLayers))) {
        return std::nullopt;
      }
      return outside(layer, "times", layer.times, kMaxLayers);
    case LayerType::relu:
    case LayerType::tanh:
    case LayerType::sigmoid:
    case LayerType::softmax:
    case LayerType::global_avgpool:
    case LayerType::layernorm:
    case LayerType::leaky_relu:
    case LayerType::elu:
    case LayerType::gelu:
    case LayerType::silu:
    case LayerType::mish:
    case LayerType::flatten:
    case LayerType::residual:
    case LayerType::concat: return std::nullopt;
  }
  return "unknown layer";
}

std::string sliding_words(const Layer& layer) {
  const std::string side = std::to_string(layer.size);
  std::string out = side + "x" + side;
  const int stride = layer.stride == 0 ? layer.size : layer.stride;
  if (stride != (layer.type == LayerType::conv2d ? 1 : layer.size)) {
    out += ", stride " + std::to_string(stride);
  }
  if (layer.type != LayerType::conv2d) return out;
  if (layer.padding == Padding::valid) out += ", valid";
  if (layer.padding == Padding::fixed) {
    out += ", padding " + std::to_string(layer.pad);
  }
  if (layer.groups > 1) out += ", groups " + std::to_string(layer.groups);
  return out;
}

std::string words_for(const Layer& layer) {
  std::string out(name_of(layer.type));
  if (layer.type == LayerType::dense) {
    out += " " + std::to_string(layer.units);
    if (!layer.bias) out += ", no bias";
  }
  if (layer.type == LayerType::dropout) out += " " + number_text(layer.rate);
  if (layer.type == LayerType::embed) {
    out += " " + layer.columns;
    if (layer.units > 0) out += ", dim " + std::to_string(layer.units);
  }
  if (layer.type == LayerType::repeat) {
    out += " " + std::to_string(layer.times);
  }
  if (layer.type == LayerType::conv2d) {
    out += " " + std::to_string(layer.units) + ", " + sliding_words(layer);
  }
  if (layer.type == LayerType::maxpool || layer.type == LayerType::avgpool) {
    out += " " + sliding_words(layer);
  }
  return out;
}

std::string wants_image(const Layer& layer, const Extent& in) {
  return std::string(name_of(layer.type)) + ": wants an image, " +
         (in.is_known() ? text_of(in) + " numbers arrive" : "numbers arrive") +
         "; say what rows are with input: [height, width, channels]";
}

std::string wants_numbers(std::string_view name, const Extent& in) {
  return std::string(name) + ": wants plain numbers, an image of " +
         text_of(in) + " arrives; put flatten or global_avgpool before it";
}

std::optional<std::uint64_t> dense_parameters(const Extent& in,
                                              std::optional<int> out,
                                              std::uint64_t bias) {
  if (!in.is_known() || !out) return std::nullopt;
  return (in.size() + bias) * static_cast<std::uint64_t>(*out);
}

Fit fit_dense(const Layer& layer, const Extent& in) {
  if (in.is_image()) return wants_numbers("dense", in);
  return LayerFit{{0, 0, layer.units},
                  dense_parameters(in, layer.units, layer.bias ? 1 : 0)};
}

Fit fit_window(const Layer& layer, const Extent& in) {
  if (!in.is_image()) return wants_image(layer, in);
  const auto rows = slide(layer, in.height);
  const auto columns = slide(layer, in.width);
  const std::string side = std::to_string(layer.size);
  if (!rows || !columns) {
    return std::string(name_of(layer.type)) + ": a window of " + side + "x" +
           side + " does not fit into an image of " + text_of(in);
  }
  if (layer.type != LayerType::conv2d) {
    return LayerFit{{rows->out, columns->out, in.channels}, 0};
  }
  if (in.channels % layer.groups != 0 || layer.units % layer.groups != 0) {
    return "conv2d: " + std::to_string(layer.groups) + " groups divide not " +
           "both the " + std::to_string(in.channels) + " channels and the " +
           std::to_string(layer.units) + " filters";
  }
  const auto taps = static_cast<std::uint64_t>(layer.size) *
                    static_cast<std::uint64_t>(layer.size) *
                    static_cast<std::uint64_t>(in.channels / layer.groups);
  return LayerFit{{rows->out, columns->out, layer.units},
                  (taps + 1) * static_cast<std::uint64_t>(layer.units)};
}

Fit fit_flat(const Layer& layer, const Extent& in) {
  if (layer.type == LayerType::global_avgpool) {
    if (!in.is_image()) return wants_image(layer, in);
    return LayerFit{{0, 0, in.channels}, 0};
  }
  return LayerFit{{0, 0, static_cast<int>(in.size())}, 0};
}

Fit fit_checked(const Layer& layer, const Extent& in) {
  switch (layer.type) {
    case LayerType::dense: return fit_dense(layer, in);
    case LayerType::conv2d:
    case LayerType::maxpool:
    case LayerType::avgpool: return fit_window(layer, in);
    case LayerType::global_avgpool:
    case LayerType::flatten: return fit_flat(layer, in);
    case LayerType::batchnorm:
    case LayerType::layernorm:
      if (!in.is_known()) return LayerFit{in, std::nullopt};
      return LayerFit{in, 2 * static_cast<std::uint64_t>(in.channels)};
    case LayerType::relu:
    case LayerType::tanh:
    case LayerType::sigmoid:
    case LayerType::softmax:
    case LayerType::dropout:
    case LayerType::leaky_relu:
    case LayerType::elu:
    case LayerType::gelu:
    case LayerType::silu:
    case LayerType::mish:
    case LayerType::residual:
    case LayerType::concat:
    case LayerType::repeat: return LayerFit{in, 0};
    case LayerType::embed:
      return std::string("embed: only the first layer can be one");
  }
  return std::string("unknown layer");
}

/// Each code gives way to so many numbers.
Fit fit_embedding(const Layer& layer, const Extent& in,
                  const std::vector<CodeFeature>& codes) {
  if (auto fault = fault_of(layer)) return *fault;
  if (in.is_image()) return wants_numbers("embed", in);
  if (!in.is_known()) return LayerFit{in, std::nullopt};
  if (codes.empty()) return std::string("embed: no feature is a category");
  std::uint64_t width = in.size() - codes.size();
  std::uint64_t parameters = 0;
  for (const CodeFeature& f : codes) {
    const auto each =
        static_cast<std::uint64_t>(embedded_width(layer, f.codes));
    width += each;
    parameters += each * static_cast<std::uint64_t>(f.codes);
  }
  const auto channels = static_cast<int>(std::min(width, kMaxExtent + 1));
  return LayerFit{{0, 0, channels}, parameters};
}

bool holds_layers(LayerType type) {
  return type == LayerType::residual || type == LayerType::concat ||
         type == LayerType::repeat;
}

/// Walks through a net and writes its table; stops at the first problem.
class Walk {
 public:
  /// From the layer `first` on.
  std::optional<ShapeProblem> list(const std::vector<Layer>& layers,
                                   const std::string& path, std::size_t depth,
                                   std::size_t first = 0);
  std::optional<ShapeProblem> add(const std::string& path, LayerShape row);
  /// The first layer, when it is embed.
  std::optional<ShapeProblem> embed(const Layer& layer,
                                    const std::vector<CodeFeature>& codes);

  Extent at;  ///< what the next layer gets
  NetTable table;

 private:
  std::optional<ShapeProblem> layer(const Layer& layer, const std::string& path,
                                    std::size_t depth);
  std::optional<ShapeProblem> branches(const Layer& layer,
                                       const std::string& path,
                                       std::size_t depth);
  std::optional<std::string> join(const Layer& layer, const Extent& before,
                                  const std::vector<Extent>& ends);
  std::uint64_t known_parameters_ = 0;
  std::size_t count_ = 0;
};

std::optional<ShapeProblem> Walk::add(const std::string& path, LayerShape row) {
  known_parameters_ += row.parameters.value_or(0);
  table.layers.push_back(std::move(row));
  const LayerShape& added = table.layers.back();
  if (known_parameters_ > kMaxParameters) {
    return ShapeProblem{path, added.layer +
                                  ": the net has more than 2^31 parameters " +
                                  "up to here"};
  }
  if (added.output.size() > kMaxExtent) {
    return ShapeProblem{
        path, added.layer + ": more than 2^24 numbers a row leave it"};
  }
  return std::nullopt;
}

std::optional<ShapeProblem> Walk::list(const std::vector<Layer>& layers,
                                       const std::string& path,
                                       std::size_t depth, std::size_t first) {
  for (std::size_t i = first; i < layers.size(); ++i) {
    auto problem =
        layer(layers[i], path + "[" + std::to_string(i) + "]", depth);
    if (problem) return problem;
  }
  return std::nullopt;
}

std::optional<ShapeProblem> Walk::embed(const Layer& layer,
                                        const std::vector<CodeFeature>& codes) {
  ++count_;
  const auto fit = fit_embedding(layer, at, codes);
  if (const auto* wrong = std::get_if<std::string>(&fit)) {
    return ShapeProblem{"[0]", *wrong};
  }
  const auto& good = std::get<LayerFit>(fit);
  at = good.out;
  return add("[0]", {words_for(layer), good.out, good.parameters, 0});
}

std::optional<ShapeProblem> Walk::layer(const Layer& layer,
                                        const std::string& path,
                                        std::size_t depth) {
  if (++count_ > kMaxLayers) {
    return ShapeProblem{path, "more than " + std::to_string(kMaxLayers) +
                                  " layers, repeated ones counted each time"};
  }
  const auto fit = fit_layer(layer, at);
  if (const auto* wrong = std::get_if<std::string>(&fit)) {
    return ShapeProblem{path, *wrong};
  }
  if (holds_layers(layer.type)) return branches(layer, path, depth);
  const auto& good = std::get<LayerFit>(fit);
  at = good.out;
  return add(path, {words_for(layer), good.out, good.parameters, depth});
}

std::optional<ShapeProblem> Walk::branches(const Layer& layer,
                                           const std::string& path,
                                           std::size_t depth) {
  if (depth >= kMaxNesting) {
    return ShapeProblem{path, std::string(name_of(layer.type)) +
                                  ": more than " + std::to_string(kMaxNesting) +
                                  " layers inside each other"};
  }
  if (layer.branches.empty() ||
      (layer.type != LayerType::concat && layer.branches.size() != 1)) {
    return ShapeProblem{
        path, std::string(name_of(layer.type)) + ": it holds no layers"};
  }
  const std::size_t row = table.layers.size();
  table.layers.push_back({words_for(layer), {}, 0, depth});
  const Extent before = at;
  const std::string inside = path + "." + std::string(name_of(layer.type)) +
                             (layer.type == LayerType::repeat ? ".layers" : "");
  std::vector<Extent> ends;
  for (std::size_t i = 0; i < layer.branches.size(); ++i) {
    at = before;
    const std::string branch = layer.type == LayerType::concat
                                   ? inside + "[" + std::to_string(i) + "]"
                                   : inside;
    for (int time = 0; time < std::max(1, layer.times); ++time) {
      auto problem = list(layer.branches[i], branch, depth + 1);
      if (problem) return problem;
    }
    ends.push_back(at);
  }
  if (auto wrong = join(layer, before, ends)) {
    return ShapeProblem{path, *wrong};
  }
  table.layers[row].output = at;
  if (at.size() > kMaxExtent) {
    return ShapeProblem{path, "concat: more than 2^24 numbers a row leave it"};
  }
  return std::nullopt;
}

/// Sets `at` to what leaves a layer whose branches end so.
std::optional<std::string> Walk::join(const Layer& layer, const Extent& before,
                                      const std::vector<Extent>& ends) {
  at = ends[0];
  if (layer.type == LayerType::residual) {
    if (at.is_known() && before.is_known() && at != before) {
      return "residual: " + text_of(before) + " enters and " + text_of(at) +
             " leaves its layers; both are added, so want the same";
    }
    if (!at.is_known()) at = before;
  }
  if (layer.type != LayerType::concat) return std::nullopt;
  std::uint64_t channels = 0;
  bool known = true;
  for (const Extent& end : ends) {
    if (end.height != at.height || end.width != at.width) {
      return "concat: " + text_of(at) + " and " + text_of(end) +
             " cannot stand side by side";
    }
    known = known && end.is_known();
    channels += static_cast<std::uint64_t>(end.channels);
  }
  at.channels =
      known ? static_cast<int>(std::min(channels, kMaxExtent + 1)) : 0;
  return std::nullopt;
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

std::optional<ShapeProblem> check_input(const NetSpec& net,
                                        const NetEnds& ends) {
  if (!net.input) return std::nullopt;
  const Extent image{net.input->height, net.input->width, net.input->channels};
  if (image.size() > kMaxExtent) {
    return ShapeProblem{
        "", "input: " + text_of(image) + " are more than 2^24 numbers a row"};
  }
  if (!ends.inputs || static_cast<std::uint64_t>(*ends.inputs) == image.size())
    return std::nullopt;
  return ShapeProblem{"", "input: " + text_of(image) + " are " +
                              std::to_string(image.size()) +
                              " numbers, but the data has " +
                              std::to_string(*ends.inputs) + " features"};
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
    case LayerType::conv2d: return "conv2d";
    case LayerType::maxpool: return "maxpool";
    case LayerType::avgpool: return "avgpool";
    case LayerType::global_avgpool: return "global_avgpool";
    case LayerType::batchnorm: return "batchnorm";
    case LayerType::layernorm: return "layernorm";
    case LayerType::leaky_relu: return "leaky_relu";
    case LayerType::elu: return "elu";
    case LayerType::gelu: return "gelu";
    case LayerType::silu: return "silu";
    case LayerType::mish: return "mish";
    case LayerType::flatten: return "flatten";
    case LayerType::residual: return "residual";
    case LayerType::concat: return "concat";
    case LayerType::repeat: return "repeat";
    case LayerType::embed: return "embed";
  }
  return "?";
}

std::uint64_t Extent::size() const {
  const auto pixels = is_image() ? static_cast<std::uint64_t>(height) *
                                       static_cast<std::uint64_t>(width)
                                 : 1;
  return pixels * static_cast<std::uint64_t>(channels);
}

std::string text_of(const Extent& extent) {
  if (!extent.is_known()) return "?";
  const std::string channels = std::to_string(extent.channels);
  if (!extent.is_image()) return channels;
  return std::to_string(extent.height) + "x" + std::to_string(extent.width) +
         "x" + channels;
}

std::optional<Sliding> slide(const Layer& layer, int length) {
  const int stride = layer.stride == 0 ? layer.size : layer.stride;
  if (layer.type == LayerType::conv2d && layer.padding == Padding::same) {
    const int out = (length + stride - 1) / stride;
    const int zeros = std::max(0, (out - 1) * stride + layer.size - length);
    return Sliding{out, zeros / 2};
  }
  const int pad = layer.type == LayerType::conv2d ? layer.pad : 0;
  const int room = length + 2 * pad - layer.size;
  if (room < 0) return std::nullopt;
  return Sliding{room / stride + 1, pad};
}

int embedded_width(const Layer& layer, int codes) {
  constexpr int kMost = 50;
  return layer.units > 0 ? layer.units : std::clamp(codes / 2, 1, kMost);
}

const Layer* embedding_of(const NetSpec& net) {
  const bool embeds =
      !net.layers.empty() && net.layers[0].type == LayerType::embed;
  return embeds ? &net.layers[0] : nullptr;
}

Fit fit_layer(const Layer& layer, const Extent& in) {
  if (auto fault = fault_of(layer)) return *fault;
  if (!holds_layers(layer.type) && !layer.branches.empty()) {
    return std::string(name_of(layer.type)) + ": no layers go inside it";
  }
  return fit_checked(layer, in);
}

std::variant<NetTable, ShapeProblem> infer_shape(const NetSpec& net,
                                                 const NetEnds& ends) {
  if (auto problem = check_input(net, ends)) return *problem;
  Walk walk;
  walk.at = {0, 0, ends.inputs.value_or(0)};
  if (net.input) {
    walk.at = {net.input->height, net.input->width, net.input->channels};
  }
  const Layer* embedding = embedding_of(net);
  if (embedding != nullptr) {
    if (auto problem = walk.embed(*embedding, ends.codes)) return *problem;
  }
  const std::size_t first = embedding == nullptr ? 0 : 1;
  if (auto problem = walk.list(net.layers, "", 0, first)) return *problem;
  if (walk.at.is_image()) {
    return ShapeProblem{"", wants_numbers("output", walk.at)};
  }
  const auto parameters = dense_parameters(walk.at, ends.outputs, 1);
  auto problem =
      walk.add("", {"output", {0, 0, ends.outputs.value_or(0)}, parameters, 0});
  if (problem) return *problem;
  walk.table.parameters = sum_of(walk.table.layers);
  return std::move(walk.table);
}

std::string shape_table(const NetTable& shape) {
  std::size_t name = 5;
  std::size_t extent = 6;
  const auto words = [](const LayerShape& layer) {
    return std::string(2 * layer.depth, ' ') + layer.layer;
  };
  for (const LayerShape& layer : shape.layers) {
    name = std::max(name, words(layer).size());
    extent = std::max(extent, text_of(layer.output).size());
  }
  const auto line = [&](const std::string& index, const std::string& layer,
                        const std::string& output, const std::string& count) {
    return right(index, 3) + "  " + left(layer, name) + "  " +
           right(output, extent) + "  " + right(count, 10) + "\n";
  };
  const auto known = [](const std::optional<std::uint64_t>& count) {
    return count ? std::to_string(*count) : "?";
  };
  std::string out = line("#", "layer", "output", "parameters");
  std::size_t index = 0;
  for (const LayerShape& layer : shape.layers) {
    const std::string number =
        layer.depth == 0 ? std::to_string(index++) : std::string();
    out += line(number, words(layer), text_of(layer.output),
                known(layer.parameters));
  }
  return out + line("", "total", "", known(shape.parameters));
}

}  // namespace mlb
