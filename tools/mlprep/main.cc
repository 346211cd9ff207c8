// mlprep: turns CSV into self-describing HDF5 data sets.  See mlprep(1).
#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <new>
#include <string>

#include "base/build.h"
#include "base/file.h"
#include "verbs.h"

namespace mlb::prep_tool {
namespace {

volatile std::sig_atomic_t signal_received = 0;

void on_signal(int number) {
  signal_received = number;
}

}  // namespace

bool interrupted() {
  return signal_received != 0;
}

namespace {

Error output_error() {
  if (interrupted()) return {Fault::cancelled, "interrupted"};
  if (errno == EPIPE) return {Fault::cancelled, "nobody reads the output"};
  return {Fault::data, "standard output: " + errno_text(errno)};
}

}  // namespace

Result<> print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) {
    return {};
  }
  return output_error();
}

namespace {

void add_dialect(CLI::App* app, DialectFlags& f) {
  app->add_option("--delimiter", f.delimiter,
                  "one character, tab or space (default: found out)");
  app->add_option("--quote", f.quote,
                  "the quote character, or none (default \")");
  app->add_option("--escape", f.escape,
                  "a character that makes the next one ordinary");
  app->add_option("--comment", f.comment,
                  "a character that begins lines to leave out");
  app->add_option("--skip", f.skip, "lines before the header to leave out");
  app->add_option("--encoding", f.encoding,
                  "auto, utf-8, utf-16, latin1 or cp1252 (auto: UTF-8, or "
                  "UTF-16 with a byte order mark)")
      ->check(CLI::IsMember({"auto", "utf-8", "utf-16", "latin1", "cp1252"}));
  app->add_option("--decimal", f.decimal, "the decimal mark: . or ,");
  app->add_option("--thousands", f.thousands,
                  "the mark between groups of three digits, or space");
  app->add_option("--ragged", f.ragged,
                  "rows of another width: error, fill (short ones) or skip")
      ->check(CLI::IsMember({"error", "fill", "skip"}));
  app->add_flag("--header", f.header, "the first row holds the names");
  app->add_flag("--no-header", f.no_header, "the first row is data");
  app->add_option("--missing", f.missing,
                  "words that mean missing, instead of NA,N/A,n/a,NaN,nan,"
                  "null,NULL")
      ->delimiter(',');
  app->add_option("--column", f.columns,
                  "NAME=TYPE: auto integer real boolean date time category "
                  "text id; NAME may be a glob; date:FORMAT and time:FORMAT "
                  "say how it is written; may be repeated");
  app->add_option("--date-format", f.date_format,
                  "how dates are written, such as %d/%m/%Y; see mlprep(1)");
  app->add_option("--max-field", f.max_field,
                  "longest record, e.g. 64M (default)");
  app->add_option("--threads", f.threads, "how many (default: one a core)")
      ->check(CLI::Range(1, 256));
}

void add_preparation(CLI::App* app, PrepareFlags& f) {
  app->add_option("--target", f.target, "the column to predict");
  app->add_option("--split", f.split,
                  "as data.split: '{train: 0.8, valid: 0, test: 0.2}'");
  app->add_option("--columns", f.columns,
                  "as columns: '{age: {missing: mean, scale: robust}}'");
  app->add_option("--features", f.features,
                  "as features: '{exclude: [id, \"note_*\"]}'");
  app->add_option("--sample", f.sample, "a share or a number of rows");
  app->add_option("--task", f.task, "auto, classification or regression");
  app->add_option("--positive", f.positive, "the positive one of two classes");
  app->add_option("--seed", f.seed, "of the split (default 0)");
}

/// Not of inspect, whose --schema writes one.
void add_schema(CLI::App* app, DialectFlags& f) {
  app->add_option("--schema", f.schema,
                  "names and types, from inspect --schema: a value that breaks "
                  "it is an error");
}

struct Command {
  ConvertFlags convert;
  InspectFlags inspect;
  CatFlags cat;
  CatFlags head;
  RecordsFlags records;
  StatsFlags stats;
  MatrixFlags matrix;
  VerifyFlags verify;
  DiffFlags diff;
};

void add_stats(CLI::App& app, StatsFlags& flags) {
  CLI::App* stats =
      app.add_subcommand("stats",
                         "what the values of each column look like\n\n"
                         "  mlprep stats penguins.csv --target species\n");
  stats->add_option("FILE", flags.input, "a CSV or a data set")->required();
  stats->add_option("--target", flags.target,
                    "also its classes, and what each column tells of it");
  stats->add_flag("--json", flags.json, "for machines");
  add_dialect(stats, flags.dialect);
  add_schema(stats, flags.dialect);
}

void add_matrix(CLI::App& app, MatrixFlags& flags) {
  CLI::App* matrix = app.add_subcommand(
      "matrix",
      "float32 matrices of features for Keras, PyTorch and others\n\n"
      "  mlprep matrix penguins.h5 --target species -o m.h5\n");
  matrix->add_option("FILE", flags.input, "a data set")->required();
  matrix->add_option("-o,--output", flags.output, "the file to write");
  matrix->add_option("--target", flags.target, "the column to predict");
  matrix->add_option("--split", flags.split,
                     "fractions of train, valid and test (default "
                     "0.7,0.15,0.15)");
  matrix->add_option("--seed", flags.seed, "of the split (default 0)");
  matrix
      ->add_option("--include", flags.include,
                   "columns to take, names or globs (default: all)")
      ->delimiter(',');
  matrix->add_option("--exclude", flags.exclude, "columns to leave out")
      ->delimiter(',');
  matrix->add_flag("--force", flags.force, "replace an existing output");
  matrix->add_flag("-q,--quiet", flags.quiet, "print errors only");
}

void add_checks(CLI::App& app, Command& c) {
  CLI::App* verify = app.add_subcommand(
      "verify",
      "is the data set as it was written? every digest and statistic\n\n"
      "  mlprep verify penguins.h5\n");
  verify->add_option("FILE", c.verify.input)->required();
  verify->add_flag("--json", c.verify.json, "for machines");

  CLI::App* diff = app.add_subcommand("diff",
                                      "compares two data sets, cell by cell\n\n"
                                      "  mlprep diff old.h5 new.h5\n");
  diff->add_option("A", c.diff.left)->required();
  diff->add_option("B", c.diff.right)->required();
  diff->add_option("--limit", c.diff.limit,
                   "differences that are shown (default 20)")
      ->check(CLI::Range(std::size_t{0}, std::size_t{100000}));
  diff->add_flag("--json", c.diff.json, "for machines");
}

void add_verbs(CLI::App& app, Command& c) {
  CLI::App* convert =
      app.add_subcommand("convert",
                         "CSV -> data set (the default verb)\n\n"
                         "  mlprep penguins.csv -o penguins.h5\n");
  convert->add_option("FILE", c.convert.input)->required();
  convert->add_option("-o,--output", c.convert.output, "the data set to write");
  convert->add_option("--report", c.convert.report,
                      "also write what was decided, as JSON");
  convert->add_option("--compress", c.convert.compress, "none or deflate")
      ->check(CLI::IsMember({"none", "deflate"}));
  convert->add_flag("--force", c.convert.force, "replace an existing output");
  convert->add_flag("-q,--quiet", c.convert.quiet, "print errors only");
  add_preparation(convert, c.convert.prepare);
  add_dialect(convert, c.convert.dialect);
  add_schema(convert, c.convert.dialect);

  CLI::App* inspect =
      app.add_subcommand("inspect",
                         "what a CSV or a data set holds; writes nothing\n\n"
                         "  mlprep inspect penguins.csv\n");
  inspect->add_option("FILE", c.inspect.input)->required();
  auto* json = inspect->add_flag("--json", c.inspect.json, "for machines");
  inspect
      ->add_flag("--schema", c.inspect.schema,
                 "names and types as YAML, for --schema of the other verbs")
      ->excludes(json);
  add_dialect(inspect, c.inspect.dialect);

  for (auto* flags : {&c.cat, &c.head}) {
    const bool head = flags == &c.head;
    CLI::App* verb = app.add_subcommand(
        head ? "head" : "cat",
        head ? "the first rows of a data set\n\n  mlprep head penguins.h5\n"
             : "the table back, exactly\n\n  mlprep cat penguins.h5\n");
    verb->add_option("FILE", flags->input)->required();
    verb->add_option("--format", flags->format, "csv or jsonl")
        ->check(CLI::IsMember({"csv", "jsonl"}));
    verb->add_option("--columns", flags->columns, "names, separated by commas")
        ->delimiter(',');
    if (!head) continue;
    flags->rows = 10;
    verb->add_option("-n,--rows", flags->rows, "how many (default 10)")
        ->check(CLI::PositiveNumber);
  }
  CLI::App* records = app.add_subcommand(
      "records",
      "one JSON array of strings a record, header included\n\n"
      "  mlprep records penguins.csv\n");
  records->add_option("FILE", c.records.input)->required();
  add_dialect(records, c.records.dialect);
  add_stats(app, c.stats);
  add_matrix(app, c.matrix);
  add_checks(app, c);
  app.add_subcommand("version", "print the version");
}

/// Status 0 of what has no other.
Result<int> status_of(Result<> done) {
  if (!done) return std::move(done).fail();
  return 0;
}

Result<int> act(const CLI::App& app, Command& c) try {
  const std::string verb = app.get_subcommands().front()->get_name();
  const auto given = [&](const char* name) {
    const auto* sub = app.get_subcommands().front();
    return sub->get_option_no_throw(name) != nullptr && sub->count(name) > 0;
  };
  c.convert.dialect.missing_given = given("--missing");
  c.inspect.dialect.missing_given = given("--missing");
  c.stats.dialect.missing_given = given("--missing");
  if (verb == "convert") return status_of(convert(c.convert));
  if (verb == "inspect") return status_of(inspect(c.inspect));
  if (verb == "cat") return status_of(cat(c.cat));
  if (verb == "head") return status_of(cat(c.head));
  if (verb == "records") return status_of(records(c.records));
  if (verb == "stats") return status_of(stats(c.stats));
  if (verb == "matrix") return status_of(matrix(c.matrix));
  if (verb == "verify") return verify(c.verify);
  if (verb == "diff") return diff(c.diff);
  return status_of(print("mlprep " + build_id() + "\n"));
} catch (const std::bad_alloc&) {
  return Error{Fault::data, "out of memory"};
}

/// `mlprep FILE ...` is `mlprep convert FILE ...`.
std::vector<std::string> with_verb(int argc, char** argv, const CLI::App& app) {
  std::vector<std::string> out(argv + 1, argv + argc);
  if (out.empty()) return {"--help"};
  for (const auto& arg : out) {
    if (arg == "-h" || arg == "--help" || arg == "--version") return out;
    if (arg[0] != '-') {
      const auto named = app.get_subcommands(
          [&](const CLI::App* verb) { return verb->get_name() == arg; });
      if (!named.empty()) return out;
      break;
    }
  }
  out.insert(out.begin(), "convert");
  return out;
}

/// When nobody reads any more we end as SIGPIPE would have ended us, silently.
int finish(Result<int> done) {
  if (done && std::fflush(stdout) != 0) done = output_error();
  if (done) return *done;
  if (done.error().fault == Fault::cancelled) {
    if (interrupted()) return 128 + static_cast<int>(signal_received);
    ::signal(SIGPIPE, SIG_DFL);
    ::raise(SIGPIPE);
  }
  std::fprintf(stderr, "mlprep: %s\n", done.error().message.c_str());
  return exit_code(done.error().fault);
}

}  // namespace
}  // namespace mlb::prep_tool

int main(int argc, char** argv) {
  using namespace mlb::prep_tool;
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  CLI::App app{
      "Turns CSV into self-describing HDF5 data sets.\n\n"
      "  mlprep penguins.csv -o penguins.h5    convert\n"
      "  mlprep inspect penguins.csv           types, problems\n"
      "  mlprep head penguins.h5               the first rows\n"};
  app.name("mlprep");
  app.set_version_flag("--version", "mlprep " + mlb::version());
  app.require_subcommand(1);
  Command command;
  add_verbs(app, command);
  try {
    auto args = with_verb(argc, argv, app);
    std::reverse(args.begin(), args.end());
    app.parse(args);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : mlb::exit_code(mlb::Fault::usage);
  }
  return finish(act(app, command));
}
