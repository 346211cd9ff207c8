// See tree.h: checks of the raw text, then yaml-cpp's events (tree_build.cc).
#include "spec/tree.h"

#include <algorithm>

#include "spec/scalar.h"
#include "spec/spec.h"
#include "spec/tree_build.h"

namespace mlb::spec {
namespace {

/// Bytes of the UTF-8 character at the start of `text`, 0 if it is none
/// (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto follows = [&](std::size_t i) {
    return (byte(i) & 0xC0u) == 0x80u;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) > 0x9F) return 0;
    return follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;
    return follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

bool is_control(std::string_view text, std::size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  if (c == '\r') return at + 1 >= text.size() || text[at + 1] != '\n';
  return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7F;
}

std::string hex(unsigned char byte) {
  const char* digits = "0123456789abcdef";
  return {'0', 'x', digits[byte >> 4u], digits[byte & 15u]};
}

/// The first byte that no spec may hold, or the text's size.
std::size_t first_bad_byte(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0 || (length == 1 && is_control(text, at))) return at;
    at += length;
  }
  return at;
}

bool is_readable(const Source& source, Findings& findings) {
  const std::string_view text = source.text();
  if (text.size() > kMaxBytes) {
    findings.add({}, {"E109", "", "the spec has more than 256 KiB"});
    return false;
  }
  const std::size_t bad = first_bad_byte(text);
  if (bad == text.size()) return true;
  const auto byte = static_cast<unsigned char>(text[bad]);
  findings.add({bad, 1}, {"E110", "",
                          byte < 0x80 ? "a control character (" + hex(byte) +
                                            ") in the text"
                                      : "byte " + hex(byte) + " is not UTF-8"});
  return false;
}

}  // namespace

bool is_text(std::string_view text) {
  return first_bad_byte(text) == text.size();
}

const Item* find_item(const Node& map, std::string_view key) {
  const auto found =
      std::find_if(map.items.begin(), map.items.end(),
                   [&](const Item& item) { return item.key == key; });
  return found == map.items.end() ? nullptr : &*found;
}

std::vector<NodeId> read_yaml(const Source& source, Tree& tree,
                              Findings& findings) {
  if (!is_readable(source, findings)) return {};
  auto roots = build_tree(source.text(), -1, tree, findings);
  if (roots.empty() && findings.errors() == 0) {
    findings.add({}, {"E112", "", "the file holds no job"});
  }
  return roots;
}

NodeId read_argument(std::string_view text, const Place& place, Tree& tree,
                     Findings& findings) {
  const NodeId nothing = tree.add({.place = place});
  if (first_bad_byte(text) < text.size() || text.size() > kMaxBytes) {
    findings.add(place, {"E110", "", "the value is not plain UTF-8 text"});
    return nothing;
  }
  const auto roots = build_tree(text, place.argument, tree, findings);
  return roots.size() == 1 ? roots.front() : nothing;
}

}  // namespace mlb::spec
