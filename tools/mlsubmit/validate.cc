// mlsubmit validate, mlsubmit show-spec: no broker is needed.
#include "job/shape.h"
#include "spec/spec.h"
#include "specs.h"
#include "verbs.h"

namespace mlb::submit {
namespace {

void print(const std::string& format,
           const std::vector<spec::Diagnostic>& findings) {
  if (format == "json") {
    print_line(spec::print_json(findings));
  } else if (format == "github") {
    print_text(spec::print_github(findings));
  } else if (!findings.empty()) {
    std::fputs(spec::print_human(findings).c_str(), stderr);
  }
}

void print_shape(const JobSpec& s) {
  const auto* net = std::get_if<NetSpec>(&s.model);
  if (net == nullptr || s.kind != Kind::train) return;
  const auto shape = infer_shape(*net);
  if (const auto* good = std::get_if<NetTable>(&shape)) {
    std::fputs(shape_table(*good).c_str(), stderr);
  }
}

}  // namespace

Exit validate(const Globals& globals, const ValidateFlags& flags) {
  auto loaded = load_specs(flags.spec);
  if (!loaded) return std::move(loaded).fail();
  std::vector<spec::Diagnostic> findings = loaded->warnings;
  findings.insert(findings.end(), loaded->errors.begin(), loaded->errors.end());
  print(globals.json ? "json" : flags.format, findings);
  const bool bad =
      !loaded->errors.empty() || (flags.strict && !loaded->warnings.empty());
  if (bad) return exit_code(Fault::spec);
  for (const auto& job : loaded->jobs) {
    if (flags.data) {
      auto good = check_data(job);
      if (!good) return std::move(good).fail();
    }
    if (flags.format != "human" || globals.quiet || globals.json) continue;
    say(job.spec.name + ": good");
    print_shape(job.spec);
  }
  return 0;
}

Exit show_spec(const Globals& globals, const ShowSpecFlags& flags) {
  auto jobs = load_good_specs(globals, flags.spec);
  if (!jobs) return std::move(jobs).fail();
  bool first = true;
  for (const auto& job : *jobs) {
    if (flags.hash) {
      print_line(spec::spec_hash(job.spec).text());
      continue;
    }
    if (!first) print_line("---");
    first = false;
    print_text(spec::to_yaml_with_origins(job));
  }
  return 0;
}

}  // namespace mlb::submit
