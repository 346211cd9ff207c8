// What worker and launcher say to each other over a SEQPACKET socket pair.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/file.h"
#include "exec/launcher.h"

namespace mlb::exec {

inline constexpr std::size_t kPacketLimit = 16 * 1024;

enum class Request : std::uint8_t { launch = 1, end = 2, end_hard = 3 };

Result<> send_packet(int socket, ByteView bytes, int descriptor = -1);

struct Packet {
  Bytes bytes;
  Fd descriptor;
  bool closed = false;  ///< the other end is gone
};
/// Nothing when no packet is waiting.
std::optional<Packet> receive_packet(int socket, bool wait);

Bytes encode(const LaunchRequest& request);
Result<LaunchRequest> decode_launch(Reader& reader);
Bytes encode(const LaunchEvent& event);
Result<LaunchEvent> decode_event(ByteView bytes);

/// The launcher's life; never returns.
[[noreturn]] void run_launcher(int socket, int parent);

}  // namespace mlb::exec
