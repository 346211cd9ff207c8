// The field table for people: `mlsubmit help fields`, and the part of
// mlbatch-jobspec(5) that lists the fields.
#include <algorithm>

#include "spec/fields.h"
#include "base/nearest.h"
#include "spec/spec.h"

namespace mlb::spec {
namespace {

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string summary(const Field& f) {
  std::string out = padded(std::string(f.path), 32) + "  ";
  const std::string type(f.type == Type::group ? "" : name_of(f.type));
  return out + padded(type, 16) + "  " + std::string(f.doc) + "\n";
}

std::string details(const Field& f) {
  std::string out = std::string(f.path) + "\n  " + std::string(f.doc) + "\n";
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) out += std::string("  ") + name + ": " + value + "\n";
  };
  add("type", std::string(name_of(f.type)));
  add("allowed", rule_text(f));
  add("default", default_text(f));
  add("also", std::string(f.also));
  add("later", std::string(f.words_later));
  return out;
}

/// mdoc takes a backslash and a dot at the start of a line for its own.
std::string mdoc(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\\' ? "\\e" : std::string(1, c);
  if (!out.empty() && (out[0] == '.' || out[0] == '\'')) out = "\\&" + out;
  return out;
}

}  // namespace

Result<std::string> help_fields(std::string_view path) {
  std::string out;
  if (path.empty()) {
    for (const Field& f : all_fields()) out += summary(f);
    return out;
  }
  const auto rows = fields_written(path);
  for (const Field* f : rows) {
    out += details(*f);
    for (const Field& member : all_fields()) {
      if (parent_of(member.path) == f->path) out += "  " + summary(member);
    }
  }
  if (!rows.empty()) return out;
  if (is_reserved_written(path)) {
    return std::string(path) + "\n  not supported yet by this version\n";
  }
  const auto names = written_paths();
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string meant = nearest(path, views);
  return Error{Fault::usage,
               "there is no field '" + std::string(path) + "'" +
                   (meant.empty() ? "" : "; did you mean '" + meant + "'?")};
}

std::string man_fields() {
  std::string out;
  for (const Field& f : all_fields()) {
    out += ".It Cm " + mdoc(f.path) + "\n";
    out += mdoc(f.doc) + ".\n";
    if (f.type == Type::group) {
      if (!f.rule.empty()) out += mdoc(f.rule) + ".\n";
      continue;
    }
    out += "A " + std::string(name_of(f.type)) + ".\n";
    if (const auto rule = rule_text(f); !rule.empty()) {
      out += "Allowed: " + mdoc(rule) + ".\n";
    }
    if (const auto value = default_text(f); !value.empty()) {
      out += "Default: " + mdoc(value) + ".\n";
    }
    if (!f.also.empty()) out += "Also written " + mdoc(f.also) + ".\n";
  }
  return out;
}

}  // namespace mlb::spec
