// See packet.h.
#include "exec/packet.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace mlb::exec {

Result<> send_packet(int socket, ByteView bytes, int descriptor) {
  if (bytes.size() > kPacketLimit) {
    return Error{Fault::refused, "a launcher packet of " +
                                     std::to_string(bytes.size()) + " bytes"};
  }
  iovec part{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  while (::sendmsg(socket, &message, MSG_NOSIGNAL) < 0) {
    if (errno == EINTR) continue;
    return Error{Fault::data, "launcher: " + errno_text(errno)};
  }
  return {};
}

std::optional<Packet> receive_packet(int socket, bool wait) {
  Packet out;
  out.bytes.resize(kPacketLimit);
  iovec part{out.bytes.data(), out.bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = -1;
  do {
    got = ::recvmsg(socket, &message,
                    MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
  } while (got < 0 && errno == EINTR);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::nullopt;
  out.closed = got <= 0;
  out.bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    out.descriptor = Fd(descriptor);
  }
  return out;
}

Bytes encode(const LaunchRequest& request) {
  Writer w;
  w.number(static_cast<std::uint8_t>(Request::launch));
  w.number(request.id);
  w.text(request.dir);
  w.number(request.memory);
  w.number<std::uint64_t>(request.argv.size());
  for (const auto& arg : request.argv) w.text(arg);
  return w.take();
}

Result<LaunchRequest> decode_launch(Reader& reader) {
  LaunchRequest out;
  auto id = reader.number<std::uint64_t>();
  auto dir = reader.text();
  auto memory = reader.number<std::uint64_t>();
  auto count = reader.number<std::uint64_t>();
  if (!id || !dir || !memory || !count) {
    return Error{Fault::bug, "a launch request is cut short"};
  }
  out.id = *id;
  out.dir = *dir;
  out.memory = *memory;
  for (std::uint64_t i = 0; i < *count; ++i) {
    auto arg = reader.text();
    if (!arg) return std::move(arg).fail();
    out.argv.push_back(std::move(*arg));
  }
  return out;
}

Bytes encode(const LaunchEvent& event) {
  Writer w;
  w.number(static_cast<std::uint8_t>(event.type));
  w.number(event.id);
  w.number(event.pid);
  w.text(event.reason);
  w.number(event.exit_code);
  w.number(event.signal);
  w.number(event.peak_memory);
  return w.take();
}

Result<LaunchEvent> decode_event(ByteView bytes) {
  Reader reader(bytes);
  LaunchEvent out;
  auto type = reader.number<std::uint8_t>();
  auto id = reader.number<std::uint64_t>();
  auto pid = reader.number<std::uint32_t>();
  auto reason = reader.text();
  auto code = reader.number<int>();
  auto signal = reader.number<int>();
  auto peak = reader.number<std::uint64_t>();
  if (!type || !id || !pid || !reason || !code || !signal || !peak ||
      *type > static_cast<std::uint8_t>(LaunchEventType::exited)) {
    return Error{Fault::bug, "a launcher event is cut short"};
  }
  out.type = static_cast<LaunchEventType>(*type);
  out.id = *id;
  out.pid = *pid;
  out.reason = *reason;
  out.exit_code = *code;
  out.signal = *signal;
  out.peak_memory = *peak;
  return out;
}

}  // namespace mlb::exec
