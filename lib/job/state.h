// The states of a job and the only table of how they may follow each other;
// why an attempt failed; what an attempt leaves behind.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/time.h"

namespace mlb {

enum class JobState {
  waiting,  ///< for dependencies
  queued,
  running,
  succeeded,
  failed,
  cancelled,
};

/// succeeded, failed, cancelled: never left again.
bool is_terminal(JobState state);
/// The transition table of design.md section 3.
bool may_follow(JobState from, JobState to);
std::string_view name_of(JobState state);

/// Why an attempt did not succeed.
enum class FailureClass {
  none,
  error,
  bad_data,
  oom,
  signal,
  timeout,
  worker_lost,
  dependency,
  nan,
  cancelled,  ///< was stopped because its job was cancelled
};
std::string_view name_of(FailureClass failure);

/// One run of a job on one worker.  Numbers start at 1, rise when assigned.
struct Attempt {
  JobId job;
  std::uint32_t number = 0;
  auto operator<=>(const Attempt&) const = default;
};

struct GateResult {
  std::string metric;
  std::string condition;
  double value = 0;  ///< nan when the metric is nan
  bool passed = false;
};

/// A file that the job leaves: `name` is the word of `get`.
struct Artefact {
  std::string name;  ///< model, predictions, metrics, stdout, stderr
  std::string file;  ///< model.mlm
  std::uint64_t bytes = 0;
  Digest digest;
};

/// How an attempt ended.
struct Outcome {
  bool success = false;
  FailureClass failure = FailureClass::none;
  std::string reason;  ///< one line, for people; empty on success
  int exit_code = 0;
  int signal = 0;                 ///< 0: none
  std::uint64_t peak_memory = 0;  ///< bytes
  std::map<std::string, double> metrics;
  std::vector<GateResult> gates;
  std::vector<std::string> warnings;
  std::vector<Artefact> artefacts;
  /// The same spec and data end with the same model again.  Not so where the
  /// clock or a person ended the training, or CPUs of two numeric classes
  /// took part in it.
  bool exact = true;
  /// "0.1.0+3f2a91c": of the program that ran the job; "" when it said nothing.
  std::string program;
};

/// A durable point of the history: an epoch, a round, an evaluation.
struct Point {
  std::uint32_t epoch = 0;                ///< from 1; 0 for a final evaluation
  std::uint32_t epochs = 0;               ///< planned; 0 unknown
  std::uint64_t step = 0;                 ///< optimiser steps so far
  Millis elapsed{0};                      ///< training time of this attempt
  std::map<std::string, double> metrics;  ///< "train.loss": 0.4
};

/// A piece of an append-only output stream of the job.
struct LogPiece {
  std::uint8_t stream = 1;   ///< 1 stdout, 2 stderr
  std::uint64_t offset = 0;  ///< of the first byte in the stream
  std::string text;          ///< at most kLogPiece bytes
};
inline constexpr std::size_t kLogPiece = 32 * 1024;

/// A training in the middle, saved where another attempt can go on.
struct CheckpointMark {
  std::uint32_t epoch = 0;  ///< whole epochs that are done
  std::uint64_t step = 0;
  std::string file;  ///< in the job's directory; "" once it is a blob
  std::uint64_t bytes = 0;
  Digest digest;  ///< none: there is no checkpoint
};

/// What an attempt reports, numbered 1, 2, ... per attempt: exactly one of
/// `point`, `log`, `message` or `checkpoint` is meant, told by `type`.
enum class ItemType { point, log, message, checkpoint };
struct Item {
  std::uint64_t number = 0;
  Millis time{0};  ///< wall
  ItemType type = ItemType::point;
  Point point;
  LogPiece log;
  std::string message;
  CheckpointMark checkpoint = {};
};

/// The last known live values: not stored, not numbered.
struct Live {
  std::string stage;  ///< fetch convert prepare train evaluate save
  std::uint32_t epoch = 0;
  std::uint32_t epochs = 0;
  std::uint64_t step = 0;
  double fraction = 0;      ///< of the attempt, [0, 1]
  double eta_seconds = -1;  ///< < 0: unknown
  double rows_per_second = 0;
  std::uint64_t memory = 0;                    ///< bytes of the job's process
  std::map<std::string, double> metrics = {};  ///< the newest of each name
};

}  // namespace mlb
