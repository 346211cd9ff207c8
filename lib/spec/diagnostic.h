// What is wrong with a spec, where, and how it is shown to people, to
// programs and to GitHub.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlb::spec {

enum class Severity { error, warning };

/// One finding.  Its place is a line and column (in characters, from 1) of a
/// file, or, with line 0, the command-line argument that `file` quotes:
/// "--set train.epochs=x".
struct Diagnostic {
  Severity severity = Severity::error;
  std::string file;
  int line = 0;
  int column = 0;
  std::string code;     ///< "E214", "W301"
  std::string path;     ///< the field as written: "model.lr"; may be empty
  std::string message;  ///< one line, starts with the path where there is one
  std::string suggestion;   ///< the word that was probably meant; may be empty
  std::string hint;         ///< one line of further help; may be empty
  std::string source_line;  ///< the line of the file, without its end
  int caret_len = 0;        ///< characters to mark; 0: the line is not shown

  bool operator==(const Diagnostic&) const = default;
};

/// What a code stands for, for the manual.
struct CodeInfo {
  std::string_view code;
  std::string_view meaning;
};
std::span<const CodeInfo> known_codes();

/// As in mlbatch-jobspec(5): place, code, message, the line with a caret, the
/// hint; at the end "2 errors (nothing was submitted)" if there are errors.
std::string print_human(std::span<const Diagnostic> findings);

/// One JSON array of {file, line, column, code, path, message, suggestion};
/// line and column are null for an argument, suggestion when there is none.
std::string print_json(std::span<const Diagnostic> findings);

/// GitHub workflow commands: ::error file=...,line=...,col=...::message
std::string print_github(std::span<const Diagnostic> findings);

}  // namespace mlb::spec
