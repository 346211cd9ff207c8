// Blobs between this worker and its broker: linked on the same machine, else
// moved over the transfer socket.  Used by one thread.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "blob/cas.h"
#include "transport/socket.h"

namespace mlb::worker {

/// Where the broker's blobs are; from its Welcome.
struct BlobSource {
  std::string transfer;  ///< endpoint
  std::string blob_dir;  ///< usable when on the same machine
  bool same_machine = false;
};

/// How a blob is brought to the broker.
enum class BlobPath {
  shortest,  ///< linked when the broker's files are on this machine
  socket,    ///< the broker said that it does not have what was linked
};

class BlobAccess {
 public:
  /// `cache_dir`: blobs that this worker has fetched, at most `cache_size`
  /// bytes of them.  `stop` may be set by another thread to end a transfer.
  BlobAccess(std::string cache_dir, std::uint64_t cache_size,
             const std::atomic<bool>& stop);

  void use(BlobSource source) { source_ = std::move(source); }
  /// Puts the blob at `path`.
  Result<> fetch(const Digest& digest, const std::string& path);
  /// Brings a file to the broker; durable there when it returns.  Two
  /// containers may have one machine id: then the files found beside are not
  /// the broker's, and it asks for the blob again.
  Result<> deliver(const std::string& path, const blob::Stored& blob,
                   BlobPath by);

 private:
  Result<> download(const Digest& digest, const std::string& path);
  Result<> upload(const std::string& path, const blob::Stored& blob);

  std::string cache_dir_;
  std::uint64_t cache_size_;
  const std::atomic<bool>& stop_;
  BlobSource source_;
  transport::Context context_;
};

}  // namespace mlb::worker
