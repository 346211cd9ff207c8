// The size limits of messages, in both directions, each one past it.
#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>

#include "wire/wire.h"

namespace mlb::wire {
namespace {

struct Limit {
  const char* type;
  std::size_t bytes;
  /// A message of this type with `padding` bytes in it.
  std::function<Body(std::size_t)> make;
};

std::vector<Limit> limits() {
  const auto text = [](std::size_t n) { return std::string(n, 'x'); };
  return {
      {"ping", 64u << 10, [=](auto n) { return Ping{text(n)}; }},
      {"submit", 1u << 20,
       [](auto n) {
         Submit s;
         s.spec.resize(n);
         return s;
       }},
      {"refused", 64u << 10,
       [=](auto n) {
         return Refused{{}, "", text(n)};
       }},
      {"events", 1u << 20,
       [=](auto n) {
         Events e;
         e.live.stage = text(n);
         return e;
       }},
      {"heartbeat", 256u << 10,
       [=](auto n) {
         Heartbeat h;
         h.host = text(n);
         return h;
       }},
      {"progress", 64u << 10,
       [=](auto n) {
         Item item;
         item.message = text(n);
         return Progress{{}, {item}};
       }},
      {"finished", 256u << 10,
       [=](auto n) {
         Finished f;
         f.outcome.reason = text(n);
         return f;
       }},
      {"start", 1u << 20,
       [](auto n) {
         Start s;
         s.spec.resize(n);
         return s;
       }},
  };
}

Bytes encoded(const Body& body) {
  auto frame = encode({{}, body});
  REQUIRE(frame);
  return std::move(*frame);
}

/// What fits exactly: frames grow byte by byte once the padding is long.
std::size_t padding_for(const Limit& limit) {
  const std::size_t guess = limit.bytes - 2000;
  return guess + (limit.bytes - encoded(limit.make(guess)).size());
}

TEST_CASE("a message of exactly its limit travels") {
  for (const auto& limit : limits()) {
    INFO(limit.type);
    const Bytes frame = encoded(limit.make(padding_for(limit)));
    CHECK(frame.size() == limit.bytes);
    CHECK(decode(frame));
  }
}

TEST_CASE("one byte more is refused when encoding, and says so") {
  for (const auto& limit : limits()) {
    auto frame = encode({{}, limit.make(padding_for(limit) + 1)});
    INFO(limit.type);
    REQUIRE_FALSE(frame);
    CHECK(frame.error().fault == Fault::refused);
    CHECK(frame.error().message ==
          "a '" + std::string(limit.type) + "' message of " +
              std::to_string(limit.bytes + 1) + " bytes is over its limit of " +
              std::to_string(limit.bytes));
  }
}

TEST_CASE("one byte more is refused when decoding") {
  // The type is judged before the body: a long submit that calls itself
  // cancel is too large, not malformed.
  Submit s;
  s.source = std::string(200'000, 'x');
  Bytes frame = encoded(s);
  REQUIRE(decode(frame));
  const std::string was = "submit";
  const auto at =
      std::search(frame.begin(), frame.end(), was.begin(), was.end());
  REQUIRE(at != frame.end());
  const std::string cancel = "cancel";
  std::copy(cancel.begin(), cancel.end(), at);
  auto back = decode(frame);
  REQUIRE_FALSE(back);
  CHECK(back.error().message == "bad message: it is too large");
  CHECK_FALSE(decode(Bytes(kFrameLimit + 1)));
}

TEST_CASE("10,000 elements are the longest list") {
  ListJobs list;
  list.states.resize(10'000);
  Bytes frame = encoded(list);
  CHECK(decode(frame));
  list.states.resize(10'001);
  auto more = encode({{}, list});
  REQUIRE_FALSE(more);
  CHECK(more.error().message ==
        "a 'list_jobs' message holds a list of more than 10000");
  // The same from a peer that does not check: array16 of 10,001.
  const Bytes head{0xdc, 0x27, 0x10};
  const auto at =
      std::search(frame.begin(), frame.end(), head.begin(), head.end());
  REQUIRE(at != frame.end());
  *(at + 2) = 0x11;
  frame.insert(at + 3, 0xa0);
  CHECK_FALSE(decode(frame));
}

TEST_CASE("10,000 entries are the longest map") {
  Heartbeat beat;
  for (int i = 0; i < 10'000; ++i) beat.labels[std::to_string(i)] = "";
  CHECK(decode(encoded(beat)));
  beat.labels["one more"] = "";
  CHECK_FALSE(encode({{}, beat}));
}

TEST_CASE("a text of more than 1 MiB is refused in stored values, too") {
  EventRow row;
  row.text = std::string(1u << 20, 'x');
  CHECK(decode_event_row(encode_event_row(row)));
  row.text += 'x';
  CHECK_FALSE(decode_event_row(encode_event_row(row)));
}

}  // namespace
}  // namespace mlb::wire
