// ROUTER and DEALER sockets with the options that measurements ask for, and
// a poll over them and plain descriptors.  Everything is one frame a message,
// nothing here blocks except poll().  The ZeroMQ headers stay in the .cc.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace mlb::transport {

/// Where a message came from: opaque, alive as long as that connection.  It
/// is an address, never an identity.
using Route = std::string;

/// One a process; outlives its sockets.  Made after every fork.
class Context {
 public:
  Context();
  ~Context();
  Context(Context&&) noexcept;
  Context& operator=(Context&&) noexcept;

 private:
  friend class Socket;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

enum class Sent {
  sent,   ///< handed to the socket; that is no acknowledgement
  again,  ///< not now: the peer is slow or not connected; nothing was sent
  gone,   ///< no peer has this route any more (Router only)
};

struct Options {
  std::uint64_t max_message = 4ull << 20;  ///< bytes; a larger one disconnects
  int high_water = 64;                     ///< messages a peer, each direction
  Millis linger{500};                      ///< for last words when closing
  Millis reconnect_min{500};  ///< a random value from here to reconnect_max
  Millis reconnect_max{2000};
  Millis reconnect_limit{15000};  ///< what doubling may reach
};

/// For workers: over a network they may be thousands, whose reconnects are
/// spread out; on this machine (ipc) few, and a person waits.
Options worker_options(const std::string& url);
/// For clients, where a person waits: reconnects after 50-200 ms.
Options client_options();

/// What Router and Dealer are made of.  Not thread-safe; movable.
class Socket {
 public:
  ~Socket();
  Socket(Socket&&) noexcept;
  Socket& operator=(Socket&&) noexcept;

 private:
  friend class Router;
  friend class Dealer;
  friend class PollAccess;
  struct Impl;
  Socket(Context& context, int type, const Options& options);
  std::unique_ptr<Impl> impl_;
};

struct Incoming {
  Route from;
  Bytes frame;
};

/// The serving end.  A send to a vanished or slow peer says so.
class Router {
 public:
  /// `url`: "tcp://127.0.0.1:0" (picks a port) or "ipc:///path" (created for
  /// this user alone).  An ipc path that another process serves is taken over
  /// silently: hold a lock before.
  static Result<Router> bind(Context& context, const std::string& url,
                             const Options& options = {});
  /// The real address, with the port that was picked.
  const std::string& endpoint() const { return endpoint_; }
  /// The next waiting message, without blocking.
  std::optional<Incoming> receive();
  Sent send(const Route& to, ByteView frame);
  /// Takes no new connections; an ipc path that is still ours is removed.
  void unbind();
  /// False when the ipc path was removed or replaced (tcp: always true).
  bool is_in_place() const { return inode_ == inode_now(); }
  /// Listens again after is_in_place() became false; connections stay.
  Result<> rebind();
  const Socket& socket() const { return socket_; }

 private:
  Router(Socket socket, std::string endpoint)
      : socket_(std::move(socket)), endpoint_(std::move(endpoint)) {}
  Result<> listen();
  std::uint64_t inode_now() const;
  Socket socket_;
  std::string endpoint_;
  std::uint64_t inode_ = 0;  ///< of the ipc path; 0: not bound, or tcp
};

/// The asking end.  Reconnects by itself for ever; messages sent meanwhile
/// wait up to the high-water mark.
class Dealer {
 public:
  static Result<Dealer> connect(Context& context, const std::string& url,
                                const Options& options = client_options());
  std::optional<Bytes> receive();
  /// `sent` or `again`.
  Sent send(ByteView frame);
  const Socket& socket() const { return socket_; }

 private:
  explicit Dealer(Socket socket) : socket_(std::move(socket)) {}
  Socket socket_;
};

/// One thing to wait for: a socket (Router::socket(), Dealer::socket()) or a
/// plain descriptor.  poll() sets `ready` when it can be read.
struct PollItem {
  const Socket* socket = nullptr;
  int fd = -1;
  bool ready = false;
};

/// Waits until an item is ready, `timeout` has passed or a signal came.
/// Returns how many are ready.
int poll(std::span<PollItem> items, Millis timeout);

/// "tcp://127.0.0.1:7070", "tcp://localhost:1", "tcp://[::1]:1", "ipc://...":
/// reachable from this machine only.
bool is_loopback(const std::string& url);
/// A well-formed "tcp://HOST:PORT" or "ipc://PATH" whose path fits.
Result<> check_url(const std::string& url);

}  // namespace mlb::transport
