// See log_tail.h.
#include "log_tail.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace mlb::worker {
namespace {

constexpr int kPiecesACall = 8;

}  // namespace

std::uint64_t LogTail::size() {
  if (!fd_) fd_ = Fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (!fd_ || ::fstat(fd_.get(), &info) != 0) return 0;
  return static_cast<std::uint64_t>(info.st_size);
}

/// The text from offset_ to at most `upto`; empty when it cannot be read.
LogPiece LogTail::piece(std::uint64_t upto) {
  LogPiece out{stream_, offset_, {}};
  out.text.resize(std::min<std::uint64_t>(upto - offset_, kLogPiece));
  const ssize_t got = ::pread(fd_.get(), out.text.data(), out.text.size(),
                              static_cast<off_t>(offset_));
  out.text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  offset_ += out.text.size();
  return out;
}

std::vector<LogPiece> LogTail::more() {
  std::vector<LogPiece> out;
  const std::uint64_t end = std::min(size(), kLogHead);
  while (offset_ < end && out.size() < kPiecesACall) {
    LogPiece p = piece(end);
    if (p.text.empty()) break;
    out.push_back(std::move(p));
  }
  return out;
}

std::vector<LogPiece> LogTail::rest() {
  std::vector<LogPiece> out;
  const std::uint64_t end = size();
  while (offset_ < end) {
    if (offset_ >= kLogHead && offset_ + kLogTail < end) {
      offset_ = end - kLogTail;
    }
    LogPiece p = piece(offset_ < kLogHead ? std::min(end, kLogHead) : end);
    if (p.text.empty()) break;
    out.push_back(std::move(p));
  }
  return out;
}

}  // namespace mlb::worker
