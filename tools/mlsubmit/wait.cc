// mlsubmit wait: to the end of jobs, and their outcome as the exit code.
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/units.h"
#include "events.h"
#include "jobs.h"
#include "render.h"
#include "verbs.h"

namespace mlb::submit {
namespace {

constexpr int kTimedOut = 124;

class Waiter {
 public:
  Waiter(const Globals& globals, Connection& connection, const WaitFlags& flags)
      : globals_(globals), connection_(connection), flags_(flags) {}

  /// 0 when what is waited for has ended.
  Exit until_ended(const std::vector<JobView>& jobs,
                   std::optional<Millis> deadline);
  Exit report(const std::vector<JobId>& jobs);

 private:
  bool is_over() const {
    return open_.empty() || (flags_.any && !ended_.empty());
  }
  void take(const EventRow& event);

  const Globals& globals_;
  Connection& connection_;
  const WaitFlags& flags_;
  std::set<JobId> open_;
  std::vector<JobId> ended_;
  LogText text_;
};

void Waiter::take(const EventRow& event) {
  if (event.type == EventType::log && flags_.logs) {
    const std::string text = text_.add(event);
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  if (event.type != EventType::ended) return;
  if (open_.erase(event.job) > 0) ended_.push_back(event.job);
}

Exit Waiter::until_ended(const std::vector<JobView>& jobs,
                         std::optional<Millis> deadline) {
  for (const auto& job : jobs) {
    const bool known = is_terminal(job.row.state) && !flags_.logs;
    if (known) {
      ended_.push_back(job.row.id);
      continue;
    }
    open_.insert(job.row.id);
    connection_.follow(job.row.id, 1, 0,
                       flags_.logs ? WatchFilter::log : WatchFilter::states);
  }
  while (!is_over()) {
    if (signal_received != 0) {
      for (const auto& id : open_) {
        say("job " + id.id8() + " continues; to end it: mlsubmit cancel " +
            id.id8());
      }
      return interrupted_exit();
    }
    const Millis now = read_clock().mono;
    if (deadline && now >= *deadline) {
      say("not ended after " + flags_.timeout + "; " +
          std::to_string(open_.size()) +
          (open_.size() == 1 ? " job continues: " : " jobs continue: ") +
          open_.begin()->text());
      return kTimedOut;
    }
    auto news =
        connection_.poll(deadline ? std::min(kTurn, *deadline - now) : kTurn);
    if (!news) return std::move(news).fail();
    tell_line(*news);
    for (const auto& event : news->events) take(event);
  }
  return 0;
}

Exit Waiter::report(const std::vector<JobId>& jobs) {
  auto rows =
      views(connection_, flags_.any ? std::vector{ended_.front()} : jobs);
  if (!rows) return std::move(rows).fail();
  const auto terminal = term::look_at(STDOUT_FILENO, globals_.color);
  for (const auto& job : *rows) {
    print_line(globals_.json ? json_line(job_json(job))
                             : verdict_line(job.row, terminal));
  }
  return exit_of(*rows);
}

}  // namespace

Exit wait(const Globals& globals, const WaitFlags& flags) {
  std::optional<Millis> deadline;
  if (!flags.timeout.empty()) {
    const auto timeout = parse_duration(flags.timeout);
    if (!timeout) {
      return Error{Fault::usage, "--timeout is '" + flags.timeout +
                                     "'; want a duration such as 45m"};
    }
    deadline = read_clock().mono + *timeout;
  }
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto ids = resolve(**connection, flags.jobs);
  if (!ids) return std::move(ids).fail();
  auto jobs = views(**connection, *ids);
  if (!jobs) return std::move(jobs).fail();
  Waiter waiter(globals, **connection, flags);
  auto done = waiter.until_ended(*jobs, deadline);
  if (!done || *done != 0) return done;
  return waiter.report(*ids);
}

}  // namespace mlb::submit
