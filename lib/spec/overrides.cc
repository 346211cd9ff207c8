// See overrides.h.
#include "spec/overrides.h"

#include <algorithm>

#include "base/nearest.h"
#include "spec/fields.h"
#include "spec/reader.h"
#include "spec/scalar.h"

namespace mlb::spec {
namespace {

using Keys = std::vector<std::string>;

std::string join(std::string_view parent, std::string_view key) {
  return parent.empty() ? std::string(key)
                        : std::string(parent) + "." + std::string(key);
}

/// Keys of a dotted path.  Below require, labels and columns the user's own
/// names may hold dots.
Keys keys_of(std::string_view path) {
  Keys out;
  const std::size_t dot = path.find('.');
  const std::string_view top = path.substr(0, dot);
  const std::string_view rest =
      dot == path.npos ? std::string_view{} : path.substr(dot + 1);
  const bool own_names = top == "require" || top == "labels";
  if (dot == path.npos || own_names) {
    out.emplace_back(top);
    if (dot != path.npos) out.emplace_back(rest);
    return out;
  }
  if (top == "columns") {
    const std::size_t last = rest.rfind('.');
    out = {std::string(top), std::string(rest.substr(0, last))};
    if (last != rest.npos) out.emplace_back(rest.substr(last + 1));
    return out;
  }
  std::string_view left = path;
  while (true) {
    const std::size_t end = left.find('.');
    out.emplace_back(left.substr(0, end));
    if (end == left.npos) return out;
    left.remove_prefix(end + 1);
  }
}

/// Is the value taken letter by letter, not as YAML?
bool is_literal(std::string_view path) {
  if (path.starts_with("labels.") || path.starts_with("require.")) return true;
  const Field* field = find_field(path);
  return field != nullptr &&
         (field->type == Type::text || field->type == Type::path ||
          field->type == Type::model);
}

NodeId text_node(std::string text, const Place& place, Tree& tree) {
  return tree.add({.type = NodeType::scalar,
                   .quoted = true,
                   .text = std::move(text),
                   .place = place});
}

/// Are these two names of one key, as lr and learning_rate?
bool is_same_key(const std::string& parent, const std::string& a,
                 const std::string& b) {
  if (a == b) return true;
  for (const Field* field : fields_written(join(parent, a))) {
    const std::string_view key = last_key(field->path);
    if (b == key || (!field->also.empty() && b == field->also)) return true;
  }
  return false;
}

/// The node as a map, short forms written out; a list stays one.
Node as_map(const Node& node, const std::string& path, const Place& place,
            NodeId id) {
  if (node.type == NodeType::map || node.type == NodeType::list) return node;
  Node out{.type = NodeType::map, .place = place};
  if (node.type == NodeType::null) return out;
  std::string key;
  if (path == "data") key = data_key(node.text);
  for (const Field* field : fields_written(path)) {
    if (!field->short_key.empty()) key = field->short_key;
  }
  if (!key.empty()) out.items.push_back({key, node.place, id});
  return out;
}

class Editor {
 public:
  Editor(const Edit& edit, Tree& tree, Findings& findings)
      : edit_(edit), tree_(tree), findings_(findings) {}

  /// A copy of `id` with the edit done below `keys`; `path` leads here.
  NodeId edit(NodeId id, std::span<const std::string> keys,
              const std::string& path) {
    Node copy = as_map(tree_.at(id), path, edit_.place, id);
    if (copy.type == NodeType::list) {
      findings_.add(edit_.place,
                    {"E302",
                     edit_.path,
                     path + " is a list",
                     {},
                     "set the whole list: --set '" + path + "=[a, b]'"});
      return id;
    }
    const std::string& key = keys.front();
    auto item = std::find_if(
        copy.items.begin(), copy.items.end(),
        [&](const Item& i) { return is_same_key(path, key, i.key); });
    if (item == copy.items.end()) {
      if (edit_.remove) return id;
      const NodeId nothing = tree_.add({.place = edit_.place});
      item = copy.items.insert(item, {.value = nothing});
    }
    if (keys.size() == 1 && edit_.remove) {
      copy.items.erase(item);
      return tree_.add(std::move(copy));
    }
    const NodeId value =
        keys.size() == 1 ? edit_.value
                         : edit(item->value, keys.subspan(1), join(path, key));
    *item = {key, edit_.remove ? item->key_place : edit_.place, value};
    return tree_.add(std::move(copy));
  }

 private:
  const Edit& edit_;
  Tree& tree_;
  Findings& findings_;
};

NodeId edited(const Edit& edit, NodeId root, Tree& tree, Findings& findings) {
  return Editor(edit, tree, findings).edit(root, keys_of(edit.path), "");
}

/// The tags of the file, and further ones.
NodeId with_tags(const std::vector<Edit>& tags, NodeId root, Tree& tree,
                 Findings& findings) {
  if (tags.empty()) return root;
  const Item* item = find_item(tree.at(root), "tags");
  Node list{.type = NodeType::list, .place = tags.front().place};
  if (item != nullptr) list = tree.at(item->value);
  // Whatever else stands there, the reader will say.
  if (list.type != NodeType::list) return root;
  for (const Edit& tag : tags) {
    const bool known =
        std::any_of(list.items.begin(), list.items.end(), [&](const Item& i) {
          return tree.at(i.value).text == tree.at(tag.value).text;
        });
    if (!known) list.items.push_back({.value = tag.value});
  }
  const Edit edit{"tags", false, tree.add(std::move(list)), tags.front().place};
  return edited(edit, root, tree, findings);
}

class EditsReader {
 public:
  EditsReader(Source& source, Tree& tree, Findings& findings)
      : source_(source), tree_(tree), findings_(findings) {}

