// Plays a trace: each line is one event for a broker core, and what the core
// then makes durable and says are the lines below it.
#pragma once

#include <string>

#include "base/result.h"
#include "unit/broker_world.h"

namespace mlb::trace {

class Player {
 public:
  /// What came of one line, in order; an Error says what is wrong with it.
  Result<broker::Lines> play(const std::string& line);

 private:
  broker::World world_;
};

/// Plays a whole trace and returns it with what came of it now: comments and
/// events stay, lines that begin with two spaces are made anew.
Result<std::string> replay(const std::string& text);

}  // namespace mlb::trace
