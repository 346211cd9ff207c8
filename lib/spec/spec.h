// The YAML job spec: text -> JobSpec with all errors of a file at once, and
// back.  This is what mlsubmit sees of lib/spec.  No file is opened here: the
// caller reads the text, and opens the data that the spec names.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "job/spec.h"
#include "spec/diagnostic.h"

namespace mlb::spec {

/// A spec text may not be longer: read at most one byte more than this.
inline constexpr std::size_t kMaxBytes = 256 * 1024;

/// What the command line says on top of the file.
struct Options {
  std::vector<std::string> set;    ///< "train.epochs=5", in order
  std::vector<std::string> unset;  ///< "train.epochs": back to the default
  std::optional<std::string> name;
  std::vector<std::string> tags;     ///< added to those of the file
  std::vector<std::string> require;  ///< "test.accuracy>=0.9", added
  /// Relative paths of the file start here.  Empty: the folder of the file.
  std::string base_dir;
  /// Relative paths in `set`, and on stdin, start here.  Empty: the working
  /// directory of this process.
  std::string working_dir;
};

/// One job of a file.
struct Parsed {
  JobSpec spec;      ///< paths absolute; data.digest and data.bytes unset
  int document = 0;  ///< from 0, in the order of the file
  /// Field path -> "jobs/a.yaml:6" or "--set"; not listed: a default.
  std::map<std::string, std::string> origins;
};

struct ParseResult {
  std::vector<Parsed> jobs;          ///< only those without an error
  std::vector<Diagnostic> errors;    ///< sorted by place; not empty: exit 3
  std::vector<Diagnostic> warnings;  ///< the same, of severity warning
};

/// Reads every job of a spec text.  `file_name` is used in messages, for the
/// job's default name and for relative paths; "-" or "" means stdin.  Never
/// fails otherwise than by `errors`, whatever the bytes; takes bounded time
/// and memory.
ParseResult parse(std::string_view text, const std::string& file_name,
                  const Options& options = {});

/// The resolved spec: every field with its value, in a fixed order.
/// parse(to_yaml(spec)) gives the same JobSpec, but for data.digest and .bytes.
std::string to_yaml(const JobSpec& spec);
/// The same, each value marked "# default", "# jobs/a.yaml:6" or "# --set".
std::string to_yaml_with_origins(const Parsed& parsed);

/// Covers what changes the result: kind, data by digest (by path while the
/// digest is unset) and split, columns, target, features, model, train, seed,
/// metrics.  Not name, description, tags, labels, resources, retry, keep,
/// require.  Short and long forms, and a default written out, are the same.
Digest spec_hash(const JobSpec& spec);

/// What `mlsubmit help fields [PATH]` prints: "" lists all fields, a group its
/// members, a field its type, default, rule and meaning.  An unknown path is
/// an error (Fault::usage) with the nearest name.
Result<std::string> help_fields(std::string_view path);

/// The parts of mlbatch-jobspec(5) that come from the tables, as mdoc: the
/// fields, and what the codes of findings mean.
std::string man_fields();
std::string man_codes();

}  // namespace mlb::spec
