// How jobs and events look: JSON of cli.md section 5, tables, lines.
#pragma once

#include <string>
#include <string_view>
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
/// "7f3a2c1e restarted from epoch 12", of a second or later attempt.
std::string restart_line(const EventRow& started);
/// "train  ███░░ 37%  ETA 02:14  142 k rows/s"
std::string live_text(const Live& live, int bar_cells, bool utf8);
/// At most the last `count` lines of a text.
std::string_view last_lines(std::string_view text, std::size_t count);
/// "14:02:11", local time unless `utc`.
std::string time_text(Millis wall, bool utc);
/// "✓ name succeeded in 3m12s: test accuracy .98; gate passed"
std::string verdict_line(const JobRow& row, const term::Terminal& terminal);
/// The exact command to run next.
std::string next_command(const JobRow& row);
/// Progress of the job, [0, 1].
double fraction_of(const JobView& job);

/// id, name, state, epoch, fraction, submitted, owner; "-" for nothing.
std::vector<std::string> list_row(const JobView& job);
/// The lines of status.
std::string status_text(const JobView& job);

/// Columns padded to the widest cell, two blanks between.
std::string aligned(const std::vector<std::vector<std::string>>& rows);

}  // namespace mlb::submit
