// Small files, whole and durable: for ids, specs, outcomes and the like.
// Used by shells and tools; the pure folders may not include it.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace mlb {

/// The text of errno value `number`.
std::string errno_text(int number);

/// Reads a whole file of at most `limit` bytes.
Result<std::string> read_file(const std::string& path,
                              std::uint64_t limit = 1u << 30);

/// Replaces `path` by `bytes` so that after a crash or power cut it holds the
/// old or the new content, never a mix: temporary name, fsync, rename, fsync
/// of the directory.
Result<> write_file_durably(const std::string& path, ByteView bytes);

/// Makes a rename or unlink in this directory durable.
Result<> sync_directory(const std::string& path);

/// An open file descriptor that is closed with its owner.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { reset(); }
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = other.release();
    }
    return *this;
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }
  void reset();

 private:
  int fd_ = -1;
};

/// Writes all bytes, going on after a short write or EINTR.
Result<> write_all(int fd, ByteView bytes);

}  // namespace mlb
