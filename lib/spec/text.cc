// Text as YAML, and text in messages: see scalar.h.
#include "spec/scalar.h"

namespace mlb::spec {
namespace {

/// Characters that mean nothing to YAML wherever they stand in a plain scalar
/// of a block or a flow.
bool is_harmless(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '/' ||
         c == '-' || c == '+' || byte >= 0x80;
}

/// Words that some YAML reader takes for a boolean.
bool is_boolean_word(std::string_view text) {
  constexpr std::string_view words[] = {"yes", "no", "on",  "off", "y",  "n",
                                        "Y",   "N",  "Yes", "No",  "On", "Off",
                                        "YES", "NO", "ON",  "OFF"};
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

std::string escaped(unsigned char byte) {
  switch (byte) {
    case '\n': return "\\n";
    case '\t': return "\\t";
    case '\r': return "\\r";
    case '"': return "\\\"";
    case '\\': return "\\\\";
    default: break;
  }
  if (byte >= 0x20 && byte != 0x7F) return {static_cast<char>(byte)};
  const char* digits = "0123456789abcdef";
  return {'\\', 'x', digits[byte >> 4u], digits[byte & 15u]};
}

}  // namespace

std::string yaml_text(std::string_view text) {
  bool plain = !text.empty() && !looks_typed(text) && !is_boolean_word(text) &&
               text[0] != '-' && text[0] != '.' && text[0] != '+';
  for (const char c : text) plain = plain && is_harmless(c);
  if (plain) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += escaped(static_cast<unsigned char>(c));
  return out + "\"";
}

std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // Never cut inside a character.
    if (i >= kLongest && (byte & 0xC0u) != 0x80u) return out + "...";
    out +=
        byte < 0x20 || byte == 0x7F ? escaped(byte) : std::string(1, text[i]);
  }
  return out;
}

}  // namespace mlb::spec
