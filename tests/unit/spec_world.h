// Vocabulary of the tests of lib/spec: short texts in, findings or a job out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/fields.h"
#include "spec/spec.h"

namespace mlb::spec {

/// The least that makes a job.
inline const std::string kLeast =
    "kind: train\ndata: a.csv\ntarget: y\nmodel: net\n";

inline Options fixed_options() {
  Options out;
  out.base_dir = "/jobs";
  out.working_dir = "/here";
  return out;
}

inline ParseResult read(std::string_view text) {
  return parse(text, "job.yaml", fixed_options());
}

inline ParseResult read_with(const Options& options,
                             std::string_view text = kLeast) {
  return parse(text, "job.yaml", options);
}

/// "4:1 E101 model.lr", or of an argument "--set a=b E101 a": one a line.
inline std::string codes(const std::vector<Diagnostic>& findings) {
  std::string out;
  for (const Diagnostic& d : findings) {
    if (!out.empty()) out += "\n";
    out += d.line > 0 ? std::to_string(d.line) + ":" + std::to_string(d.column)
                      : d.file;
    out += " " + d.code + (d.path.empty() ? "" : " " + d.path);
  }
  return out;
}

inline std::string errors_of(std::string_view text) {
  return codes(read(text).errors);
}

/// The only finding's message; all codes, if there is not exactly one.
inline std::string message_of(const ParseResult& result) {
  if (result.errors.size() != 1) return "not one: " + codes(result.errors);
  return result.errors[0].message;
}

/// The only job; none if anything is wrong.
inline std::optional<JobSpec> job_of(const ParseResult& result) {
  if (!result.errors.empty() || result.jobs.size() != 1) return std::nullopt;
  return result.jobs[0].spec;
}

inline std::optional<JobSpec> job_in(std::string_view text) {
  return job_of(read(text));
}

/// A job in which the row `path` has `value` (YAML), with what must stand
/// beside it.
inline std::string text_with(std::string_view path, const std::string& value) {
  std::string body = value;
  bool is_leaf = true;
  std::string_view top;
  for (std::string_view at = path; !at.empty(); at = parent_of(at)) {
    top = at;
    if (!is_leaf && is_unwritten(at)) {
      body = "type: " + std::string(last_key(at)) + ", " + body;
      continue;
    }
    if (!is_leaf) body = "{" + body + "}";
    const std::string key =
        last_key(at) == "*" ? "x" : std::string(last_key(at));
    body = key + ": " + body;
    const std::string_view parent = parent_of(at);
    const bool source = at == "data.csv" || at == "data.dataset";
    if (parent == "data" && !source) body = "csv: a.csv, " + body;
    if (parent == "model" && at != "model.type") body = "type: net, " + body;
    const bool named = at == "evaluate.model" || at == "predict.model";
    if ((parent == "evaluate" || parent == "predict") && !named) {
      body = "model: m.mlm, " + body;
    }
    is_leaf = false;
  }
  // Clusters need no target, and have metrics of their own.
  const bool clusters = path.starts_with("model.kmeans") || value == "kmeans" ||
                        value == "clustering" || value == "[inertia]" ||
                        value == "[silhouette]";
  std::string out = body + "\n";
  const bool below = top == "evaluate" || top == "predict";
  const std::string kind = top == "kind" ? value
                           : below       ? std::string(top)
                                         : std::string("train");
  const bool uses = kind == "evaluate" || kind == "predict";
  if (top != "kind") out += "kind: " + kind + "\n";
  if (top != "data") out += "data: a.csv\n";
  if (uses && !below) out += kind + ": {model: m.mlm}\n";
  if (uses) return out;
  if (top != "target" && !clusters) out += "target: y\n";
  if (top != "model") out += clusters ? "model: kmeans\n" : "model: net\n";
  return out;
}

}  // namespace mlb::spec
