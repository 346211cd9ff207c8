// The text of a spec with its lines, and the findings about it.  Places are
// byte offsets until a finding is made of them: counting columns for each of
// 50,000 nodes of a one-line file would be quadratic.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "spec/diagnostic.h"

namespace mlb::spec {

/// Where a node stands: `length` bytes from `offset` of the text, or argument
/// number `argument` of the command line.
struct Place {
  std::size_t offset = 0;
  std::size_t length = 0;
  int argument = -1;
};

/// A file's text (borrowed) and the command-line arguments that edit it.
class Source {
 public:
  Source(std::string_view text, std::string file);

  std::string_view text() const { return text_; }
  const std::string& file() const { return file_; }
  /// Makes an argument known; Place::argument is the number returned.
  int add_argument(std::string shown);

  /// From 1.
  int line_of(std::size_t offset) const;
  /// "jobs/a.yaml:6" or "--set".
  std::string origin_of(const Place& place) const;
  /// Fills in file, line, column, source_line and caret_len.
  void locate(const Place& place, Diagnostic& finding) const;

 private:
  std::string_view text_;
  std::string file_;
  std::vector<std::size_t> line_starts_;
  std::vector<std::string> arguments_;
};

/// More findings than this are counted, not kept.
inline constexpr std::size_t kMaxFindings = 200;

/// What is known of a finding before it has a place.
struct Finding {
  std::string code;
  std::string path;
  std::string message;
  std::string suggestion = {};
  std::string hint = {};
};

/// Collects findings.  Borrows the source.
class Findings {
 public:
  explicit Findings(const Source& source) : source_(source) {}

  /// An error, or with a code that starts with W a warning.
  void add(const Place& place, Finding finding);
  /// How often an error was added.
  std::size_t errors() const { return errors_; }
  /// What was found, by place; the same thing at the same place only once.
  std::vector<Diagnostic> take(Severity severity);

 private:
  const Source& source_;
  std::size_t errors_ = 0;   // repeated ones and not kept ones included
  std::size_t dropped_ = 0;  // errors beyond kMaxFindings
  std::vector<std::pair<Place, Diagnostic>> found_;
};

}  // namespace mlb::spec
