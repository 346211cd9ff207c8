// How jobs and events look: JSON of cli.md section 5, tables, lines.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "globals.h"
#include "job/messages.h"

namespace mlb::submit {

/// mlbatch.job/1: every key always there, null when unknown.
Json job_json(const JobView& job);
/// mlbatch.event/1
Json event_json(const EventRow& event);
/// mlbatch.worker/1
Json worker_json(const WorkerView& worker);
/// mlbatch.error/1
Json error_json(const Error& error);

/// "epoch 37/100 loss=.4362 v.auc=.8611"
std::string point_text(const Point& point);
/// One plain line of watch, without the time; empty for what it leaves out.
std::string event_line(const EventRow& event);
/// "14:02:11", local time unless `utc`.
std::string time_text(Millis wall, bool utc);
/// "✓ name succeeded in 3m12s: test accuracy .98; gate passed"
std::string verdict_line(const JobRow& row, bool utf8);
/// The exact command to run next.
std::string next_command(const JobRow& row);
/// Progress of the job, [0, 1].
double fraction_of(const JobView& job);

/// Columns padded to the widest cell, two blanks between.
std::string aligned(const std::vector<std::vector<std::string>>& rows);

}  // namespace mlb::submit
