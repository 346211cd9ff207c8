// Real sockets on loopback and ipc: what arrives, and what a send says when
// it cannot arrive.
#include <catch2/catch.hpp>

#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/file.h"
#include "transport/socket.h"

using namespace mlb;
using namespace mlb::transport;

namespace {

const auto kDeadline = std::chrono::seconds(20);

/// A folder of its own, removed with its contents.
struct Folder {
  std::string path;
  Folder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "mlbXXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

std::optional<Incoming> wait_for(Router& router) {
  const auto end = std::chrono::steady_clock::now() + kDeadline;
  while (std::chrono::steady_clock::now() < end) {
    if (auto in = router.receive()) return in;
    std::array items{PollItem{.socket = &router.socket()}};
    poll(items, 100ms);
  }
  return std::nullopt;
}

std::optional<Bytes> wait_for(Dealer& dealer) {
  const auto end = std::chrono::steady_clock::now() + kDeadline;
  while (std::chrono::steady_clock::now() < end) {
    if (auto in = dealer.receive()) return in;
    std::array items{PollItem{.socket = &dealer.socket()}};
    poll(items, 100ms);
  }
  return std::nullopt;
}

Options no_linger() {
  Options out = client_options();
  out.linger = 0ms;
  return out;
}

}  // namespace

TEST_CASE("a router on port 0 names its real port and answers") {
  Context context;
  auto router = Router::bind(context, "tcp://127.0.0.1:0");
  REQUIRE(router);
  CHECK(router->endpoint().starts_with("tcp://127.0.0.1:"));
  CHECK(router->endpoint() != "tcp://127.0.0.1:0");
  auto dealer = Dealer::connect(context, router->endpoint());
  REQUIRE(dealer);
  REQUIRE(dealer->send(view_of("question")) == Sent::sent);
  auto in = wait_for(*router);
  REQUIRE(in);
  CHECK(text_of(in->frame) == "question");
  REQUIRE(router->send(in->from, view_of("answer")) == Sent::sent);
  const auto out = wait_for(*dealer);
  REQUIRE(out);
  CHECK(text_of(*out) == "answer");
  CHECK_FALSE(router->receive());
}

TEST_CASE("an ipc socket is only for its user and vanishes at unbind") {
  Folder folder;
  const std::string path = folder.path + "/s.sock";
  Context context;
  auto router = Router::bind(context, "ipc://" + path);
  REQUIRE(router);
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 077) == 0);
  router->unbind();
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a router whose path was removed listens again when told") {
  Folder folder;
  const std::string path = folder.path + "/s.sock";
  Context context;
  auto router = Router::bind(context, "ipc://" + path);
  REQUIRE(router);
  CHECK(router->is_in_place());
  std::filesystem::remove(path);
  CHECK_FALSE(router->is_in_place());
  REQUIRE(router->rebind());
  CHECK(router->is_in_place());
  auto dealer = Dealer::connect(context, "ipc://" + path);
  REQUIRE(dealer);
  REQUIRE(dealer->send(view_of("hello")) == Sent::sent);
  CHECK(wait_for(*router));
}

TEST_CASE("unbind leaves the path alone when another one took it over") {
  Folder folder;
  const std::string path = folder.path + "/s.sock";
  Context context;
  auto first = Router::bind(context, "ipc://" + path);
  REQUIRE(first);
  auto thief = Router::bind(context, "ipc://" + path);
  REQUIRE(thief);
  CHECK_FALSE(first->is_in_place());
  first->unbind();
  CHECK(std::filesystem::exists(path));
}

TEST_CASE("a send to a route that never was says gone") {
  Context context;
  auto router = Router::bind(context, "tcp://127.0.0.1:0");
  REQUIRE(router);
  CHECK(router->send("nobody", view_of("x")) == Sent::gone);
}

TEST_CASE("a send to a peer that left says gone soon") {
  Context context;
  auto router = Router::bind(context, "tcp://127.0.0.1:0");
  REQUIRE(router);
  Route route;
  {
    auto dealer = Dealer::connect(context, router->endpoint());
    REQUIRE(dealer);
    REQUIRE(dealer->send(view_of("hello")) == Sent::sent);
    auto in = wait_for(*router);
    REQUIRE(in);
    route = in->from;
  }
  const auto end = std::chrono::steady_clock::now() + kDeadline;
  Sent last = Sent::sent;
  while (last != Sent::gone && std::chrono::steady_clock::now() < end) {
    last = router->send(route, view_of("are you there"));
    poll({}, 10ms);
  }
  CHECK(last == Sent::gone);
}

