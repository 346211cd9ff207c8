// mlsubmit ls, status, cancel, ping, workers, help
#include <unistd.h>

#include "base/build.h"
#include "base/units.h"
#include "connection.h"
#include "jobs.h"
#include "render.h"
#include "verbs.h"

namespace mlb::submit {
namespace {

constexpr Millis kEndedShown = std::chrono::hours(24 * 7);

std::vector<std::string> row_of(const JobView& job) {
  const JobRow& r = job.row;
  const auto or_dash = [](std::string text) {
    return text.empty() ? std::string("-") : text;
  };
  const std::uint32_t epoch = r.last_point.epoch;
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, "%.2f", fraction_of(job));
  return {r.id.text(),
          or_dash(r.envelope.name),
          std::string(name_of(r.state)),
          epoch == 0 ? "-" : std::to_string(epoch),
          fraction,
          utc_text(r.submitted),
          or_dash(r.owner.name)};
}

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

void print_status(const JobView& job) {
  const JobRow& r = job.row;
  print_line(r.id.text() + "  " + r.envelope.name + "  " +
             std::string(name_of(r.state)));
  if (r.last_point.epoch > 0) print_line("  " + point_text(r.last_point));
  for (const auto& [code, text] : job.waiting) {
    print_line("  waits: " + text);
  }
  for (const auto& a : r.attempts) {
    std::string line =
        "  attempt " + std::to_string(a.number) + " on " + a.host;
    if (a.has_outcome && !a.outcome.success) {
      line += ": " + std::string(name_of(a.outcome.failure)) + ": " +
              a.outcome.reason;
    } else if (a.lost) {
      line += ": worker_lost";
    }
    print_line(line);
  }
  if (!r.reason.empty()) print_line("  reason: " + r.reason);
  const Outcome* outcome = outcome_of(r);
  if (outcome == nullptr) return;
  for (const auto& [name, value] : outcome->metrics) {
    print_line("  " + name + " = " + term::number_text(value, 6));
  }
  for (const auto& g : outcome->gates) {
    print_line("  gate " + g.metric + " " + g.condition + ": " +
               (g.passed ? "met" : "NOT met") + " (" +
               term::number_text(g.value, 6) + ")");
  }
  for (const auto& w : outcome->warnings) print_line("  warning: " + w);
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
  auto page = (*connection)->ask_for<Jobs>(query);
  if (!page) return std::move(page).fail();
  if (globals.json) {
    for (const auto& job : page->jobs) print_line(json_line(job_json(job)));
    return 0;
  }
  const bool table = ::isatty(STDOUT_FILENO) == 1 && !globals.plain;
  std::vector<std::vector<std::string>> rows;
  if (!globals.no_header) {
    rows.push_back(
        {"id", "name", "state", "epoch", "fraction", "submitted", "owner"});
  }
  for (const auto& job : page->jobs) rows.push_back(row_of(job));
  if (table) {
    for (auto& row : rows) row[0] = row[0].substr(0, 8);
    std::fputs(aligned(rows).c_str(), stdout);
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
      print_status(job);
    }
  }
  return 0;
}

Exit cancel(const Globals& globals, const JobsFlags& flags) {
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto ids = resolve(**connection, flags.jobs);
  if (!ids) return std::move(ids).fail();
  if (ids->size() > 1 && !globals.yes && ::isatty(STDIN_FILENO) != 1) {
    return Error{Fault::usage, "cancel of " + std::to_string(ids->size()) +
                                   " jobs needs --yes"};
  }
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
  if (!globals.json) std::fputs(aligned(rows).c_str(), stdout);
  return 0;
}

Exit help(const std::string& topic, const std::string& path) {
  if (topic == "fields") {
    auto text = spec::help_fields(path);
    if (!text) return std::move(text).fail();
    std::fputs(text->c_str(), stdout);
    return 0;
  }
  if (topic != "exit-codes") {
    return Error{Fault::usage, "no help on '" + topic +
                                   "'; try: mlsubmit help fields, mlsubmit "
                                   "help exit-codes, or mlsubmit VERB --help"};
  }
  std::fputs(
      "0    success; gates passed\n"
      "1    a bug in mlbatch\n"
      "2    usage: unknown verb, option, argument\n"
      "3    spec invalid\n"
      "4    authentication or permission\n"
      "5    broker unreachable after retries\n"
      "6    no such job, data set, model; ambiguous prefix\n"
      "7    job failed (class in JSON: error bad_data nan oom signal timeout\n"
      "     worker_lost dependency)\n"
      "8    job was cancelled\n"
      "9    gate (require) not met; the job itself succeeded\n"
      "10   refused: limit, conflict, broker draining or its disk full\n"
      "11   data problem: CSV or data set unreadable, digest mismatch\n"
      "12   integrity: a verification found a difference\n"
      "13   partial: some of several jobs did not succeed\n"
      "124  --timeout of wait passed; the job keeps running\n"
      "130, 143, 141  SIGINT, SIGTERM, SIGPIPE\n",
      stdout);
  return 0;
}

}  // namespace mlb::submit
