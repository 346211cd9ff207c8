// mlsubmit logs: what a job printed, to the stream that it printed it to.
#include <deque>

#include "events.h"
#include "jobs.h"
#include "verbs.h"

namespace mlb::submit {
namespace {

class LogPrinter {
 public:
  explicit LogPrinter(const LogsFlags& flags) : flags_(flags) {}

  void take(const EventRow& event) {
    if (flags_.tail < 0 && !flags_.timestamps) {
      write(event.log.stream, text_.add(event));
      return;
    }
    for (auto& line : text_.add_lines(event)) keep(std::move(line));
  }
  /// Prints what --tail held back; later lines are printed as they come.
  void show_tail() {
    for (const auto& line : tail_) print(line);
    tail_.clear();
    tailing_ = false;
  }
  void finish() {
    for (auto& line : text_.rest()) keep(std::move(line));
    show_tail();
  }

 private:
  void keep(LogLine line) {
    if (flags_.tail < 0 || !tailing_) return print(line);
    tail_.push_back(std::move(line));
    if (tail_.size() > static_cast<std::size_t>(flags_.tail)) tail_.pop_front();
  }
  void print(const LogLine& line) {
    write(line.stream, flags_.timestamps ? utc_text(line.time) + " " + line.text
                                         : line.text);
  }
  static void write(std::uint8_t stream, const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stream == 2 ? stderr : stdout);
  }

  const LogsFlags& flags_;
  LogText text_;
  std::deque<LogLine> tail_;
  bool tailing_ = true;
};

/// From which attempt to which.
Result<std::pair<std::uint32_t, std::uint32_t>> attempts_of(
    const JobRow& row, const LogsFlags& flags) {
  constexpr std::uint32_t kAll = ~0u;
  const std::uint32_t latest =
      row.attempts.empty() ? 0 : row.attempts.back().number;
  if (flags.all_attempts) return std::pair(0u, kAll);
  if (flags.attempt == 0) {
    return std::pair(latest, flags.follow ? kAll : latest);
  }
  if (flags.attempt > latest && !flags.follow) {
    return Error{Fault::not_found, "job " + row.id.id8() + " has no attempt " +
                                       std::to_string(flags.attempt) +
                                       "; the latest is " +
                                       std::to_string(latest)};
  }
  return std::pair(flags.attempt, flags.attempt);
}

}  // namespace

Exit logs(const Globals& globals, const LogsFlags& flags) {
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto job = one_job(**connection, flags.job);
  if (!job) return std::move(job).fail();
  const auto wanted = attempts_of(job->row, flags);
  if (!wanted) return wanted.error();
  LogPrinter printer(flags);
  const auto take = [&](const EventRow& event) {
    if (event.type != EventType::log) return;
    if (event.attempt < wanted->first || event.attempt > wanted->second) return;
    printer.take(event);
  };
  auto done =
      each_event(**connection, *job, 1, Until::now, WatchFilter::log, take);
  if (done && *done == 0 && flags.follow && !is_terminal(job->row.state)) {
    printer.show_tail();
    if (auto shown = flush_output(); !shown) return std::move(shown).fail();
    done = each_event(**connection, *job, job->row.events + 1, Until::end,
                      WatchFilter::log, take);
  }
  printer.finish();
  return done;
}

}  // namespace mlb::submit
