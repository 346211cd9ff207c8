// See commands.h.
#include "commands.h"

#include <algorithm>
#include <cstdio>

#include "base/build.h"
#include "base/nearest.h"
#include "base/units.h"

namespace mlb::submit {
namespace {

constexpr const char* kJobWords =
    "UUID, its first 6 digits, @last, @last~2, name:NAME, -";

/// Examples first (they are kept as the footer), then the usual parts.
class Help final : public CLI::Formatter {
 public:
  Help() { column_width(28); }
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    if (mode == CLI::AppFormatMode::Sub) return make_expanded(app);
    std::string out = app->get_footer() + "\n" + make_description(app) + "\n" +
                      make_usage(app, std::move(name)) + make_positionals(app) +
                      make_groups(app, mode) + make_subcommands(app, mode);
    if (app->get_parent() != nullptr) {
      out += "\nOptions of every verb, such as --json: mlsubmit --help\n";
    }
    return out;
  }
};

CLI::App* verb(CLI::App& app, const char* name, const char* what,
               const std::string& examples) {
  CLI::App* out = app.add_subcommand(name, what);
  out->footer(examples);
  out->fallthrough();
  return out;
}

void add_globals(CLI::App& app, Command& c) {
  Globals& g = c.globals;
  app.add_option("--broker", g.broker,
                 "tcp://HOST:PORT or ipc://PATH (default: MLBATCH_BROKER, else "
                 "a private broker)");
  app.add_flag("--json", g.json, "for machines");
  app.add_flag("--plain", g.plain, "no tables, no redraw");
  app.add_flag("--no-header", g.no_header, "rows without a header");
  app.add_flag("-q,--quiet", g.quiet, "only what was asked for");
  app.add_flag("-v,--verbose", g.verbose, "say more on stderr");
  app.add_option("--color", c.color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_flag("--no-input", g.no_input, "never ask");
  app.add_flag("--yes", g.yes, "answer yes");
  app.add_flag("--utc", g.utc, "times in UTC");
  app.add_option("--connect-timeout", c.connect_timeout,
                 "how long to wait for the broker (default 10s)");
}

void add_spec_options(CLI::App* app, SpecFlags& f) {
  app->add_option("FILE", f.files, "spec files; - is stdin")->required();
  app->add_option("--set", f.options.set, "FIELD=VALUE; may be repeated")
      ->allow_extra_args(false);
  app->add_option("--unset", f.options.unset, "FIELD back to its default")
      ->allow_extra_args(false);
  app->add_option("--name", f.name, "the job's name");
  app->add_option("--tag", f.options.tags, "add a tag; may be repeated")
      ->allow_extra_args(false);
  app->add_option("--require", f.options.require,
                  "add a gate: 'test.accuracy>=.85'; may be repeated")
      ->allow_extra_args(false);
}

void add_spec_verbs(CLI::App& app, Command& c) {
  CLI::App* submit =
      verb(app, "submit", "Submit jobs; prints a UUID each and returns",
           "  mlsubmit submit job.yaml\n"
           "  mlsubmit submit job.yaml --set train.epochs=300 --tag nightly\n");
  add_spec_options(submit, c.submit.spec);
  submit->add_flag("--dry-run", c.submit.dry_run, "check, submit nothing");
  submit->add_flag("--wait", c.submit.wait, "wait; exit by outcome");
  submit->add_flag("--watch", c.submit.watch, "watch; exit by outcome");
  submit->add_option("--idempotency-key", c.submit.idempotency_key,
                     "same key and spec: same UUID");
  CLI::App* run = verb(app, "run", "Submit, watch, fetch; exit by outcome",
                       "  mlsubmit run job.yaml -o out\n");
  add_spec_options(run, c.run.spec);
  run->add_option("-o,--output", c.run.dir, "where artefacts go");
  CLI::App* validate =
      verb(app, "validate", "All errors of spec files; no broker",
           "  mlsubmit validate job.yaml --data\n");
  add_spec_options(validate, c.validate.spec);
  validate->add_flag("--data", c.validate.data,
                     "also look at the data file and its header");
  validate->add_flag("--strict", c.validate.strict, "warnings are errors");
  validate->add_option("--format", c.validate.format, "human, json or github")
      ->check(CLI::IsMember({"human", "json", "github"}));
  CLI::App* show =
      verb(app, "show-spec", "The resolved spec, and where each value is from",
           "  mlsubmit show-spec job.yaml\n");
  add_spec_options(show, c.show_spec.spec);
  show->add_flag("--hash", c.show_spec.hash, "only the spec's hash");
  CLI::App* init =
      verb(app, "init", "A first spec, from a data file",
           "  mlsubmit init --from churn.csv --target churn >churn.yaml\n");
  init->add_option("--from", c.init.from, "a CSV, or a data set of mlprep")
      ->required();
  init->add_option("--target", c.init.target,
                   "the column to predict; not with --model kmeans");
  init->add_option("--model", c.init.model, "its type (default boosted_trees)");
}

void add_list_verbs(CLI::App& app, Command& c) {
  CLI::App* list = verb(app, "ls", "Jobs, newest first",
                        "  mlsubmit ls\n  mlsubmit ls --state running\n");
  list->add_flag("--all", c.list.all, "however long ago they ended");
  list->add_option("--state", c.list.states, "only these; may be repeated")
      ->check(CLI::IsMember(
          {"waiting", "queued", "running", "succeeded", "failed", "cancelled"}))
      ->delimiter(',');
  list->add_option("--tag", c.list.tag, "only with this tag");
  list->add_option("--name", c.list.name, "only with this name");
  list->add_option("--since", c.list.since, "ended within, e.g. 2d");
  list->add_option("--limit", c.list.limit, "at most so many (50)")
      ->check(CLI::Range(1, 1000));
  struct {
    const char* name;
    const char* what;
    JobsFlags* flags;
    bool required;
  } const plain[] = {
      {"status", "State, attempts, and why it is not running", &c.status, true},
      {"watch", "Follow jobs to their end; without ID: all unfinished",
       &c.watch, false},
      {"cancel", "End jobs", &c.cancel, true}};
  for (const auto& p : plain) {
    CLI::App* v = verb(app, p.name, p.what,
                       std::string("  mlsubmit ") + p.name + " @last\n");
    auto* option = v->add_option("ID", p.flags->jobs, kJobWords);
    if (p.required) option->required();
  }
}

void add_repeat_verbs(CLI::App& app, Command& c) {
  CLI::App* rerun = verb(app, "rerun", "The same spec as a new job",
                         "  mlsubmit rerun @last --exact\n");
  rerun->add_option("ID", c.rerun.jobs, kJobWords)->required();
  rerun->add_flag("--exact", c.rerun.exact,
                  "wait; exit 12 unless the model is the same, byte by byte");
  CLI::App* retry =
      verb(app, "retry", "A job that failed or was cancelled, as a new job",
           "  mlsubmit retry @last\n  mlsubmit retry @last --from scratch\n");
  retry->add_option("ID", c.retry.jobs, kJobWords)->required();
  retry
      ->add_option("--from", c.retry.from,
                   "checkpoint or scratch (default: a checkpoint if it left "
                   "one)")
      ->check(CLI::IsMember({"checkpoint", "scratch"}));
}

void add_result_verbs(CLI::App& app, Command& c) {
  CLI::App* logs =
      verb(app, "logs", "What the job printed", "  mlsubmit logs @last -f\n");
  logs->add_option("ID", c.logs.job, kJobWords)->required();
  logs->add_flag("-f,--follow", c.logs.follow, "to the end of the job");
  logs->add_option("--attempt", c.logs.attempt, "of this attempt");
  logs->add_flag("--all-attempts", c.logs.all_attempts, "of all attempts");
  logs->add_option("--tail", c.logs.tail, "only the last lines")
      ->check(CLI::NonNegativeNumber);
  logs->add_flag("--timestamps", c.logs.timestamps, "each line with its time");
  CLI::App* wait = verb(app, "wait", "Wait for the end; exit by outcome",
                        "  mlsubmit wait \"$id\" --timeout 45m --logs\n");
  wait->add_option("ID", c.wait.jobs, kJobWords)->required();
  auto* any = wait->add_flag("--any", c.wait.any, "for the first that ends");
  wait->add_flag("--all", c.wait_all, "for all (the default)")->excludes(any);
  wait->add_option("--timeout", c.wait.timeout, "then exit 124, e.g. 45m");
  wait->add_flag("--logs", c.wait.logs, "show what they print, on stderr");
  CLI::App* metrics = verb(app, "metrics", "The history of all metrics",
                           "  mlsubmit metrics @last --name valid.loss\n");
  metrics->add_option("ID", c.metrics.job, kJobWords)->required();
  metrics->add_option("--name", c.metrics.name, "only this metric");
  metrics->add_option("--format", c.metrics.format, "csv or jsonl")
      ->check(CLI::IsMember({"csv", "jsonl"}));
  metrics->add_flag("--all-attempts", c.metrics.all_attempts,
                    "also epochs that a later attempt repeated");
  CLI::App* get = verb(app, "get", "Fetch what the job left",
                       "  mlsubmit get @last\n"
                       "  mlsubmit get @last predictions -o - | head\n");
  get->add_option("ID", c.get.job, kJobWords)->required();
  get->add_option("NAME", c.get.names,
                  "model predictions metrics dataset spec logs stdout stderr "
                  "confusion importance all (default: all but logs, as far as "
                  "there)");
  get->add_option("-o,--output", c.get.dir, "a folder, or - for stdout");
  get->add_flag("--force", c.get.force, "replace different files");
}

void add_data_verb(CLI::App& app, Command& c) {
  CLI::App* data =
      verb(app, "data", "Data sets by digest: list, bring, look into, remove",
           "  mlsubmit data ls\n"
           "  mlsubmit data push table.h5\n"
           "  mlsubmit data head @last -n 5\n"
           "  mlsubmit data rm old.csv\n");
  data->add_option("ACTION", c.data.action,
                   "ls, push, head, stats, verify or rm")
      ->required()
      ->check(CLI::IsMember({"ls", "push", "head", "stats", "verify", "rm"}));
  data->add_option("WHAT", c.data.what,
                   "a file, sha256:DIGEST, a name that ls shows, or a job's "
                   "ID; of rm: several");
  data->add_option("-n,--rows", c.data.rows, "of head: how many (10)")
      ->check(CLI::PositiveNumber);
}

void add_model_verb(CLI::App& app, Command& c) {
  CLI::App* model =
      verb(app, "model", "Look into model files, take them elsewhere",
           "  mlsubmit model info @last\n"
           "  mlsubmit model export @last --format onnx -o churn.onnx\n");
  model->add_option("ACTION", c.model.action, "info or export")
      ->required()
      ->check(CLI::IsMember({"info", "export"}));
  model->add_option("--format", c.model.format, "of export: onnx or json")
      ->check(CLI::IsMember({"onnx", "json"}));
  model->add_option("-o,--output", c.model.output,
                    "of export: a file, or - for stdout");
  model->add_flag("--force", c.model.force, "replace a different file");
  model
      ->add_option("MODEL", c.model.model,
                   "a file, sha256:DIGEST, or a job's ID")
      ->required();
}

/// Words that are not checked here are where they are used.
void add_csv_options(CLI::App* app, PredictFlags& f) {
  struct {
    const char* name;
    const char* what;
  } const options[] = {
      {"--delimiter", "one character, tab or space"},
      {"--quote", "the quote character, or none"},
      {"--escape", "a character that makes the next one ordinary, or none"},
      {"--comment", "a character that begins lines to leave out, or none"},
      {"--decimal", "the decimal mark: . or ,"},
      {"--thousands", "the mark between groups of three digits, or none"},
      {"--missing", "words that mean missing, separated by commas"},
      {"--max-field", "longest record, e.g. 64M"}};
  for (const auto& o : options) {
    app->add_option(o.name, f.csv[o.name], o.what);
  }
  app->add_option("--skip", f.csv["--skip"],
                  "lines before the header to leave out")
      ->check(CLI::Range(0, 1'000'000'000));
  app->add_option("--encoding", f.csv["--encoding"],
                  "auto, utf-8, utf-16, latin1 or cp1252")
      ->check(CLI::IsMember({"auto", "utf-8", "utf-16", "latin1", "cp1252"}));
  app->add_option("--ragged", f.csv["--ragged"],
                  "rows of another width: error, fill (short ones) or skip")
      ->check(CLI::IsMember({"error", "fill", "skip"}));
  auto* header = app->add_flag("--header", f.header, "the first row is names");
  app->add_flag("--no-header", f.no_header, "the first row is data")
      ->excludes(header);
}

void add_predict_verb(CLI::App& app, Command& c) {
  PredictFlags& f = c.predict;
  CLI::App* predict =
      verb(app, "predict", "Predict the rows of a file, here, a row a row",
           "  mlsubmit predict @last new.csv -o out.csv\n"
           "  zcat new.csv.gz | mlsubmit predict model.mlm - --id customer\n"
           "\nHow the CSV is written is taken from the model's training,"
           " unless it is said.\n");
  predict->add_option("MODEL", f.model, "a file, sha256:DIGEST, or a job's ID")
      ->required();
  predict->add_option("FILE", f.input,
                      "a CSV (also .gz), a data set, or - for stdin");
  predict->add_option("-o,--output", f.output, "a file, or - for stdout");
  predict->add_option("--format", f.format, "csv or h5")
      ->check(CLI::IsMember({"csv", "h5"}));
  predict->add_flag("--no-probabilities", f.no_probabilities,
                    "only the prediction");
  predict->add_option("--id", f.id, "a column that names the rows");
  predict
      ->add_option("--input", f.copied,
                   "columns to copy, a name or glob; may be repeated")
      ->allow_extra_args(false);
  predict->add_option("--threads", f.threads, "how many (default: one a core)")
      ->check(CLI::Range(1, 256));
  predict->add_flag("--force", f.force, "replace an existing output");
  add_csv_options(predict, f);
}

}  // namespace

void build(CLI::App& app, Command& c) {
  app.name("mlsubmit");
  app.formatter(std::make_shared<Help>());
  app.description(
      "Submits machine-learning jobs, follows them, fetches results.");
  app.footer(
      "  id=$(mlsubmit submit job.yaml)\n"
      "  mlsubmit watch $id\n"
      "  mlsubmit get $id\n");
  app.set_version_flag("--version", "mlsubmit " + build_id(),
                       "Print the version and exit");
  app.require_subcommand(1);
  add_globals(app, c);
  add_spec_verbs(app, c);
  add_list_verbs(app, c);
  add_repeat_verbs(app, c);
  add_result_verbs(app, c);
  add_data_verb(app, c);
  add_model_verb(app, c);
  add_predict_verb(app, c);
  verb(app, "ping", "Ask the broker whether it is there", "  mlsubmit ping\n");
  verb(app, "workers", "Who serves", "  mlsubmit workers\n");
  verb(app, "version", "Print the version", "  mlsubmit version\n");
  CLI::App* help = verb(app, "help", "A verb, fields of the spec, exit codes",
                        "  mlsubmit help submit\n"
                        "  mlsubmit help fields train.epochs\n"
                        "  mlsubmit help exit-codes\n");
  help->add_option("TOPIC", c.help_topic, "a verb, fields or exit-codes");
  help->add_option("PATH", c.help_path, "a field");
  verb(app, "schema", "The fields of a spec as JSON Schema",
       "  mlsubmit schema >mlbatch-schema.json\n");
  verb(app, "explain", "What the code of an error means; without one: all",
       "  mlsubmit explain E214\n")
      ->add_option("CODE", c.explain_code, "E214, W301 ...");
}

Exit act(const CLI::App& app, Command& c) {
  Globals& g = c.globals;
  g.color = c.color == "always"  ? term::Color::always
            : c.color == "never" ? term::Color::never
                                 : term::Color::automatic;
  const auto timeout = parse_duration(c.connect_timeout);
  if (!timeout) {
    return Error{Fault::usage, "--connect-timeout is '" + c.connect_timeout +
                                   "'; want a duration such as 10s"};
  }
  g.connect_timeout = *timeout;
  const std::string name = app.get_subcommands().front()->get_name();
  if (name == "submit") return submit(g, c.submit);
  if (name == "run") return run(g, c.run);
  if (name == "validate") return validate(g, c.validate);
  if (name == "show-spec") return show_spec(g, c.show_spec);
  if (name == "init") return init(c.init);
  if (name == "ls") return list(g, c.list);
  if (name == "status") return status(g, c.status);
  if (name == "watch") return watch(g, c.watch);
  if (name == "cancel") return cancel(g, c.cancel);
  if (name == "rerun") return rerun(g, c.rerun);
  if (name == "retry") return retry(g, c.retry);
  if (name == "logs") return logs(g, c.logs);
  if (name == "wait") return wait(g, c.wait);
  if (name == "metrics") return metrics(g, c.metrics);
  if (name == "get") return get(g, c.get);
  if (name == "data") return data(g, c.data);
  if (name == "model") return model(g, c.model);
  if (name == "predict") return predict(g, c.predict);
  if (name == "ping") return ping(g);
  if (name == "workers") return workers(g);
  if (name == "schema") return schema();
  if (name == "explain") return explain(c.explain_code);
  if (name == "help") return help(app, c.help_topic, c.help_path);
  print_line("mlsubmit " + build_id());
  return 0;
}

namespace {

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> out;
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) out.push_back("--" + name);
  }
  return out;
}

}  // namespace

