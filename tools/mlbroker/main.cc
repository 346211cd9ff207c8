// mlbroker: accepts jobs, keeps them, gives them to workers.  This file turns
// the command line into options; what happens then is in serve.cc.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/build.h"
#include "base/nearest.h"
#include "base/result.h"
#include "base/units.h"
#include "serve.h"

namespace {

using namespace mlb;
using namespace mlb::tool;

/// The words of `serve` as they were typed.
struct ServeWords {
  std::string min_free = "256M";
  std::string idle_exit = "60s";
  std::string log_level = "info";
  std::string log_format = "text";
};

int complain(const std::string& text) {
  std::fprintf(stderr, "mlbroker: %s\n", text.c_str());
  return exit_code(Fault::usage);
}

CLI::App* add_serve(CLI::App& app, ServeOptions& options, ServeWords& words) {
  auto* serve = app.add_subcommand("serve", "Serve clients and workers");
  serve->description(
      "Example:\n"
      "  mlbroker serve --data broker --listen tcp://127.0.0.1:7070 --no-auth\n"
      "\n"
      "Serves clients and workers until SIGTERM.  Prints 'ready URL' when it\n"
      "listens.");
  serve->add_option("--data", options.data, "directory of jobs and blobs")
      ->required()
      ->type_name("DIR");
  serve
      ->add_option("--listen", options.listen,
                   "tcp://127.0.0.1:PORT (0 picks one) or ipc:///PATH")
      ->required()
      ->type_name("URL");
  serve->add_flag("--no-auth", options.no_auth,
                  "serve everyone on this machine (needed until keys exist)");
  serve->add_flag("--embedded", options.embedded,
                  "end when there is nothing to do; used by mlsubmit");
  serve->add_option("--idle-exit", words.idle_exit, "with --embedded: after")
      ->type_name("DUR");
  serve
      ->add_option("--min-free", words.min_free,
                   "refuse work when less disk is free; 0: never")
      ->type_name("SIZE");
  serve->add_option("--log-level", words.log_level,
                    "debug, info, warning or error");
  serve->add_option("--log-format", words.log_format, "text or json");
  return serve;
}

Result<> understand(const ServeWords& words, ServeOptions& options) {
  const auto min_free = parse_size(words.min_free);
  if (!min_free) {
    return Error{Fault::usage, "--min-free is '" + words.min_free +
                                   "'; want a size like 256M or 2G"};
  }
  const auto idle = parse_duration(words.idle_exit);
  if (!idle) {
    return Error{Fault::usage, "--idle-exit is '" + words.idle_exit +
                                   "'; want a duration like 60s or 5m"};
  }
  auto level = parse_log_level(words.log_level);
  if (!level) return std::move(level).fail();
  auto format = parse_log_format(words.log_format);
  if (!format) return std::move(format).fail();
  options.min_free = *min_free;
  options.idle_exit = *idle;
  options.log_level = *level;
  options.log_format = *format;
  return {};
}

/// What was probably meant by the first word that is no verb or option.
std::string suggestion(CLI::App& app, int argc, char** argv) {
  std::vector<std::string> names;
  for (const CLI::App* part : app.get_subcommands({})) {
    names.push_back(part->get_name());
    for (const CLI::Option* option : part->get_options()) {
      names.push_back(option->get_name());
    }
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto found = nearest(word, known);
    if (!found.empty() && found != word) {
      return "'" + std::string(word) + "': did you mean " + found + "?";
    }
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"mlbroker: accepts jobs, keeps them, gives them to workers"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "mlbroker " + build_id());
  ServeOptions options;
  ServeWords words;
  const auto* serve_verb = add_serve(app, options, words);
  const auto* version_verb = app.add_subcommand("version", "Print the version");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);  // --help, --version
  } catch (const CLI::ParseError& wrong) {
    const auto meant = suggestion(app, argc, argv);
    if (!meant.empty()) return complain(meant);
    return complain(std::string(wrong.what()) + "; see mlbroker --help");
  }
  if (version_verb->parsed()) {
    std::printf("mlbroker %s\n", build_id().c_str());
    return 0;
  }
  if (!serve_verb->parsed()) return complain("no verb; see mlbroker --help");
  const auto understood = understand(words, options);
  if (!understood) return complain(understood.error().message);
  return serve(options);
}
