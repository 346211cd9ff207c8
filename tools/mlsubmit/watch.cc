// mlsubmit watch: events as they come, on a terminal with a live line.
#include "watch.h"

#include <unistd.h>

#include <map>
#include <optional>

#include "events.h"
#include "jobs.h"
#include "render.h"
#include "verbs.h"

namespace mlb::submit {
namespace {

constexpr Millis kPlainEvery{30000};
constexpr int kBarCells = 18;
constexpr std::size_t kLastLogLines = 20;
constexpr std::size_t kLogKept = 65536;
constexpr std::uint32_t kMostWatched = 1000;

class Watcher {
 public:
  Watcher(const Globals& globals, Connection& connection,
          const WatchStyle& style)
      : globals_(globals),
        connection_(connection),
        style_(style),
        terminal_(term::look_at(STDOUT_FILENO, globals.color)),
        live_(terminal_.is_tty && !globals.plain && !style.events &&
              style.lines == stdout) {}

  Exit run(const std::vector<JobId>& jobs);

 private:
  struct Seen {
    bool ended = false;
    std::optional<Millis> printed;  ///< mono, of the last point
    std::optional<EventRow> held;   ///< the newest point not printed
    Live live;
    std::string logs;  ///< the end of its output
  };

  void show(const EventRow& event);
  void show_point(const EventRow& event, Seen& seen);
  void keep_log(const EventRow& event, Seen& seen);
  void line(const std::string& text, Millis wall);
  void draw();
  void erase();
  Exit finish(const std::vector<JobId>& jobs);
  int detach(const std::vector<JobId>& jobs);

  const Globals& globals_;
  Connection& connection_;
  WatchStyle style_;
  term::Terminal terminal_;
  bool live_;
  bool drawn_ = false;
  std::map<JobId, Seen> seen_;
  LogText text_;
};

void Watcher::erase() {
  if (drawn_) std::fputs("\r\x1b[K", stdout);
  drawn_ = false;
}

void Watcher::line(const std::string& text, Millis wall) {
  erase();
  const std::string whole = time_text(wall, globals_.utc) + " " + text + "\n";
  std::fwrite(whole.data(), 1, whole.size(), style_.lines);
}

/// Off a terminal: the first and the last point, and one in a while.
void Watcher::show_point(const EventRow& event, Seen& seen) {
  const Millis now = read_clock().mono;
  if (!live_ && seen.printed && *seen.printed + kPlainEvery > now) {
    seen.held = event;
    return;
  }
  seen.held.reset();
  seen.printed = now;
  std::string text = event_line(event);
  if (!live_ && seen.live.eta_seconds >= 0) {
    text += " eta=" + std::to_string(static_cast<long>(seen.live.eta_seconds)) +
            "s";
  }
  line(text, event.time);
}

void Watcher::keep_log(const EventRow& event, Seen& seen) {
  seen.logs += text_.add(event);
  if (seen.logs.size() > kLogKept) {
    seen.logs.erase(0, seen.logs.size() - kLogKept / 2);
  }
}

void Watcher::show(const EventRow& event) {
  Seen& seen = seen_[event.job];
  if (event.type == EventType::ended) seen.ended = true;
  if (style_.events) {
    print_line(json_line(event_json(event)));
    return;
  }
  if (event.type == EventType::log) return keep_log(event, seen);
  if (globals_.quiet) return;
  if (event.type == EventType::point) return show_point(event, seen);
  if (seen.held) line(event_line(*seen.held), seen.held->time);
  seen.held.reset();
  line(event_line(event), event.time);
  if (event.type != EventType::started) return;
  seen.printed.reset();
  if (const auto text = restart_line(event); !text.empty()) {
    line(text, event.time);
  }
}

/// The live line of the first job that runs.
void Watcher::draw() {
  if (!live_) return;
  for (const auto& [id, seen] : seen_) {
    if (seen.ended || seen.live.stage.empty()) continue;
    const std::string text =
        id.id8() + " " + live_text(seen.live, kBarCells, terminal_.utf8);
    std::printf("\r%s\x1b[K", term::fit(text, terminal_.width - 1).c_str());
    drawn_ = true;
    break;
  }
}

int Watcher::detach(const std::vector<JobId>& jobs) {
  erase();
  std::fflush(stdout);
  for (const auto& id : jobs) {
    if (seen_[id].ended) continue;
    say("job " + id.id8() + " continues; to end it: mlsubmit cancel " +
        id.id8());
  }
  return interrupted_exit();
}

Exit Watcher::finish(const std::vector<JobId>& jobs) {
  auto rows = views(connection_, jobs);
  if (!rows) return std::move(rows).fail();
  if (style_.events) return exit_of(*rows);
  for (const auto& job : *rows) {
    if (globals_.json) {
      print_line(json_line(job_json(job)));
      continue;
    }
    print_line(verdict_line(job.row, terminal_));
    if (job.row.state == JobState::failed) {
      const auto logs = last_lines(seen_[job.row.id].logs, kLastLogLines);
      std::fwrite(logs.data(), 1, logs.size(), style_.lines);
    }
    if (style_.next) print_line("next: " + next_command(job.row));
  }
  return exit_of(*rows);
}

Exit Watcher::run(const std::vector<JobId>& jobs) {
  for (const auto& id : jobs) {
    seen_[id];
    connection_.follow(id, 1, 0, WatchFilter::all);
  }
  for (bool all = false; !all;) {
    auto news = connection_.poll(kTurn);
    if (!news) return std::move(news).fail();
    if (signal_received != 0) return detach(jobs);
    tell_line(*news);
    for (auto& [id, live] : news->live) seen_[id].live = live;
    for (const auto& event : news->events) show(event);
    draw();
    auto written = flush_output();
    if (!written) return std::move(written).fail();
    all = true;
    for (const auto& id : jobs) all &= seen_[id].ended;
  }
  erase();
  return finish(jobs);
}

/// Without arguments: what has not ended.
Result<std::vector<JobId>> unfinished(Connection& connection) {
  ListJobs query;
  query.states = {"waiting", "queued", "running"};
  query.limit = kMostWatched;
  auto jobs = list_jobs(connection, query);
  if (!jobs) return std::move(jobs).fail();
  std::vector<JobId> out;
  for (const auto& job : *jobs) out.push_back(job.row.id);
  return out;
}

}  // namespace

Exit follow_to_end(const Globals& globals, Connection& connection,
                   const std::vector<JobId>& jobs, const WatchStyle& style) {
  return Watcher(globals, connection, style).run(jobs);
}

Exit watch(const Globals& globals, const JobsFlags& flags) {
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto ids = flags.jobs.empty() ? unfinished(**connection)
                                : resolve(**connection, flags.jobs);
  if (!ids) return std::move(ids).fail();
  if (ids->empty()) {
    say("nothing is queued or running");
    return 0;
  }
  auto known = views(**connection, *ids);
  if (!known) return std::move(known).fail();
  return follow_to_end(globals, **connection, *ids,
                       {.lines = stdout, .events = globals.json, .next = true});
}

}  // namespace mlb::submit
