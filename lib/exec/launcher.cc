// The worker's end of the launcher.  See launcher.h.
#include "exec/launcher.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "exec/packet.h"

namespace mlb::exec {

Result<Launcher> Launcher::fork_now() {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    return Error{Fault::data, "socketpair: " + errno_text(errno)};
  }
  Fd ours(pair[0]);
  Fd theirs(pair[1]);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return Error{Fault::data, "fork: " + errno_text(errno)};
  if (pid == 0) {
    ours.reset();
    run_launcher(theirs.get(), parent);
  }
  return Launcher(std::move(ours));
}

Result<> Launcher::launch(const LaunchRequest& request) {
  return send_packet(socket_.get(), encode(request));
}

Result<> Launcher::end(std::uint64_t id, bool hard) {
  Writer w;
  w.number(static_cast<std::uint8_t>(hard ? Request::end_hard : Request::end));
  w.number(id);
  return send_packet(socket_.get(), w.bytes());
}

Result<std::optional<LaunchEvent>> Launcher::receive() {
  auto packet = receive_packet(socket_.get(), false);
  if (!packet) return std::optional<LaunchEvent>();
  if (packet->closed) {
    return Error{Fault::not_found, "the launcher process is gone"};
  }
  auto event = decode_event(packet->bytes);
  if (!event) return std::move(event).fail();
  event->progress = std::move(packet->descriptor);
  return std::optional(std::move(*event));
}

}  // namespace mlb::exec