  Edits out;

  void unset(const std::string& text) {
    const Place place = place_of("--unset " + text);
    const std::string path = path_in(text);
    const bool own_name = path.starts_with("require.") ||
                          path.starts_with("labels.") ||
                          path.starts_with("columns.");
    if (own_name || !fields_written(path).empty()) {
      out.changes.push_back({path, true, 0, place});
      return;
    }
    const auto paths = written_paths();
    const std::vector<std::string_view> known(paths.begin(), paths.end());
    const std::string meant = nearest(path, known);
    findings_.add(
        place,
        {"E101", path,
         with_suggestion("unknown field '" + shown(path) + "'", meant), meant});
  }

  void set(const std::string& text) {
    const Place place = place_of("--set " + text);
    const std::size_t equals = text.find('=');
    if (equals == text.npos || equals == 0) {
      findings_.add(
          place,
          {"E301", "", "want PATH=VALUE", {}, "as in --set train.epochs=20"});
      return;
    }
    const std::string path = path_in(text.substr(0, equals));
    const std::string value = text.substr(equals + 1);
    if (keys_of(path).size() > kMaxDepth || !is_text(value)) {
      findings_.add(place, {"E301", "", "the path or value is no plain text"});
      return;
    }
    const std::size_t before = findings_.errors();
    const NodeId node = is_literal(path)
                            ? text_node(value, place, tree_)
                            : read_argument(value, place, tree_, findings_);
    if (findings_.errors() > before) return;
    out.changes.push_back({path, false, node, place});
  }

  void name(const std::string& text) {
    const Place place = place_of("--name " + text);
    out.changes.push_back(
        {"name", false, text_node(text, place, tree_), place});
  }

  void tag(const std::string& text) {
    const Place place = place_of("--tag " + text);
    out.tags.push_back({"tags", false, text_node(text, place, tree_), place});
  }

  void require(const std::string& text) {
    const Place place = place_of("--require " + text);
    // A group of a metric, as in test.auc[country=DE], may hold any sign.
    const std::size_t group = text.rfind(']');
    const std::size_t from = group == text.npos ? 0 : group;
    std::size_t end = std::min(text.find_first_of("<>= ", from), text.size());
    const std::string metric = text.substr(0, end);
    if (metric.empty() || end == text.size()) {
      findings_.add(place, {"E211",
                            "require",
                            "want METRIC and a condition",
                            {},
                            "as in --require 'test.accuracy>=0.9'"});
      return;
    }
    out.require.push_back({"require." + metric, false,
                           text_node(text.substr(end), place, tree_), place});
  }

 private:
  /// A path as it may be written, also when it is given as help shows it.
  static std::string path_in(const std::string& text) {
    const auto dots = std::count(text.begin(), text.end(), '.');
    return static_cast<std::size_t>(dots) > kMaxDepth ? text
                                                      : written_path(text);
  }

  Place place_of(const std::string& argument) {
    constexpr std::size_t kLongest = 200;
    std::string text = argument.substr(0, argument.find('\0'));
    if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
    for (char& c : text) {
      if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    }
    return {0, 0, source_.add_argument(std::move(text))};
  }

  Source& source_;
  Tree& tree_;
  Findings& findings_;
};

}  // namespace

std::string_view data_key(std::string_view file) {
  for (const std::string_view end : {".csv", ".tsv", ".txt", ".gz"}) {
    if (file.ends_with(end)) return "csv";
  }
  for (const std::string_view end : {".h5", ".hdf5"}) {
    if (file.ends_with(end)) return "dataset";
  }
  return {};
}

std::string name_in(const std::string& name, int document) {
  constexpr std::size_t kLongest = 64;
  const std::string suffix =
      document == 0 ? "" : "-" + std::to_string(document + 1);
  return name.substr(0, kLongest - suffix.size()) + suffix;
}

Edits read_edits(const Options& options, Source& source, Tree& tree,
                 Findings& findings) {
  EditsReader reader(source, tree, findings);
  for (const auto& path : options.unset) reader.unset(path);
  for (const auto& text : options.set) reader.set(text);
  if (options.name) reader.name(*options.name);
  for (const auto& tag : options.tags) reader.tag(tag);
  for (const auto& text : options.require) reader.require(text);
  return std::move(reader.out);
}

NodeId apply_edits(const Edits& edits, NodeId root, int document, Tree& tree,
                   Findings& findings) {
  if (tree.at(root).type != NodeType::map) return root;
  for (Edit edit : edits.changes) {
    if (edit.path == "name" && !edit.remove && document > 0) {
      const std::string name = tree.at(edit.value).text;
      if (name.size() <= 64) {
        edit.value = text_node(name_in(name, document), edit.place, tree);
      }
    }
    root = edited(edit, root, tree, findings);
  }
  root = with_tags(edits.tags, root, tree, findings);
  for (const Edit& edit : edits.require) {
    root = edited(edit, root, tree, findings);
  }
  return root;
}

}  // namespace mlb::spec
