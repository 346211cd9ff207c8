// One attempt, from its directory to its outcome: convert, prepare, train,
// evaluate, save.  Runs in a process of its own.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "job/spec.h"
#include "job/state.h"
#include "learn/checkpoint.h"
#include "learn/container.h"
#include "learn/trainer.h"
#include "prep/split.h"
#include "run_job_cache.h"
#include "table/table.h"

namespace mlb::job_program {

/// True after SIGTERM.
bool stop_asked();

/// Of a whole that may not be known yet: 0.
inline double share_of(std::uint64_t done, std::uint64_t total) {
  if (total == 0) return 0;
  return static_cast<double>(done) / static_cast<double>(total);
}

/// Where progress goes: frames on a descriptor, see docs/architecture.md.
class Reporter {
 public:
  explicit Reporter(int fd) : fd_(fd) {}
  void point(const Point& point);
  void message(const std::string& text);
  /// The file is whole and durable.
  void checkpoint(const CheckpointMark& mark);
  /// At most one every 100 ms, unless the stage changed.
  void live(Live live);
  /// Would it be sent now?
  bool takes_live() const;
  /// The same of a stage alone.
  void stage(const char* stage, double fraction = 0);

 private:
  void frame(std::uint8_t kind, ByteView payload);
  int fd_;
  Millis last_live_{-1000};
  std::string last_stage_;
};

/// Some rows, and what the model says of them.
struct Part {
  const char* name;  ///< of the split
  const prep::Rows* rows;
  const learn::Design* design;
  prep::Matrix predicted = {};
};

/// What the phases hand to each other.
struct Work {
  std::string dir;
  CacheOptions cache;
  JobSpec spec;
  std::string dataset;  ///< the data set that `table` was read from
  Fd dataset_lock;      ///< it is not removed while this is held
  table::Table table;
  std::vector<std::uint8_t> stored_split;  ///< of the data set, when asked
  prep::Split split;
  prep::Plan plan;
  learn::Design train;
  learn::Design valid;
  learn::Design test;
  std::unique_ptr<learn::Model> model;
  std::vector<Part> parts;  ///< with rows; train, valid, test: predict_parts()
  Outcome outcome;
  std::string history;  ///< rows of metrics.csv
};

// One a kind of job.  Ok: the outcome says how it ended; else it failed.
Result<> run_train(Work& work, Reporter& reporter);     // run_job.cc
Result<> run_prep(Work& work, Reporter& reporter);      // run_job_prep.cc
Result<> run_evaluate(Work& work, Reporter& reporter);  // run_job_evaluate.cc
Result<> run_predict(Work& work, Reporter& reporter);   // run_job_predict.cc

// run_job_model.cc
/// The model that the spec names, with its plan; Fault::data: it is none.
Result<learn::StoredModel> named_model_of(const Work& work);
// run_job_data.cc: the table, the rows, the numbers
Result<> load_data(Work& work, Reporter& reporter);
/// Messages name the user's file, not the link in the job's directory.
std::string with_true_name(std::string text, const Work& work);
Error with_true_name(Error error, const Work& work);
/// The rows of each part; a warning tells of those without a target.
Result<> take_split(Work& work, prep::Task task);
Result<> divide(Work& work);   ///< split and plan
Result<> prepare(Work& work);  ///< and designs
/// What an error says, with the line of the CSV when it is about a row.
std::string message_of(const Work& work, const Error& error);
// run_job.cc
/// What was noticed so far, as messages.
void tell_warnings(const Work& work, Reporter& reporter);
Outcome run_job(const std::string& dir, int progress_fd,
                const CacheOptions& cache = {});
// run_job_judge.cc
/// What the model says of every part of the rows, for what follows.
Result<> predict_parts(Work& work);
/// Metrics of every part.
void judge_plainly(Work& work);
/// The same, with what `evaluate` asks for besides.
Result<> judge_rows(Work& work, Reporter& reporter);
/// confusion.csv, if `metrics` names it.
Result<> save_confusion(Work& work);
// run_job_train.cc
/// Rows of metrics.csv.
void add_history(Work& work, const Point& point);
/// True: the loss became nan
Result<bool> train_all(Work& work, Reporter& reporter);
// run_job_checkpoint.cc
/// Writes the file `name` of the job's directory, whole or not at all.
Result<CheckpointMark> save_checkpoint(const Work& work, std::string name,
                                       const learn::Checkpoint& checkpoint);
/// The checkpoint that this attempt was given; none: it begins from scratch,
/// with a message when there is one that does not fit.
std::optional<learn::Checkpoint> given_checkpoint(const Work& work,
                                                  Reporter& reporter);
// run_job_report.cc: metrics, gates, files
/// What determines the result, so that equal work gives an equal digest.
Bytes training_record(const JobSpec& spec);
/// The metrics to compute: those of the task that are named, or its defaults.
std::vector<std::string> wanted_metrics(const Work& work);
Result<> judge_gates(Work& work);
/// Writes a file of out/ and names it in the outcome.
Result<> save(Work& work, const std::string& name, const std::string& file,
              ByteView bytes);
/// The same of a file that is there already.
Result<> leave_file(Work& work, const std::string& name,
                    const std::string& file);
Result<> save_model(Work& work);
Result<> save_predictions(Work& work);
Result<> save_metrics(Work& work);

}  // namespace mlb::job_program
