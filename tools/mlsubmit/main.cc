// mlsubmit: submits jobs, follows them, fetches what they leave.  See
// mlsubmit(1).
#include "commands.h"

#include <cstdio>
#include <exception>

#include "base/build.h"
#include "render.h"

namespace mlb::submit {

volatile std::sig_atomic_t signal_received = 0;

std::string json_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void print_line(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

void say(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
}

namespace {

void on_signal(int number) {
  signal_received = number;
}

int report(const Globals& globals, const Exit& done) {
  std::fflush(stdout);
  if (done) return *done;
  const Error& error = done.error();
  if (error.fault == Fault::cancelled && signal_received != 0) {
    return 128 + static_cast<int>(signal_received);
  }
  if (globals.json) {
    say(json_line(error_json(error)));
  } else if (!error.message.empty()) {
    say("mlsubmit: " + error.message);
  }
  return exit_code(error.fault);
}

}  // namespace
}  // namespace mlb::submit

int main(int argc, char** argv) {
  using namespace mlb::submit;
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  CLI::App app;
  Command command;
  build(app, command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return parse_failed(app, e, argc, argv);
  }
  return report(command.globals, act(app, command));
}
