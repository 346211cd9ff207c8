// mlsubmit wait, mlsubmit logs, mlsubmit metrics: what follows a job's events.
#include <unistd.h>

#include <deque>
#include <set>

#include "base/units.h"
#include "connection.h"
#include "jobs.h"
#include "render.h"
#include "verbs.h"

namespace mlb::submit {
namespace {

constexpr Millis kTurn{100};
constexpr int kTimedOut = 124;

int interrupted_exit() {
  return 128 + static_cast<int>(signal_received);
}

/// All events of a job up to now, or to its end when `follow`.
template <class Take>
Exit each_event(Connection& connection, const JobView& job, bool follow,
                WatchFilter filter, Take take) {
  const std::uint64_t last = job.row.events;
  connection.follow(job.row.id, 1, follow ? 0 : last, filter);
  for (bool over = false; !over;) {
    auto news = connection.poll(kTurn);
    if (signal_received != 0) return interrupted_exit();
    for (const auto& event : news.events) {
      take(event);
      over |= event.type == EventType::ended;
      over |= !follow && event.number >= last;
    }
    if (news.reconnecting) say("reconnecting to the broker ...");
  }
  connection.unfollow(job.row.id);
  return 0;
}

Result<JobView> one_job(Connection& connection, const std::string& argument) {
  auto ids = resolve(connection, {argument});
  if (!ids) return std::move(ids).fail();
  if (ids->empty()) return Error{Fault::usage, "which job?"};
  auto jobs = views(connection, {ids->front()});
  if (!jobs) return std::move(jobs).fail();
  return std::move(jobs->front());
}

void print_log(const EventRow& event, bool timestamps) {
  if (!timestamps) {
    std::fwrite(event.log.text.data(), 1, event.log.text.size(),
                event.log.stream == 2 ? stderr : stdout);
    return;
  }
  std::size_t at = 0;
  while (at < event.log.text.size()) {
    std::size_t end = event.log.text.find('\n', at);
    if (end == std::string::npos) end = event.log.text.size();
    print_line(utc_text(event.time) + " " +
               event.log.text.substr(at, end - at));
    at = end + 1;
  }
}

}  // namespace

Exit logs(const Globals& globals, const LogsFlags& flags) {
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto job = one_job(**connection, flags.job);
  if (!job) return std::move(job).fail();
  const std::uint32_t latest =
      job->row.attempts.empty() ? 0 : job->row.attempts.back().number;
  const std::uint32_t wanted = flags.attempt != 0 ? flags.attempt : latest;
  const bool every = flags.all_attempts || (flags.follow && !flags.attempt);
  std::deque<EventRow> tail;
  const auto lines = [&] {
    long n = 0;
    for (const auto& e : tail) {
      n += std::count(e.log.text.begin(), e.log.text.end(), '\n');
    }
    return n;
  };
  auto done =
      each_event(**connection, *job, flags.follow, WatchFilter::log,
                 [&](const EventRow& event) {
                   if (event.type != EventType::log) return;
                   if (!every && event.attempt != wanted) return;
                   if (flags.tail < 0) {
                     print_log(event, flags.timestamps);
                     std::fflush(stdout);
                     return;
                   }
                   tail.push_back(event);
                   while (tail.size() > 1 &&
                          lines() - std::count(tail[0].log.text.begin(),
                                               tail[0].log.text.end(), '\n') >=
                              flags.tail) {
                     tail.pop_front();
                   }
                 });
  if (!tail.empty()) {
    long drop = lines() - flags.tail;
    for (auto& e : tail) {
      while (drop > 0 && !e.log.text.empty()) {
        e.log.text.erase(0, e.log.text.find('\n') + 1);
        --drop;
      }
      print_log(e, flags.timestamps);
    }
  }
  return done;
}

Exit metrics(const Globals& globals, const MetricsFlags& flags) {
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto job = one_job(**connection, flags.job);
  if (!job) return std::move(job).fail();
  std::vector<EventRow> points;
  auto done = each_event(**connection, *job, false, WatchFilter::all,
                         [&](const EventRow& event) {
                           if (event.type != EventType::point) return;
                           // A later attempt trained these epochs again: its
                           // line survives.
                           if (!flags.all_attempts) {
                             std::erase_if(points, [&](const EventRow& p) {
                               return p.attempt < event.attempt &&
                                      p.point.epoch >= event.point.epoch;
                             });
                           }
                           points.push_back(event);
                         });
  if (!done || *done != 0) return done;
  const bool jsonl = flags.format == "jsonl" || globals.json;
  if (!jsonl && !globals.no_header) print_line("step,epoch,time,name,value");
  for (const auto& event : points) {
    const Point& p = event.point;
    const double seconds = static_cast<double>(p.elapsed.count()) / 1000;
    for (const auto& [name, value] : p.metrics) {
      if (!flags.name.empty() && name != flags.name) continue;
      const Json number = json_number(value);
      if (jsonl) {
        print_line(json_line({{"schema", "mlbatch.metric/1"},
                              {"job", event.job.text()},
                              {"attempt", event.attempt},
                              {"step", p.step},
                              {"epoch", p.epoch},
                              {"time", seconds},
                              {"name", name},
                              {"value", number}}));
        continue;
      }
      const std::string text =
          number.is_string() ? number.get<std::string>() : number.dump();
      print_line(std::to_string(p.step) + "," + std::to_string(p.epoch) + "," +
                 Json(seconds).dump() + "," + name + "," + text);
    }
  }
  return 0;
}

Exit wait(const Globals& globals, const WaitFlags& flags) {
  std::optional<Millis> timeout;
  if (!flags.timeout.empty()) {
    timeout = parse_duration(flags.timeout);
    if (!timeout) {
      return Error{Fault::usage, "--timeout is '" + flags.timeout +
                                     "'; want a duration such as 45m"};
    }
  }
  const Millis begun = read_clock().mono;
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto ids = resolve(**connection, flags.jobs);
  if (!ids) return std::move(ids).fail();
  std::set<JobId> open(ids->begin(), ids->end());
  std::vector<JobId> ended;
  for (const auto& id : *ids) {
    (*connection)
        ->follow(id, 1, 0, flags.logs ? WatchFilter::log : WatchFilter::states);
  }
  while (!open.empty() && (ended.empty() || !flags.any)) {
    if (signal_received != 0) {
      say("the jobs continue; to end one: mlsubmit cancel " +
          open.begin()->id8());
      return interrupted_exit();
    }
    if (timeout && read_clock().mono - begun >= *timeout) {
      say("still not ended after " + flags.timeout +
          "; the jobs continue: " + open.begin()->text());
      return kTimedOut;
    }
    auto news = (*connection)->poll(kTurn);
    if (news.reconnecting) say("reconnecting to the broker ...");
    for (const auto& event : news.events) {
      if (event.type == EventType::log && flags.logs) {
        std::fputs(event.log.text.c_str(), stderr);
      }
      if (event.type != EventType::ended) continue;
      open.erase(event.job);
      ended.push_back(event.job);
    }
  }
  auto rows =
      views(**connection, flags.any ? std::vector{ended.front()} : *ids);
  if (!rows) return std::move(rows).fail();
  const bool json = globals.json || ::isatty(STDOUT_FILENO) != 1;
  for (const auto& job : *rows) {
    if (json) {
      print_line(json_line(job_json(job)));
    } else {
      const auto terminal = term::look_at(STDOUT_FILENO, globals.color);
      print_line(verdict_line(job.row, terminal.utf8));
    }
  }
  return exit_of(*rows);
}

}  // namespace mlb::submit
