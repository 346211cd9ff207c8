// Which rows train, validate and test: fractions, strata, seeds.
#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "prep_world.h"

using namespace mlb;
using namespace mlb::prep;

namespace {

table::Table numbered(std::size_t rows) {
  std::vector<double> y(rows);
  for (std::size_t i = 0; i < rows; ++i) y[i] = static_cast<double>(i);
  return table_of({reals("y", y)});
}

Split divided(const table::Table& table, const JobSpec& spec, Task task) {
  auto out = split_rows(table, spec, task);
  if (!out) FAIL(out.error().message);
  return std::move(*out);
}

}  // namespace

TEST_CASE("every row with a target is in exactly one part, in order") {
  auto t = numbered(1000);
  t.columns[0].missing[17] = 1;
  const auto s = divided(t, spec_for("y"), Task::regression);
  std::set<std::size_t> seen;
  for (const Rows* part : {&s.train, &s.valid, &s.test}) {
    CHECK(std::is_sorted(part->begin(), part->end()));
    for (const auto row : *part) CHECK(seen.insert(row).second);
  }
  CHECK(seen.size() == 999);
  CHECK(seen.count(17) == 0);
  CHECK(s.without_target == 1);
  CHECK(s.train.size() == 699);
  CHECK(s.valid.size() == 150);
  CHECK(s.test.size() == 150);
}

TEST_CASE("the same seed divides alike, another seed otherwise") {
  const auto t = numbered(500);
  auto spec = spec_for("y");
  const auto first = divided(t, spec, Task::regression);
  CHECK(divided(t, spec, Task::regression).train == first.train);
  spec.resources.cpus = 8;
  CHECK(divided(t, spec, Task::regression).train == first.train);
  spec.seed = 1;
  const auto other = divided(t, spec, Task::regression);
  CHECK(other.train != first.train);
  // The split's own seed goes before the job's.
  spec.data.split.seed = 0;
  CHECK(divided(t, spec, Task::regression).train == first.train);
}

TEST_CASE("values do not move a row when nothing is stratified") {
  const auto spec = spec_for("y");
  const auto first = divided(numbered(300), spec, Task::regression);
  auto t = numbered(300);
  for (auto& y : t.columns[0].reals) y = -y;
  CHECK(divided(t, spec, Task::regression).test == first.test);
}

TEST_CASE("each class is divided in the same proportions") {
  std::vector<std::string> y;
  for (int i = 0; i < 400; ++i) y.push_back(i % 10 == 0 ? "rare" : "often");
  const auto t = table_of({categories("y", y)});
  auto spec = spec_for("y");
  spec.data.split = {0.5, 0.25, 0.25, {}, {}};
  const auto count = [&](const Rows& rows) {
    std::map<std::string, int> out;
    for (const auto row : rows) ++out[t.columns[0].text_of(row)];
    return out;
  };
  const auto s = divided(t, spec, Task::classification);
  CHECK(count(s.train) ==
        std::map<std::string, int>{{"often", 180}, {"rare", 20}});
  CHECK(count(s.valid) ==
        std::map<std::string, int>{{"often", 90}, {"rare", 10}});
  CHECK(count(s.test) ==
        std::map<std::string, int>{{"often", 90}, {"rare", 10}});
  spec.data.split.stratify = false;
  spec.seed = 2;
  const auto plain = divided(t, spec, Task::classification);
  CHECK(plain.train.size() == 200);
  CHECK(count(plain.train)["rare"] != 20);  // chance does as it likes
}

TEST_CASE("a part of fraction zero is empty and all sum up") {
  auto spec = spec_for("y");
  spec.data.split = {1, 0, 0, {}, {}};
  auto s = divided(numbered(7), spec, Task::regression);
  CHECK(s.train.size() == 7);
  spec.data.split = {0.8, 0, 0.2, {}, {}};
  s = divided(numbered(101), spec, Task::regression);
  CHECK(s.train.size() == 81);
  CHECK(s.valid.empty());
  CHECK(s.test.size() == 20);
}

TEST_CASE("the places of the rows are spread evenly") {
  const auto s = divided(numbered(10000), spec_for("y"), Task::regression);
  int early = 0;
  for (const auto row : s.test) early += row < 5000 ? 1 : 0;
  // 1500 draws of one half: five deviations of sqrt(1500) / 2 and some.
  CHECK(std::abs(early - 750) < 100);
}

TEST_CASE("no target column and no row to train on are refused") {
  auto none = split_rows(numbered(5), spec_for("z"), Task::regression);
  REQUIRE_FALSE(none);
  CHECK(none.error().message == "the data has no column 'z' for the target");
  const auto t = table_of({reals("y", {kNone, kNone})});
  auto empty = split_rows(t, spec_for("y"), Task::regression);
  REQUIRE_FALSE(empty);
  CHECK(empty.error().fault == Fault::data);
  CHECK(empty.error().message ==
        "no row is left to train on: 2 of 2 rows have no target");
  auto spec = spec_for("y");
  spec.data.split = {0.1, 0, 0.9, {}, {}};
  auto few = split_rows(numbered(2), spec, Task::regression);
  REQUIRE_FALSE(few);
  CHECK(few.error().message.find("no row is left to train on") == 0);
}
