// Every message through the codec and back, and what must be refused.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>

#include "wire/wire.h"
#include "wire_random.h"

namespace mlb::wire {
namespace {

constexpr std::size_t kTypes = std::variant_size_v<Body>;

Message random_message(std::size_t type, std::uint64_t seed) {
  Message m;
  Fill fill(seed);
  fill.put(m.header);
  Fill::emplace(m.body, type);
  std::visit([&](auto& body) { fill.put(body); }, m.body);
  return m;
}

Bytes encoded(const Message& m) {
  auto frame = encode(m);
  REQUIRE(frame);
  return std::move(*frame);
}

/// A frame in hand-made msgpack: maps and arrays of up to 15, short texts.
class Hand {
 public:
  Hand& byte(int value) {
    out.push_back(static_cast<std::uint8_t>(value));
    return *this;
  }
  Hand& map(int size) { return byte(0x80 | size); }
  Hand& array(int size) { return byte(0x90 | size); }
  Hand& text(std::string_view value) {
    byte(0xa0 | static_cast<int>(value.size()));
    out.insert(out.end(), value.begin(), value.end());
    return *this;
  }
  Hand& uuid() {
    byte(0xc4).byte(16);
    out.resize(out.size() + 16, 7);
    return *this;
  }
  /// The six fields of a header.
  Hand& header() {
    text("store").uuid().text("timeline").uuid().text("epoch").byte(1);
    text("session").map(3).text("peer").uuid();
    text("counter").byte(1).text("nonce").byte(9);
    return text("n").byte(5).text("seen").byte(0);
  }
  Bytes out;
};

Hand cancel_frame(int fields) {
  Hand hand;
  hand.array(3).byte(kProtocol).text("cancel").map(fields).header();
  return hand;
}

std::string refusal(const Bytes& frame) {
  auto m = decode(frame);
  return m ? "taken" : m.error().message;
}

TEST_CASE("every message comes back as it was") {
  for (std::size_t type = 0; type < kTypes; ++type) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      const Message m = random_message(type, seed * 100 + type);
      auto back = decode(encoded(m));
      INFO("type " << type << " seed " << seed);
      REQUIRE(back);
      CHECK(back->body.index() == type);
      CHECK(dump_of_message(*back) == dump_of_message(m));
    }
  }
}

TEST_CASE("random bytes never crash the decoder") {
  Rng rng(17);
  for (int i = 0; i < 20000; ++i) {
    Bytes junk(rng.below(60));
    for (auto& byte : junk) byte = static_cast<std::uint8_t>(rng.next());
    // Most start like a frame, so that they get past the first test.
    if (i % 2 == 0) junk.insert(junk.begin(), {0x93, 1, 0xa4});
    CHECK_FALSE(decode(junk));
  }
}

TEST_CASE("changed frames are refused or decode to something encodable") {
  Rng rng(23);
  for (int i = 0; i < 20000; ++i) {
    Bytes frame = encoded(random_message(rng.below(kTypes), rng.next()));
    frame[rng.below(frame.size())] ^= static_cast<std::uint8_t>(rng.next());
    if (i % 3 == 0) frame.resize(rng.below(frame.size()) + 1);
    if (auto m = decode(frame)) CHECK(decode(encoded(*m)));
  }
}

TEST_CASE("a hand-made frame is taken") {
  Hand good = cancel_frame(7);
  auto m = decode(good.text("job").uuid().out);
  REQUIRE(m);
  CHECK(m->header.n == 5);
  CHECK(m->header.session.nonce == 9);
  CHECK(std::get<Cancel>(m->body).job.raw[0] == 7);
}

TEST_CASE("the keys of a body may come in any order") {
  Hand hand;
  hand.array(3).byte(kProtocol).text("cancel").map(7);
  CHECK(decode(hand.text("job").uuid().header().out));
}

TEST_CASE("a missing key is named") {
  CHECK(refusal(cancel_frame(6).out) == "bad message: cancel: job is missing");
}

TEST_CASE("an unknown key is refused") {
  Hand hand = cancel_frame(8);
  CHECK(refusal(hand.text("job").uuid().text("jbo").byte(1).out) ==
        "bad message: cancel: has an unknown key or one that stands twice");
}

TEST_CASE("a key that stands twice is refused") {
  Hand hand = cancel_frame(8);
  hand.text("job").uuid().text("job").uuid();
  CHECK_FALSE(decode(hand.out));
}

/// Where `part` stands in `bytes`.
Bytes::iterator find(Bytes& bytes, const Bytes& part) {
  const auto at =
      std::search(bytes.begin(), bytes.end(), part.begin(), part.end());
  REQUIRE(at != bytes.end());
  return at;
}

