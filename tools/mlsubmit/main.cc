// mlsubmit: submits jobs, follows them, fetches what they leave.  See
// mlsubmit(1).
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>

#include "commands.h"
#include "render.h"

namespace mlb::submit {
namespace {

void on_signal(int number) {
  signal_received = number;
}

/// The first SIGINT or SIGTERM is answered by the verb, a second one ends the
/// process.  A parent that ignores SIGPIPE does not make us write for ever.
void take_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
}

/// A closed descriptor 0, 1 or 2 would become a socket's, and get our text.
/// What stands in for stdout cannot be written, so that it is an error.
void fill_descriptors() {
  int fd = ::open("/dev/null", O_RDONLY);
  while (fd >= 0 && fd < STDERR_FILENO) fd = ::open("/dev/null", O_RDONLY);
  if (fd == STDERR_FILENO) {
    ::close(fd);
    fd = ::open("/dev/null", O_WRONLY);
  } else if (fd > STDERR_FILENO) {
    ::close(fd);
  }
}

int tell(const Globals& globals, const Error& error) {
  if (error.fault == Fault::cancelled && signal_received != 0) {
    return 128 + static_cast<int>(signal_received);
  }
  if (globals.json) {
    if (!error.message.empty()) say(json_line(error_json(error)));
  } else if (!error.message.empty()) {
    say("mlsubmit: " + error.message);
  }
  return exit_code(error.fault);
}

/// An answer that was not written is no answer.
int report(const Globals& globals, const Exit& done) {
  const auto written = flush_output();
  if (!done) return tell(globals, done.error());
  return written ? *done : tell(globals, written.error());
}

}  // namespace
}  // namespace mlb::submit

int main(int argc, char** argv) {
  using namespace mlb::submit;
  fill_descriptors();
  take_signals();
  CLI::App app;
  Command command;
  build(app, command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return report(command.globals, parse_failed(app, e, argc, argv, command));
  }
  return report(command.globals, act(app, command));
}
