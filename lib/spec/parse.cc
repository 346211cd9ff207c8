// parse(): text -> tree -> edits -> reader, for each document.
#include <filesystem>

#include "spec/overrides.h"
#include "spec/reader.h"
#include "spec/spec.h"

namespace mlb::spec {
namespace {

bool is_stdin(const std::string& file) {
  return file.empty() || file == "-";
}

/// "jobs/My Job.yaml" -> "my-job"
std::string name_from(const std::string& file) {
  if (is_stdin(file)) return "job";
  std::string name = std::filesystem::path(file).stem().string();
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!is_plain_word({&c, 1}, "._-", false)) c = '-';
  }
  return name.empty() ? "job" : name.substr(0, 64);
}

std::filesystem::path absolute(const std::filesystem::path& path,
                               const std::filesystem::path& working_dir) {
  // operator/ keeps an absolute right side as it is.
  return (working_dir / path).lexically_normal();
}

Surroundings surroundings_of(const std::string& file, const Options& options) {
  std::error_code failed;  // then paths stay relative, and opening them fails
  const std::filesystem::path here =
      options.working_dir.empty() ? std::filesystem::current_path(failed)
                                  : std::filesystem::path(options.working_dir);
  std::filesystem::path base = options.base_dir;
  if (base.empty() && !is_stdin(file)) {
    base = std::filesystem::path(file).parent_path();
  }
  return {.base_dir = absolute(base, here).string(),
          .working_dir = here.string(),
          .name = name_from(file)};
}

}  // namespace

ParseResult parse(std::string_view text, const std::string& file_name,
                  const Options& options) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  Source source(text, is_stdin(file_name) ? "stdin" : file_name);
  Tree tree;
  Findings findings(source);
  const auto documents = read_yaml(source, tree, findings);
  const std::size_t before_edits = findings.errors();
  const Edits edits = read_edits(options, source, tree, findings);
  const bool edits_are_good = findings.errors() == before_edits;

  ParseResult out;
  Surroundings surroundings = surroundings_of(file_name, options);
  const std::string name = surroundings.name;
  int document = 0;
  for (const NodeId root : documents) {
    const std::size_t before = findings.errors();
    surroundings.name = name_in(name, document);
    const NodeId whole = apply_edits(edits, root, document, tree, findings);
    Draft draft = Reader(source, tree, findings, surroundings).read(whole);
    draft.parsed.document = document++;
    if (edits_are_good && findings.errors() == before) {
      out.jobs.push_back(std::move(draft.parsed));
    }
  }
  out.errors = findings.take(Severity::error);
  out.warnings = findings.take(Severity::warning);
  return out;
}

}  // namespace mlb::spec
