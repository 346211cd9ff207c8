// See reader.h: data, early_stop and layers, which have forms of their own.
#include <algorithm>

#include "base/nearest.h"
#include "job/shape.h"
#include "spec/overrides.h"
#include "spec/reader.h"

namespace mlb::spec {

void Reader::read_data(const Field& field, const Spot& spot) {
  if (node(spot).type != NodeType::scalar) {
    read_group(field, spot);
    if (draft_.has("data.csv") && draft_.has("data.dataset")) {
      fail(field, {spot.path, spot.node, draft_.place_of("data.dataset")},
           {"E116", "csv and dataset are both given; want one of them"});
    }
    return;
  }
  const std::string_view key = data_key(node(spot).text);
  if (node(spot).text.starts_with("sha256:")) {
    return read_field(*find_field("data.dataset"), spot);
  }
  if (!key.empty()) {
    return read_field(*find_field("data." + std::string(key)), spot);
  }
  fail(field, spot,
       {"E208", "cannot tell what '" + shown(node(spot).text) + "' is",
        "write {csv: FILE} or {dataset: FILE}"});
}

void Reader::read_early_stop(const Field& field, const Spot& spot) {
  TrainSpec& train = draft_.parsed.spec.train;
  const Node& value = node(spot);
  if (value.type == NodeType::map) {
    train.early_stop_mode = EarlyStopMode::on;
    return read_group(field, spot);
  }
  if (value.type == NodeType::scalar && !value.quoted) {
    if (value.text == "false") {
      train.early_stop_mode = EarlyStopMode::off;
      return;
    }
    if (value.text == "auto") return;
  }
  if (!has_value(spot)) return;
  fail(field, spot,
       {"E207", "want a map, false or auto",
        "write {patience: 10} to ask for it with its defaults"});
}

void Reader::read_signs(const Field& field, const Spot& spot) {
  constexpr std::size_t kMaxSigns = 1000;
  auto* trees = std::get_if<BoostedTreesSpec>(&draft_.parsed.spec.model);
  if (trees == nullptr || !want(NodeType::map, field, spot) ||
      !want_at_most(kMaxSigns, field, spot)) {
    return;
  }
  trees->monotone.clear();
  for (const Item& item : node(spot).items) {
    const Spot sign = spot_of(spot.path, item);
    if (!has_value(sign) || !want_scalar(field, sign)) continue;
    const std::string& text = node(sign).text;
    if (text != "1" && text != "+1" && text != "-1") {
      fail(field, sign,
           {"E206", "'" + shown(text) + "' is no direction; want +1 or -1"});
      continue;
    }
    trees->monotone[item.key] = text == "-1" ? -1 : 1;
  }
}

void Reader::read_layers(const Field& field, const Spot& spot) {
  auto* net = std::get_if<NetSpec>(&draft_.parsed.spec.model);
  if (net == nullptr || !want(NodeType::list, field, spot) ||
      !want_at_most(kMaxLayers, field, spot)) {
    return;
  }
  net->layers.clear();
  std::size_t index = 0;
  for (const Item& item : node(spot).items) {
    Spot layer = spot_of(spot.path, item);
    layer.path = spot.path + "[" + std::to_string(index++) + "]";
    if (tree_.at(item.value).type == NodeType::null) layer.place = spot.place;
    read_layer(field, layer);
  }
}

/// The kinds of layer that are supported, with their words.
static std::optional<Layer> layer_called(std::string_view word) {
  for (const LayerType type :
       {LayerType::dense, LayerType::relu, LayerType::tanh, LayerType::sigmoid,
        LayerType::dropout}) {
    if (name_of(type) != word) continue;
    Layer out{.type = type};
    if (type == LayerType::dense) out.units = 64;
    if (type == LayerType::dropout) out.rate = 0.5;
    return out;
  }
  return std::nullopt;
}

void Reader::read_layer(const Field& field, const Spot& spot) {
  const Node& value = node(spot);
  const bool is_map = value.type == NodeType::map;
  if (!has_value(spot)) return;
  if (value.type == NodeType::list || (is_map && value.items.size() != 1)) {
    return fail(field, spot,
                {"E207", "a layer is a word or a map with one key",
                 "write {dense: {units: 64, bias: false}}"});
  }
  const std::string& word = is_map ? value.items[0].key : value.text;
  const Place place = is_map ? value.items[0].key_place : spot.place;
  const std::string row = "model.net.layers." + word;
  if (is_reserved(row)) {
    return fail_later({spot.path, spot.node, place}, place, shown(word));
  }
  auto layer = layer_called(word);
  if (!layer) {
    const std::string meant = nearest(word, keys_below("model.net.layers"));
    return fail(field, {spot.path, spot.node, place},
                {"E206", "'" + shown(word) + "' is not a layer"}, meant);
  }
  const Field* kind = find_field(row);
  if (is_map)
    layer = read_layer_keys(*kind, *layer, spot_of(spot.path, value.items[0]));
  if (!layer) {
    draft_.bad.insert(std::string(field.path));
    return;
  }
  std::get<NetSpec>(draft_.parsed.spec.model).layers.push_back(*layer);
  draft_.layers.push_back(place);
}

std::optional<Layer> Reader::read_layer_keys(const Field& kind, Layer layer,
                                             const Spot& spot) {
  if (!has_value(spot)) return std::nullopt;
  if (kind.short_key.empty()) {
    if (node(spot).type == NodeType::map && node(spot).items.empty()) {
      return layer;
    }
    fail(kind, spot, {"E207", "this layer takes no value"});
    return std::nullopt;
  }
  const std::string path(kind.path);
  if (node(spot).type == NodeType::scalar) {
    const Field* key = find_field(path + "." + std::string(kind.short_key));
    const bool read = read_layer_key(*key, layer, spot);
    return read ? std::optional<Layer>(layer) : std::nullopt;
  }
  if (!want(NodeType::map, kind, spot)) return std::nullopt;
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
  return good ? std::optional<Layer>(layer) : std::nullopt;
}

/// Reads one key of a layer into it; `key` is its row.
bool Reader::read_layer_key(const Field& key, Layer& layer, const Spot& spot) {
  const auto value = read_value(key, spot);
  if (!value) return false;
  const std::string_view name = last_key(key.path);
  if (name == "units") layer.units = static_cast<int>(std::get<2>(*value));
  if (name == "bias") layer.bias = std::get<bool>(*value);
  if (name == "p") layer.rate = std::get<double>(*value);
  return true;
}

}  // namespace mlb::spec
