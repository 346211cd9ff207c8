// mlsubmit predict: rows through a model, on this machine.  mlbatch-job does
// it, for this program links nothing that learns.
#include <cstdio>
#include <filesystem>

#include "exec/numeric_class.h"
#include "model_file.h"
#include "program.h"
#include "temporary_folder.h"
#include "term/progress.h"
#include "verbs.h"

namespace mlb::submit {
namespace {

namespace fs = std::filesystem;

/// What mlbatch-job says while it works.
class Report {
 public:
  explicit Report(const Globals& globals, const std::string& input)
      : quiet_(globals.quiet), progress_(input, globals.quiet) {}

  void line(const std::string& text) {
    const Json said = Json::parse(text, nullptr, false);
    if (!said.is_object()) return;
    if (said.contains("progress")) {
      progress_.show(said["progress"][0], said["progress"][1]);
      return;
    }
    progress_.clear();
    if (said.contains("error")) error_ = said["error"];
    if (said.contains("warning") && !quiet_) {
      say("mlsubmit: warning: " + said["warning"].get<std::string>());
    }
  }
  const std::string& error() const { return error_; }
  void clear() { progress_.clear(); }

 private:
  bool quiet_;
  term::ProgressLine progress_;
  std::string error_;
};

Result<> check(const PredictFlags& flags) {
  const bool h5 = flags.format == "h5";
  if (flags.output == "-") {
    if (!h5) return {};
    return Error{Fault::usage, "--format h5 wants -o FILE"};
  }
  std::error_code error;
  for (const auto& other : {flags.input, flags.model}) {
    if (!fs::equivalent(flags.output, other, error)) continue;
    return Error{Fault::usage, "-o names '" + other + "', which is read"};
  }
  const auto there = fs::status(flags.output, error);
  if (!fs::exists(there)) return {};
  if (!fs::is_regular_file(there)) {
    return Error{Fault::usage, flags.output +
                                   ": is no regular file; leave -o "
                                   "out and redirect the output"};
  }
  if (flags.force) return {};
  return Error{Fault::refused,
               flags.output + ": exists already; use --force to replace it"};
}

std::vector<std::string> words_of(const PredictFlags& flags,
                                  const std::string& model,
                                  const std::string& output) {
  std::vector<std::string> out{"predict",    model,         flags.input,
                               "--output",   output,        "--format",
                               flags.format, "--report-fd", "3"};
  // In one word, for a value may begin like an option.
  const auto add = [&](const std::string& option, const std::string& value) {
    out.push_back(option + "=" + value);
  };
  if (flags.no_probabilities) out.push_back("--no-probabilities");
  if (!flags.id.empty()) add("--id", flags.id);
  for (const auto& glob : flags.copied) add("--input", glob);
  if (flags.threads > 0) add("--threads", std::to_string(flags.threads));
  for (const auto& [option, word] : flags.csv) {
    if (word) add(option, *word);
  }
  if (flags.header) add("--header", "true");
  if (flags.no_header) add("--header", "false");
  return out;
}

Exit run(const Globals& globals, const PredictFlags& flags,
         const std::string& model, const std::string& output) {
  exec::set_numeric_class();  // as a job has it: the same results, bit by bit
  Report report(globals, flags.input);
  auto exit =
      run_reporting("mlbatch-job", words_of(flags, model, output),
                    [&](const std::string& line) { report.line(line); });
  report.clear();
  if (!exit || *exit == 0 || *exit == 128 + SIGPIPE) return exit;
  return failure_of("mlbatch-job", *exit, report.error());
}

/// Under another name until it is whole.
Exit run_into_file(const Globals& globals, const PredictFlags& flags,
                   const std::string& model) {
  const fs::path output = flags.output;
  auto folder = TemporaryFolder::make_beside(output);
  if (!folder) return std::move(folder).fail();
  const std::string part = folder->path() + "/output";
  auto exit = run(globals, flags, model, part);
  if (!exit || *exit != 0) return exit;
  std::error_code error;
  fs::rename(part, output, error);
  if (error) return Error{Fault::data, flags.output + ": " + error.message()};
  const fs::path parent = output.parent_path();
  auto synced = sync_directory(parent.empty() ? "." : parent.string());
  if (!synced) return std::move(synced).fail();
  print_line(flags.output);
  return 0;
}

}  // namespace

Exit predict(const Globals& globals, const PredictFlags& flags) {
  if (auto good = check(flags); !good) return std::move(good).fail();
  auto found = find_model(globals, flags.model);
  if (!found) return std::move(found).fail();
  return flags.output == "-" ? run(globals, flags, found->path, "-")
                             : run_into_file(globals, flags, found->path);
}

}  // namespace mlb::submit
