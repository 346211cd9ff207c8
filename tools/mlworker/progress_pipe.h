// What a job writes to descriptor 3: frames of u32 length, u8 kind, payload.
#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "job/state.h"

namespace mlb::worker {

enum class ProgressKind : std::uint8_t { item = 1, live = 2 };

struct Reported {
  std::vector<Item> items;  ///< without a number
  std::vector<Live> live;   ///< the newest is the last
  bool closed = false;
  std::string problem;  ///< nonsense on the pipe; empty: none
};

/// Reads without blocking; keeps an incomplete frame for the next time.
class ProgressPipe {
 public:
  explicit ProgressPipe(Fd fd);
  int fd() const { return fd_.get(); }
  Reported read();

 private:
  void parse(Reported& out);
  Fd fd_;
  Bytes buffer_;
};

}  // namespace mlb::worker
