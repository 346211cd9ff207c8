// YAML text as a tree of nodes with places: the only form in which the rest
// of lib/spec sees a spec.  Aliases share nodes, so the tree is small however
// large its expansion; the expansion is what the budgets count.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "spec/source.h"

namespace mlb::spec {

inline constexpr std::size_t kMaxDepth = 32;
inline constexpr std::size_t kMaxNodes = 50'000;

enum class NodeType { null, scalar, list, map };
using NodeId = std::size_t;

/// A member of a map, or an element of a list (no key).
struct Item {
  std::string key{};
  Place key_place{};
  NodeId value = 0;
};

struct Node {
  NodeType type = NodeType::null;
  bool quoted = false;  ///< scalar: text, whatever it looks like
  std::string text{};   ///< scalar
  Place place;
  std::vector<Item> items{};  ///< list, map
  std::size_t weight = 1;     ///< nodes of the expansion, this one included
  std::size_t height = 1;     ///< levels of the expansion
};

/// Owns nodes by number.  Nodes may be shared and are never changed once
/// their document is complete: edits make copies.
class Tree {
 public:
  NodeId add(Node node) {
    nodes_.push_back(std::move(node));
    return nodes_.size() - 1;
  }
  const Node& at(NodeId id) const { return nodes_.at(id); }
  Node& building(NodeId id) { return nodes_.at(id); }

 private:
  std::vector<Node> nodes_;
};

/// The member `key` of a map node, or null.
const Item* find_item(const Node& map, std::string_view key);

/// Is it UTF-8 without control characters other than tab and line ends?
bool is_text(std::string_view text);

/// Reads all documents of the source into `tree` and returns their roots.
/// Whatever breaks the rules of mlbatch-jobspec(5) about YAML is found and
/// left out; after a syntax error or an exceeded budget the documents before
/// it remain.
std::vector<NodeId> read_yaml(const Source& source, Tree& tree,
                              Findings& findings);

/// Reads the value of `--set`: one YAML value, every node at `place`.
/// A finding, and a null node, when it is not one.
NodeId read_argument(std::string_view text, const Place& place, Tree& tree,
                     Findings& findings);

}  // namespace mlb::spec
