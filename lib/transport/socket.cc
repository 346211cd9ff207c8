// See socket.h.  The reasons for the options are measurements: queues of 1000
// cost gigabytes when a loop stalls, a backlog of 100 makes thousands of
// reconnects slow, ROUTER drops silently unless MANDATORY is set, and the
// default linger blocks the end of a process for ever.
#include "transport/socket.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/rng.h"

namespace mlb::transport {
namespace {

constexpr int kHeartbeatMillis = 2000;
constexpr int kHeartbeatTimeoutMillis = 6000;
constexpr int kHandshakeMillis = 5000;
constexpr int kBacklog = 4096;
constexpr std::string_view kIpc = "ipc://";
constexpr std::size_t kLongestIpcPath = 107;  // sockaddr_un, less its NUL

Error zmq_error(const std::string& url, const char* what) {
  return {Fault::unreachable,
          url + ": " + what + ": " + zmq_strerror(zmq_errno())};
}

std::uint64_t random_below(std::uint64_t bound) {
  const RawUuid raw = random_uuid();
  std::uint64_t seed = 0;
  for (int i = 8; i < 16; ++i) seed = seed << 8 | raw[std::size_t(i)];
  return Rng(seed).below(bound);
}

bool is_ipc(const std::string& url) {
  return url.starts_with("ipc://");
}

void set(void* socket, int option, int value) {
  CHECK(zmq_setsockopt(socket, option, &value, sizeof value) == 0);
}

/// Only for "[::1]": otherwise 127.0.0.1 becomes "[::ffff:127.0.0.1]", and
/// "localhost" the one of its addresses that nobody serves.
void allow_ipv6(void* socket, const std::string& url) {
  set(socket, ZMQ_IPV6, url.starts_with("tcp://[") ? 1 : 0);
}

}  // namespace

struct Context::Impl {
  void* context = zmq_ctx_new();
  Impl() {
    CHECK(context != nullptr);
    CHECK(zmq_ctx_set(context, ZMQ_MAX_SOCKETS, 65000) == 0);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    while (zmq_ctx_term(context) != 0 && zmq_errno() == EINTR) {
    }
  }
};
Context::Context() : impl_(std::make_unique<Impl>()) {}
Context::~Context() = default;
Context::Context(Context&&) noexcept = default;
Context& Context::operator=(Context&&) noexcept = default;

struct Socket::Impl {
  void* socket;
  explicit Impl(void* opened) : socket(opened) { CHECK(socket != nullptr); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { zmq_close(socket); }

  /// One part of a message, without waiting; nothing when there is none.
  std::optional<Bytes> part() const {
    zmq_msg_t message;
    zmq_msg_init(&message);
    int got = 0;
    do {
      got = zmq_msg_recv(&message, socket, ZMQ_DONTWAIT);
    } while (got < 0 && zmq_errno() == EINTR);
    std::optional<Bytes> out;
    if (got >= 0) {
      const auto* data = static_cast<std::uint8_t*>(zmq_msg_data(&message));
      out.emplace(data, data + zmq_msg_size(&message));
    }
    zmq_msg_close(&message);
    return out;
  }
  bool has_more() const {
    int more = 0;
    std::size_t size = sizeof more;
    CHECK(zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size) == 0);
    return more != 0;
  }
  /// The rest of a message of a peer that does not keep to one frame.
  void drop_rest() const {
    while (has_more() && part()) {
    }
  }
  int put(ByteView bytes, int flags) const {
    int put = 0;
    do {
      put = zmq_send(socket, bytes.data(), bytes.size(), flags);
    } while (put < 0 && zmq_errno() == EINTR);
    return put;
  }
};

Socket::Socket(Context& context, int type, const Options& options) {
  impl_ = std::make_unique<Impl>(zmq_socket(context.impl_->context, type));
  void* s = impl_->socket;
  set(s, ZMQ_SNDHWM, options.high_water);
  set(s, ZMQ_RCVHWM, options.high_water);
  set(s, ZMQ_LINGER, int(options.linger.count()));
  set(s, ZMQ_HEARTBEAT_IVL, kHeartbeatMillis);
  set(s, ZMQ_HEARTBEAT_TIMEOUT, kHeartbeatTimeoutMillis);
  set(s, ZMQ_HEARTBEAT_TTL, kHeartbeatTimeoutMillis);
  set(s, ZMQ_HANDSHAKE_IVL, kHandshakeMillis);
  set(s, ZMQ_BACKLOG, kBacklog);
  const std::int64_t largest = std::int64_t(options.max_message);
  CHECK(zmq_setsockopt(s, ZMQ_MAXMSGSIZE, &largest, sizeof largest) == 0);
}
Socket::~Socket() = default;
Socket::Socket(Socket&&) noexcept = default;
Socket& Socket::operator=(Socket&&) noexcept = default;

Options client_options() {
  Options out;
  out.reconnect_min = 50ms;
  out.reconnect_max = 200ms;
  out.reconnect_limit = 1000ms;
  return out;
}

Options worker_options(const std::string& url) {
  return is_ipc(url) ? client_options() : Options{};
}

Result<Router> Router::bind(Context& context, const std::string& url,
                            const Options& options) {
  auto fits = check_url(url);
  if (!fits) return std::move(fits).fail();
  Socket socket(context, ZMQ_ROUTER, options);
  set(socket.impl_->socket, ZMQ_ROUTER_MANDATORY, 1);
  allow_ipv6(socket.impl_->socket, url);
  Router out(std::move(socket), url);
  auto listening = out.listen();
  if (!listening) return std::move(listening).fail();
  return out;
}

Result<> Router::listen() {
  void* s = socket_.impl_->socket;
  // The mode of an ipc socket follows the umask: only this user may connect.
  const mode_t before = ::umask(077);
  const int bound = zmq_bind(s, endpoint_.c_str());
  const int number = zmq_errno();
  ::umask(before);
  if (bound != 0) {
    errno = number;
    return zmq_error(endpoint_, "cannot listen");
  }
  std::array<char, 512> name{};
  std::size_t size = name.size();
  CHECK(zmq_getsockopt(s, ZMQ_LAST_ENDPOINT, name.data(), &size) == 0);
  endpoint_ = name.data();
  inode_ = inode_now();
  return {};
}

std::uint64_t Router::inode_now() const {
  struct stat info {};
  if (!is_ipc(endpoint_)) return 0;
  return ::stat(endpoint_.c_str() + kIpc.size(), &info) == 0 ? info.st_ino : 0;
}

Result<> Router::rebind() {
  zmq_unbind(socket_.impl_->socket, endpoint_.c_str());
  return listen();
}

void Router::unbind() {
  zmq_unbind(socket_.impl_->socket, endpoint_.c_str());
  // This version of the library leaves the path behind.
  if (inode_ != 0 && is_in_place()) {
    ::unlink(endpoint_.c_str() + kIpc.size());
  }
  inode_ = 0;
}

std::optional<Incoming> Router::receive() {
  const auto& impl = *socket_.impl_;
  for (;;) {
    auto route = impl.part();
    if (!route) return std::nullopt;
    // A route without a frame is a peer's mistake; the next may be right.
    if (!impl.has_more()) continue;
    auto frame = impl.part();
    impl.drop_rest();
    if (frame) {
      return Incoming{Route(text_of(*route)), std::move(*frame)};
    }
  }
}

Sent Router::send(const Route& to, ByteView frame) {
  const auto& impl = *socket_.impl_;
  if (impl.put(view_of(to), ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) {
    return zmq_errno() == EAGAIN ? Sent::again : Sent::gone;
  }
  // With MANDATORY the first part decides: the second cannot block.
  return impl.put(frame, ZMQ_DONTWAIT) < 0 ? Sent::gone : Sent::sent;
}

Result<Dealer> Dealer::connect(Context& context, const std::string& url,
                               const Options& options) {
  auto fits = check_url(url);
  if (!fits) return std::move(fits).fail();
  Socket socket(context, ZMQ_DEALER, options);
  allow_ipv6(socket.impl_->socket, url);
  // ZeroMQ's own jitter covers only the first interval, so each process
  // draws its own interval once.
  const auto spread = options.reconnect_max - options.reconnect_min;
  const auto interval =
      options.reconnect_min +
      Millis(random_below(std::uint64_t(std::max<Millis>(spread, 0ms).count()) +
                          1));
  set(socket.impl_->socket, ZMQ_RECONNECT_IVL, int(interval.count()));
  set(socket.impl_->socket, ZMQ_RECONNECT_IVL_MAX,
      int(options.reconnect_limit.count()));
  if (zmq_connect(socket.impl_->socket, url.c_str()) != 0) {
    return zmq_error(url, "cannot connect");
  }
  return Dealer(std::move(socket));
}

std::optional<Bytes> Dealer::receive() {
  auto frame = socket_.impl_->part();
  if (frame) socket_.impl_->drop_rest();
  return frame;
}

Sent Dealer::send(ByteView frame) {
  return socket_.impl_->put(frame, ZMQ_DONTWAIT) < 0 ? Sent::again : Sent::sent;
}

/// Lets poll() see the handle of a socket.
class PollAccess {
 public:
  static void* handle(const Socket& socket) { return socket.impl_->socket; }
};

int poll(std::span<PollItem> items, Millis timeout) {
  std::vector<zmq_pollitem_t> raw;
  for (const auto& item : items) {
    raw.push_back({item.socket ? PollAccess::handle(*item.socket) : nullptr,
                   item.fd, ZMQ_POLLIN, 0});
  }
  const int ready =
      zmq_poll(raw.data(), int(raw.size()), long(timeout.count()));
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].ready = ready > 0 && raw[i].revents != 0;
  }
  return std::max(ready, 0);
}

