// See blob_access.h.
#include "blob_access.h"

#include <unistd.h>

#include "base/time.h"
#include "blob/transfer.h"

namespace mlb::worker {
namespace {

blob::Line line_to(transport::Dealer& dealer, const std::atomic<bool>& stop) {
  return {
      .send =
          [&](ByteView frame) {
            return dealer.send(frame) == transport::Sent::sent;
          },
      .receive = [&](Millis wait) -> std::optional<Bytes> {
        if (auto frame = dealer.receive()) return frame;
        transport::PollItem item{.socket = &dealer.socket()};
        transport::poll({&item, 1}, wait);
        return dealer.receive();
      },
      .now = [] { return read_clock().mono; },
      .stop = [&] { return stop.load(); },
  };
}

}  // namespace

BlobAccess::BlobAccess(std::string cache_dir, std::uint64_t cache_size,
                       const std::atomic<bool>& stop)
    : cache_dir_(std::move(cache_dir)), cache_size_(cache_size), stop_(stop) {}

Result<> BlobAccess::fetch(const Digest& digest, const std::string& path) {
  ::unlink(path.c_str());
  if (source_.same_machine) {
    auto cas = blob::Cas::open_existing(source_.blob_dir);
    if (cas && cas->has(digest)) {
      return cas->take_out(digest, path, blob::Way::link);
    }
  }
  auto cache = blob::Cas::open(cache_dir_);
  if (!cache) return std::move(cache).fail();
  const bool known = cache->has(digest);
  if (!known) {
    const std::string incoming = cache->incoming_path(digest);
    auto got = download(digest, incoming);
    if (got) got = cache->adopt(digest);
    if (!got) return got;
  }
  auto taken = cache->take_out(digest, path, blob::Way::link);
  cache->touch(digest);
  if (!known) cache->trim(cache_size_);
  return taken;
}

Result<> BlobAccess::download(const Digest& digest, const std::string& path) {
  auto dealer = transport::Dealer::connect(context_, source_.transfer);
  if (!dealer) return std::move(dealer).fail();
  auto transfer = blob::Downloader::open(path, digest);
  if (!transfer) return std::move(transfer).fail();
  return blob::run(*transfer, line_to(*dealer, stop_));
}

Result<> BlobAccess::deliver(const std::string& path, const blob::Stored& blob,
                             BlobPath by) {
  if (source_.same_machine && by == BlobPath::shortest) {
    auto cas = blob::Cas::open_existing(source_.blob_dir);
    if (cas) {
      auto stored = cas->put_file(path, blob::Way::link, blob.digest);
      if (!stored) return std::move(stored).fail();
      return {};
    }
  }
  return upload(path, blob);
}

Result<> BlobAccess::upload(const std::string& path, const blob::Stored& blob) {
  auto dealer = transport::Dealer::connect(context_, source_.transfer);
  if (!dealer) return std::move(dealer).fail();
  auto transfer = blob::Uploader::open(path, blob);
  if (!transfer) return std::move(transfer).fail();
  return blob::run(*transfer, line_to(*dealer, stop_));
}

}  // namespace mlb::worker
