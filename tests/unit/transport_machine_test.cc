// The id of the machine and which addresses count as local.
#include <catch2/catch.hpp>

#include <string>

#include "transport/machine.h"
#include "transport/socket.h"

using namespace mlb;
using namespace mlb::transport;

TEST_CASE("a machine has one id, the same at every call") {
  CHECK_FALSE(machine_id().empty());
  CHECK(machine_id() == machine_id());
  CHECK(machine_id().find('\n') == std::string::npos);
  CHECK_FALSE(host_name().empty());
}

TEST_CASE("only addresses of this machine count as loopback") {
  for (const auto* url :
       {"ipc:///run/x.sock", "tcp://127.0.0.1:0", "tcp://127.8.9.1:7070",
        "tcp://localhost:7070", "tcp://[::1]:7070"}) {
    INFO(url);
    CHECK(is_loopback(url));
  }
  for (const auto* url :
       {"tcp://0.0.0.0:7070", "tcp://*:7070", "tcp://10.0.0.1:1",
        "tcp://127.evil.example:1", "tcp://localhost.evil.example:1",
        "tcp://[::]:1", "tcp://eth0:1", "udp://127.0.0.1:1", ""}) {
    INFO(url);
    CHECK_FALSE(is_loopback(url));
  }
}

TEST_CASE("a malformed address is refused with what is wanted") {
  for (const auto* url :
       {"", "tcp://", "tcp://127.0.0.1", "tcp://:70",
        "tcp://127.0.0.1:", "tcp://127.0.0.1:70000", "tcp://127.0.0.1:7x",
        "ipc://", "ipc://relative", "http://127.0.0.1:80"}) {
    INFO(url);
    const auto checked = check_url(url);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().fault == Fault::usage);
    CHECK(checked.error().message.find("want") != std::string::npos);
  }
  CHECK(check_url("tcp://127.0.0.1:0"));
  CHECK(check_url("ipc:///tmp/a.sock"));
}

TEST_CASE("a socket path fits up to 107 bytes and not one more") {
  CHECK(check_url("ipc:///" + std::string(106, 'a')));
  const auto longer = check_url("ipc:///" + std::string(107, 'a'));
  REQUIRE_FALSE(longer);
  CHECK(longer.error().message.find("107") != std::string::npos);
}