TEST_CASE("a peer that does not read makes the router say again") {
  Context context;
  auto router = Router::bind(context, "tcp://127.0.0.1:0");
  REQUIRE(router);
  auto dealer = Dealer::connect(context, router->endpoint(), no_linger());
  REQUIRE(dealer);
  REQUIRE(dealer->send(view_of("hello")) == Sent::sent);
  auto in = wait_for(*router);
  REQUIRE(in);
  // 64 + 64 queued, plus what the kernel's buffers take.
  const Bytes big(256 * 1024, 7);
  Sent last = Sent::sent;
  for (int i = 0; i < 2000 && last == Sent::sent; ++i) {
    last = router->send(in->from, big);
  }
  CHECK(last == Sent::again);
}

TEST_CASE("a dealer without a broker says again when its queue is full") {
  Context context;
  Folder folder;
  auto dealer = Dealer::connect(
      context, "ipc://" + folder.path + "/nobody.sock", no_linger());
  REQUIRE(dealer);
  Sent last = Sent::sent;
  int count = 0;
  while (last == Sent::sent && count < 1000) {
    last = dealer->send(view_of("x"));
    ++count;
  }
  CHECK(last == Sent::again);
  CHECK(count <= 65);
}

TEST_CASE("a dealer finds a broker that starts later or starts again") {
  Context context;
  Folder folder;
  const std::string url = "ipc://" + folder.path + "/s.sock";
  auto dealer = Dealer::connect(context, url, no_linger());
  REQUIRE(dealer);
  for (int life = 0; life < 2; ++life) {
    auto router = Router::bind(context, url);
    REQUIRE(router);
    const auto end = std::chrono::steady_clock::now() + kDeadline;
    std::optional<Incoming> in;
    while (!in && std::chrono::steady_clock::now() < end) {
      dealer->send(view_of("hello"));
      std::array items{PollItem{.socket = &router->socket()}};
      poll(items, 100ms);
      in = router->receive();
    }
    CHECK(in);
  }
}

TEST_CASE("a message over the limit is never delivered") {
  Context context;
  Options small;
  small.max_message = 1000;
  auto router = Router::bind(context, "tcp://127.0.0.1:0", small);
  REQUIRE(router);
  auto dealer = Dealer::connect(context, router->endpoint(), no_linger());
  REQUIRE(dealer);
  REQUIRE(dealer->send(Bytes(1000, 1)) == Sent::sent);
  auto in = wait_for(*router);
  REQUIRE(in);
  CHECK(in->frame.size() == 1000);
  REQUIRE(dealer->send(Bytes(1001, 1)) == Sent::sent);
  std::array items{PollItem{.socket = &router->socket()}};
  poll(items, 300ms);
  CHECK_FALSE(router->receive());
}

TEST_CASE("poll wakes for a plain descriptor and for a timeout") {
  Context context;
  auto router = Router::bind(context, "tcp://127.0.0.1:0");
  REQUIRE(router);
  const Fd event(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  std::array items{PollItem{.socket = &router->socket()},
                   PollItem{.fd = event.get()}};
  CHECK(poll(items, 1ms) == 0);
  CHECK_FALSE(items[0].ready);
  CHECK_FALSE(items[1].ready);
  const std::uint64_t one = 1;
  REQUIRE(::write(event.get(), &one, sizeof one) == sizeof one);
  CHECK(poll(items, 10s) == 1);
  CHECK_FALSE(items[0].ready);
  CHECK(items[1].ready);
}

TEST_CASE("an address in use is an error that names it") {
  Context context;
  auto first = Router::bind(context, "tcp://127.0.0.1:0");
  REQUIRE(first);
  auto second = Router::bind(context, first->endpoint());
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find(first->endpoint()) != std::string::npos);
  CHECK(second.error().message.find("in use") != std::string::npos);
}

TEST_CASE("a worker of this machine is back at once, one of many later") {
  const Options near = worker_options("ipc:///run/mlbatch/a.sock");
  CHECK(near.reconnect_max <= 200ms);
  CHECK(near.reconnect_limit <= 1s);
  const Options far = worker_options("tcp://broker:7070");
  CHECK(far.reconnect_max - far.reconnect_min >= 1s);
  CHECK(far.reconnect_limit >= 10s);
}
