// The launcher with real processes: how they start, end and are ended.
#include <catch2/catch.hpp>

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/time.h"
#include "exec/launcher.h"
#include "exec/packet.h"

using namespace mlb;
using namespace mlb::exec;

namespace {

constexpr Millis kPatience{10000};

struct World {
  std::string dir;
  Launcher launcher = *Launcher::fork_now();

  World() {
    std::string name =
        (std::filesystem::temp_directory_path() / "mlbXXXXXX").string();
    dir = ::mkdtemp(name.data());
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() { std::filesystem::remove_all(dir); }

  LaunchRequest shell(const std::string& script, std::uint64_t memory = 0) {
    return {.id = 7,
            .dir = dir,
            .argv = {"/bin/sh", "-c", script},
            .memory = memory};
  }
  LaunchEvent next() {
    pollfd item{launcher.fd(), POLLIN, 0};
    REQUIRE(::poll(&item, 1, static_cast<int>(kPatience.count())) == 1);
    auto event = launcher.receive();
    REQUIRE(event);
    REQUIRE(*event);
    return std::move(**event);
  }
  /// Runs to its end.
  LaunchEvent run(const LaunchRequest& request) {
    REQUIRE(launcher.launch(request));
    REQUIRE(next().type == LaunchEventType::started);
    auto event = next();
    CHECK(event.type == LaunchEventType::exited);
    CHECK(event.id == request.id);
    return event;
  }
  std::string text(const std::string& file) const {
    return read_file(dir + "/" + file).value();
  }
};

/// What the process writes to its progress pipe up to a newline.
std::string line_of(const Fd& pipe) {
  std::string out;
  char c = 0;
  while (::read(pipe.get(), &c, 1) == 1 && c != '\n') out += c;
  return out;
}

/// Dead, or a zombie that nobody has reaped yet.
bool is_gone(pid_t pid) {
  const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
  if (!stat) return true;
  return stat->substr(stat->rfind(')'), 3) == ") Z";
}

bool goes(pid_t pid) {
  const Millis begun = read_clock().mono;
  while (!is_gone(pid)) {
    if (read_clock().mono - begun > kPatience) return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

}  // namespace

TEST_CASE("a job's exit code, output and directory come back") {
  World w;
  const auto event = w.run(w.shell("pwd; echo oops >&2; exit 7"));
  CHECK(event.exit_code == 7);
  CHECK(event.signal == 0);
  CHECK(event.peak_memory > 100'000);
  CHECK(w.text("stdout.log") ==
        std::filesystem::canonical(w.dir).string() + "\n");
  CHECK(w.text("stderr.log") == "oops\n");
}

TEST_CASE("a second attempt in a directory appends to its logs") {
  World w;
  w.run(w.shell("echo one"));
  w.run(w.shell("echo two"));
  CHECK(w.text("stdout.log") == "one\ntwo\n");
}

TEST_CASE("a job that dies by a signal says by which") {
  World w;
  const auto event = w.run(w.shell("kill -SEGV $$"));
  CHECK(event.signal == SIGSEGV);
  CHECK(event.exit_code == 0);
}

TEST_CASE("descriptor 3 is the progress pipe, and no other is open") {
  World w;
  // One of ours without close-on-exec, and one high up.
  const Fd leak(::dup2(1, 200));
  REQUIRE(w.launcher.launch(w.shell("ls /proc/self/fd | tr '\\n' ' ' >&3")));
  const auto started = w.next();
  REQUIRE(started.type == LaunchEventType::started);
  CHECK(started.pid > 0);
  char text[200] = {};
  CHECK(::read(started.progress.get(), text, sizeof text - 1) > 0);
  // ls has one more for the directory that it reads.
  CHECK(std::string(text) == "0 1 2 3 4 ");
  CHECK(w.next().type == LaunchEventType::exited);
}

TEST_CASE("numbers of threads are set for the job") {
  World w;
  w.run(w.shell("echo $OPENBLAS_NUM_THREADS $OMP_NUM_THREADS"));
  CHECK(w.text("stdout.log") == "1 1\n");
}

TEST_CASE("ending a job reaches its whole process group") {
  World w;
  REQUIRE(w.launcher.launch(
      w.shell("sleep 1000 & echo $! >&3; trap '' TERM; echo; wait; wait")));
  const auto started = w.next();
  const pid_t child = std::stoi(line_of(started.progress));
  CHECK_FALSE(is_gone(child));
  REQUIRE(w.launcher.end(7, true));
  const auto ended = w.next();
  CHECK(ended.signal == SIGKILL);
  CHECK(goes(child));
}

TEST_CASE("a polite end is SIGTERM, and what is left of the group goes, too") {
  World w;
  REQUIRE(w.launcher.launch(
      w.shell("(trap '' TERM; echo up >&3; sleep 1000) & echo $! >&3; wait")));
  const auto started = w.next();
  const std::string one = line_of(started.progress);
  const std::string two = line_of(started.progress);
  const pid_t child = std::stoi(one == "up" ? two : one);
  REQUIRE(w.launcher.end(7, false));
  CHECK(w.next().signal == SIGTERM);
  CHECK(goes(child));
}

TEST_CASE("a program that is not there is a failure with its reason") {
  World w;
  auto request = w.shell("");
  request.argv = {w.dir + "/missing"};
  REQUIRE(w.launcher.launch(request));
  const auto event = w.next();
  CHECK(event.type == LaunchEventType::failed);
  CHECK(event.id == 7);
  CHECK(event.reason.find("missing: No such file") != std::string::npos);
  CHECK(w.run(w.shell("exit 3")).exit_code == 3);
}

TEST_CASE("a directory that is not there is a failure") {
  World w;
  auto request = w.shell("true");
  request.dir = w.dir + "/nowhere";
  REQUIRE(w.launcher.launch(request));
  CHECK(w.next().type == LaunchEventType::failed);
}

#ifndef __SANITIZE_ADDRESS__
TEST_CASE("a job cannot take more memory than its limit") {
  World w;
  const std::string script =
      "python3 -c 'x = bytearray(200 << 20)' 2>/dev/null || exit 42";
  CHECK(w.run(w.shell(script)).exit_code == 0);
  CHECK(w.run(w.shell(script, 100u << 20)).exit_code == 42);
}
#endif

TEST_CASE("jobs die with the process that had them started") {
  int out[2];
  REQUIRE(::pipe(out) == 0);
  std::string folder =
      (std::filesystem::temp_directory_path() / "mlbXXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const pid_t parent = ::fork();
  REQUIRE(parent >= 0);
  if (parent == 0) {  // a worker, which is killed below
    auto launcher = Launcher::fork_now();
    (void)!launcher->launch(
        {.id = 1, .dir = folder, .argv = {"/bin/sleep", "1000"}, .memory = 0});
    pollfd item{launcher->fd(), POLLIN, 0};
    ::poll(&item, 1, -1);
    auto event = launcher->receive();
    const pid_t pid = static_cast<pid_t>((*event)->pid);
    (void)!::write(out[1], &pid, sizeof pid);
    for (;;) ::pause();
  }
  pid_t job = 0;
  REQUIRE(::read(out[0], &job, sizeof job) == sizeof job);
  CHECK_FALSE(is_gone(job));
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  CHECK(goes(job));
  std::filesystem::remove_all(folder);
  ::close(out[0]);
  ::close(out[1]);
}

TEST_CASE("a request over the packet limit is refused, one at it is sent") {
  World w;
  auto request = w.shell(": ");
  const std::size_t other = encode(request).size();
  request.argv[2] += std::string(kPacketLimit - other, 'x');
  CHECK(encode(request).size() == kPacketLimit);
  CHECK(w.run(request).signal == 0);
  request.argv[2] += 'x';
  const auto refused = w.launcher.launch(request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().fault == Fault::refused);
}

TEST_CASE("packets survive encoding; short ones are errors") {
  LaunchEvent event;
  event.type = LaunchEventType::exited;
  event.id = 9;
  event.pid = 77;
  event.exit_code = 3;
  event.signal = 15;
  event.peak_memory = 1u << 30;
  event.reason = "why";
  const Bytes bytes = encode(event);
  const auto back = decode_event(bytes);
  REQUIRE(back);
  CHECK(back->pid == 77);
  CHECK(back->signal == 15);
  CHECK(back->peak_memory == 1u << 30);
  CHECK(back->reason == "why");
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    CHECK_FALSE(decode_event(ByteView(bytes).first(n)));
  }
}
