// Options that every verb takes, and what verbs return.
#pragma once

#include <csignal>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "term/terminal.h"

namespace mlb::submit {

struct Globals {
  std::string broker;  ///< empty: the environment, else the embedded pair
  bool json = false;
  bool plain = false;
  bool no_header = false;
  bool quiet = false;
  bool verbose = false;
  bool no_input = false;
  bool yes = false;
  bool utc = false;
  term::Color color = term::Color::automatic;
  Millis connect_timeout{10000};
};

/// The exit code when the verb did its work; else an Error.
using Exit = Result<int>;

/// Set by SIGINT or SIGTERM.
extern volatile std::sig_atomic_t signal_received;

/// One line of JSON; bytes that are not UTF-8 are replaced.
std::string json_line(const Json& json);
void print_line(const std::string& text);
void print_text(const std::string& text);  ///< as it is, without a newline
void say(const std::string& text);         ///< on stderr

/// Hands on what was printed; an Error when it cannot be written.  Ends the
/// process by SIGPIPE, silently, when nobody reads it any more.
Result<> flush_output();
/// What stdin has, at most `limit` bytes; Fault::cancelled after a signal.
Result<std::string> read_input(std::size_t limit);

}  // namespace mlb::submit
