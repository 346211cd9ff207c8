// Drift: rows that lie otherwise than the training rows are noticed, and only
// those.
#include <catch2/catch.hpp>

#include "base/rng.h"
#include "prep/drift.h"
#include "prep_world.h"

using namespace mlb;
using namespace mlb::prep;

namespace {

std::vector<double> normals(std::size_t count, double mean,
                            std::uint64_t seed) {
  Rng rng(seed);
  std::vector<double> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(rng.normal() + mean);
  return out;
}

/// A column x, with a target that it does not tell.
table::Table with_target(table::Column x) {
  auto out = table_of({std::move(x)});
  std::vector<double> y;
  for (std::size_t i = 0; i < out.rows; ++i) {
    y.push_back(static_cast<double>(i % 7));
  }
  out.columns.push_back(reals("y", y));
  return out;
}

Plan plan_for(const table::Column& x) {
  const auto table = with_target(x);
  return fitted(table, first_rows(table.rows), spec_for("y"));
}

std::vector<std::string> drifted(const Plan& plan, const table::Column& x) {
  DriftCounter counter(plan);
  counter.add(table_of({x}));
  std::vector<std::string> out;
  for (const auto& drift : counter.drifts()) out.push_back(drift.column);
  return out;
}

const std::vector<std::string> kNothing;
const std::vector<std::string> kX{"x"};

std::vector<std::string> levels(std::size_t a, std::size_t b,
                                const std::string& other) {
  std::vector<std::string> out(a, "a");
  out.insert(out.end(), b, "b");
  out.insert(out.end(), 200 - a - b, other);
  return out;
}

}  // namespace

TEST_CASE("the stability index is the sum over bins, half a row in each") {
  // (a - e) ln(a / e) of e = 50.5/101 twice, a = 90.5/101 and 10.5/101.
  CHECK(stability_index({50, 50}, {90, 10}) ==
        Approx(0.8530592449672882).epsilon(1e-12));
  CHECK(stability_index({10, 20, 30, 40}, {40, 30, 20, 10}) ==
        Approx(0.8719768526109903).epsilon(1e-12));
  CHECK(stability_index({3, 4}, {300, 400}) < 0.001);
  CHECK(std::isfinite(stability_index({0, 100}, {100, 0})));
}

TEST_CASE("the training rows are kept as ten bins of equal counts") {
  std::vector<double> values;
  for (int i = 0; i < 200; ++i) values.push_back(i);
  const Input input = plan_for(reals("x", values)).inputs.at(0);
  CHECK(input.name == "x");
  CHECK(input.type == table::Type::real);
  CHECK(input.edges ==
        std::vector<double>{20, 40, 60, 80, 100, 120, 140, 160, 180});
  CHECK(input.counts ==
        std::vector<std::uint64_t>{20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 0});
}

TEST_CASE("few distinct numbers make few bins, missing ones one of their own") {
  std::vector<double> values(150, 1);
  values.resize(180, 5);
  values.resize(200, kNone);
  const Input input = plan_for(reals("x", values)).inputs.at(0);
  CHECK(input.edges == std::vector<double>{1, 5});
  CHECK(input.counts == std::vector<std::uint64_t>{0, 150, 30, 20});
}

TEST_CASE("the largest levels are kept, the others together") {
  std::vector<std::string> values(60, "often");
  for (int i = 0; i < 12; ++i)
    values.insert(values.end(), 5, "l" + std::to_string(i + 10));
  values.resize(130, "");
  const Input input = plan_for(categories("x", values)).inputs.at(0);
  CHECK(input.levels.size() == 10);
  CHECK(input.levels[0] == "l10");
  CHECK(input.levels[8] == "l18");
  CHECK(input.levels[9] == "often");
  CHECK(input.counts[8] == 5);
  CHECK(input.counts[9] == 60);
  CHECK(input.counts[10] == 15);  // l19 to l21
  CHECK(input.counts[11] == 10);
}

TEST_CASE("another part of the same population has not drifted") {
  const Plan plan = plan_for(reals("x", normals(5000, 0, 1)));
  for (std::uint64_t seed = 2; seed < 40; ++seed) {
    CAPTURE(seed);
    CHECK(drifted(plan, reals("x", normals(150, 0, seed))) == kNothing);
  }
}

TEST_CASE("a shift by one deviation is drift") {
  const Plan plan = plan_for(reals("x", normals(5000, 0, 1)));
  CHECK(drifted(plan, reals("x", normals(1000, 1, 2))) == kX);
}

TEST_CASE("values that begin to be missing are drift") {
  auto values = normals(1000, 0, 1);
  const Plan plan = plan_for(reals("x", values));
  for (std::size_t i = 0; i < 400; ++i) values[i] = kNone;
  CHECK(drifted(plan, reals("x", values)) == kX);
}

TEST_CASE("other shares of levels, and new levels, are drift") {
  const Plan plan = plan_for(categories("x", levels(100, 100, "")));
  CHECK(drifted(plan, categories("x", levels(105, 95, ""))) == kNothing);
  CHECK(drifted(plan, categories("x", levels(190, 10, ""))) == kX);
  CHECK(drifted(plan, categories("x", levels(60, 60, "new"))) == kX);
}

TEST_CASE("fewer than 100 rows are not judged, now or in training") {
  const auto many = normals(1000, 0, 1);
  const auto shifted = [](std::size_t count) {
    return reals("x", normals(count, 9, 2));
  };
  CHECK(drifted(plan_for(reals("x", many)), shifted(99)) == kNothing);
  CHECK(drifted(plan_for(reals("x", many)), shifted(100)) == kX);
  const auto few = plan_for(reals("x", normals(99, 0, 1)));
  CHECK(drifted(few, shifted(1000)) == kNothing);
}

TEST_CASE("dates are not judged: those to come are new") {
  table::Column date = integers("x", {});
  date.type = table::Type::date;
  for (int i = 0; i < 200; ++i) date.integers.push_back(i * 86'400'000'000);
  const Plan plan = plan_for(date);
  CHECK(plan.inputs.at(0).date_format == "%F");
  CHECK(plan.inputs.at(0).counts.empty());
  for (auto& day : date.integers) day += 10'000 * 86'400'000'000;
  CHECK(drifted(plan, date) == kNothing);
}

TEST_CASE("counters of parts together count as one of the whole") {
  const Plan plan = plan_for(reals("x", normals(1000, 0, 1)));
  DriftCounter whole(plan);
  DriftCounter first(plan);
  DriftCounter second(plan);
  const auto a = table_of({reals("x", normals(80, 2, 3))});
  const auto b = table_of({reals("x", normals(90, 2, 4))});
  whole.add(a);
  whole.add(b);
  first.add(a);
  second.add(b);
  CHECK(first.warnings().empty());
  first.add(second);
  CHECK(first.warnings() == whole.warnings());
  REQUIRE(first.warnings().size() == 1);
  CHECK(first.warnings()[0].starts_with(
      "column 'x' is not as it was in training: PSI "));
}
