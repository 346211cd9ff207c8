// The progress of a long operation on stderr: after a second, redrawn on a
// terminal, a line every ten seconds otherwise.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "term/terminal.h"

namespace mlb::term {

class ProgressLine {
 public:
  /// `unit`: of what is counted, where that is not bytes: "columns".
  explicit ProgressLine(std::string what, bool quiet = false,
                        std::string unit = {});
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Bytes, or units, done of a total.
  void show(std::uint64_t done, std::uint64_t total);
  /// Removes the line from a terminal.
  void clear();

 private:
  std::string what_;
  bool quiet_;
  std::string unit_;
  Terminal terminal_;
  Millis begun_;
  Millis shown_{0};
  bool drawn_ = false;
};

/// "12.3 MB  45%  210 MB/s  ETA 00:03", or "12 columns  45%  ETA 00:03".
std::string progress_text(std::uint64_t done, std::uint64_t total,
                          double seconds, const std::string& unit = {});

}  // namespace mlb::term
