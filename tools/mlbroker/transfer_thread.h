// The thread that moves blobs: its own socket and its own files, so that a
// large upload never delays a heartbeat.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "blob/cas.h"
#include "transport/socket.h"

namespace mlb::tool {

/// Runs from start() until it is destroyed.  The other members may be called
/// from the thread that started it.
class TransferThread {
 public:
  static Result<TransferThread> start(transport::Context& context,
                                      const std::string& url, blob::Cas cas);
  TransferThread(TransferThread&&) noexcept;
  TransferThread& operator=(TransferThread&&) noexcept;
  ~TransferThread();

  const std::string& endpoint() const;
  void set_disk_low(bool low);
  /// Readable while take_stored() has something.
  int event_fd() const;
  /// Blobs that became durable since the last call.
  std::vector<blob::Stored> take_stored();

 private:
  struct Shared;
  TransferThread();
  std::unique_ptr<Shared> shared_;
};

}  // namespace mlb::tool
