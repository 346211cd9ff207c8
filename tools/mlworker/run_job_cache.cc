// See run_job_cache.h.
#include "run_job_cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

namespace mlb::job_program {
namespace {

namespace fs = std::filesystem;

/// Somebody else may remove what was just found; not for ever.
constexpr int kTries = 100;

std::string file_of(const CacheOptions& cache, const std::string& key) {
  return cache.dir + "/" + key + ".h5";
}
std::string lock_of(const CacheOptions& cache, const std::string& key) {
  return cache.dir + "/" + key + ".lock";
}

/// Is the open file still the one that has this name?
bool has_name(const Fd& fd, const std::string& path) {
  struct stat open {};
  struct stat named {};
  return ::fstat(fd.get(), &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

Result<> take(const Fd& fd, int operation, const std::string& path,
              StopWaiting stop) {
  while (::flock(fd.get(), operation) != 0) {
    if (errno != EINTR) {
      return Error{Fault::data, path + ": " + errno_text(errno)};
    }
    if (stop()) return Error{Fault::cancelled, "asked to stop"};
  }
  return {};
}

Result<Fd> locked(const std::string& path, int operation, StopWaiting stop) {
  for (int i = 0; i < kTries; ++i) {
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd) return Error{Fault::data, path + ": " + errno_text(errno)};
    auto taken = take(fd, operation, path, stop);
    if (!taken) return std::move(taken).fail();
    if (has_name(fd, path)) return fd;
  }
  return Error{Fault::data, path + ": is removed again and again"};
}

/// Removes file and lock when nobody uses them.
bool remove_unused(const CacheOptions& cache, const std::string& key) {
  const std::string lock = lock_of(cache, key);
  const Fd fd(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return false;
  if (!has_name(fd, lock)) return false;
  ::unlink(file_of(cache, key).c_str());
  ::unlink(lock.c_str());
  return true;
}

/// What a converter that died has left.
void remove_leftovers(const CacheOptions& cache, const std::string& key) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(cache.dir, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(key + ".h5.tmp")) ::unlink(entry.path().c_str());
  }
}

struct Stored {
  fs::file_time_type used;
  std::string key;
  std::uint64_t bytes = 0;
};

std::vector<Stored> stored_in(const CacheOptions& cache) {
  std::vector<Stored> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(cache.dir, error)) {
    if (entry.path().extension() != ".h5") continue;
    std::error_code gone;
    const auto used = entry.last_write_time(gone);
    const auto bytes = entry.file_size(gone);
    if (!gone) out.push_back({used, entry.path().stem().string(), bytes});
  }
  std::sort(out.begin(), out.end(), [](const Stored& a, const Stored& b) {
    return std::pair(a.used, a.key) < std::pair(b.used, b.key);
  });
  return out;
}

/// The oldest first, until the rest is within the limit; never `kept`.
void evict(const CacheOptions& cache, const std::string& kept) {
  const auto all = stored_in(cache);
  std::uint64_t total = 0;
  for (const auto& s : all) total += s.bytes;
  for (const auto& s : all) {
    if (total <= cache.limit) return;
    if (s.key != kept && remove_unused(cache, s.key)) total -= s.bytes;
  }
}

Result<> convert_alone(const CacheOptions& cache, const std::string& key,
                       const Convert& convert, StopWaiting stop,
                       bool& made_here) {
  auto lock = locked(lock_of(cache, key), LOCK_EX, stop);
  if (!lock) return std::move(lock).fail();
  const std::string path = file_of(cache, key);
  if (::access(path.c_str(), F_OK) == 0) return {};
  remove_leftovers(cache, key);
  auto done = convert(path);
  if (!done) {
    // Who waits finds that the lock has lost its name, and makes a new one.
    ::unlink(lock_of(cache, key).c_str());
    return done;
  }
  made_here = true;
  evict(cache, key);
  return {};
}

}  // namespace

Result<Conversion> find_or_convert(const CacheOptions& cache,
                                   const std::string& key,
                                   const Convert& convert, StopWaiting stop) {
  std::error_code error;
  fs::create_directories(cache.dir, error);
  if (error) return Error{Fault::data, cache.dir + ": " + error.message()};
  bool made_here = false;
  for (int i = 0; i < kTries; ++i) {
    auto lock = locked(lock_of(cache, key), LOCK_SH, stop);
    if (!lock) return std::move(lock).fail();
    const std::string path = file_of(cache, key);
    if (::access(path.c_str(), F_OK) == 0) {
      // The time of the last use.
      fs::last_write_time(path, fs::file_time_type::clock::now(), error);
      return Conversion{path, made_here, std::move(*lock)};
    }
    lock->reset();
    auto done = convert_alone(cache, key, convert, stop, made_here);
    if (!done) return std::move(done).fail();
  }
  return Error{Fault::data, "the conversion is removed again and again"};
}

void forget_conversion(const CacheOptions& cache, const std::string& key) {
  (void)remove_unused(cache, key);
}

}  // namespace mlb::job_program
