// How full the broker's disk is.  Below `min_free` new work is refused while
// the ends of running jobs are still recorded; for these a reserve file is
// kept, and given up when space is nearly gone.
#pragma once

#include <cstdint>
#include <string>

namespace mlb::tool {

class DiskWatch {
 public:
  DiskWatch(std::string dir, std::uint64_t min_free);
  /// Looks, and makes or gives up the reserve.  True while space is low.
  bool look();
  std::uint64_t free_bytes() const { return free_; }

 private:
  void make_reserve();
  std::string dir_;
  std::string reserve_;
  std::uint64_t min_free_;
  std::uint64_t reserve_bytes_;
  std::uint64_t free_ = 0;
  bool has_reserve_ = false;
  bool low_ = false;
};

}  // namespace mlb::tool
