// How findings are shown to people, programs and GitHub; the codes.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "base/json.h"
#include "spec_world.h"

namespace mlb::spec {
namespace {

Diagnostic lr_too_large() {
  const auto result = parse(
      "kind: train\ndata: a.csv\ntarget: y\nmodel: net\n"
      "train: {optimizer: {lr: 15}}\n",
      "jobs/churn.yaml", fixed_options());
  REQUIRE(result.errors.size() == 1);
  return result.errors[0];
}

TEST_CASE("people see the place, the line and a caret below it") {
  const std::vector<Diagnostic> findings{lr_too_large()};
  CHECK(print_human(findings) ==
        "jobs/churn.yaml:5:25: error[E214]: train.optimizer.lr: 15 is outside "
        "(0, 10]\n"
        "  5 | train: {optimizer: {lr: 15}}\n"
        "    |                         ^^\n"
        "  default 0.001; see: mlsubmit help fields train.optimizer.lr\n"
        "1 error (nothing was submitted)\n");
}

TEST_CASE("the field that a hint names is one that help knows") {
  const std::string hint = lr_too_large().hint;
  const std::string command = "mlsubmit help fields ";
  const std::size_t at = hint.find(command);
  REQUIRE(at != hint.npos);
  CHECK(help_fields(hint.substr(at + command.size())));
}

TEST_CASE("the caret keeps its place behind tabs and wide letters") {
  const auto result = read(
      "\"kind\":\ttrain\ndata: a.csv\ntarget: y\nmodel: net\n"
      "columns: {ä:\t[]}\n");
  REQUIRE(codes(result.errors) == "5:14 E207 columns.ä");
  CHECK(print_human(result.errors).find("    |             \t^\n") !=
        std::string::npos);
}

TEST_CASE("no errors, no count; a warning is none") {
  CHECK(print_human({}).empty());
  Diagnostic warning = lr_too_large();
  warning.severity = Severity::warning;
  warning.code = "W301";
  const std::vector<Diagnostic> findings{warning};
  CHECK(print_human(findings).find("churn.yaml:5:25: warning[W301]: ") !=
        std::string::npos);
  CHECK(print_human(findings).find("submitted") == std::string::npos);
}

TEST_CASE("a line too long to show is not shown") {
  const auto result =
      read(kLeast + "seed: x # " + std::string(300, 'z') + "\n");
  REQUIRE(result.errors.size() == 1);
  CHECK(print_human(result.errors).find("zzz") == std::string::npos);
}

TEST_CASE("programs get an array of objects with the same keys") {
  Options options = fixed_options();
  options.set = {"seed=x"};
  const auto result = read_with(options, kLeast + "trian: 1\n");
  const Json out = Json::parse(print_json(result.errors));
  REQUIRE(out.is_array());
  REQUIRE(out.size() == 2);
  CHECK(out[0] == Json({{"file", "job.yaml"},
                        {"line", 5},
                        {"column", 1},
                        {"code", "E101"},
                        {"path", "trian"},
                        {"message",
                         "unknown key 'trian' at the top level; did you mean "
                         "'train'?"},
                        {"suggestion", "train"}}));
  CHECK(out[1]["file"] == "--set seed=x");
  CHECK(out[1]["line"].is_null());
  CHECK(out[1]["column"].is_null());
  CHECK(out[1]["suggestion"].is_null());
  CHECK(print_json({}) == "[]");
}

TEST_CASE("GitHub gets one annotation a finding, with its signs escaped") {
  Diagnostic d = lr_too_large();
  d.file = "a,b:c%.yaml";
  d.message = "100%\nnext";
  CHECK(print_github(std::vector<Diagnostic>{d}) ==
        "::error file=a%2Cb%3Ac%25.yaml,line=5,col=25,title=E214::100%25%0A"
        "next\n");
  d.line = 0;
  d.file = "--set a=b";
  d.severity = Severity::warning;
  CHECK(print_github(std::vector<Diagnostic>{d}) ==
        "::warning title=E214::--set a=b: 100%25%0Anext\n");
}

/// "E101" and the like in quotes in the sources of lib/spec.
std::set<std::string> codes_in_sources() {
  std::set<std::string> out;
  const std::filesystem::path folder = MLB_SOURCE_DIR "/lib/spec";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename() == "diagnostic.cc") continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (std::size_t at = 0; at + 6 <= text.size(); ++at) {
      const auto digit = [&](std::size_t i) {
        return text[at + i] >= '0' && text[at + i] <= '9';
      };
      if (text[at] == '"' && (text[at + 1] == 'E' || text[at + 1] == 'W') &&
          digit(2) && digit(3) && digit(4) && text[at + 5] == '"') {
        out.insert(text.substr(at + 1, 4));
      }
    }
  }
  return out;
}

TEST_CASE("each code is explained, and each that is explained is used") {
  std::set<std::string> known;
  for (const CodeInfo& info : known_codes()) {
    CHECK(known.insert(std::string(info.code)).second);
    CHECK_FALSE(info.meaning.empty());
  }
  CHECK(codes_in_sources() == known);
}

}  // namespace
}  // namespace mlb::spec
