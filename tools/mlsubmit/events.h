// A job's events, read up to now or to the job's end; and its output, which
// comes in pieces among them.
#pragma once

#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "connection.h"
#include "globals.h"

namespace mlb::submit {

inline constexpr Millis kTurn{100};

enum class Until { now, end };

/// Gives the events from number `first` on to `take`; 0, or 128 + signal.
Exit each_event(Connection& connection, const JobView& job, std::uint64_t first,
                Until until, WatchFilter filter,
                const std::function<void(const EventRow&)>& take);

/// 128 + the signal that came.
int interrupted_exit();

/// Says that the line to the broker broke, or is back.
void tell_line(const client::Output& news);

struct LogLine {
  std::uint8_t stream = 1;  ///< 1 stdout, 2 stderr
  Millis time{0};           ///< wall, of its last piece
  std::string text;         ///< with its newline, if it has one
};

/// Puts the pieces of a job's output together again.  What the worker left
/// out in the middle of a long stream becomes a line that says so.
class LogText {
 public:
  /// The text that this piece adds to its stream.
  std::string add(const EventRow& event);
  /// The lines that this piece completes.
  std::vector<LogLine> add_lines(const EventRow& event);
  /// Lines without an end.
  std::vector<LogLine> rest();

 private:
  struct Stream {
    std::uint32_t attempt = 0;
    std::uint64_t offset = 0;  ///< of the next byte
    LogLine open;
  };
  std::map<std::pair<JobId, std::uint8_t>, Stream> streams_;
};

}  // namespace mlb::submit
