// See file.h.
#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace mlb {
namespace {

Error io_error(const std::string& path, const char* what) {
  return {Fault::data, path + ": " + what + ": " + errno_text(errno)};
}

}  // namespace

std::string errno_text(int number) {
  char buffer[256];
  return strerror_r(number, buffer, sizeof buffer);
}

void Fd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<std::string> read_file(const std::string& path, std::uint64_t limit) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return io_error(path, "cannot open");
  std::string out;
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
    if (got == 0) return out;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error(path, "cannot read");
    out.append(buffer, static_cast<std::size_t>(got));
    if (out.size() > limit) {
      return Error{Fault::data, path + ": is larger than " +
                                    std::to_string(limit) + " bytes"};
    }
  }
}

Result<> write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Error{Fault::data, "write: " + errno_text(errno)};
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Result<> sync_directory(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return io_error(path, "cannot open");
  if (::fsync(fd.get()) != 0) return io_error(path, "cannot sync");
  return {};
}

Result<> write_file_durably(const std::string& path, ByteView bytes) {
  const std::string temporary = path + ".tmp." + std::to_string(::getpid());
  Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
               0644));
  if (!fd) return io_error(temporary, "cannot create");
  auto written = write_all(fd.get(), bytes);
  if (written && ::fsync(fd.get()) != 0) written = io_error(path, "sync");
  fd.reset();
  if (written && std::rename(temporary.c_str(), path.c_str()) != 0) {
    written = io_error(path, "cannot rename to");
  }
  if (!written) {
    ::unlink(temporary.c_str());
    return std::move(written).context(path);
  }
  const auto parent = std::filesystem::path(path).parent_path().string();
  return sync_directory(parent.empty() ? "." : parent);
}

}  // namespace mlb
