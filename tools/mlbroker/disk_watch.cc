// See disk_watch.h.
#include "disk_watch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>

#include "base/file.h"

namespace mlb::tool {
namespace {

constexpr std::uint64_t kReserve = 32ull << 20;

std::uint64_t free_at(const std::string& dir) {
  struct statvfs info {};
  if (::statvfs(dir.c_str(), &info) != 0) return 0;
  return std::uint64_t(info.f_bavail) * info.f_frsize;
}

}  // namespace

DiskWatch::DiskWatch(std::string dir, std::uint64_t min_free)
    : dir_(std::move(dir)),
      reserve_(dir_ + "/reserve"),
      min_free_(min_free),
      reserve_bytes_(std::min(kReserve, min_free)) {
  struct stat info {};
  has_reserve_ = ::stat(reserve_.c_str(), &info) == 0 &&
                 std::uint64_t(info.st_size) >= reserve_bytes_;
}

void DiskWatch::make_reserve() {
  const Fd fd(::open(reserve_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  has_reserve_ =
      fd && ::posix_fallocate(fd.get(), 0, off_t(reserve_bytes_)) == 0;
  if (!has_reserve_) ::unlink(reserve_.c_str());
}

bool DiskWatch::look() {
  if (reserve_bytes_ == 0) return false;  // --min-free 0: never low
  free_ = free_at(dir_);
  if (!has_reserve_ && free_ >= min_free_ + reserve_bytes_) {
    make_reserve();
    free_ = free_at(dir_);
  }
  // A little more must be free before work is taken again.
  low_ = free_ < (low_ ? min_free_ + min_free_ / 8 : min_free_);
  if (has_reserve_ && free_ < min_free_ / 4) {
    ::unlink(reserve_.c_str());
    has_reserve_ = false;
  }
  return low_;
}

}  // namespace mlb::tool