std::string suggestion(const std::string& word,
                       const std::vector<std::string>& known,
                       const std::string& otherwise) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  const std::string meant = nearest(word, views);
  if (meant.empty()) return "; see " + otherwise;
  return "; did you mean '" + meant + "'?";
}

Exit parse_failed(CLI::App& app, const CLI::ParseError& error, int argc,
                  char** argv, Command& command) {
  if (error.get_exit_code() == 0) return app.exit(error);
  std::vector<std::string> verbs;
  const CLI::App* used = nullptr;
  for (const auto* sub : app.get_subcommands(nullptr)) {
    verbs.push_back(sub->get_name());
    if (sub->parsed()) used = sub;
  }
  std::vector<std::string> options = option_names(app);
  if (used != nullptr) {
    for (auto& name : option_names(*used)) options.push_back(std::move(name));
  }
  const std::string see =
      "mlsubmit " + (used == nullptr ? std::string() : used->get_name() + " ") +
      "--help";
  std::string problem;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool option = word.rfind("--", 0) == 0;
    command.globals.json |= word == "--json";
    if (!problem.empty()) continue;
    if (!option && (used != nullptr || word[0] == '-')) continue;
    const auto& known = option ? options : verbs;
    const std::string name = word.substr(0, word.find('='));
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    problem = std::string("unknown ") + (option ? "option " : "verb ") + "'" +
              name + "'" + suggestion(name, known, see);
  }
  if (problem.empty()) problem = std::string(error.what()) + "; see " + see;
  return Error{Fault::usage, problem};
}

}  // namespace mlb::submit
