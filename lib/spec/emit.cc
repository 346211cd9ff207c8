// JobSpec -> YAML: every field of the table with its value, in its order.
#include <algorithm>

#include "job/shape.h"
#include "spec/fields.h"
#include "spec/scalar.h"
#include "spec/spec.h"

namespace mlb::spec {
namespace {

using Origins = std::map<std::string, std::string>;

class Emitter {
 public:
  /// `origins` may be null: then no comments.
  Emitter(const JobSpec& spec, const Origins* origins)
      : spec_(spec), origins_(origins) {}

  std::string text() {
    group("", 0);
    return std::move(out_);
  }

 private:
  void group(std::string_view path, std::size_t depth);
  void field(const Field& field, std::size_t depth);
  void named_group(const Field& field, std::size_t depth);
  void early_stop(const Field& field, std::size_t depth);
  void labels(std::size_t depth);
  void gates(std::size_t depth);
  void columns(std::size_t depth);
  void layers(const Field& field, std::size_t depth);
  void signs(const Field& field, std::size_t depth);
  void image(const Field& field, std::size_t depth);
  void weights(const Field& field, std::size_t depth);

  /// A split that is one word; else "".
  std::string split_word() const {
    switch (spec_.data.split.by) {
      case SplitBy::stored: return "stored";
      case SplitBy::automatic: return "auto";
      case SplitBy::fractions:
      case SplitBy::column:
      case SplitBy::time:
      case SplitBy::group: break;
    }
    return {};
  }
  bool is_left_out(const Field& field) const {
    const bool no_target = field.path == "target" && spec_.target.empty();
    return no_target || !has_field(spec_.kind, field.path);
  }

  /// "  key: value  # origin"; no value: a group that follows.
  void line(std::size_t depth, const std::string& text,
            const std::string& path = {}) {
    out_ += std::string(2 * depth, ' ') + text;
    if (origins_ != nullptr && !path.empty()) {
      const auto found = origins_->find(path);
      out_ += "  # " + (found == origins_->end() ? "default" : found->second);
    }
    out_ += '\n';
  }

