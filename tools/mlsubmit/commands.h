// The command line: verbs and their options, from words to structs.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

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
  InitFlags init;
  ListFlags list;
  JobsFlags status;
  JobsFlags watch;
  JobsFlags cancel;
  RerunFlags rerun;
  RetryFlags retry;
  LogsFlags logs;
  WaitFlags wait;
  MetricsFlags metrics;
  GetFlags get;
  DataFlags data;
  ModelFlags model;
  PredictFlags predict;
  bool wait_all = false;
  std::string help_topic;
  std::string help_path;
  std::string explain_code;
};

void build(CLI::App& app, Command& command);
Exit act(const CLI::App& app, Command& command);
/// Prints help, or says what is wrong, with the nearest word.
Exit parse_failed(CLI::App& app, const CLI::ParseError& error, int argc,
                  char** argv, Command& command);
/// "; did you mean 'submit'?", else "; see `otherwise`".
std::string suggestion(const std::string& word,
                       const std::vector<std::string>& known,
                       const std::string& otherwise);
Exit schema();
Exit explain(const std::string& code);
Exit help(const CLI::App& app, const std::string& topic,
          const std::string& path);

}  // namespace mlb::submit