TEST_CASE("a key of a free map that stands twice is refused") {
  Item item;
  item.point.metrics["a"] = 0;
  item.point.metrics["b"] = 0;
  Bytes encoded = encode_item(item);
  REQUIRE(decode_item(encoded));
  *(find(encoded, {0xa1, 'b'}) + 1) = 'a';
  auto back = decode_item(encoded);
  REQUIRE_FALSE(back);
  CHECK(back.error().message == "bad message: point: metrics: a stands twice");
}

TEST_CASE("a byte after the end is refused") {
  Bytes frame = encoded(random_message(0, 5));
  CHECK(decode(frame));
  frame.push_back(0);
  CHECK(refusal(frame) == "bad message: bytes after its end");
}

TEST_CASE("every cut of a frame is refused") {
  const Bytes frame = encoded(random_message(1, 6));
  for (std::size_t size = 0; size < frame.size(); ++size) {
    CHECK_FALSE(decode(ByteView(frame).first(size)));
  }
}

TEST_CASE("another protocol and an unknown type are refused") {
  Hand later;
  later.array(3).byte(kProtocol + 1).text("cancel").map(7).header();
  CHECK(refusal(later.text("job").uuid().out) ==
        "bad message: unsupported protocol");
  Hand other;
  other.array(3).byte(kProtocol).text("cancle").map(7).header();
  CHECK(refusal(other.text("job").uuid().out) == "bad message: unknown type");
  Hand number;
  number.array(3).byte(kProtocol).byte(2).map(7).header();
  CHECK(refusal(number.text("job").uuid().out) == "bad message: unknown type");
}

TEST_CASE("an array that is too short or too long is refused") {
  Hand two;
  CHECK_FALSE(decode(two.array(2).byte(kProtocol).text("ping").out));
  Hand four;
  four.array(4).byte(kProtocol).text("cancel").map(7).header();
  CHECK_FALSE(decode(four.text("job").uuid().byte(0).out));
}

TEST_CASE("a pair of one is refused") {
  Message m{{}, Jobs{}};
  std::get<Jobs>(m.body).jobs.resize(1);
  std::get<Jobs>(m.body).jobs[0].waiting = {{"c", "t"}};
  Bytes frame = encoded(m);
  const auto at = find(frame, {0x92, 0xa1, 'c', 0xa1, 't'});
  *at = 0x91;
  frame.erase(at + 3, at + 5);
  CHECK(refusal(frame) == "bad message: jobs: jobs: waiting: is not a pair");
}

TEST_CASE("a number beyond the range of its field is refused") {
  Item item;
  item.log.stream = 255;
  Bytes encoded = encode_item(item);
  const auto at = find(encoded, {0xcc, 0xff});
  *at = 0xcd;  // 255 becomes 256, in two bytes
  *(at + 1) = 0x01;
  encoded.insert(at + 2, 0x00);
  auto back = decode_item(encoded);
  REQUIRE_FALSE(back);
  CHECK(back.error().message == "bad message: log: stream: is too large");
}

TEST_CASE("values of another kind are refused") {
  const auto replaced = [](int with) {
    Hand hand = cancel_frame(7);
    hand.text("job").uuid();
    const auto at = find(hand.out, {0xa1, 'n', 0x05});
    *(at + 2) = static_cast<std::uint8_t>(with);
    return refusal(hand.out);
  };
  CHECK(replaced(0x05) == "taken");
  CHECK(replaced(0xff) == "bad message: cancel: n: is negative");
  CHECK(replaced(0xc3) == "bad message: cancel: n: is not a whole number");
  CHECK(replaced(0xc0) == "bad message: cancel: n: is not a whole number");
  CHECK(replaced(0xa0) == "bad message: cancel: n: is not a whole number");
  CHECK(replaced(0x90) == "bad message: cancel: n: is not a whole number");
}

TEST_CASE("an enum beyond its last value is refused") {
  Message m{{}, CancelTaken{{}, JobState::cancelled}};
  Bytes frame = encoded(m);
  REQUIRE(frame.back() == 5);
  frame.back() = 6;
  CHECK(refusal(frame) ==
        "bad message: cancel_taken: state: is outside its list of values");
}

TEST_CASE("a list of 2^32 elements in five bytes is refused at once") {
  CHECK_FALSE(decode(Bytes{0xdd, 0xff, 0xff, 0xff, 0xff}));
  CHECK_FALSE(decode(Bytes{0xdf, 0xff, 0xff, 0xff, 0xff}));
  CHECK_FALSE(decode(Bytes{0xc6, 0xff, 0xff, 0xff, 0xff}));
  CHECK_FALSE(decode(Bytes{0xdb, 0xff, 0xff, 0xff, 0xff}));
}

TEST_CASE("32 levels are the deepest") {
  // A deep value is refused either way; the reason tells which rule did it.
  CHECK(refusal(Bytes(32, 0x91)) != refusal(Bytes(33, 0x91)));
  CHECK(refusal(Bytes(100000, 0x91)).find("depth") != std::string::npos);
}

}  // namespace
}  // namespace mlb::wire
