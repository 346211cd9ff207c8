// The launcher: a small process with one thread that starts a process for
// every job and reaps it.  It is forked before the worker makes a thread or a
// socket, so that a fork is cheap and safe, and it dies with the worker, as
// every job dies with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace mlb::exec {

struct LaunchRequest {
  std::uint64_t id = 0;  ///< the caller's; names the process from now on
  std::string dir;       ///< becomes the working directory
  std::vector<std::string> argv;  ///< argv[0] is the program's path
  std::uint64_t memory = 0;       ///< bytes of address space; 0: no limit
};

enum class LaunchEventType { started, failed, exited };

struct LaunchEvent {
  LaunchEventType type = LaunchEventType::failed;
  std::uint64_t id = 0;
  std::uint32_t pid = 0;
  Fd progress;         ///< started: what the job writes to descriptor 3
  std::string reason;  ///< failed: why
  int exit_code = 0;   ///< exited
  int signal = 0;      ///< exited: by this signal; 0: not
  std::uint64_t peak_memory = 0;  ///< exited: bytes resident at most
};

/// The worker's end.  The job gets: its own process group, SIGKILL when the
/// launcher dies, stdin from /dev/null, stdout and stderr appended to
/// stdout.log and stderr.log in its directory, descriptor 3 for progress, no
/// other descriptor, one BLAS thread.
class Launcher {
 public:
  /// Forks.  Call it first of all in main().
  static Result<Launcher> fork_now();

  /// Readable when receive() has something; end of file: it died.
  int fd() const { return socket_.get(); }
  Result<> launch(const LaunchRequest& request);
  /// Signals the process group: SIGTERM, or SIGKILL when `hard`.
  Result<> end(std::uint64_t id, bool hard);
  /// The next event, without blocking; not_found when the launcher is gone.
  Result<std::optional<LaunchEvent>> receive();

 private:
  explicit Launcher(Fd socket) : socket_(std::move(socket)) {}
  Fd socket_;
};

}  // namespace mlb::exec
