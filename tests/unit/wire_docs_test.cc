// docs/protocol.md names every message type with all of its fields.
#include <catch2/catch.hpp>

#include <sstream>

#include "base/file.h"
#include "wire/wire.h"
#include "wire_random.h"

namespace mlb::wire {
namespace {

struct Names {
  std::vector<std::string> list;
  template <class T>
  void operator()(const char* name, T&) {
    list.push_back(name);
  }
};

/// The text at position 1 of a frame (a short one: its length is in a byte).
std::string type_of(const Message& m) {
  auto frame = encode(m);
  REQUIRE(frame);
  const std::size_t size = (*frame)[2] & 0x1f;
  return {frame->begin() + 3, frame->begin() + 3 + static_cast<long>(size)};
}

std::string row_of(const std::string& page, const std::string& type) {
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("| " + type + " |", 0) == 0) return line;
  }
  return {};
}

bool has_word(const std::string& text, const std::string& word) {
  for (auto at = text.find(word); at != std::string::npos;
       at = text.find(word, at + 1)) {
    const auto inside = [](char c) { return std::isalnum(c) || c == '_'; };
    if (!inside(text[at - 1]) && !inside(text[at + word.size()])) return true;
  }
  return false;
}

TEST_CASE("the protocol page lists every field of every message") {
  const auto page = read_file(MLB_SOURCE_DIR "/docs/protocol.md");
  REQUIRE(page);
  for (std::size_t i = 0; i < std::variant_size_v<Body>; ++i) {
    Message m;
    Fill::emplace(m.body, i);
    const std::string row = row_of(*page, type_of(m));
    INFO(type_of(m));
    REQUIRE_FALSE(row.empty());
    Names names;
    std::visit([&](auto& body) { fields(names, body); }, m.body);
    for (const auto& name : names.list) {
      INFO(name);
      CHECK(has_word(row, name));
    }
  }
}

}  // namespace
}  // namespace mlb::wire
