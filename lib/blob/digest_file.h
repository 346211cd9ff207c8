// The digest of a file, remembered by what stat() says, so that submitting a
// large data set a second time costs nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "blob/cas.h"

namespace mlb::blob {

/// What tells one state of a file from another.
struct FileState {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< nanoseconds
  std::int64_t changed = 0;   ///< of the inode; an mtime can be set back
  auto operator<=>(const FileState&) const = default;
};

/// A small file of known digests.  A damaged or missing one is an empty one:
/// it only saves work.
class DigestCache {
 public:
  static DigestCache load(const std::string& path);
  /// $XDG_CACHE_HOME/mlbatch/digests, else ~/.cache/mlbatch/digests.
  static std::string default_path();
  std::optional<Digest> find(const FileState& state) const;
  void remember(const FileState& state, const Digest& digest);
  /// Writes it when something was remembered; keeps the newest 1000.
  Result<> save() const;

 private:
  struct Entry {
    Digest digest;
    std::uint64_t age = 0;
  };
  std::string path_;
  std::map<FileState, Entry> entries_;
  std::uint64_t next_age_ = 0;
  bool dirty_ = false;
};

using ShowBytes = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Digest and size of a regular file.  A file that changes while it is read
/// is Fault::data.  `cache` may be null; a file modified less than two
/// seconds ago is not remembered (its mtime could stay the same).
Result<Stored> digest_file(const std::string& path,
                           DigestCache* cache = nullptr,
                           const ShowBytes& show = {});

}  // namespace mlb::blob
