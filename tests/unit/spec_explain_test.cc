// explain and the JSON Schema: what they say is what the parser does.
#include <algorithm>
#include <catch2/catch.hpp>

#include "base/json.h"
#include "spec/diagnostic.h"
#include "spec/explain.h"
#include "spec/fields.h"
#include "spec/schema.h"
#include "spec/spec.h"

namespace mlb::spec {
namespace {

/// The example with what it lacks of a spec.
std::string whole(std::string_view example) {
  if (example.starts_with("kind:") || example.starts_with("- ")) {
    return std::string(example);
  }
  std::string out;
  for (const char* line :
       {"kind: train", "data: a.csv", "target: y", "model: net"}) {
    const std::string key =
        std::string(line).substr(0, std::string(line).find(':') + 1);
    const std::string text = "\n" + std::string(example);
    if (text.find("\n" + key) == text.npos) out += std::string(line) + "\n";
  }
  return out + std::string(example) + "\n";
}

std::vector<Diagnostic> findings_of(std::string_view example) {
  auto parsed = parse(whole(example), "-");
  auto out = parsed.errors;
  out.insert(out.end(), parsed.warnings.begin(), parsed.warnings.end());
  return out;
}

TEST_CASE("each example has its code, and what to write instead has none") {
  for (const Explanation& e : explanations()) {
    CAPTURE(e.code);
    if (!e.wrong.empty()) {
      const auto found = findings_of(e.wrong);
      REQUIRE(found.size() == 1);
      CHECK(found[0].code == e.code);
    }
    if (!e.right.empty()) CHECK(findings_of(e.right).empty());
  }
}

TEST_CASE("each code is explained, and no other") {
  const auto told = explanations();
  for (const CodeInfo& info : known_codes()) {
    CAPTURE(info.code);
    const auto text = explain(info.code);
    REQUIRE(text);
    CHECK(text->starts_with(std::string(info.code) + ": "));
    CHECK(std::any_of(told.begin(), told.end(),
                      [&](const auto& e) { return e.code == info.code; }));
    CHECK(explain("")->find(info.meaning) != std::string::npos);
  }
  CHECK(told.size() == known_codes().size());
  CHECK(explain("E999").error().fault == Fault::usage);
}

TEST_CASE("the schema has every field of the table") {
  const std::string text = json_schema();
  const Json schema = Json::parse(text);
  CHECK(schema["additionalProperties"] == false);
  for (const Field* field : children_of("")) {
    CAPTURE(field->path);
    CHECK(schema["properties"].contains(std::string(last_key(field->path))));
  }
  for (const Field& field : all_fields()) {
    CAPTURE(field.path);
    if (is_unwritten(field.path)) continue;
    CHECK(text.find("\"" + std::string(last_key(field.path)) + "\"") !=
          text.npos);
  }
}

}  // namespace
}  // namespace mlb::spec
