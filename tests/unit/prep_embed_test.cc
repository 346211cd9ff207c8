// What an embedding makes of columns: codes, and what cannot be one.
#include <catch2/catch.hpp>

#include "prep_world.h"

using namespace mlb;
using namespace mlb::prep;

namespace {

using Floats = std::vector<float>;

/// The column beside y = 0, 1, 2 ...
table::Table beside_y(table::Column column) {
  std::vector<double> y;
  for (std::size_t i = 0; i < column.codes.size(); ++i) {
    y.push_back(static_cast<double>(i));
  }
  return table_of({std::move(column), reals("y", y)});
}

/// A job whose net embeds these columns.
JobSpec embedding(const std::string& columns,
                  const ColumnRule& rule = {.pattern = ""}) {
  JobSpec out = spec_for("y");
  if (!rule.pattern.empty()) out.columns = {rule};
  out.model = NetSpec{
      .layers = {{.type = LayerType::embed, .columns = columns}}, .input = {}};
  return out;
}

}  // namespace

TEST_CASE("a category that is embedded becomes its code") {
  auto t = beside_y(categories("x", {"b", "a", "", "c", "b", "zzz"}));
  t.columns.push_back(reals("n", {1, 2, 3, 4, 5, 6}));
  const auto plan = fitted(t, {0, 1, 2, 3, 4}, embedding("*"));
  REQUIRE(plan.features.size() == 2);
  const Feature& x = plan.features[0];
  CHECK(x.kind == FeatureKind::code);
  CHECK(x.levels == std::vector<std::string>{"a", "b", "c"});
  CHECK(plan.output_names() == std::vector<std::string>{"x (code)", "n"});
  // Missing and unknown share the place behind the levels.
  const auto m = apply(plan, t, {0, 1, 2, 3, 5});
  REQUIRE(m);
  const std::vector<float> wanted{1, 0, 3, 2, 3};
  for (std::size_t i = 0; i < 5; ++i) CHECK(m->row(i)[0] == wanted[i]);
  const Bytes bytes = saved(plan);
  Reader reader(bytes);
  CHECK(saved(*Plan::load(reader)) == bytes);
}

TEST_CASE("the rules of an embedded column hold") {
  const auto t = beside_y(categories("x", {"b", "a", "", "b", "zzz"}));
  const auto codes = [&](const ColumnRule& rule) -> Result<Matrix> {
    const auto plan = fitted(t, {0, 1, 2, 3}, embedding("x", rule));
    return apply(plan, t, {2, 4});
  };
  CHECK(codes({.pattern = "x", .missing = Missing::mode})->values ==
        Floats{1, 2});
  CHECK(codes({.pattern = "x", .missing = Missing::indicator})->values ==
        Floats{1, 1, 2, 0});
  CHECK(codes({.pattern = "x", .scale = Scale::standard})->values ==
        Floats{2, 2});
  CHECK_FALSE(codes({.pattern = "x", .unknown = Unknown::error}));
}

TEST_CASE("an embedding that finds no category is refused by name") {
  auto t = beside_y(categories("x", {"a", "b", "a"}));
  t.columns.push_back(reals("n", {1, 2, 3}));
  const auto of = [&](const JobSpec& spec) {
    return fit_refusal(t, first_rows(3), spec);
  };
  CHECK(of(embedding("n")) ==
        "model.layers[0]: embed: column 'n' is real, no category; write "
        "columns: {n: {type: category}}");
  CHECK(of(embedding("z*")) ==
        "model.layers[0]: embed: the data has no column like 'z*'");
  CHECK(of(embedding("n*")) ==
        "model.layers[0]: embed: no feature like 'n*' is a category");
  CHECK(of(embedding("*", {.pattern = "x", .encode = Encode::onehot})) ==
        "model.layers[0]: embed: no feature like '*' is a category");
  JobSpec without = embedding("x");
  without.features.exclude = {"x"};
  CHECK(of(without) == "model.layers[0]: embed: column 'x' is no feature");
  // What columns encodes otherwise stays beside.
  const auto both = categories("w", {"p", "q", "q"});
  t.columns.push_back(both);
  const auto plan =
      fitted(t, first_rows(3),
             embedding("*", {.pattern = "x", .encode = Encode::onehot}));
  CHECK(plan.output_names() ==
        std::vector<std::string>{"x=a", "x=b", "n", "w (code)"});
}
