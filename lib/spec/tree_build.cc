// See tree_build.h.  Events, not YAML::Node: duplicate keys, merge keys, tags
// and aliases are still visible in them, and nothing is expanded yet.
#include "spec/tree_build.h"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>
#include <yaml-cpp/mark.h>

#include "spec/scalar.h"

namespace mlb::spec {
namespace {

class Builder final : public YAML::EventHandler {
 public:
  Builder(std::string_view text, int argument, Tree& tree, Findings& findings)
      : text_(text), argument_(argument), tree_(tree), findings_(findings) {}

  void OnDocumentStart(const YAML::Mark&) override {
    anchors_.clear();
    frames_.clear();
    root_.reset();
  }
  void OnDocumentEnd() override {
    if (root_ && !stopped_) roots_.push_back(*root_);
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (stopped_) return;
    add_leaf({.type = NodeType::null, .place = place_of(mark, 0)}, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag,
                YAML::anchor_t anchor, const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(NodeType::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag,
                  YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(NodeType::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  std::vector<NodeId> take() { return std::move(roots_); }
  bool stopped() const { return stopped_; }

 private:
  struct Frame {
    NodeId node = 0;
    bool key_next = true;
    std::optional<std::string> key{};  // unset: the value is dropped
    Place key_place{};
    std::map<std::string, Place> keys{};
  };

  Place place_of(const YAML::Mark& mark, std::size_t length) const;
  std::size_t length_at(std::size_t offset, const std::string& value) const;
  void check_tag(const std::string& tag, const YAML::Mark& mark);
  void open(NodeType type, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor);
  void close();
  void add_leaf(Node node, YAML::anchor_t anchor);
  void attach(NodeId id, const Place& place);
  void take_key(Frame& frame, const Node& node, const Place& place);
  void take_value(Frame& frame, NodeId id);
  bool spend(std::size_t nodes, std::size_t depth, const Place& place);
  void stop(const Place& place, Finding finding);

  std::string_view text_;
  int argument_;
  Tree& tree_;
  Findings& findings_;
  std::vector<NodeId> roots_;
  std::optional<NodeId> root_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, NodeId> anchors_;
  std::size_t nodes_ = 0;
  bool stopped_ = false;
};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// yaml-cpp marks a node at its anchor; the value after it is wanted.
std::size_t skip_anchor(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != '&') return at;
  while (at < text.size() && !is_blank(text[at])) ++at;
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

Place Builder::place_of(const YAML::Mark& mark, std::size_t length) const {
  if (argument_ >= 0) return {0, 0, argument_};
  const std::size_t offset =
      mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos);
  return {skip_anchor(text_, std::min(offset, text_.size())), length};
}

/// How much of the text the scalar covers: itself, or to its closing quote.
std::size_t Builder::length_at(std::size_t offset,
                               const std::string& value) const {
  if (offset >= text_.size()) return 1;
  const char quote = text_[offset];
  if (quote != '"' && quote != '\'')
    return std::max<std::size_t>(1, value.size());
  std::size_t at = offset + 1;
  while (at < text_.size() && text_[at] != quote) {
    at += quote == '"' && text_[at] == '\\' ? 2 : 1;
  }
  return std::min(at + 1, text_.size()) - offset;
}

void Builder::check_tag(const std::string& tag, const YAML::Mark& mark) {
  const auto at = static_cast<std::size_t>(std::max(mark.pos, 0));
  const bool written = at < text_.size() && text_[at] == '!';
  if (!written && (tag.empty() || tag == "?" || tag == "!")) return;
  Place place = place_of(mark, 1);
  findings_.add(place, {"E104",
                        "",
                        "a YAML tag is not allowed here",
                        {},
                        "types follow from the field: leave the tag out"});
}

void Builder::stop(const Place& place, Finding finding) {
  findings_.add(place, std::move(finding));
  stopped_ = true;
}

/// Counts against the budgets; false: exceeded.
bool Builder::spend(std::size_t nodes, std::size_t levels, const Place& place) {
  if (frames_.size() + levels > kMaxDepth) {
    stop(place,
         {"E107", "",
          "nested more than " + std::to_string(kMaxDepth) + " levels deep"});
    return false;
  }
  nodes_ += nodes;
  if (nodes_ > kMaxNodes) {
    stop(place, {"E108", "",
                 "more than " + std::to_string(kMaxNodes) +
                     " values, aliases written out"});
    return false;
  }
  return true;
}

void Builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (stopped_) return;
  const Place place = place_of(mark, 1);
  const auto target = anchors_.find(anchor);
  if (target == anchors_.end()) {
    return stop(place, {"E106", "", "the alias is unknown"});
  }
  for (const Frame& frame : frames_) {
    if (frame.node != target->second) continue;
    return stop(place, {"E106", "", "the alias stands inside its own value"});
  }
  const Node& node = tree_.at(target->second);
  if (!spend(node.weight, node.height, place)) return;
  attach(target->second, place);
}

void Builder::OnScalar(const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor, const std::string& value) {
  if (stopped_) return;
  check_tag(tag, mark);
  Place place = place_of(mark, 0);
  if (place.argument < 0) place.length = length_at(place.offset, value);
  add_leaf({.type = NodeType::scalar,
            .quoted = tag == "!",
            .text = value,
            .place = place},
           anchor);
}

void Builder::add_leaf(Node node, YAML::anchor_t anchor) {
  const Place place = node.place;
  if (!spend(1, 1, place)) return;
  const NodeId id = tree_.add(std::move(node));
  if (anchor != 0) anchors_[anchor] = id;
  attach(id, place);
}

void Builder::open(NodeType type, const YAML::Mark& mark,
                   const std::string& tag, YAML::anchor_t anchor) {
  if (stopped_) return;
  check_tag(tag, mark);
  const Place place = place_of(mark, 1);
  if (!spend(1, 1, place)) return;
  const NodeId id = tree_.add({.type = type, .place = place});
  if (anchor != 0) anchors_[anchor] = id;
  frames_.push_back({.node = id});
}

void Builder::close() {
  if (stopped_) return;
  const NodeId id = frames_.back().node;
  frames_.pop_back();
  Node& node = tree_.building(id);
  for (const Item& item : node.items) {
    const Node& child = tree_.at(item.value);
    node.weight += child.weight + (node.type == NodeType::map ? 1 : 0);
    node.height = std::max(node.height, child.height + 1);
  }
  attach(id, node.place);
}

/// Puts a finished node where it belongs: root, element, key or value.
void Builder::attach(NodeId id, const Place& place) {
  if (frames_.empty()) {
    root_ = id;
    return;
  }
  Frame& frame = frames_.back();
  if (tree_.at(frame.node).type == NodeType::list) {
    tree_.building(frame.node).items.push_back({.value = id});
    return;
  }
  if (frame.key_next) {
    take_key(frame, tree_.at(id), place);
  } else {
    take_value(frame, id);
  }
  frame.key_next = !frame.key_next;
}

void Builder::take_key(Frame& frame, const Node& node, const Place& place) {
  frame.key.reset();
  frame.key_place = place;
  const bool text =
      node.type == NodeType::scalar && (node.quoted || !looks_typed(node.text));
  if (!text) {
    Finding finding{"E105", "", "a key must be text"};
    if (node.type == NodeType::scalar) {
      finding.hint = "put it in quotes: \"" + node.text + "\"";
    }
    findings_.add(place, std::move(finding));
    return;
  }
  if (!node.quoted && node.text == "<<") {
    findings_.add(place, {"E103",
                          "",
                          "merge keys (<<) are not allowed",
                          {},
                          "an alias (*name) as a whole value is"});
    return;
  }
  const auto [first, is_new] = frame.keys.emplace(node.text, place);
  if (is_new) {
    frame.key = node.text;
    return;
  }
  findings_.add(place,
                {"E102", "", "key '" + shown(node.text) + "' is here twice"});
}

void Builder::take_value(Frame& frame, NodeId id) {
  if (!frame.key) return;
  tree_.building(frame.node)
      .items.push_back({std::move(*frame.key), frame.key_place, id});
  frame.key.reset();
}

/// yaml-cpp's words for a syntax error, and help for the usual ones.
Finding syntax_finding(const std::string& message, std::string_view line) {
  Finding out{"E100", "", "not valid YAML: " + message};
  const std::size_t text = std::min(line.find_first_not_of(" \t"), line.size());
  const auto says = [&](const char* words) {
    return message.find(words) != message.npos;
  };
  if (says("anchor") || says("alias")) {
    out.hint = "a text that starts with * must stand in quotes: \"*_id\"";
  } else if (line.find(": >") != line.npos || line.find(":>") != line.npos) {
    out.hint = "put a condition in quotes: \">= 0.9\"";
  } else if (line.substr(0, text).find('\t') != line.npos) {
    out.hint = "indent with spaces, not with tabs";
  } else if (says("illegal map value")) {
    out.hint = "text with ': ' in it must stand in quotes";
  }
  return out;
}

std::string_view line_at(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const std::size_t before = text.substr(0, offset).rfind('\n');
  const std::string_view line =
      text.substr(before == text.npos ? 0 : before + 1);
  return line.substr(0, line.find('\n'));
}

}  // namespace

std::vector<NodeId> build_tree(std::string_view text, int argument, Tree& tree,
                               Findings& findings) {
  Builder builder(text, argument, tree, findings);
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    while (!builder.stopped() && parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::DeepRecursion&) {
    if (!builder.stopped()) {
      findings.add({0, 0, argument}, {"E107", "", "nested too deep"});
    }
  } catch (const YAML::Exception& e) {
    if (!builder.stopped()) {
      const std::size_t at = static_cast<std::size_t>(std::max(e.mark.pos, 0));
      findings.add({std::min(at, text.size()), 1, argument},
                   syntax_finding(e.msg, line_at(text, at)));
    }
  }
  return builder.take();
}

}  // namespace mlb::spec
