// mlsubmit watch: events as they come, on a terminal with a live line.
#include <unistd.h>

#include <map>

#include "connection.h"
#include "jobs.h"
#include "render.h"
#include "verbs.h"

namespace mlb::submit {
namespace {

constexpr Millis kTurn{100};
constexpr Millis kPlainEvery{30000};
constexpr int kBarCells = 18;
constexpr std::size_t kLastLogLines = 20;

class Watcher {
 public:
  Watcher(const Globals& globals, Connection& connection)
      : globals_(globals),
        connection_(connection),
        terminal_(term::look_at(STDOUT_FILENO, globals.color)),
        live_(terminal_.is_tty && !globals.plain && !globals.json) {}

  Exit run(const std::vector<JobId>& jobs);

 private:
  struct Seen {
    bool ended = false;
    bool header = false;
    Millis printed{-1000000};      ///< mono, of the last point
    std::optional<EventRow> held;  ///< the newest point not printed
    Live live;
    std::string logs;  ///< the end of its output
  };

  void show(const EventRow& event);
  void show_point(const EventRow& event, Seen& seen);
  void line(const std::string& text, Millis wall);
  void draw();
  void erase();
  Exit finish(const std::vector<JobId>& jobs);
  int detach(const std::vector<JobId>& jobs);

  const Globals& globals_;
  Connection& connection_;
  term::Terminal terminal_;
  bool live_;
  bool drawn_ = false;
  std::map<JobId, Seen> seen_;
};

void Watcher::erase() {
  if (drawn_) std::fputs("\r\x1b[K", stdout);
  drawn_ = false;
}

void Watcher::line(const std::string& text, Millis wall) {
  erase();
  print_line(time_text(wall, globals_.utc) + " " + text);
}

void Watcher::show_point(const EventRow& event, Seen& seen) {
  const Millis now = read_clock().mono;
  if (!live_ && seen.printed + kPlainEvery > now) {
    seen.held = event;
    return;
  }
  seen.held.reset();
  seen.printed = now;
  std::string text = event_line(event);
  const bool running = !live_ && seen.live.eta_seconds >= 0;
  if (running) {
    text += " eta=" + std::to_string(static_cast<long>(seen.live.eta_seconds)) +
            "s";
  }
  line(text, event.time);
}

void Watcher::show(const EventRow& event) {
  Seen& seen = seen_[event.job];
  if (event.type == EventType::ended) seen.ended = true;
  if (globals_.json) {
    print_line(json_line(event_json(event)));
    return;
  }
  if (event.type == EventType::log) {
    seen.logs = (seen.logs + event.log.text);
    if (seen.logs.size() > 65536) seen.logs.erase(0, seen.logs.size() - 32768);
    return;
  }
  if (event.type == EventType::point) return show_point(event, seen);
  if (seen.held) {
    line(event_line(*seen.held), seen.held->time);
    seen.held.reset();
  }
  if (const auto text = event_line(event); !text.empty()) {
    line(text, event.time);
  }
}

/// The live line of the first job that runs.
void Watcher::draw() {
  if (!live_) return;
  for (const auto& [id, seen] : seen_) {
    if (seen.ended || seen.live.stage.empty()) continue;
    const Live& l = seen.live;
    std::string text = id.id8() + " " + l.stage + "  " +
                       term::bar(l.fraction, kBarCells, terminal_.utf8) + " " +
                       std::to_string(static_cast<int>(l.fraction * 100)) + "%";
    if (l.eta_seconds >= 0) text += "  ETA " + term::clock_text(l.eta_seconds);
    if (l.rows_per_second > 0) {
      text += "  " + term::number_text(l.rows_per_second, 3) + " rows/s";
    }
    std::printf("\r%s\x1b[K", text.c_str());
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
  return 128 + static_cast<int>(signal_received);
}

Exit Watcher::finish(const std::vector<JobId>& jobs) {
  auto rows = views(connection_, jobs);
  if (!rows) return std::move(rows).fail();
  if (globals_.json) return exit_of(*rows);
  for (const auto& job : *rows) {
    print_line(verdict_line(job.row, terminal_.utf8));
    const std::string& logs = seen_[job.row.id].logs;
    if (job.row.state == JobState::failed && !logs.empty()) {
      std::size_t at = logs.size();
      for (std::size_t n = 0; n <= kLastLogLines && at != 0; ++n) {
        at = logs.rfind('\n', at - 1);
        if (at == logs.npos) at = 0;
      }
      std::fputs(logs.c_str() + at, stdout);
    }
    print_line("next: " + next_command(job.row));
  }
  return exit_of(*rows);
}

Exit Watcher::run(const std::vector<JobId>& jobs) {
  for (const auto& id : jobs) {
    seen_[id];
    connection_.follow(id, 1, 0, WatchFilter::all);
  }
  for (;;) {
    auto news = connection_.poll(kTurn);
    if (signal_received != 0) return detach(jobs);
    if (news.reconnecting) say("reconnecting to the broker ...");
    if (news.reconnected) say("connected again");
    if (news.restarted) say("the broker was restored; events begin again");
    for (auto& [id, live] : news.live) seen_[id].live = live;
    for (const auto& event : news.events) show(event);
    draw();
    std::fflush(stdout);
    bool all = true;
    for (const auto& id : jobs) all &= seen_[id].ended;
    if (all) break;
  }
  erase();
  return finish(jobs);
}

/// Without arguments: what has not ended.
Result<std::vector<JobId>> unfinished(Connection& connection) {
  ListJobs query;
  query.states = {"waiting", "queued", "running"};
  auto page = connection.ask_for<Jobs>(query);
  if (!page) return std::move(page).fail();
  std::vector<JobId> out;
  for (const auto& job : page->jobs) out.push_back(job.row.id);
  return out;
}

}  // namespace

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
  return Watcher(globals, **connection).run(*ids);
}

}  // namespace mlb::submit
