// JobSpec -> YAML, by the field table: every field, in its order.
#include <functional>

#include "spec/fields.h"
#include "spec/scalar.h"
#include "spec/spec.h"

namespace mlb::spec {
namespace {

/// The comment of a field's line; empty: none.
using Comment = std::function<std::string(std::string_view path)>;

class Emitter {
 public:
  Emitter(const JobSpec& spec, const Comment& comment)
      : spec_(spec), comment_(comment) {}
  std::string take() {
    members("", 0);
    return std::move(out_);
  }

 private:
  void members(std::string_view group, int depth);
  void field(const Field& f, int depth);
  void group(const Field& f, int depth);
  void line(int depth, std::string_view key, const std::string& value,
            std::string_view path);
  bool is_other_variant(std::string_view path) const;
  std::string layers() const;
  void gates(const Field& f, int depth);
  void labels(const Field& f, int depth);
  void columns(const Field& f, int depth);

  const JobSpec& spec_;
  const Comment& comment_;
  std::string out_;
};

void Emitter::line(int depth, std::string_view key, const std::string& value,
                   std::string_view path) {
  out_.append(static_cast<std::size_t>(2 * depth), ' ');
  out_ += std::string(key) + ":";
  if (!value.empty()) out_ += " " + value;
  if (const std::string c = comment_(path); !c.empty()) out_ += "  # " + c;
  out_ += "\n";
}

/// Keys of a model or an optimiser that this job does not have.
bool Emitter::is_other_variant(std::string_view path) const {
  if (path == "model.net") return spec_.model.index() != 0;
  if (path == "model.ridge") return spec_.model.index() != 1;
  const bool adam = spec_.train.optimizer.type == OptimizerType::adam;
  if (path == "train.optimizer.adam") return !adam;
  if (path == "train.optimizer.sgd") return adam;
  return false;
}

std::string Emitter::layers() const {
  std::string out;
  for (const Layer& layer : std::get<NetSpec>(spec_.model).layers) {
    if (!out.empty()) out += ", ";
    switch (layer.type) {
      case LayerType::dense:
        out += layer.bias ? "dense: " + std::to_string(layer.units)
                          : "dense: {units: " + std::to_string(layer.units) +
                                ", bias: false}";
        break;
      case LayerType::dropout:
        out += "dropout: " + real_text(layer.rate);
        break;
      case LayerType::relu: out += "relu"; break;
      case LayerType::tanh: out += "tanh"; break;
      case LayerType::sigmoid: out += "sigmoid"; break;
      case LayerType::softmax: out += "softmax"; break;
    }
  }
  return "[" + out + "]";
}

void Emitter::gates(const Field& f, int depth) {
  if (spec_.require.empty()) return line(depth, "require", "{}", f.path);
  line(depth, "require", "", f.path);
  for (const Gate& gate : spec_.require) {
    line(depth + 1, yaml_text(gate.metric), yaml_text(gate.condition), "-");
  }
}

void Emitter::labels(const Field& f, int depth) {
  if (spec_.labels.empty()) return line(depth, "labels", "{}", f.path);
  line(depth, "labels", "", f.path);
  for (const auto& [key, text] : spec_.labels) {
    line(depth + 1, yaml_text(key), yaml_text(text), "-");
  }
}

void Emitter::columns(const Field& f, int depth) {
  if (spec_.columns.empty()) return line(depth, "columns", "{}", f.path);
  line(depth, "columns", "", f.path);
  const Field& type = *find_field("columns.*.type");
  for (const ColumnRule& rule : spec_.columns) {
    const Value value{static_cast<std::int64_t>(rule.type)};
    line(depth + 1, yaml_text(rule.pattern),
         "{type: " + value_text(type, value) + "}", "-");
  }
}

void Emitter::group(const Field& f, int depth) {
  if (is_other_variant(f.path)) return;
  const bool unwritten = f.path == "model.net" || f.path == "model.ridge" ||
                         f.path == "train.optimizer.adam" ||
                         f.path == "train.optimizer.sgd";
  if (unwritten) return members(f.path, depth);
  if (f.path == "train.early_stop" &&
      spec_.train.early_stop_mode != EarlyStopMode::on) {
    const bool off = spec_.train.early_stop_mode == EarlyStopMode::off;
    return line(depth, "early_stop", off ? "false" : "auto", f.path);
  }
  line(depth, last_key(f.path), "", "-");
  members(f.path, depth + 1);
}

void Emitter::field(const Field& f, int depth) {
  switch (f.type) {
    case Type::group: return group(f, depth);
    case Type::layer_list:
      return line(depth, last_key(f.path), layers(), f.path);
    case Type::gate_map: return gates(f, depth);
    case Type::text_map: return labels(f, depth);
    case Type::column_map: return columns(f, depth);
    default: break;
  }
  if (f.access.get == nullptr) return;
  const Value value = f.access.get(spec_);
  const bool unset = std::holds_alternative<std::monostate>(value);
  if (unset && f.type != Type::boolean_or_auto) return;
  const auto* list = std::get_if<std::vector<std::string>>(&value);
  // No metrics named means those of the task; an empty list would be none.
  if (f.path == "metrics" && list != nullptr && list->empty()) return;
  line(depth, last_key(f.path), value_text(f, value), f.path);
}

void Emitter::members(std::string_view path, int depth) {
  for (const Field* f : children_of(path)) {
    if (f->path.find('*') == std::string_view::npos) field(*f, depth);
  }
}

}  // namespace

std::string to_yaml(const JobSpec& spec) {
  const Comment none = [](std::string_view) { return std::string(); };
  return Emitter(spec, none).take();
}

std::string to_yaml_with_origins(const Parsed& parsed) {
  const Comment origin = [&](std::string_view path) -> std::string {
    if (path == "-") return {};
    const auto found = parsed.origins.find(std::string(path));
    return found == parsed.origins.end() ? "default" : found->second;
  };
  return Emitter(parsed.spec, origin).take();
}

}  // namespace mlb::spec
