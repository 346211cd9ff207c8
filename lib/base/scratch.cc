// See scratch.h.
#include "base/scratch.h"

#include <fcntl.h>

#include <cerrno>

#include "base/file.h"

namespace mlb {

Result<> write_scratch(const std::string& path, ByteView bytes) {
  const Fd fd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd) {
    return Error{Fault::data, path + ": cannot create: " + errno_text(errno)};
  }
  auto written = write_all(fd.get(), bytes);
  if (!written) return std::move(written).context(path);
  return {};
}

}  // namespace mlb
