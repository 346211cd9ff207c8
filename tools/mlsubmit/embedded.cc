// See embedded.h.  The lock of the broker's directory says whether one runs:
// it is taken before the socket is bound and held until the end.
#include "embedded.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/digest.h"
#include "base/file.h"
#include "exec/detached.h"
#include "transport/machine.h"

namespace mlb::submit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestSocketPath = 107 - 6;  // ".blobs" is added
constexpr const char* kIdleExit = "60s";
constexpr int kLookAgain = 20;     // ms
constexpr int kLookForSocket = 2;  // ms
constexpr Millis kSocketPatience{2000};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string hash8(const std::string& text) {
  return sha256(view_of(text)).text().substr(0, 16);
}

/// A folder that belongs to this user alone.
Result<> own_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error{Fault::data, path + ": " + errno_text(errno)};
  }
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) ||
      info.st_uid != ::geteuid() || (info.st_mode & 077) != 0) {
    return Error{Fault::denied,
                 path + ": must be a folder of your own with mode 0700"};
  }
  return {};
}

Result<std::string> socket_path(const std::string& state) {
  std::string folder = variable("XDG_RUNTIME_DIR");
  std::string name = "XDG_RUNTIME_DIR";
  if (!folder.empty()) {
    folder += "/mlbatch";
  } else {
    name = "TMPDIR";
    const std::string temporary = variable("TMPDIR");
    folder = (temporary.empty() ? "/tmp" : temporary) + "/mlbatch-" +
             std::to_string(::geteuid());
  }
  if (auto made = own_folder(folder); !made) return std::move(made).fail();
  const std::string path = folder + "/" + hash8(state) + ".sock";
  if (path.size() > kLongestSocketPath) {
    return Error{Fault::usage, path + ": is too long for a socket; set " +
                                   name + " to a shorter folder"};
  }
  return path;
}

/// Whether some process holds the lock.
bool is_locked(const std::string& dir) {
  const Fd fd(::open((dir + "/lock").c_str(), O_RDWR | O_CLOEXEC));
  if (!fd) return false;
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return true;
  ::flock(fd.get(), LOCK_UN);
  return false;
}

/// A worker that connects before there is a socket tries again only after a
/// second or two.
void wait_for_socket(const std::string& path) {
  const Millis begun = read_clock().mono;
  while (read_clock().mono - begun < kSocketPatience && signal_received == 0 &&
         ::access(path.c_str(), F_OK) != 0) {
    ::poll(nullptr, 0, kLookForSocket);
  }
}

Result<> start(const char* name, std::vector<std::string> argv,
               const std::string& state) {
  argv[0] = exec::find_program(name);
  if (argv[0].empty()) {
    return Error{Fault::unreachable,
                 std::string(name) +
                     " is neither beside mlsubmit nor in PATH; name a broker "
                     "with --broker or MLBATCH_BROKER"};
  }
  return exec::start_detached(argv, state + "/" + name + ".log");
}

}  // namespace

Result<std::string> state_folder() {
  std::string base = variable("MLBATCH_STATE_DIR");
  if (base.empty()) {
    const std::string xdg = variable("XDG_STATE_HOME");
    const std::string home = variable("HOME");
    if (xdg.empty() && home.empty()) {
      return Error{Fault::usage,
                   "neither HOME nor MLBATCH_STATE_DIR is set; where should "
                   "the embedded broker keep its data?"};
    }
    base = (xdg.empty() ? home + "/.local/state" : xdg) + "/mlbatch";
  }
  std::error_code error;
  const std::string path =
      fs::absolute(base, error).string() + "/" + hash8(transport::machine_id());
  fs::create_directories(path, error);
  if (error) return Error{Fault::data, path + ": " + error.message()};
  ::chmod(path.c_str(), 0700);
  return path;
}

Result<std::string> ensure_embedded(const Globals& globals) {
  auto state = state_folder();
  if (!state) return std::move(state).fail();
  auto path = socket_path(*state);
  if (!path) return std::move(path).fail();
  const std::string url = "ipc://" + *path;
  if (!is_locked(*state + "/broker")) {
    if (globals.verbose) say("mlsubmit: starting a private broker");
    auto started =
        start("mlbroker",
              {"", "serve", "--embedded", "--data", *state + "/broker",
               "--listen", url, "--no-auth", "--idle-exit", kIdleExit},
              *state);
    if (!started) return std::move(started).fail();
    wait_for_socket(*path);
  }
  if (!is_locked(*state + "/worker")) {
    const Capacity here = capacity_here();
    auto started =
        start("mlworker",
              {"", "serve", "--broker", url, "--data", *state + "/worker",
               "--slots", std::to_string(here.slots), "--memory",
               std::to_string(here.memory), "--idle-exit", kIdleExit},
              *state);
    if (!started) return std::move(started).fail();
  }
  return url;
}

Result<> stop_embedded(std::span<const std::uint64_t> pids, Millis patience) {
  auto state = state_folder();
  if (!state) return std::move(state).fail();
  for (const auto pid : pids) ::kill(static_cast<pid_t>(pid), SIGTERM);
  const Millis begun = read_clock().mono;
  while (is_locked(*state + "/broker") || is_locked(*state + "/worker")) {
    if (signal_received != 0) return Error{Fault::cancelled, "interrupted"};
    if (read_clock().mono - begun >= patience) {
      return Error{Fault::unreachable,
                   "the private broker or worker of another build does not "
                   "end; its processes have their logs in " +
                       *state};
    }
    ::poll(nullptr, 0, kLookAgain);
  }
  return {};
}

Capacity capacity_here() {
  const long cores = std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN));
  const auto pages = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES));
  const auto size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return {.slots = static_cast<std::uint32_t>(cores),
          .memory = pages * size / 10 * 8};
}

std::string embedded_log() {
  const auto state = state_folder();
  return state ? *state + "/mlbroker.log" : std::string();
}

}  // namespace mlb::submit
