// See transfer_thread.h.
#include "transfer_thread.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/file.h"
#include "base/time.h"
#include "blob/transfer.h"

namespace mlb::tool {
namespace {

constexpr int kDrain = 64;  // frames of up to 256 KiB before looking around

Fd event() {
  return Fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
}

void raise(const Fd& fd) {
  const std::uint64_t one = 1;
  // It only fails when it is raised already.
  [[maybe_unused]] const auto put = ::write(fd.get(), &one, sizeof one);
}

void lower(const Fd& fd) {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(fd.get(), &count, sizeof count);
}

}  // namespace

struct TransferThread::Shared {
  std::optional<transport::Router> router;  // the thread's
  std::optional<blob::Server> server;       // the thread's
  std::string endpoint;
  Fd news = event();
  Fd stop = event();
  std::atomic<bool> low{false};
  std::mutex mutex;
  std::vector<blob::Stored> stored;  // under the mutex
  std::thread thread;

  void run();
  void serve_waiting();
  void tell(std::vector<blob::Stored> blobs);
};

void TransferThread::Shared::run() {
  for (;;) {
    std::array items{transport::PollItem{.socket = &router->socket(), .fd = -1},
                     transport::PollItem{.socket = nullptr, .fd = stop.get()}};
    transport::poll(items, 5s);
    if (items[1].ready) break;
    serve_waiting();
    server->tick(read_clock().mono);
    // Without this a removed path would cut new peers off for ever.
    if (!router->is_in_place()) {
      [[maybe_unused]] const auto bound = router->rebind();
    }
  }
  router->unbind();
}

void TransferThread::Shared::serve_waiting() {
  for (int i = 0; i < kDrain; ++i) {
    const auto in = router->receive();
    if (!in) return;
    server->set_disk_low(low);  // said before this frame came, it holds
    auto reaction = server->handle(in->frame, read_clock().mono);
    // What a slow peer misses it asks for again.
    for (const auto& frame : reaction.frames) router->send(in->from, frame);
    if (!reaction.stored.empty()) tell(std::move(reaction.stored));
  }
}

void TransferThread::Shared::tell(std::vector<blob::Stored> blobs) {
  const std::lock_guard lock(mutex);
  stored.insert(stored.end(), blobs.begin(), blobs.end());
  raise(news);
}

Result<TransferThread> TransferThread::start(transport::Context& context,
                                             const std::string& url,
                                             blob::Cas cas) {
  transport::Options options;
  options.max_message = 2 * blob::kChunk;
  auto router = transport::Router::bind(context, url, options);
  if (!router) return std::move(router).fail();
  TransferThread out;
  Shared& shared = *out.shared_;
  shared.endpoint = router->endpoint();
  shared.router.emplace(std::move(*router));
  shared.server.emplace(std::move(cas));
  shared.thread = std::thread([&shared] { shared.run(); });
  return out;
}

TransferThread::TransferThread() : shared_(std::make_unique<Shared>()) {}
TransferThread::TransferThread(TransferThread&&) noexcept = default;
TransferThread& TransferThread::operator=(TransferThread&&) noexcept = default;

TransferThread::~TransferThread() {
  if (!shared_ || !shared_->thread.joinable()) return;
  raise(shared_->stop);
  shared_->thread.join();
}

const std::string& TransferThread::endpoint() const {
  return shared_->endpoint;
}
void TransferThread::set_disk_low(bool low) {
  shared_->low = low;
}
int TransferThread::event_fd() const {
  return shared_->news.get();
}

std::vector<blob::Stored> TransferThread::take_stored() {
  const std::lock_guard lock(shared_->mutex);
  lower(shared_->news);
  return std::exchange(shared_->stored, {});
}

}  // namespace mlb::tool
