// mlsubmit help, schema, explain: verbs, fields of the spec, codes.
#include "commands.h"
#include "spec/explain.h"
#include "spec/schema.h"
#include "spec/spec.h"

namespace mlb::submit {
namespace {

constexpr const char* kExitCodes =
    "0    success; gates passed\n"
    "1    a bug in mlbatch\n"
    "2    usage: unknown verb, option, argument\n"
    "3    spec invalid\n"
    "4    authentication or permission\n"
    "5    broker unreachable after retries\n"
    "6    no such job, data set, model; ambiguous prefix\n"
    "7    job failed (class in JSON: error bad_data nan oom signal timeout\n"
    "     worker_lost dependency)\n"
    "8    job was cancelled\n"
    "9    gate (require) not met; the job itself succeeded\n"
    "10   refused: limit, conflict, broker draining or its disk full\n"
    "11   data problem: CSV or data set unreadable, digest mismatch\n"
    "12   integrity: a verification found a difference\n"
    "13   partial: some of several jobs did not succeed\n"
    "124  --timeout of wait passed; the job keeps running\n"
    "130, 143, 141  SIGINT, SIGTERM, SIGPIPE\n";

}  // namespace

Exit schema() {
  print_text(spec::json_schema());
  return 0;
}

Exit explain(const std::string& code) {
  auto text = spec::explain(code);
  if (!text) return std::move(text).fail();
  print_text(*text);
  return 0;
}

Exit help(const CLI::App& app, const std::string& topic,
          const std::string& path) {
  if (topic.empty()) {
    print_text(app.get_formatter()->make_help(&app, app.get_name(),
                                              CLI::AppFormatMode::Normal));
    return 0;
  }
  if (topic == "exit-codes") {
    print_text(kExitCodes);
    return 0;
  }
  if (topic == "fields") {
    auto text = spec::help_fields(path);
    if (!text) return std::move(text).fail();
    print_text(*text);
    return 0;
  }
  std::vector<std::string> known{"fields", "exit-codes"};
  for (const auto* verb : app.get_subcommands(nullptr)) {
    known.push_back(verb->get_name());
    if (verb->get_name() != topic) continue;
    print_text(verb->help(app.get_name()));
    return 0;
  }
  return Error{Fault::usage, "no help on '" + topic + "'" +
                                 suggestion(topic, known, "mlsubmit help")};
}

}  // namespace mlb::submit
