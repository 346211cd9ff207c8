// See state.h.
#include "job/state.h"

namespace mlb {

bool is_terminal(JobState state) {
  switch (state) {
    case JobState::waiting:
    case JobState::queued:
    case JobState::running: return false;
    case JobState::succeeded:
    case JobState::failed:
    case JobState::cancelled: return true;
  }
  return true;
}

bool may_follow(JobState from, JobState to) {
  switch (from) {
    case JobState::waiting:
      return to == JobState::queued || to == JobState::failed ||
             to == JobState::cancelled;
    case JobState::queued:
      // Straight to an end: the outcome of a lost attempt came back before
      // the job was assigned again.
      return to == JobState::running || is_terminal(to);
    case JobState::running: return to == JobState::queued || is_terminal(to);
    case JobState::succeeded:
    case JobState::failed:
    case JobState::cancelled: return false;
  }
  return false;
}

std::string_view name_of(JobState state) {
  switch (state) {
    case JobState::waiting: return "waiting";
    case JobState::queued: return "queued";
    case JobState::running: return "running";
    case JobState::succeeded: return "succeeded";
    case JobState::failed: return "failed";
    case JobState::cancelled: return "cancelled";
  }
  return "?";
}

std::string_view name_of(FailureClass failure) {
  switch (failure) {
    case FailureClass::none: return "none";
    case FailureClass::error: return "error";
    case FailureClass::bad_data: return "bad_data";
    case FailureClass::oom: return "oom";
    case FailureClass::signal: return "signal";
    case FailureClass::timeout: return "timeout";
    case FailureClass::worker_lost: return "worker_lost";
    case FailureClass::dependency: return "dependency";
    case FailureClass::nan: return "nan";
    case FailureClass::cancelled: return "cancelled";
  }
  return "?";
}

}  // namespace mlb
