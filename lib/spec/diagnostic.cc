// How findings are shown.  See diagnostic.h.
#include "spec/diagnostic.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "spec/source.h"

namespace mlb::spec {
namespace {

constexpr std::array<CodeInfo, 39> kCodes{{
    {"E100", "the text is not YAML"},
    {"E101", "an unknown key"},
    {"E102", "known, but not supported yet by this version"},
    {"E103", "a merge key"},
    {"E104", "a key that is not text"},
    {"E105", "a key that stands twice"},
    {"E106", "a tag"},
    {"E107", "an alias to itself"},
    {"E108", "too deep"},
    {"E109", "too long a file"},
    {"E110", "not UTF-8 text"},
    {"E111", "a field that another type has"},
    {"E112", "no value, or no job"},
    {"E113", "a value that is not supported yet by this version"},
    {"E114", "a required field is missing"},
    {"E116", "two sources of data"},
    {"E117", "more findings than are shown"},
    {"E118", "a newer version of the format"},
    {"E119", "a key under two names"},
    {"E120", "a value that stands twice"},
    {"E201", "not a number"},
    {"E202", "quoted, therefore text"},
    {"E203", "not true or false"},
    {"E204", "not a duration"},
    {"E205", "not a size"},
    {"E206", "not one of the words"},
    {"E207", "another sort of value is wanted"},
    {"E208", "not a usable path"},
    {"E209", "not a usable name"},
    {"E210", "an unknown metric"},
    {"E211", "not a condition"},
    {"E212", "fractions that do not add up to 1"},
    {"E213", "too many, or too long"},
    {"E214", "outside its range"},
    {"E215", "a net that cannot be"},
    {"E216", "a metric that this job cannot have"},
    {"E217", "early stopping without validation rows"},
    {"E301", "an argument of --set that is no PATH=VALUE"},
    {"E302", "an argument that names no field"},
}};

std::string heading(const Diagnostic& d) {
  const bool error = d.severity == Severity::error;
  std::string out = d.file;
  if (d.line > 0) {
    out += ":" + std::to_string(d.line) + ":" + std::to_string(d.column);
  }
  out += std::string(": ") + (error ? "error" : "warning");
  if (!d.code.empty()) out += "[" + d.code + "]";
  return out + ": " + d.message + "\n";
}

std::string marked_line(const Diagnostic& d) {
  if (d.line == 0 || d.caret_len == 0) return {};
  const std::string number = "  " + std::to_string(d.line) + " | ";
  std::string out = number + d.source_line + "\n";
  out.append(number.size() - 2, ' ');
  out += "| ";
  out.append(static_cast<std::size_t>(std::max(0, d.column - 1)), ' ');
  out.append(static_cast<std::size_t>(d.caret_len), '^');
  return out + "\n";
}

/// GitHub's escapes of what would end a command.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '%': out += "%25"; break;
      case '\n': out += "%0A"; break;
      case '\r': out += "%0D"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace

std::span<const CodeInfo> known_codes() {
  return kCodes;
}

std::string print_human(std::span<const Diagnostic> findings) {
  std::string out;
  std::size_t errors = 0;
  for (const auto& d : findings) {
    errors += d.severity == Severity::error ? 1 : 0;
    out += heading(d) + marked_line(d);
    if (!d.hint.empty()) out += "  " + d.hint + "\n";
  }
  if (errors > 0) {
    out += std::to_string(errors) + " error" + std::string(plural(errors)) +
           " (nothing was submitted)\n";
  }
  return out;
}

std::string print_json(std::span<const Diagnostic> findings) {
  Json out = Json::array();
  for (const auto& d : findings) {
    const bool placed = d.line > 0;
    out.push_back(
        {{"file", d.file},
         {"line", placed ? Json(d.line) : Json()},
         {"column", placed ? Json(d.column) : Json()},
         {"code", d.code},
         {"path", d.path},
         {"message", d.message},
         {"suggestion", d.suggestion.empty() ? Json() : Json(d.suggestion)}});
  }
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string print_github(std::span<const Diagnostic> findings) {
  std::string out;
  for (const auto& d : findings) {
    out += d.severity == Severity::error ? "::error " : "::warning ";
    out += "file=" + escaped(d.file);
    if (d.line > 0) {
      out += ",line=" + std::to_string(d.line) +
             ",col=" + std::to_string(d.column);
    }
    out += ",title=" + d.code + "::" + escaped(d.message) + "\n";
  }
  return out;
}

}  // namespace mlb::spec
