// See diagnostic.h.
#include "spec/diagnostic.h"

#include <algorithm>
#include <array>

#include "base/json.h"

namespace mlb::spec {
namespace {

constexpr CodeInfo kCodes[] = {
    {"E100", "not valid YAML"},
    {"E101", "unknown key"},
    {"E102", "a key is here twice"},
    {"E103", "a merge key"},
    {"E104", "a tag"},
    {"E105", "a key that is not text"},
    {"E106", "an alias inside its own value, or of nothing"},
    {"E107", "nested too deep"},
    {"E108", "too many values"},
    {"E109", "too many bytes"},
    {"E110", "not UTF-8, or a control character"},
    {"E111", "a field without a value"},
    {"E112", "not a map of fields"},
    {"E113", "not supported yet by this version"},
    {"E114", "a required field is missing"},
    {"E116", "two fields of which only one may be given"},
    {"E117", "more errors than are shown"},
    {"E118", "written for a newer version"},
    {"E119", "a key of another type or kind"},
    {"E120", "a value is here twice"},
    {"E201", "not a number"},
    {"E202", "text where a number is wanted"},
    {"E203", "not true or false"},
    {"E204", "not a duration"},
    {"E205", "not a size"},
    {"E206", "none of the words that are allowed"},
    {"E207", "a single value, list or map where another is wanted"},
    {"E208", "a path that cannot be used"},
    {"E209", "characters that are not allowed"},
    {"E210", "not a metric"},
    {"E211", "not a condition"},
    {"E212", "fractions that do not add up to 1"},
    {"E213", "too long, or too many"},
    {"E214", "outside its range"},
    {"E215", "a layer that cannot be"},
    {"E216", "a metric that this job cannot have"},
    {"E217", "early_stop without validation rows"},
    {"E218", "a split or a transform that cannot be"},
    {"E219", "a column with two roles"},
    {"E220", "what a clustering has not, or another task"},
    {"E221", "not a length of training"},
    {"E301", "an option that is not PATH=VALUE"},
    {"E302", "an option that changes a part of a list"},
    {"W301", "a field without effect"},
};

/// The message already quotes all there is to see, or nothing is there.
bool is_one_line(const Diagnostic& d) {
  constexpr std::array codes{"E101", "E112", "E114", "E117"};
  return d.caret_len == 0 ||
         std::any_of(codes.begin(), codes.end(),
                     [&](const char* code) { return d.code == code; });
}

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
  }
  return "?";
}

/// Blanks up to the column; tabs stay tabs, so that the caret stays in place.
std::string blanks_before(const Diagnostic& d) {
  std::string out;
  int column = 1;
  for (const char c : d.source_line) {
    if ((static_cast<unsigned char>(c) & 0xC0u) == 0x80u) continue;
    if (column++ >= d.column) return out;
    out += c == '\t' ? '\t' : ' ';
  }
  return out;
}

std::string excerpt(const Diagnostic& d) {
  const std::string number = std::to_string(d.line);
  return "  " + number + " | " + d.source_line + "\n  " +
         std::string(number.size(), ' ') + " | " + blanks_before(d) +
         std::string(static_cast<std::size_t>(d.caret_len), '^') + "\n";
}

std::string human(const Diagnostic& d) {
  std::string out = d.file + ":";
  if (d.line > 0) {
    out += std::to_string(d.line) + ":" + std::to_string(d.column) + ":";
  }
  out += " " + std::string(name_of(d.severity)) + "[" + d.code +
         "]: " + d.message + "\n";
  if (!is_one_line(d)) out += excerpt(d);
  if (!d.hint.empty()) out += "  " + d.hint + "\n";
  return out;
}

/// GitHub's escapes: of a message, and of a property too.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) == special.npos) {
      out += c;
      continue;
    }
    const char* digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', digits[byte >> 4u], digits[byte & 15u]};
  }
  return out;
}

}  // namespace

std::span<const CodeInfo> known_codes() {
  return kCodes;
}

std::string print_human(std::span<const Diagnostic> findings) {
  std::string out;
  for (const Diagnostic& d : findings) out += human(d);
  const auto errors = std::count_if(
      findings.begin(), findings.end(),
      [](const Diagnostic& d) { return d.severity == Severity::error; });
  if (errors > 0) {
    out += std::to_string(errors) + (errors == 1 ? " error" : " errors") +
           " (nothing was submitted)\n";
  }
  return out;
}

std::string print_json(std::span<const Diagnostic> findings) {
  Json out = Json::array();
  for (const Diagnostic& d : findings) {
    Json one;
    one["file"] = d.file;
    one["line"] = d.line > 0 ? Json(d.line) : Json(nullptr);
    one["column"] = d.line > 0 ? Json(d.column) : Json(nullptr);
    one["code"] = d.code;
    one["path"] = d.path;
    one["message"] = d.message;
    one["suggestion"] =
        d.suggestion.empty() ? Json(nullptr) : Json(d.suggestion);
    out.push_back(std::move(one));
  }
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string print_github(std::span<const Diagnostic> findings) {
  std::string out;
  for (const Diagnostic& d : findings) {
    out += "::" + std::string(name_of(d.severity)) + " ";
    if (d.line > 0) {
      out += "file=" + escaped(d.file, "%\r\n:,") +
             ",line=" + std::to_string(d.line) +
             ",col=" + std::to_string(d.column) + ",";
    }
    const std::string message =
        d.line > 0 ? d.message : d.file + ": " + d.message;
    out += "title=" + d.code + "::" + escaped(message, "%\r\n") + "\n";
  }
  return out;
}

}  // namespace mlb::spec
