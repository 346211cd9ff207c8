// See reader.h: the layers of a net.
#include "base/nearest.h"
#include "job/shape.h"
#include "spec/reader.h"

namespace mlb::spec {
namespace {

void set_defaults(Layer& layer) {
  const LayerType type = layer.type;
  if (type == LayerType::dense) layer.units = 64;
  if (type == LayerType::dropout) layer.rate = 0.5;
  if (type == LayerType::conv2d) {
    layer.units = 32;
    layer.size = 3;
    layer.stride = 1;
  }
  if (type == LayerType::maxpool || type == LayerType::avgpool) layer.size = 2;
  if (type == LayerType::batchnorm) {
    layer.momentum = 0.1;
    layer.epsilon = 1e-5;
  }
  if (type == LayerType::repeat) layer.times = 2;
  if (type == LayerType::embed) layer.columns = "*";
}

/// The kinds of layer that are supported, with the defaults of their keys.
std::optional<Layer> layer_called(std::string_view word) {
  for (int i = 0; i <= static_cast<int>(LayerType::embed); ++i) {
    Layer out{.type = static_cast<LayerType>(i)};
    if (name_of(out.type) != word) continue;
    set_defaults(out);
    return out;
  }
  return std::nullopt;
}

void set_padding(Layer& layer, const Value& value) {
  if (const auto* zeros = std::get_if<std::int64_t>(&value)) {
    layer.padding = *zeros == 0 ? Padding::valid : Padding::fixed;
    layer.pad = static_cast<int>(*zeros);
    return;
  }
  const bool same = std::get<std::string>(value) == "same";
  layer.padding = same ? Padding::same : Padding::valid;
}

/// Puts the value of the key called `name` into the layer.
void set_key(Layer& layer, std::string_view name, const Value& value) {
  const auto whole = [&] {
    return static_cast<int>(std::get<std::int64_t>(value));
  };
  if (name == "units" || name == "filters") layer.units = whole();
  if (name == "bias") layer.bias = std::get<bool>(value);
  if (name == "init") layer.init = static_cast<Init>(whole());
  if (name == "kernel" || name == "size") layer.size = whole();
  if (name == "stride") layer.stride = whole();
  if (name == "padding") set_padding(layer, value);
  if (name == "groups") layer.groups = whole();
  if (name == "momentum") layer.momentum = std::get<double>(value);
  if (name == "eps") layer.epsilon = std::get<double>(value);
  if (name == "p") layer.rate = std::get<double>(value);
  if (name == "times") layer.times = whole();
  if (name == "columns") layer.columns = std::get<std::string>(value);
  // The only word beside a number is auto.
  const bool number = std::holds_alternative<std::int64_t>(value);
  if (name == "dim") layer.units = number ? whole() : 0;
}

}  // namespace

void Reader::read_layers(const Field& field, const Spot& spot) {
  auto* net = std::get_if<NetSpec>(&draft_.parsed.spec.model);
  if (net == nullptr) return;
  auto layers = read_layer_list(field, spot);
  if (layers) {
    net->layers = std::move(*layers);
  } else {
    draft_.bad.insert(std::string(field.path));
  }
}

std::optional<std::vector<Layer>> Reader::read_layer_list(const Field& field,
                                                          const Spot& spot) {
  if (!want(NodeType::list, field, spot) ||
      !want_at_most(kMaxLayers, field, spot)) {
    return std::nullopt;
  }
  std::vector<Layer> out;
  bool good = true;
  std::size_t index = 0;
  for (const Item& item : node(spot).items) {
    Spot place = spot_of(spot.path, item);
    place.path = spot.path + "[" + std::to_string(index++) + "]";
    if (tree_.at(item.value).type == NodeType::null) place.place = spot.place;
    auto layer = read_layer(field, place);
    if (layer) out.push_back(std::move(*layer));
    good = good && layer;
  }
  if (!good) return std::nullopt;
  return out;
}

std::optional<Layer> Reader::read_layer(const Field& field, const Spot& spot) {
  const Node& value = node(spot);
  const bool is_map = value.type == NodeType::map;
  if (!has_value(spot)) return std::nullopt;
  if (value.type == NodeType::list || (is_map && value.items.size() != 1)) {
    fail(field, spot,
         {"E207", "a layer is a word or a map with one key",
          "write {dense: {units: 64, bias: false}}"});
    return std::nullopt;
  }
  const std::string& word = is_map ? value.items[0].key : value.text;
  const Place place = is_map ? value.items[0].key_place : spot.place;
  const std::string row = "model.net.layers." + word;
  if (is_reserved(row)) {
    fail_later({spot.path, spot.node, place}, place, shown(word));
    return std::nullopt;
  }
  auto layer = layer_called(word);
  if (!layer) {
    const std::string meant = nearest(word, keys_below("model.net.layers"));
    fail(field, {spot.path, spot.node, place},
         {"E206", "'" + shown(word) + "' is not a layer"}, meant);
    return std::nullopt;
  }
  draft_.layers[spot.path] = place;
  if (!is_map) return layer;
  return read_layer_value(*find_field(row), std::move(*layer),
                          spot_of(spot.path, value.items[0]));
}

/// `kind` is the layer's row, `spot` what stands behind its name.
std::optional<Layer> Reader::read_layer_value(const Field& kind, Layer layer,
                                              const Spot& spot) {
  if (!has_value(spot)) return std::nullopt;
  if (layer.type == LayerType::residual || layer.type == LayerType::concat) {
    return read_branches(kind, std::move(layer), spot);
  }
  const std::string path(kind.path);
  const bool has_keys = !children_of(path).empty();
  if (!has_keys) {
    if (node(spot).type == NodeType::map && node(spot).items.empty()) {
      return layer;
    }
    fail(kind, spot, {"E207", "this layer takes no value"});
    return std::nullopt;
  }
  if (node(spot).type == NodeType::scalar && !kind.short_key.empty()) {
    const Field* key = find_field(path + "." + std::string(kind.short_key));
    if (!read_layer_key(*key, layer, spot)) return std::nullopt;
    return layer;
  }
  return read_layer_keys(kind, std::move(layer), spot);
}

std::optional<Layer> Reader::read_branches(const Field& kind, Layer layer,
                                           const Spot& spot) {
  if (layer.type == LayerType::residual) {
    auto layers = read_layer_list(kind, spot);
    if (!layers) return std::nullopt;
    layer.branches.push_back(std::move(*layers));
    return layer;
  }
  if (!want(NodeType::list, kind, spot) ||
      !want_at_most(kMaxLayers, kind, spot)) {
    return std::nullopt;
  }
  bool good = true;
  for (const Item& item : node(spot).items) {
    Spot branch = spot_of(spot.path, item);
    branch.path = spot.path + "[" + std::to_string(layer.branches.size()) + "]";
    if (tree_.at(item.value).type == NodeType::null) branch.place = spot.place;
    auto layers = read_layer_list(kind, branch);
    good = good && layers;
    layer.branches.push_back(layers ? std::move(*layers)
                                    : std::vector<Layer>{});
  }
  if (!good) return std::nullopt;
  return layer;
}

std::optional<Layer> Reader::read_layer_keys(const Field& kind, Layer layer,
                                             const Spot& spot) {
  if (!want(NodeType::map, kind, spot)) return std::nullopt;
  const std::string path(kind.path);
  bool good = true;
  for (const Item& item : node(spot).items) {
    const Field* key = find_field(path + "." + item.key);
    if (key == nullptr) {
      refuse_member(path, "", spot.path, item);
      good = false;
    } else {
      good = read_layer_key(*key, layer, spot_of(spot.path, item)) && good;
    }
  }
  // The stride of a pool is its size unless it says otherwise.
  const bool pool =
      layer.type == LayerType::maxpool || layer.type == LayerType::avgpool;
  if (pool && layer.stride == layer.size) layer.stride = 0;
  if (!good) return std::nullopt;
  return layer;
}

/// Reads one key of a layer into it; `key` is its row.
bool Reader::read_layer_key(const Field& key, Layer& layer, const Spot& spot) {
  if (key.type == Type::layer_list) {
    auto layers = read_layer_list(key, spot);
    if (!layers) return false;
    layer.branches = {std::move(*layers)};
    return true;
  }
  const auto value = read_value(key, spot);
  if (!value) return false;
  set_key(layer, last_key(key.path), *value);
  return true;
}

}  // namespace mlb::spec
