// ONNX files: bytes that are known, and what is refused.  Whether a runtime
// predicts the same is judged by tests/e2e/onnx_agrees.sh.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>

#include "learn/describe.h"
#include "learn/export.h"
#include "learn/onnx/graph.h"
#include "unit/learn_models.h"

using namespace mlb;
using namespace mlb::learn;
using onnx::Attributes;
using onnx::Element;
using onnx::Graph;
using onnx::Message;

namespace {

std::string hex(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) {
    char pair[3];
    std::snprintf(pair, sizeof pair, "%02x", static_cast<std::uint8_t>(c));
    out += pair;
  }
  return out;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

/// The fields of a message: number and content; a varint as its bytes.
struct Part {
  std::uint64_t field = 0;
  std::string content;
};

/// Empty when the bytes are no message.
std::vector<Part> parts_of(const std::string& bytes) {
  std::vector<Part> out;
  std::size_t at = 0;
  bool good = true;
  const auto varint = [&] {
    std::uint64_t value = 0;
    for (unsigned shift = 0; good; shift += 7) {
      good = at < bytes.size() && shift < 64;
      if (!good) break;
      const auto byte = static_cast<std::uint8_t>(bytes[at++]);
      value |= (byte & 0x7full) << shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < bytes.size() && good) {
    const std::uint64_t key = varint();
    const std::size_t begun = at;
    std::uint64_t size = 4;
    if ((key & 7u) == 0) {
      (void)varint();
      size = 0;
    } else if ((key & 7u) == 2) {
      size = varint();
    } else {
      good = good && (key & 7u) == 5;
    }
    good = good && size <= bytes.size() - at;
    if (!good) return {};
    const bool text = (key & 7u) == 2;
    out.push_back({key >> 3u, text ? bytes.substr(at, size)
                                   : bytes.substr(begun, at + size - begun)});
    at += size;
  }
  return out;
}

/// The contents of one field, in order.
std::vector<std::string> all_of(const std::string& bytes, std::uint64_t field) {
  std::vector<std::string> out;
  for (const Part& part : parts_of(bytes)) {
    if (part.field == field) out.push_back(part.content);
  }
  return out;
}

}  // namespace

TEST_CASE("fields are written as Protocol Buffers documents them") {
  Message inner;
  inner.integer(1, 150);  // the example of the encoding's own page
  CHECK(hex(inner.bytes()) == "089601");
  Message outer;
  outer.message(3, inner);
  outer.text(2, "testing");
  CHECK(hex(outer.bytes()) ==
        "1a03089601"
        "120774657374696e67");
  Message edges;
  edges.integer(1, 0);
  edges.integer(16, -1);
  edges.number(4, 1.0f);
  edges.text(5, "");
  CHECK(hex(edges.bytes()) ==
        "0800"
        "8001ffffffffffffffffff01"
        "250000803f"
        "2a00");
}

TEST_CASE("a small graph has the bytes that onnx.proto asks for") {
  Graph graph;
  const auto x = graph.input("x", Element::float64, 2, "d");
  const auto y = graph.node("Neg", {x});
  graph.output(y, "x", Element::float64, 0, "");  // the input has that name
  const std::string file = graph.file("g", "", {{"k", "v"}});
  CHECK(all_of(file, 1).at(0) == "\x08");
  CHECK(all_of(file, 2).at(0) == "mlbatch");
  CHECK(hex(all_of(file, 8).at(0)) == "0a001011");  // "", 17
  CHECK(all_of(file, 8).at(1) ==
        "\x0a\x0a"
        "ai.onnx.ml"
        "\x10\x03");
  CHECK(hex(all_of(file, 14).at(0)) == "0a016b120176");
  const std::string body = all_of(file, 7).at(0);
  CHECK(all_of(body, 2).at(0) == "g");
  REQUIRE(all_of(body, 1).size() == 2);
  const std::string neg = all_of(body, 1)[0];
  CHECK(all_of(neg, 1).at(0) == "x");
  CHECK(all_of(neg, 4).at(0) == "Neg");
  CHECK(all_of(all_of(body, 1)[1], 2).at(0) == "x_");
  // x: float64, rows x 2
  CHECK(hex(all_of(all_of(body, 11).at(0), 2).at(0)) ==
        "0a10080b120c0a06"
        "1204726f7773"
        "0a020802");
  CHECK(hex(all_of(all_of(body, 12).at(0), 2).at(0)) ==
        "0a0c080b12080a06"
        "1204726f7773");
}

TEST_CASE("a constant and each kind of attribute can be read back") {
  Graph graph;
  const float pair[2] = {1, 2};
  const double wide[1] = {0.5};
  graph.constant(std::span<const float>(pair), {1, 2});
  graph.node("Op", {},
             Attributes()
                 .integer("i", 7)
                 .text("s", "word")
                 .integers("is", {1, 2})
                 .texts("ss", {"a", "b"})
                 .numbers("fs", pair)
                 .doubles("t", wide));
  const std::string body = all_of(graph.file("g", "", {}), 7).at(0);
  const std::string tensor = all_of(body, 5).at(0);
  CHECK(all_of(tensor, 1) == std::vector<std::string>{"\1", "\2"});
  CHECK(all_of(tensor, 2).at(0) == "\1");
  CHECK(hex(all_of(tensor, 9).at(0)) == "0000803f00000040");
  const auto attributes = all_of(all_of(body, 1).at(0), 5);
  REQUIRE(attributes.size() == 6);
  CHECK(all_of(attributes[0], 3).at(0) == "\7");
  CHECK(all_of(attributes[1], 4).at(0) == "word");
  CHECK(all_of(attributes[2], 8) == std::vector<std::string>{"\1", "\2"});
  CHECK(all_of(attributes[3], 9) == std::vector<std::string>{"a", "b"});
  CHECK(all_of(attributes[4], 7).size() == 2);
  CHECK(hex(all_of(all_of(attributes[5], 5).at(0), 9).at(0)) ==
        "000000000000e03f");
}

TEST_CASE("each kind of model is exported, or refused by name") {
  const std::vector<std::string> refused{"knn", "svm"};
  for (const auto& [name, packed] : every_model()) {
    CAPTURE(name);
    auto stored = unpack_model(packed);
    REQUIRE(stored);
    auto file = to_onnx_file(*stored, "d1");
    const bool cannot =
        std::find(refused.begin(), refused.end(), name) != refused.end();
    REQUIRE(static_cast<bool>(file) != cannot);
    if (cannot) {
      CHECK(file.error().fault == Fault::refused);
      CHECK(holds(file.error().message, "a model of kind " + name));
      CHECK(holds(file.error().message, "cannot be written as ONNX"));
      continue;
    }
    CHECK(to_onnx_file(*stored, "d1").value() == *file);
    const std::string body = all_of(*file, 7).at(0);
    std::vector<std::string> inputs;
    for (const auto& input : all_of(body, 11)) {
      inputs.push_back(all_of(input, 1).at(0));
    }
    CHECK(inputs == std::vector<std::string>{"n", "c", "z (hashed)", "o"});
    CHECK(all_of(all_of(body, 12).at(0), 1).at(0) == "prediction");
    CHECK(all_of(body, 12).size() == (stored->plan.classes.empty() ? 1u : 2u));
    CHECK(holds(*file, "mlbatch.sha256"));
  }
}

TEST_CASE("linear models and trees are exported as JSON, others refused") {
  for (const auto& [name, packed] : every_model()) {
    CAPTURE(name);
    auto stored = unpack_model(packed);
    auto text = to_json_file(*stored, "d1");
    const bool can = name == "ridge" || name == "logistic" ||
                     name == "linear_svm" || name == "pca" ||
                     name.starts_with("forest") || name.starts_with("boosted");
    REQUIRE(static_cast<bool>(text) == can);
    if (!can) continue;
    const Json json = Json::parse(*text);
    CHECK(json["schema"] == "mlbatch.model_export/1");
    CHECK(json["kind"] == stored->model->kind());
    CHECK(json["columns"].size() == stored->plan.width());
    CHECK(json["model"].is_object());
  }
}
