// See cas.h.
#include "blob/cas.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <tuple>
#include <vector>

#include "base/file.h"
#include "blob/copy.h"

namespace mlb::blob {
namespace {

namespace fs = std::filesystem;

constexpr auto kOldLeftover = std::chrono::hours(48);

/// A file that is removed unless it found its place.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_(std::move(path)) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() { ::unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Result<> make_dir(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  if (errno == EEXIST) return {};
  return file_error(path, "cannot create");
}

void remove_leftovers(const std::string& dir) {
  std::error_code ignored;
  const auto now = fs::file_time_type::clock::now();
  for (const auto& entry : fs::directory_iterator(dir, ignored)) {
    const auto when = entry.last_write_time(ignored);
    if (!ignored && now - when > kOldLeftover) {
      fs::remove(entry.path(), ignored);
    }
  }
}

Error differs(const std::string& path, const Digest& want,
              const Digest& found) {
  return {Fault::integrity,
          path + ": its digest is " + found.text() + "; want " + want.text()};
}

Result<> sync_file(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return file_error(path, "cannot open");
  if (::fsync(fd.get()) != 0) return file_error(path, "cannot sync");
  return {};
}

}  // namespace

Result<Cas> Cas::open(const std::string& dir) {
  std::error_code failed;
  fs::create_directories(fs::path(dir).parent_path(), failed);
  for (const auto& each : {dir, dir + "/tmp"}) {
    auto made = make_dir(each);
    if (!made) return std::move(made).fail();
  }
  remove_leftovers(dir + "/tmp");
  return Cas(dir);
}

Result<Cas> Cas::open_existing(const std::string& dir) {
  const std::string tmp = dir + "/tmp";
  if (dir.empty() || ::access(tmp.c_str(), R_OK | W_OK | X_OK) != 0) {
    return Error{Fault::not_found, dir + ": is no blob directory of ours"};
  }
  return Cas(dir);
}

std::string Cas::path(const Digest& digest) const {
  const std::string hex = digest.text();
  return dir_ + "/" + hex.substr(0, 2) + "/" + hex.substr(2);
}

std::string Cas::incoming_path(const Digest& digest) const {
  return dir_ + "/tmp/" + digest.text() + ".part";
}

std::string Cas::temporary_path() const {
  static std::atomic<unsigned> counter{0};
  return dir_ + "/tmp/put." + std::to_string(::getpid()) + "." +
         std::to_string(counter++);
}

std::optional<std::uint64_t> Cas::size(const Digest& digest) const {
  struct stat info {};
  if (::stat(path(digest).c_str(), &info) != 0) return std::nullopt;
  return std::uint64_t(info.st_size);
}

Result<> Cas::settle(const std::string& temporary, const Digest& digest) {
  const std::string target = path(digest);
  const std::string parent = fs::path(target).parent_path().string();
  if (::chmod(temporary.c_str(), 0444) != 0) {
    return file_error(temporary, "cannot protect");
  }
  auto done = sync_file(temporary);
  if (done) done = make_dir(parent);
  if (!done) return done;
  // rename() of two names of one file does nothing, so the name stays.
  if (::rename(temporary.c_str(), target.c_str()) != 0) {
    return file_error(target, "cannot rename to");
  }
  ::unlink(temporary.c_str());
  done = sync_directory(parent);
  if (done) done = sync_directory(dir_);
  return done;
}

Result<Stored> Cas::put_file(const std::string& from, Way way,
                             std::optional<Digest> expected) {
  if (expected) {
    if (const auto there = size(*expected)) return Stored{*expected, *there};
  }
  const Temporary temporary(temporary_path());
  auto stored = duplicate(from, temporary.path(), way);
  if (!stored) return stored;
  if (expected && stored->digest != *expected) {
    return differs(from, *expected, stored->digest);
  }
  auto settled = settle(temporary.path(), stored->digest);
  if (!settled) return std::move(settled).fail();
  return stored;
}

Result<Stored> Cas::put_bytes(ByteView bytes) {
  const Temporary temporary(temporary_path());
  const Stored stored{sha256(bytes), bytes.size()};
  {
    const Fd fd(::open(temporary.path().c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) return file_error(temporary.path(), "cannot create");
    if (!write_all(fd.get(), bytes)) {
      return file_error(temporary.path(), "cannot write");
    }
  }
  auto settled = settle(temporary.path(), stored.digest);
  if (!settled) return std::move(settled).fail();
  return stored;
}

Result<> Cas::take_out(const Digest& digest, const std::string& to,
                       Way way) const {
  if (!has(digest)) {
    return Error{Fault::not_found, "no blob " + digest.text() + " here"};
  }
  if (::access(to.c_str(), F_OK) == 0) {
    return Error{Fault::refused, to + ": exists already"};
  }
  const Temporary temporary(to + ".tmp." + std::to_string(::getpid()));
  auto stored = duplicate(path(digest), temporary.path(), way);
  if (!stored) return std::move(stored).fail();
  if (stored->digest != digest) {
    return differs(path(digest), digest, stored->digest);
  }
  if (::rename(temporary.path().c_str(), to.c_str()) != 0) {
    return file_error(to, "cannot rename to");
  }
  return {};
}

Result<> Cas::adopt(const Digest& digest) {
  return settle(incoming_path(digest), digest);
}

Result<> Cas::remove(const Digest& digest) {
  const std::string target = path(digest);
  if (::unlink(target.c_str()) != 0 && errno != ENOENT) {
    return file_error(target, "cannot remove");
  }
  return {};
}

void Cas::touch(const Digest& digest) const {
  ::utimensat(AT_FDCWD, path(digest).c_str(), nullptr, 0);
}

void Cas::trim(std::uint64_t limit) const {
  struct Kept {
    fs::file_time_type used;
    fs::path path;
    std::uint64_t bytes = 0;
    bool operator<(const Kept& other) const {
      return std::tie(used, path) < std::tie(other.used, other.path);
    }
  };
  std::vector<Kept> all;
  std::uint64_t total = 0;
  // What cannot be looked at is left alone.
  std::error_code error;
  for (const auto& folder : fs::directory_iterator(dir_, error)) {
    if (folder.path().filename() == "tmp") continue;
    for (const auto& file : fs::directory_iterator(folder.path(), error)) {
      Kept one{.used = file.last_write_time(error), .path = file.path()};
      if (!error) one.bytes = file.file_size(error);
      if (error) continue;
      total += one.bytes;
      all.push_back(std::move(one));
    }
  }
  std::sort(all.begin(), all.end());
  for (const Kept& one : all) {
    if (total <= limit) return;
    if (fs::remove(one.path, error)) total -= one.bytes;
  }
}

}  // namespace mlb::blob
