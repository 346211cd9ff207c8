// The private broker and worker that serve a user who configured none.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "globals.h"

namespace mlb::submit {

/// Makes sure that the pair runs or is being started; its URL.  Two callers at
/// once start one broker: the directory's lock decides.
Result<std::string> ensure_embedded(const Globals& globals);

/// Ends the pair's processes and waits until their directories are free.
Result<> stop_embedded(std::span<const std::uint64_t> pids, Millis patience);

/// What the private worker gives to jobs.
struct Capacity {
  std::uint32_t slots = 1;   ///< the cores
  std::uint64_t memory = 0;  ///< 80 % of it all, in bytes
};
Capacity capacity_here();

/// What the private broker says when it fails.
std::string embedded_log();

/// Where its data lies: MLBATCH_STATE_DIR, else the XDG state directory; with
/// a folder for this machine, since a home may be shared.
Result<std::string> state_folder();

}  // namespace mlb::submit
