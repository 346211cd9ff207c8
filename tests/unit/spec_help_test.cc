// help fields, and the manual's part that comes from the table.
#include <catch2/catch.hpp>

#include "spec_world.h"

namespace mlb::spec {
namespace {

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

std::string help(std::string_view path) {
  auto out = help_fields(path);
  return out ? *out : "error: " + out.error().message;
}

TEST_CASE("help without a path lists every field and what is reserved") {
  const std::string all = help("");
  for (const Field& field : all_fields()) {
    CAPTURE(field.path);
    CHECK(holds(all, std::string(field.path) + " "));
  }
  for (const std::string_view path : reserved_fields()) {
    CAPTURE(path);
    CHECK(holds(all, " " + std::string(path)));
  }
}

TEST_CASE("help on a field says all the table knows") {
  for (const Field& field : all_fields()) {
    CAPTURE(field.path);
    const std::string text = help(field.path);
    CHECK(text.starts_with(std::string(field.path) + "\n"));
    CHECK(holds(text, field.doc));
    CHECK(holds(text, name_of(field.type)));
    CHECK(holds(text, default_text(field)));
    CHECK(holds(text, rule_text(field)));
    CHECK(holds(text, field.words_later));
  }
}

TEST_CASE("help takes a path as it is written, and second names") {
  CHECK(help("model.lambda").starts_with("model.ridge.lambda\n"));
  CHECK(help("model.boosted_trees.lr")
            .starts_with("model.boosted_trees.learning_rate\n"));
  CHECK(help("model.layers").starts_with("model.net.layers\n"));
  CHECK(help("train.optimizer.lr")
            .starts_with("train.optimizer.learning_rate\n"));
  CHECK(holds(help("resources"), "resources.memory"));
  CHECK(holds(help("resources"), "resources.gpus"));
  CHECK(help("columns.age.type").starts_with("columns.*.type\n"));
}

TEST_CASE("help on what is reserved says so") {
  CHECK(help("priority") == "priority is not supported yet by this version\n");
}

TEST_CASE("help on no field is an error of usage with the nearest name") {
  const auto out = help_fields("train.epoch");
  REQUIRE_FALSE(out);
  CHECK(out.error().fault == Fault::usage);
  CHECK(out.error().message ==
        "no field 'train.epoch'; did you mean 'train.epochs'?");
  CHECK_FALSE(help_fields("quite.another.thing"));
}

TEST_CASE("the manual lists every field, reserved name and code") {
  const std::string page = man_fields();
  for (const Field& field : all_fields()) {
    CAPTURE(field.path);
    CHECK(holds(page, ".It Ic " + std::string(field.path) + "\n"));
  }
  for (const std::string_view path : reserved_fields()) {
    CAPTURE(path);
    CHECK(holds(page, path));
  }
  for (const CodeInfo& info : known_codes()) {
    CHECK(holds(man_codes(), ".It " + std::string(info.code) + "\n"));
  }
}

}  // namespace
}  // namespace mlb::spec
