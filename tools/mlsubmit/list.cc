// mlsubmit ls, status, cancel, ping, workers: one question, one answer.
#include <unistd.h>

#include "base/units.h"
#include "connection.h"
#include "jobs.h"
#include "render.h"
#include "verbs.h"

namespace mlb::submit {
namespace {

constexpr Millis kEndedShown = std::chrono::hours(24 * 7);

Result<Millis> since_of(const ListFlags& flags) {
  const Millis now = read_clock().wall;
  if (flags.all) return Millis(0);
  if (flags.since.empty()) return now - kEndedShown;
  const auto span = parse_duration(flags.since);
  if (!span) {
    return Error{Fault::usage, "--since is '" + flags.since +
                                   "'; want a duration such as 2d or 90m"};
  }
  return now - *span;
}

}  // namespace

Exit list(const Globals& globals, const ListFlags& flags) {
  auto since = since_of(flags);
  if (!since) return std::move(since).fail();
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  ListJobs query;
  query.states = flags.states;
  query.tag = flags.tag;
  query.name = flags.name;
  query.limit = flags.limit;
  query.ended_since = *since;
  auto jobs = list_jobs(**connection, query);
  if (!jobs) return std::move(jobs).fail();
  if (globals.json) {
    for (const auto& job : *jobs) print_line(json_line(job_json(job)));
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  if (!globals.no_header) {
    rows.push_back(
        {"id", "name", "state", "epoch", "fraction", "submitted", "owner"});
  }
  for (const auto& job : *jobs) rows.push_back(list_row(job));
  if (::isatty(STDOUT_FILENO) == 1 && !globals.plain) {
    for (auto& row : rows) row[0] = row[0].substr(0, 8);
    print_text(aligned(rows));
    return 0;
  }
  for (const auto& row : rows) {
    std::string line;
    for (const auto& cell : row) line += (line.empty() ? "" : "\t") + cell;
    print_line(line);
  }
  return 0;
}

Exit status(const Globals& globals, const JobsFlags& flags) {
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto ids = resolve(**connection, flags.jobs);
  if (!ids) return std::move(ids).fail();
  auto jobs = views(**connection, *ids);
  if (!jobs) return std::move(jobs).fail();
  for (const auto& job : *jobs) {
    if (globals.json) {
      print_line(json_line(job_json(job)));
    } else {
      print_text(status_text(job));
    }
  }
  return 0;
}

Exit cancel(const Globals& globals, const JobsFlags& flags) {
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto ids = resolve(**connection, flags.jobs);
  if (!ids) return std::move(ids).fail();
  auto may = may_do_several(globals, "cancel", ids->size(), "jobs");
  if (!may) return std::move(may).fail();
  for (const auto& id : *ids) {
    auto taken = (*connection)->ask_for<CancelTaken>(Cancel{id});
    if (!taken) return std::move(taken).fail();
    print_line(id.text());
    const std::string state(name_of(taken->state));
    say(id.id8() + (taken->state == JobState::running
                        ? ": cancelling; it ends as soon as its process does"
                        : ": " + state));
  }
  return 0;
}

Exit ping(const Globals& globals) {
  const Millis begun = read_clock().mono;
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  const Welcome& w = (*connection)->welcome();
  const auto took = (read_clock().mono - begun).count();
  if (globals.json) {
    print_line(json_line({{"schema", "mlbatch.ping/1"},
                          {"build", w.build},
                          {"latency_s", static_cast<double>(took) / 1000},
                          {"workers", w.workers},
                          {"slots", w.slots},
                          {"queued", w.queued},
                          {"running", w.running}}));
    return 0;
  }
  print_line("mlbroker " + w.build + " answers after " + std::to_string(took) +
             " ms: " + std::to_string(w.workers) + " workers, " +
             std::to_string(w.slots) + " slots, " + std::to_string(w.running) +
             " running, " + std::to_string(w.queued) + " queued");
  return 0;
}

Exit workers(const Globals& globals) {
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto reply = (*connection)->ask_for<Workers>(ListWorkers{});
  if (!reply) return std::move(reply).fail();
  std::vector<std::vector<std::string>> rows;
  if (!globals.no_header) {
    rows.push_back({"id", "name", "state", "slots", "busy", "jobs"});
  }
  for (const auto& w : reply->workers) {
    if (globals.json) {
      print_line(json_line(worker_json(w)));
      continue;
    }
    std::string jobs;
    for (const auto& [attempt, pid] : w.jobs) {
      jobs += (jobs.empty() ? "" : ",") + attempt.job.id8();
    }
    rows.push_back({w.id.id8(), w.name, w.state, std::to_string(w.slots),
                    std::to_string(w.busy), jobs.empty() ? "-" : jobs});
  }
  if (!globals.json) print_text(aligned(rows));
  return 0;
}

}  // namespace mlb::submit
