// See events.h.
#include "events.h"

#include <utility>

namespace mlb::submit {

int interrupted_exit() {
  return 128 + static_cast<int>(signal_received);
}

void tell_line(const client::Output& news) {
  if (news.reconnecting) say("reconnecting to the broker ...");
  if (news.reconnected) say("connected again");
  if (news.restarted) say("the broker was restored; events begin again");
}

Exit each_event(Connection& connection, const JobView& job, std::uint64_t first,
                Until until, WatchFilter filter,
                const std::function<void(const EventRow&)>& take) {
  const JobId id = job.row.id;
  const std::uint64_t last = until == Until::now ? job.row.events : 0;
  connection.follow(id, first, last, filter);
  bool over = last != 0 && first > last;
  while (!over) {
    auto news = connection.poll(kTurn);
    if (!news) return std::move(news).fail();
    if (signal_received != 0) return interrupted_exit();
    tell_line(*news);
    for (const auto& event : news->events) {
      take(event);
      over |= event.type == EventType::ended;
    }
    // A filter may have left out the last one.
    over |= last != 0 && connection.next_of(id) > last;
    if (auto written = flush_output(); !written) {
      return std::move(written).fail();
    }
  }
  connection.unfollow(id);
  return 0;
}

std::string LogText::add(const EventRow& event) {
  const LogPiece& piece = event.log;
  Stream& stream = streams_[{event.job, piece.stream}];
  if (stream.attempt != event.attempt) {
    stream.attempt = event.attempt;
    stream.offset = 0;
  }
  std::string out;
  if (piece.offset > stream.offset) {
    out = "\n[mlbatch: " + std::to_string(piece.offset - stream.offset) +
          " bytes left out]\n";
  }
  stream.offset = piece.offset + piece.text.size();
  return out + piece.text;
}

std::vector<LogLine> LogText::add_lines(const EventRow& event) {
  std::vector<LogLine> out;
  Stream& stream = streams_[{event.job, event.log.stream}];
  if (stream.attempt != event.attempt && !stream.open.text.empty()) {
    out.push_back(std::exchange(stream.open, {}));
  }
  const std::string text = add(event);
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t newline = text.find('\n', at);
    const std::size_t end =
        newline == std::string::npos ? text.size() : newline + 1;
    stream.open.stream = event.log.stream;
    stream.open.time = event.time;
    stream.open.text += text.substr(at, end - at);
    if (newline != std::string::npos) {
      out.push_back(std::exchange(stream.open, {}));
    }
    at = end;
  }
  return out;
}

std::vector<LogLine> LogText::rest() {
  std::vector<LogLine> out;
  for (auto& [key, stream] : streams_) {
    if (stream.open.text.empty()) continue;
    out.push_back(std::exchange(stream.open, {}));
  }
  return out;
}

}  // namespace mlb::submit
