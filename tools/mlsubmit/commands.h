// The command line: verbs and their options, from words to structs.
#pragma once

#include <CLI/CLI.hpp>
#include <csignal>
#include <string>

#include "verbs.h"

namespace mlb::submit {

/// What was asked: the options of every verb; the app knows which verb.
struct Command {
  Globals globals;
  std::string color = "auto";
  std::string connect_timeout = "10s";
  SubmitFlags submit;
  RunFlags run;
  ValidateFlags validate;
  ShowSpecFlags show_spec;
  ListFlags list;
  JobsFlags status;
  JobsFlags watch;
  JobsFlags cancel;
  LogsFlags logs;
  WaitFlags wait;
  MetricsFlags metrics;
  GetFlags get;
  bool wait_all = false;
  std::string help_topic;
  std::string help_path;
};

void build(CLI::App& app, Command& command);
Exit act(const CLI::App& app, Command& command);
/// Prints help, or the problem with the nearest word; the exit code.
int parse_failed(CLI::App& app, const CLI::ParseError& error, int argc,
                 char** argv);

}  // namespace mlb::submit
