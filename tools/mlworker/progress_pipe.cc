// See progress_pipe.h.
#include "progress_pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "wire/wire.h"

namespace mlb::worker {
namespace {

constexpr std::size_t kFrameHead = 5;
constexpr std::uint32_t kLongestFrame = 64 * 1024;
constexpr std::size_t kReadACall = 256 * 1024;

}  // namespace

ProgressPipe::ProgressPipe(Fd fd) : fd_(std::move(fd)) {
  ::fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
}

Reported ProgressPipe::read() {
  Reported out;
  std::uint8_t chunk[16384];
  std::size_t total = 0;
  while (total < kReadACall) {
    const ssize_t got = ::read(fd_.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) break;
    if (got == 0) {
      out.closed = true;
      break;
    }
    buffer_.insert(buffer_.end(), chunk, chunk + got);
    total += static_cast<std::size_t>(got);
  }
  parse(out);
  return out;
}

void ProgressPipe::parse(Reported& out) {
  std::size_t at = 0;
  while (buffer_.size() - at >= kFrameHead) {
    Reader reader(ByteView(buffer_).subspan(at));
    const std::uint32_t size = *reader.number<std::uint32_t>();
    const std::uint8_t kind = *reader.number<std::uint8_t>();
    if (size > kLongestFrame) {
      out.problem = "a progress frame of " + std::to_string(size) + " bytes";
      buffer_.clear();
      return;
    }
    const auto payload = reader.raw(size);
    if (!payload) break;
    if (kind == static_cast<std::uint8_t>(ProgressKind::item)) {
      if (auto item = wire::decode_item(*payload)) {
        out.items.push_back(std::move(*item));
      } else {
        out.problem = item.error().message;
      }
    } else if (auto live = wire::decode_live(*payload)) {
      out.live.push_back(std::move(*live));
    }
    at += kFrameHead + size;
  }
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<long>(at));
}

}  // namespace mlb::worker