bool is_loopback(const std::string& url) {
  if (is_ipc(url)) return true;
  if (!url.starts_with("tcp://")) return false;
  const auto colon = url.rfind(':');
  const std::string host = url.substr(6, colon - 6);
  if (host == "localhost" || host == "[::1]") return true;
  // 127.0.0.0/8, as numbers: "127.evil.example" is a name.
  return host.starts_with("127.") &&
         host.find_first_not_of("0123456789.") == std::string::npos;
}

Result<> check_url(const std::string& url) {
  const auto bad = [&](const std::string& why) {
    return Error{Fault::usage, "'" + url + "': " + why};
  };
  if (is_ipc(url)) {
    const std::string path = url.substr(kIpc.size());
    if (path.empty() || path[0] != '/') {
      return bad("want an absolute path after ipc://");
    }
    if (path.size() > kLongestIpcPath) {
      return bad("the path of a socket may have at most 107 bytes, this has " +
                 std::to_string(path.size()));
    }
    return {};
  }
  if (!url.starts_with("tcp://")) {
    return bad("want tcp://HOST:PORT or ipc:///PATH");
  }
  const auto colon = url.rfind(':');
  const std::string port = colon < 6 ? "" : url.substr(colon + 1);
  const bool digits = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string::npos;
  if (colon <= 6 || !digits || std::stoi(port) > 65535) {
    return bad("want tcp://HOST:PORT with a port of 0 to 65535");
  }
  return {};
}

}  // namespace mlb::transport
