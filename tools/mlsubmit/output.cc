// What goes to stdout and stderr and comes from stdin: nothing is lost without
// a word, and a reader that went away ends the process silently.
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/file.h"
#include "globals.h"

namespace mlb::submit {
namespace {

bool reader_is_gone() {
  pollfd item{STDOUT_FILENO, 0, 0};
  return ::poll(&item, 1, 0) == 1 && (item.revents & POLLERR) != 0;
}

}  // namespace

volatile std::sig_atomic_t signal_received = 0;

std::string json_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void print_line(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

void print_text(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void say(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
}

Result<> flush_output() {
  errno = 0;
  const bool bad = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (bad) {
    return Error{Fault::data,
                 "standard output cannot be written" +
                     (errno == 0 ? std::string() : ": " + errno_text(errno))};
  }
  // A job may be silent for hours; its watcher should not outlive `head`.
  if (reader_is_gone()) ::raise(SIGPIPE);
  return {};
}

namespace {

/// False when a signal came, also one just before: it is held back between
/// the look at it and the wait.
bool wait_for_input() {
  sigset_t both;
  sigset_t before;
  sigemptyset(&both);
  sigaddset(&both, SIGINT);
  sigaddset(&both, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &both, &before);
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (signal_received == 0) ::ppoll(&input, 1, nullptr, &before);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  return signal_received == 0;
}

}  // namespace

Result<std::string> read_input(std::size_t limit) {
  std::string out;
  char chunk[16384];
  while (out.size() < limit) {
    if (!wait_for_input()) return Error{Fault::cancelled, "interrupted"};
    const ssize_t got =
        ::read(STDIN_FILENO, chunk, std::min(sizeof chunk, limit - out.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return Error{Fault::usage, "standard input: " + errno_text(errno)};
    }
    if (got == 0) break;
    out.append(chunk, static_cast<std::size_t>(got));
  }
  return out;
}

}  // namespace mlb::submit