  const JobSpec& spec_;
  const Origins* origins_;
  std::string out_;
};

/// The keys of `path` that belong to the type which the spec has.
bool is_chosen(std::string_view path, const JobSpec& spec) {
  const Field* type = find_field(std::string(parent_of(path)) + ".type");
  return value_text(*type, type->access.get(spec)) == last_key(path);
}

void Emitter::group(std::string_view path, std::size_t depth) {
  for (const Field* child : children_of(path)) {
    if (!is_unwritten(child->path)) {
      field(*child, depth);
    } else if (is_chosen(child->path, spec_)) {
      group(child->path, depth);
    }
  }
}

void Emitter::field(const Field& field, std::size_t depth) {
  const std::string key(last_key(field.path));
  if (is_left_out(field)) return;
  switch (field.type) {
    case Type::group:
      if (field.path == "train.early_stop") return early_stop(field, depth);
      if (field.path == "data.split" && !split_word().empty()) {
        return line(depth, "split: " + split_word(), std::string(field.path));
      }
      return named_group(field, depth);
    case Type::text_map: return labels(depth);
    case Type::gate_map: return gates(depth);
    case Type::column_map: return columns(depth);
    case Type::layer_list:
      if (field.path == "model.net.layers") layers(field, depth);
      return;
    case Type::image: return image(field, depth);
    case Type::weight_map: return weights(field, depth);
    case Type::sign_map: return signs(field, depth);
    default: break;
  }
  if (field.access.get == nullptr) return;
  // No metrics named means those of the task.
  if (field.path == "metrics" && spec_.metrics.empty()) return;
  const std::string value = value_text(field, field.access.get(spec_));
  if (!value.empty()) {
    line(depth, key + ": " + value, std::string(field.path));
  }
}

/// A group without members would be no map.
void Emitter::named_group(const Field& field, std::size_t depth) {
  const std::size_t before = out_.size();
  line(depth, std::string(last_key(field.path)) + ":");
  const std::size_t head = out_.size();
  group(field.path, depth + 1);
  if (out_.size() == head) out_.resize(before);
}

void Emitter::early_stop(const Field& field, std::size_t depth) {
  const std::string path(field.path);
  switch (spec_.train.early_stop_mode) {
    case EarlyStopMode::automatic: return line(depth, "early_stop: auto", path);
    case EarlyStopMode::off: return line(depth, "early_stop: false", path);
    case EarlyStopMode::on:
      line(depth, "early_stop:");
      return group(path, depth + 1);
  }
}

void Emitter::labels(std::size_t depth) {
  if (spec_.labels.empty()) return line(depth, "labels: {}", "labels");
  line(depth, "labels:");
  for (const auto& [key, text] : spec_.labels) {
    line(depth + 1, yaml_text(key) + ": " + yaml_text(text), "labels");
  }
}

void Emitter::gates(std::size_t depth) {
  if (spec_.require.empty()) return line(depth, "require: {}", "require");
  line(depth, "require:");
  for (const Gate& gate : spec_.require) {
    line(depth + 1, yaml_text(gate.metric) + ": " + yaml_text(gate.condition),
         "require." + gate.metric);
  }
}

/// "[year, month]"
std::string dates_text(const std::vector<DatePart>& parts) {
  const Field& field = *find_field("columns.*.dates");
  const auto words = split_words(field.words);
  std::vector<std::string> out;
  for (const DatePart part : parts) {
    out.emplace_back(words.at(static_cast<std::size_t>(part)));
  }
  return value_text(field, out);
}

/// "{type: real, scale: none}": the type, and what is not by default.
std::string column_text(const ColumnRule& rule) {
  std::string out;
  const auto add = [&](const std::string& key, const std::string& text) {
    out += (out.empty() ? "" : ", ") + key + ": " + text;
  };
  const auto word = [&](const std::string& key, auto value, auto fallback) {
    const Field& field = *find_field("columns.*." + key);
    if (value == fallback && key != "type") return;
    add(key, value_text(field, static_cast<std::int64_t>(value)));
  };
  const ColumnRule plain;
  word("type", rule.type, plain.type);
  if (rule.missing == Missing::constant) {
    add("missing", "{const: " + yaml_text(rule.missing_value) + "}");
  } else {
    word("missing", rule.missing, plain.missing);
  }
  word("scale", rule.scale, plain.scale);
  if (rule.encode == Encode::hash) {
    add("encode", "{hash: " + std::to_string(rule.buckets) + "}");
  } else {
    word("encode", rule.encode, plain.encode);
  }
  if (rule.max_levels != plain.max_levels) {
    add("max_levels", std::to_string(rule.max_levels));
  }
  word("unknown", rule.unknown, plain.unknown);
  if (!rule.date_format.empty()) {
    add("date_format", yaml_text(rule.date_format));
  }
  if (rule.dates != plain.dates) add("dates", dates_text(rule.dates));
  if (rule.clip) {
    add("clip", "[" + real_text(rule.clip->first) + ", " +
                    real_text(rule.clip->second) + "]");
  }
  return "{" + out + "}";
}

void Emitter::columns(std::size_t depth) {
  if (spec_.columns.empty()) return line(depth, "columns: {}", "columns");
  line(depth, "columns:");
  for (const ColumnRule& rule : spec_.columns) {
    // yaml-cpp, as YAML, wants a mark before a key of more than 1024 bytes.
    constexpr std::size_t kLongest = 1000;
    std::string key = yaml_text(rule.pattern);
    if (key.size() > kLongest) {
      line(depth + 1, "? " + key);
      key.clear();
    }
    line(depth + 1, key + ": " + column_text(rule), "columns." + rule.pattern);
  }
}

std::string layers_text(const std::vector<Layer>& layers);

/// "name: {first: 1, second: 2}" of those that are not empty.
std::string keys_text(const Layer& layer,
                      const std::vector<std::string>& keys) {
  std::string out;
  for (const std::string& key : keys) {
    if (!key.empty()) out += (out.empty() ? "" : ", ") + key;
  }
  const std::string name(name_of(layer.type));
  return out.empty() ? name : name + ": {" + out + "}";
}

std::string padding_text(const Layer& layer) {
  switch (layer.padding) {
    case Padding::same: return "same";
    case Padding::valid: return "valid";
    case Padding::fixed: break;
  }
  return std::to_string(layer.pad);
}

std::string dense_text(const Layer& layer) {
  const std::string units = std::to_string(layer.units);
  if (layer.bias && !layer.init) return "dense: " + units;
  std::string init;
  if (layer.init) {
    const Field& row = *find_field("model.net.layers.dense.init");
    init = "init: " + value_text(row, static_cast<std::int64_t>(*layer.init));
  }
  return keys_text(layer,
                   {"units: " + units, layer.bias ? "" : "bias: false", init});
}

std::string embed_text(const Layer& layer) {
  const std::string columns = yaml_text(layer.columns);
  if (layer.units == 0) return "embed: " + columns;
  return keys_text(
      layer, {"columns: " + columns, "dim: " + std::to_string(layer.units)});
}

std::string branches_text(const Layer& layer) {
  const std::string name(name_of(layer.type));
  if (layer.branches.empty()) return name;
  if (layer.type == LayerType::residual) {
    return name + ": " + layers_text(layer.branches[0]);
  }
  std::string out;
  for (const auto& branch : layer.branches) {
    out += (out.empty() ? "" : ", ") + layers_text(branch);
  }
  return name + ": [" + out + "]";
}

std::string layer_text(const Layer& layer) {
  const std::string stride = std::to_string(layer.stride);
  switch (layer.type) {
    case LayerType::dense: return dense_text(layer);
    case LayerType::dropout: return "dropout: " + real_text(layer.rate);
    case LayerType::conv2d:
      return keys_text(
          layer, {"filters: " + std::to_string(layer.units),
                  "kernel: " + std::to_string(layer.size), "stride: " + stride,
                  "padding: " + padding_text(layer),
                  "groups: " + std::to_string(layer.groups)});
    case LayerType::maxpool:
    case LayerType::avgpool:
      return keys_text(layer, {"size: " + std::to_string(layer.size),
                               layer.stride == 0 ? "" : "stride: " + stride});
    case LayerType::batchnorm:
      return keys_text(layer, {"momentum: " + real_text(layer.momentum),
                               "eps: " + real_text(layer.epsilon)});
    case LayerType::repeat:
      return keys_text(layer,
                       {"times: " + std::to_string(layer.times),
                        layer.branches.empty()
                            ? ""
                            : "layers: " + layers_text(layer.branches[0])});
    case LayerType::residual:
    case LayerType::concat: return branches_text(layer);
    case LayerType::embed: return embed_text(layer);
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
    case LayerType::flatten: break;
  }
  return std::string(name_of(layer.type));
}

void Emitter::signs(const Field& field, std::size_t depth) {
  const auto* trees = std::get_if<BoostedTreesSpec>(&spec_.model);
  if (trees == nullptr) return;
  const std::string key(last_key(field.path));
  const std::string path(field.path);
  if (trees->monotone.empty()) return line(depth, key + ": {}", path);
  line(depth, key + ":");
  for (const auto& [column, sign] : trees->monotone) {
    line(depth + 1, yaml_text(column) + (sign > 0 ? ": +1" : ": -1"), path);
  }
}

std::string layers_text(const std::vector<Layer>& layers) {
  std::string out;
  for (const Layer& layer : layers) {
    out += (out.empty() ? "" : ", ") + layer_text(layer);
  }
  return "[" + out + "]";
}

void Emitter::image(const Field& field, std::size_t depth) {
  const auto* net = std::get_if<NetSpec>(&spec_.model);
  if (net == nullptr) return;
  std::string value = "auto";
  if (net->input) {
    value = "[" + std::to_string(net->input->height) + ", " +
            std::to_string(net->input->width) + ", " +
            std::to_string(net->input->channels) + "]";
  }
  line(depth, "input: " + value, std::string(field.path));
}

void Emitter::weights(const Field& field, std::size_t depth) {
  const std::string path(field.path);
  const ClassWeights& value = spec_.train.class_weights;
  if (value.type != ClassWeightsType::given) {
    const bool none = value.type == ClassWeightsType::none;
    return line(depth, none ? "class_weights: none" : "class_weights: balanced",
                path);
  }
  if (value.weights.empty()) return line(depth, "class_weights: {}", path);
  line(depth, "class_weights:");
  for (const auto& [label, weight] : value.weights) {
    line(depth + 1, yaml_text(label) + ": " + real_text(weight), path);
  }
}

void Emitter::layers(const Field& field, std::size_t depth) {
  const auto* net = std::get_if<NetSpec>(&spec_.model);
  if (net == nullptr) return;
  const std::string path(field.path);
  if (net->layers.empty()) return line(depth, "layers: []", path);
  line(depth, "layers:");
  for (const Layer& layer : net->layers) {
    line(depth + 1, "- " + layer_text(layer), path);
  }
}

}  // namespace

std::string to_yaml(const JobSpec& spec) {
  return Emitter(spec, nullptr).text();
}

std::string to_yaml_with_origins(const Parsed& parsed) {
  return Emitter(parsed.spec, &parsed.origins).text();
}

}  // namespace mlb::spec
