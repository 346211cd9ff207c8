// Files named by the SHA-256 of their content: DIR/ab/cdef..., mode 0444.
// The broker's blobs, a worker's cache.  Several processes may use one
// directory at once: every file appears whole and verified, or not at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/digest.h"
#include "base/result.h"

namespace mlb::blob {

/// How a file comes into or out of the store.  Each falls back to the next.
enum class Way {
  link,     ///< hard link: only for files that mlbatch made (mode 0444)
  reflink,  ///< shared blocks, own inode: for a user's files
  copy,
};

struct Stored {
  Digest digest;
  std::uint64_t bytes = 0;
  auto operator<=>(const Stored&) const = default;
};

class Cas {
 public:
  /// Opens the directory, making it (0700) when it is missing, and removes
  /// leftovers in its tmp/ that are older than two days.
  static Result<Cas> open(const std::string& dir);
  /// Opens a directory that another program made; not_found when this is not
  /// one or may not be written.  For peers on the broker's machine.
  static Result<Cas> open_existing(const std::string& dir);

  /// Takes a file in.  Its content is read and digested on the way; a digest
  /// other than `expected` is Fault::integrity, a change while reading
  /// Fault::data.  When it returns, file and directory are synced.
  Result<Stored> put_file(const std::string& path, Way way,
                          std::optional<Digest> expected = std::nullopt);
  Result<Stored> put_bytes(ByteView bytes);
  /// Puts the blob at `path`, which must not exist, verified on the way.  A
  /// linked file is read-only and must not be changed.
  Result<> take_out(const Digest& digest, const std::string& path,
                    Way way) const;

  bool has(const Digest& digest) const { return size(digest).has_value(); }
  std::optional<std::uint64_t> size(const Digest& digest) const;
  /// Where the blob is, or would be.
  std::string path(const Digest& digest) const;
  /// Removing what is not there is no error.
  Result<> remove(const Digest& digest);
  /// Of use now, as trim() sees it.
  void touch(const Digest& digest) const;
  /// Removes those that were of no use for the longest time, until the rest has
  /// at most `limit` bytes; a file that was linked out of here stays there. Not
  /// while another thread takes one out.
  void trim(std::uint64_t limit) const;

  const std::string& dir() const { return dir_; }
  /// For a file that is being received; same file system as the blobs.
  std::string incoming_path(const Digest& digest) const;
  /// Makes a written, verified file at incoming_path() a blob: 0444, synced.
  Result<> adopt(const Digest& digest);

 private:
  explicit Cas(std::string dir) : dir_(std::move(dir)) {}
  std::string temporary_path() const;
  Result<> settle(const std::string& temporary, const Digest& digest);
  std::string dir_;
};

}  // namespace mlb::blob
