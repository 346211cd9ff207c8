// What runs inside the launcher process: take requests, fork, reap.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <map>

#include "exec/numeric_class.h"
#include "exec/packet.h"

namespace mlb::exec {
namespace {

constexpr int kProgressDescriptor = 3;

/// Reports the errno of a failed step to the launcher, then ends.
[[noreturn]] void give_up(int report) {
  const int number = errno;
  (void)!::write(report, &number, sizeof number);
  ::_exit(127);
}

void redirect(const char* path, int flags, int target, int report) {
  const int fd = ::open(path, flags, 0644);
  if (fd < 0 || ::dup2(fd, target) < 0) give_up(report);
  if (fd != target) ::close(fd);
}

/// What the process allocates.  Not its address space (RLIMIT_AS): that
/// counts the libraries it maps, and the loader fails before the job begins.
void limit_memory(std::uint64_t bytes) {
  if (bytes == 0) return;
  const rlimit limit{bytes, bytes};
  ::setrlimit(RLIMIT_DATA, &limit);
}

/// In the child, between fork and exec.
[[noreturn]] void become_job(const LaunchRequest& request, int progress,
                             int report, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // What the launcher and the worker ignore a job must not: exec keeps it.
  for (const int ignored : {SIGINT, SIGTERM, SIGPIPE}) {
    ::signal(ignored, SIG_DFL);
  }
  if (::chdir(request.dir.c_str()) != 0) give_up(report);
  const int logs = O_WRONLY | O_CREAT | O_APPEND;
  // Both descriptors move out of the way of 0 to 3 first.
  const int high_progress = ::fcntl(progress, F_DUPFD, 10);
  const int high_report = ::fcntl(report, F_DUPFD_CLOEXEC, 10);
  if (high_progress < 0 || high_report < 0) give_up(report);
  redirect("/dev/null", O_RDONLY, 0, high_report);
  redirect("stdout.log", logs, 1, high_report);
  redirect("stderr.log", logs, 2, high_report);
  if (::dup2(high_progress, kProgressDescriptor) < 0) give_up(high_report);
  if (high_report != 4) ::dup3(high_report, 4, O_CLOEXEC);
  ::close_range(5, ~0u, 0);
  set_numeric_class();
  std::vector<char*> argv;
  for (const auto& arg : request.argv) {
    argv.push_back(const_cast<char*>(arg.c_str()));
  }
  argv.push_back(nullptr);
  limit_memory(request.memory);
  ::execv(argv[0], argv.data());
  give_up(4);
}

class LauncherLoop {
 public:
  LauncherLoop(int socket, int signals) : socket_(socket), signals_(signals) {}
  [[noreturn]] void run();

 private:
  void take(const Packet& packet);
  void launch(const LaunchRequest& request);
  void fail(std::uint64_t id, const std::string& reason);
  void reap();
  void end(std::uint64_t id, int signal);
  [[noreturn]] void leave();

  int socket_;
  int signals_;
  std::map<pid_t, std::uint64_t> jobs_;
};

void LauncherLoop::fail(std::uint64_t id, const std::string& reason) {
  LaunchEvent event;
  event.type = LaunchEventType::failed;
  event.id = id;
  event.reason = reason;
  if (!send_packet(socket_, encode(event))) leave();
}

void LauncherLoop::launch(const LaunchRequest& request) {
  int progress[2];
  int report[2];
  if (::pipe2(progress, O_CLOEXEC) != 0) return fail(request.id, "pipe");
  const Fd progress_read(progress[0]);
  Fd progress_write(progress[1]);
  if (::pipe2(report, O_CLOEXEC) != 0) return fail(request.id, "pipe");
  const Fd report_read(report[0]);
  Fd report_write(report[1]);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return fail(request.id, "fork: " + errno_text(errno));
  if (pid == 0) become_job(request, progress[1], report[1], parent);
  progress_write.reset();
  report_write.reset();
  int number = 0;
  ssize_t got = -1;
  do {
    got = ::read(report_read.get(), &number, sizeof number);
  } while (got < 0 && errno == EINTR);
  if (got == sizeof number) {  // end of file: exec went well
    ::waitpid(pid, nullptr, 0);
    return fail(request.id, request.argv[0] + ": " + errno_text(number));
  }
  jobs_[pid] = request.id;
  LaunchEvent event;
  event.type = LaunchEventType::started;
  event.id = request.id;
  event.pid = static_cast<std::uint32_t>(pid);
  if (!send_packet(socket_, encode(event), progress_read.get())) leave();
}

void LauncherLoop::end(std::uint64_t id, int signal) {
  for (const auto& [pid, job] : jobs_) {
    if (job == id) ::kill(-pid, signal);
  }
}

void LauncherLoop::take(const Packet& packet) {
  Reader reader(packet.bytes);
  const auto type = reader.number<std::uint8_t>();
  if (!type) return;
  switch (static_cast<Request>(*type)) {
    case Request::launch: {
      const auto request = decode_launch(reader);
      if (request && !request->argv.empty()) launch(*request);
      return;
    }
    case Request::end:
    case Request::end_hard: {
      const auto id = reader.number<std::uint64_t>();
      const bool hard = *type == static_cast<std::uint8_t>(Request::end_hard);
      if (id) end(*id, hard ? SIGKILL : SIGTERM);
      return;
    }
  }
}

void LauncherLoop::reap() {
  signalfd_siginfo info;
  while (::read(signals_, &info, sizeof info) > 0) {
  }
  for (;;) {
    int status = 0;
    rusage usage{};
    const pid_t pid = ::wait4(-1, &status, WNOHANG, &usage);
    if (pid <= 0) return;
    const auto it = jobs_.find(pid);
    if (it == jobs_.end()) continue;
    ::kill(-pid, SIGKILL);  // what the job left behind in its group
    LaunchEvent event;
    event.type = LaunchEventType::exited;
    event.id = it->second;
    event.pid = static_cast<std::uint32_t>(pid);
    if (WIFEXITED(status)) event.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) event.signal = WTERMSIG(status);
    event.peak_memory = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
    jobs_.erase(it);
    if (!send_packet(socket_, encode(event))) leave();
  }
}

void LauncherLoop::leave() {
  for (const auto& [pid, id] : jobs_) ::kill(-pid, SIGKILL);
  ::_exit(0);
}

void LauncherLoop::run() {
  for (;;) {
    pollfd items[2] = {{socket_, POLLIN, 0}, {signals_, POLLIN, 0}};
    if (::poll(items, 2, -1) < 0 && errno != EINTR) leave();
    if (items[1].revents != 0) reap();
    if (items[0].revents == 0) continue;
    const auto packet = receive_packet(socket_, false);
    if (packet && packet->closed) leave();
    if (packet) take(*packet);
  }
}

}  // namespace

void run_launcher(int socket, int parent) {
  ::prctl(PR_SET_NAME, "mlb-launcher");
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);
  // Ctrl-C in a terminal reaches the whole group; only the worker decides.
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGTERM, SIG_IGN);
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &mask, nullptr);
  const int signals = ::signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) ::_exit(1);
  LauncherLoop(socket, signals).run();
}

}  // namespace mlb::exec
