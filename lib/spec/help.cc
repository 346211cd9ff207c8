// The field table for people: `mlsubmit help fields` and the manual.
#include <algorithm>

#include "base/nearest.h"
#include "spec/fields.h"
#include "spec/reader.h"
#include "spec/spec.h"

namespace mlb::spec {
namespace {

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

/// "train.epochs    whole number   100    passes over ..."
std::string overview_line(const Field& field) {
  return padded(std::string(field.path), 32) + " " +
         padded(std::string(name_of(field.type)), 15) + " " +
         std::string(field.doc) + "\n";
}

bool is_below(std::string_view path, std::string_view group) {
  return group.empty() ||
         (path.size() > group.size() && path.starts_with(group) &&
          path[group.size()] == '.');
}

std::string members(std::string_view group) {
  std::string out;
  for (const Field& field : all_fields()) {
    if (is_below(field.path, group)) out += overview_line(field);
  }
  return out;
}

std::string reserved_below(std::string_view group) {
  std::string names;
  for (const std::string_view name : reserved_fields()) {
    if (!is_below(name, group)) continue;
    names += (names.empty() ? "" : " ") + std::string(name);
  }
  if (names.empty()) return {};
  return "\nNot supported yet by this version: " + names + "\n";
}

std::string details(const Field& field) {
  std::string out = std::string(field.path) + "\n";
  const auto line = [&](const char* what, const std::string& text) {
    if (!text.empty()) out += "  " + padded(what, 9) + text + "\n";
  };
  line("meaning", std::string(field.doc));
  line("type", std::string(name_of(field.type)));
  line("default", default_text(field));
  line("rule", rule_text(field));
  line("also", std::string(field.also));
  line("later", std::string(field.words_later));
  return out;
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

/// A line of running text in mdoc.
std::string mdoc(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out = "\\&";
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '~') {
      out += "\\(ti";
    } else if (c == '^') {
      out += "\\(ha";
    } else {
      out += c;
    }
  }
  return out + "\n";
}

std::string man_entry(const Field& field) {
  std::string out = ".It Ic " + std::string(field.path) + "\n";
  out += mdoc(capitalised(std::string(name_of(field.type))) + ": " +
              std::string(field.doc) + ".");
  const std::string fallback = default_text(field);
  if (fallback == "required") {
    out += "Required.\n";
  } else if (!fallback.empty()) {
    out += mdoc("Default: " + fallback + ".");
  }
  if (!rule_text(field).empty()) {
    out += mdoc("Rule: " + rule_text(field) + ".");
  }
  if (!field.also.empty()) {
    out += mdoc("May also be written " + std::string(field.also) + ".");
  }
  return out;
}

}  // namespace

Result<std::string> help_fields(std::string_view path) {
  if (path.empty()) return members("") + reserved_below("");
  const auto found = fields_written(path);
  if (found.empty() && is_reserved_written(path)) {
    return std::string(path) + " is not supported yet by this version\n";
  }
  if (found.empty()) {
    auto names = written_paths();
    for (const Field& field : all_fields()) names.emplace_back(field.path);
    const std::vector<std::string_view> known(names.begin(), names.end());
    return Error{Fault::usage, with_suggestion("no field '" + shown(path) + "'",
                                               nearest(path, known))};
  }
  std::string out;
  for (const Field* field : found) {
    if (!out.empty()) out += "\n";
    out += details(*field);
    const std::string below = members(field->path);
    if (!below.empty()) out += "\n" + below;
    out += reserved_below(field->path);
  }
  return out;
}

std::string man_fields() {
  std::string out = ".Bl -tag -width Ds\n";
  for (const Field& field : all_fields()) out += man_entry(field);
  out += ".El\n.Pp\nReserved for later versions, and refused by this one:\n";
  std::string line;
  const auto flush = [&] {
    if (!line.empty()) out += mdoc(line);
    line.clear();
  };
  const auto add = [&](const std::string& word) {
    if (line.size() + word.size() > 76) flush();
    line += (line.empty() ? "" : " ") + word;
  };
  for (const std::string_view name : reserved_fields()) {
    add(std::string(name) + ",");
  }
  for (const Field& field : all_fields()) {
    for (const std::string_view word : split_words(field.words_later)) {
      add(std::string(field.path) + "=" + std::string(word) + ",");
    }
  }
  line.back() = '.';
  flush();
  return out;
}

std::string man_codes() {
  std::string out = ".Bl -tag -width E100x -compact\n";
  for (const CodeInfo& info : known_codes()) {
    out += ".It " + std::string(info.code) + "\n" + mdoc(info.meaning);
  }
  return out + ".El\n";
}

}  // namespace mlb::spec
