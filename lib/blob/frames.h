// The frames of a transfer.  Private to lib/blob; docs/transfer.md.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/digest.h"
#include "blob/transfer.h"

namespace mlb::blob {

enum class FrameType : std::uint8_t {
  put = 1,      ///< client: I want to send this blob of `size` bytes
  chunk = 2,    ///< client: bytes at `offset` of a blob of `size`
  get = 3,      ///< client: `size` bytes from `offset`, please
  ready = 16,   ///< server: send from `offset` on
  ack = 17,     ///< server: everything before `offset` is here
  stored = 18,  ///< server: it is complete, verified and durable
  data = 19,    ///< server: bytes at `offset` of a blob of `size`
  failure = 20  ///< server: `bytes` is "code\ntext"
};

struct Frame {
  FrameType type = FrameType::put;
  Digest digest{};
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
  ByteView bytes{};  ///< into the frame that was decoded
};

Bytes encode(const Frame& frame);
/// Nothing when it is no frame of this version.
std::optional<Frame> decode(ByteView bytes);

Bytes failure_frame(const Digest& digest, const std::string& code,
                    const std::string& text);
/// The Error that a failure frame means to a client.
Error error_of(const Frame& failure);

}  // namespace mlb::blob
