// The verbs: what each was asked, and how it answers.  One file a verb.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "globals.h"
#include "job/state.h"
#include "spec/spec.h"

namespace mlb::submit {

struct SpecFlags {
  std::vector<std::string> files;
  spec::Options options;
  std::string name;  ///< becomes options.name when given
};

struct SubmitFlags {
  SpecFlags spec;
  bool dry_run = false;
  bool wait = false;
  bool watch = false;
  std::string idempotency_key;
};
struct RunFlags {
  SpecFlags spec;
  std::string dir;
};
struct ValidateFlags {
  SpecFlags spec;
  bool data = false;
  bool strict = false;
  std::string format = "human";
};
struct ShowSpecFlags {
  SpecFlags spec;
  bool hash = false;
};
struct ListFlags {
  bool all = false;
  std::vector<std::string> states;
  std::string tag;
  std::string name;
  std::string since;
  std::uint32_t limit = 50;
};
struct JobsFlags {
  std::vector<std::string> jobs;
};
struct RerunFlags {
  std::vector<std::string> jobs;
  bool exact = false;
};
struct RetryFlags {
  std::vector<std::string> jobs;
  std::string from;  ///< checkpoint, scratch; empty: a checkpoint if there is
};
struct LogsFlags {
  std::string job;
  bool follow = false;
  bool all_attempts = false;
  bool timestamps = false;
  std::uint32_t attempt = 0;  ///< 0: the latest
  int tail = -1;              ///< lines; -1: all
};
struct WaitFlags {
  std::vector<std::string> jobs;
  bool any = false;
  bool logs = false;
  std::string timeout;
};
struct MetricsFlags {
  std::string job;
  std::string name;
  std::string format = "csv";
  bool all_attempts = false;
};
struct GetFlags {
  std::string job;
  std::vector<std::string> names;
  std::string dir;
  bool force = false;
};

struct DataFlags {
  std::string action;  ///< ls, push, head, stats, verify, rm
  /// A file, sha256:..., a name, a job; rm: several; ls: nothing.
  std::vector<std::string> what;
  std::uint64_t rows = 0;  ///< head: 0: as mlprep has it
};

struct InitFlags {
  std::string from;    ///< a CSV or a data set
  std::string target;  ///< one of its columns
  std::string model;   ///< empty: one that is good for most
};
struct ModelFlags {
  std::string action;  ///< info, export
  std::string model;   ///< a file, sha256:..., a job
  std::string format;  ///< export: onnx, json
  std::string output;  ///< export: a file, or -
  bool force = false;
};

struct PredictFlags {
  std::string model;        ///< a file, sha256:..., a job
  std::string input = "-";  ///< a CSV, a data set, - is stdin
  std::string output = "-";
  std::string format = "csv";
  std::string id;
  std::vector<std::string> copied;  ///< globs
  unsigned threads = 0;             ///< 0: one a core
  bool no_probabilities = false;
  bool header = false;
  bool no_header = false;
  bool force = false;
  /// How the CSV is written: option of mlprep -> its word.
  std::map<std::string, std::optional<std::string>> csv;
};

Exit submit(const Globals& globals, const SubmitFlags& flags);
Exit run(const Globals& globals, const RunFlags& flags);
Exit validate(const Globals& globals, const ValidateFlags& flags);
Exit show_spec(const Globals& globals, const ShowSpecFlags& flags);
Exit init(const InitFlags& flags);
Exit list(const Globals& globals, const ListFlags& flags);
Exit status(const Globals& globals, const JobsFlags& flags);
Exit watch(const Globals& globals, const JobsFlags& flags);
Exit logs(const Globals& globals, const LogsFlags& flags);
Exit wait(const Globals& globals, const WaitFlags& flags);
Exit metrics(const Globals& globals, const MetricsFlags& flags);
Exit get(const Globals& globals, const GetFlags& flags);
Exit data(const Globals& globals, const DataFlags& flags);
Exit model(const Globals& globals, const ModelFlags& flags);
Exit predict(const Globals& globals, const PredictFlags& flags);
Exit cancel(const Globals& globals, const JobsFlags& flags);
Exit rerun(const Globals& globals, const RerunFlags& flags);
Exit retry(const Globals& globals, const RetryFlags& flags);
Exit ping(const Globals& globals);
Exit workers(const Globals& globals);

}  // namespace mlb::submit
