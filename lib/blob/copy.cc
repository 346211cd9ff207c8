// See copy.h.
#include "blob/copy.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace mlb::blob {
namespace {

constexpr std::size_t kBuffer = 256 * 1024;
constexpr std::int64_t kNanos = 1'000'000'000;

std::int64_t nanos(const timespec& t) {
  return t.tv_sec * kNanos + t.tv_nsec;
}

Error changed(const std::string& path) {
  return {Fault::data, path + ": changed while it was read"};
}

/// Digests what lies at `path` itself.
Result<Stored> read_back(const std::string& path) {
  auto file = open_regular(path);
  if (!file) return std::move(file).fail();
  return read_through(file->get(), -1, path);
}

/// True when `to` now is another name of `from`.
bool try_link(const std::string& from, const std::string& to) {
  return ::link(from.c_str(), to.c_str()) == 0;
}

}  // namespace

Error file_error(const std::string& path, const char* what) {
  const int number = errno;
  const bool full = number == ENOSPC || number == EDQUOT;
  return {full ? Fault::refused : Fault::data,
          path + ": " + what + ": " + errno_text(number)};
}

Result<FileState> state_of(int fd, const std::string& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return file_error(path, "cannot stat");
  return FileState{.device = info.st_dev,
                   .inode = info.st_ino,
                   .size = std::uint64_t(info.st_size),
                   .modified = nanos(info.st_mtim),
                   .changed = nanos(info.st_ctim)};
}

Result<Fd> open_regular(const std::string& path) {
  // Without NONBLOCK, opening a pipe would wait for its writer.
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return file_error(path, "cannot open");
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return file_error(path, "cannot stat");
  if (!S_ISREG(info.st_mode)) {
    return Error{Fault::data, path + ": is not a regular file"};
  }
  return fd;
}

Result<Stored> read_through(int from, int to, const std::string& path,
                            const ShowBytes& show) {
  const auto before = state_of(from, path);
  if (!before) return before.error();
  Sha256 hash;
  std::uint64_t done = 0;
  Bytes buffer(kBuffer);
  for (;;) {
    const ssize_t got =
        ::pread(from, buffer.data(), buffer.size(), off_t(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error(path, "cannot read");
    if (got == 0) break;
    const auto piece = ByteView(buffer).first(std::size_t(got));
    hash.add(piece);
    if (to >= 0) {
      auto written = write_all(to, piece);
      if (!written) return file_error(path, "cannot copy");
    }
    done += std::uint64_t(got);
    if (show) show(done, before->size);
  }
  const auto after = state_of(from, path);
  if (!after) return after.error();
  // Not the inode's change time: a new hard link moves it, too.
  const bool same = before->size == after->size && done == after->size &&
                    before->modified == after->modified;
  if (!same) return changed(path);
  return Stored{hash.finish(), done};
}

Result<Stored> duplicate(const std::string& from, const std::string& to,
                         Way way) {
  if (way == Way::link && try_link(from, to)) return read_back(to);
  auto source = open_regular(from);
  if (!source) return std::move(source).fail();
  const Fd target(
      ::open(to.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!target) return file_error(to, "cannot create");
  // A clone is a state of one moment: nobody can change it while we read.
  if (way != Way::copy && ::ioctl(target.get(), FICLONE, source->get()) == 0) {
    return read_through(target.get(), -1, to);
  }
  return read_through(source->get(), target.get(), from);
}

}  // namespace mlb::blob
