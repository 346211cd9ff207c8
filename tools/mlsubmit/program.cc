// See program.h.
#include "program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"
#include "exec/detached.h"

extern char** environ;

namespace mlb::submit {
namespace {

constexpr std::size_t kMostOutput = 1u << 30;
constexpr int kLookForSignals = 100;  // ms

Result<pid_t> spawn(const std::vector<std::string>& words,
                    const posix_spawn_file_actions_t* actions) {
  std::vector<char*> argv;
  for (const auto& word : words)
    argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = 0;
  const int failed =
      ::posix_spawn(&pid, argv[0], actions, nullptr, argv.data(), environ);
  if (failed != 0)
    return Error{Fault::data, words[0] + ": " + errno_text(failed)};
  return pid;
}

Exit end_of(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return Error{Fault::bug, errno_text(errno)};
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

struct Pipe {
  Fd read;
  Fd write;
  std::string text;

  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read = Fd(ends[0]);
    write = Fd(ends[1]);
    return true;
  }
  /// False at the end.
  bool take() {
    char chunk[65536];
    const ssize_t got = ::read(read.get(), chunk, sizeof chunk);
    if (got < 0) return errno == EINTR;
    text.append(chunk, static_cast<std::size_t>(got));
    return got > 0;
  }
};

/// Reads both to their ends; false: a signal came, or there is too much.
bool read_all(Pipe& out, Pipe& err) {
  while (out.read || err.read) {
    if (signal_received != 0 || out.text.size() > kMostOutput) return false;
    // A descriptor of -1 is left alone.
    pollfd items[2] = {{out.read.get(), POLLIN, 0},
                       {err.read.get(), POLLIN, 0}};
    if (::poll(items, 2, kLookForSignals) <= 0) continue;
    if (items[0].revents != 0 && !out.take()) out.read.reset();
    if (items[1].revents != 0 && !err.take()) err.read.reset();
  }
  return true;
}

/// Hands on the whole lines of a text and keeps the rest.
void hand_on(std::string& text,
             const std::function<void(const std::string&)>& on_line) {
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != text.npos;
       end = text.find('\n', begin)) {
    on_line(text.substr(begin, end - begin));
    begin = end + 1;
  }
  text.erase(0, begin);
}

/// The kind of failure that an exit code of the suite stands for.
Fault fault_of(int exit) {
  for (int f = 0; f <= static_cast<int>(Fault::integrity); ++f) {
    if (exit_code(static_cast<Fault>(f)) == exit) return static_cast<Fault>(f);
  }
  return Fault::bug;
}

}  // namespace

Error failure_of(const std::string& name, int exit, std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  if (exit > 128) {
    text = name + " was ended by signal " + std::to_string(exit - 128);
  }
  return {fault_of(exit), text.empty() ? name + " failed" : text};
}

Exit run_program(const std::vector<std::string>& words) {
  auto pid = spawn(words, nullptr);
  if (!pid) return std::move(pid).fail();
  return end_of(*pid);
}

Result<std::string> suite_program(const std::string& name) {
  const std::string program = exec::find_program(name);
  if (!program.empty()) return program;
  return Error{Fault::usage, name + " is neither beside mlsubmit nor in PATH"};
}

Result<std::string> ask_program(const std::string& name,
                                std::vector<std::string> words) {
  auto program = suite_program(name);
  if (!program) return program;
  words.insert(words.begin(), *program);
  Pipe out;
  Pipe err;
  if (!out.open() || !err.open()) {
    return Error{Fault::data, "pipe: " + errno_text(errno)};
  }
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out.write.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err.write.get(), STDERR_FILENO);
  auto pid = spawn(words, &actions);
  ::posix_spawn_file_actions_destroy(&actions);
  if (!pid) return std::move(pid).fail();
  out.write.reset();
  err.write.reset();
  const bool read = read_all(out, err);
  if (!read) ::kill(*pid, SIGKILL);
  auto exit = end_of(*pid);
  if (!exit) return std::move(exit).fail();
  if (signal_received != 0) return Error{Fault::cancelled, "interrupted"};
  if (*exit != 0) return failure_of(name, *exit, std::move(err.text));
  return std::move(out.text);
}

Exit run_reporting(const std::string& name, std::vector<std::string> words,
                   const std::function<void(const std::string&)>& on_line) {
  constexpr int kReport = 3;
  auto program = suite_program(name);
  if (!program) return std::move(program).fail();
  words.insert(words.begin(), *program);
  Pipe report;
  if (!report.open()) return Error{Fault::data, "pipe: " + errno_text(errno)};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, report.write.get(), kReport);
  auto pid = spawn(words, &actions);
  ::posix_spawn_file_actions_destroy(&actions);
  if (!pid) return std::move(pid).fail();
  report.write.reset();
  bool told = false;
  while (report.read) {
    if (signal_received != 0 && !told) {
      ::kill(*pid, static_cast<int>(signal_received));
      told = true;
    }
    pollfd item{report.read.get(), POLLIN, 0};
    if (::poll(&item, 1, kLookForSignals) <= 0) continue;
    if (!report.take()) report.read.reset();
    hand_on(report.text, on_line);
  }
  auto exit = end_of(*pid);
  if (signal_received != 0) return Error{Fault::cancelled, "interrupted"};
  return exit;
}

}  // namespace mlb::submit
