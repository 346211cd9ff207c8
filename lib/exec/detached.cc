// See detached.h.
#include "exec/detached.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string_view>

#include "base/file.h"

extern char** environ;

namespace mlb::exec {
namespace {

bool is_kept(std::string_view variable) {
  constexpr std::array<std::string_view, 9> kept{
      "PATH=",   "HOME=",   "USER=",
      "LANG=",   "LC_ALL=", "TZ=",
      "TMPDIR=", "XDG_",    "MLBATCH_STATE_DIR="};
  for (const auto prefix : kept) {
    if (variable.substr(0, prefix.size()) == prefix) return true;
  }
  return false;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const auto& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

/// In the grandchild.
[[noreturn]] void become_daemon(char* const* argv, char* const* env,
                                const char* log_path) {
  (void)!::chdir("/");
  const int null = ::open("/dev/null", O_RDONLY);
  const int log = ::open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (null < 0 || log < 0) ::_exit(127);
  ::dup2(null, 0);
  ::dup2(log, 1);
  ::dup2(log, 2);
  ::close_range(3, ~0u, 0);
  ::execve(argv[0], argv, env);
  ::_exit(127);
}

}  // namespace

Result<> start_detached(const std::vector<std::string>& argv,
                        const std::string& log_path) {
  std::vector<std::string> kept;
  for (char** v = environ; *v != nullptr; ++v) {
    if (is_kept(*v)) kept.emplace_back(*v);
  }
  const auto arguments = pointers(argv);
  const auto environment = pointers(kept);
  const pid_t child = ::fork();
  if (child < 0) return Error{Fault::data, "fork: " + errno_text(errno)};
  if (child == 0) {
    ::setsid();
    const pid_t grandchild = ::fork();
    if (grandchild != 0) ::_exit(grandchild < 0 ? 127 : 0);
    become_daemon(arguments.data(), environment.data(), log_path.c_str());
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) return Error{Fault::data, argv[0] + ": cannot be started"};
  return {};
}

std::string program_folder() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::string() : self.parent_path().string();
}

std::string find_program(const std::string& name) {
  const std::string here = program_folder();
  std::vector<std::string> folders{here, here + "/../libexec/mlbatch"};
  const char* path = std::getenv("PATH");
  std::istringstream parts(path == nullptr ? "" : path);
  for (std::string folder; std::getline(parts, folder, ':');) {
    folders.push_back(folder);
  }
  for (const auto& folder : folders) {
    const std::string candidate = folder + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

}  // namespace mlb::exec
