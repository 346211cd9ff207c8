// The job's stdout and stderr as log pieces: the first MiB as it comes, and
// the last MiB when the job has ended.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file.h"
#include "job/state.h"

namespace mlb::worker {

inline constexpr std::uint64_t kLogHead = 1u << 20;
inline constexpr std::uint64_t kLogTail = 1u << 20;

class LogTail {
 public:
  LogTail(std::string path, std::uint8_t stream)
      : path_(std::move(path)), stream_(stream) {}

  /// New text of the head; at most eight pieces a call.
  std::vector<LogPiece> more();
  /// What more() has not given: the rest of the head, then the tail.
  std::vector<LogPiece> rest();

 private:
  std::uint64_t size();
  LogPiece piece(std::uint64_t upto);

  std::string path_;
  std::uint8_t stream_;
  Fd fd_;
  std::uint64_t offset_ = 0;
};

}  // namespace mlb::worker
