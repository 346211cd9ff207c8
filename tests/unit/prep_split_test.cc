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

namespace {

std::vector<std::string> repeated(const std::vector<std::string>& of,
                                  std::size_t rows) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < rows; ++i) out.push_back(of[i % of.size()]);
  return out;
}

/// y beside a column called c.
table::Table beside(table::Column column, std::size_t rows) {
  auto t = numbered(rows);
  column.name = "c";
  t.columns.push_back(std::move(column));
  return t;
}

std::string split_refusal(const table::Table& table, const JobSpec& spec) {
  auto out = split_rows(table, spec, Task::regression);
  return out ? "divided" : out.error().message;
}

}  // namespace

TEST_CASE("a column says where each of its rows goes") {
  const auto t = beside(categories("", repeated({"a", "b", "c"}, 9)), 9);
  auto spec = spec_for("y");
  spec.data.split.by = SplitBy::column;
  spec.data.split.column = "c";
  spec.data.split.train_values = {"a"};
  spec.data.split.test_values = {"b", "c"};
  const auto s = divided(t, spec, Task::regression);
  CHECK(s.train == Rows{0, 3, 6});
  CHECK(s.valid.empty());
  CHECK(s.test == Rows{1, 2, 4, 5, 7, 8});
  spec.data.split.test_values = {"b"};
  CHECK(split_refusal(t, spec) ==
        "data.split.column: row 3 has 'c' in column 'c', which is in no list "
        "of train, valid and test");
  const auto holes = beside(categories("", {"a", "", "b"}), 3);
  CHECK(split_refusal(holes, spec) ==
        "data.split.column: row 2 has no value in column 'c'");
  spec.data.split.column = "d";
  CHECK(split_refusal(t, spec) ==
        "data.split.column: the data has no column 'd'");
}

TEST_CASE("by time the oldest train, the newest test, equals stay together") {
  auto spec = spec_for("y");
  spec.data.split = {.train = 0.5, .valid = 0.25, .test = 0.25};
  spec.data.split.by = SplitBy::time;
  spec.data.split.column = "c";
  const auto t = beside(integers("", {7, 6, 5, 4, 3, 2, 1, 0}), 8);
  const auto s = divided(t, spec, Task::regression);
  CHECK(s.train == Rows{4, 5, 6, 7});
  CHECK(s.valid == Rows{2, 3});
  CHECK(s.test == Rows{0, 1});
  // Whatever the seed.
  spec.seed = 5;
  CHECK(divided(t, spec, Task::regression).train == s.train);
  const auto tied = beside(integers("", {1, 1, 1, 1, 1, 2, 2, 3}), 8);
  const auto u = divided(tied, spec, Task::regression);
  CHECK(u.train == Rows{0, 1, 2, 3, 4});
  CHECK(u.valid == Rows{5, 6});
  CHECK(u.test == Rows{7});
  CHECK(split_refusal(beside(categories("", repeated({"a"}, 8)), 8), spec) ==
        "data.split.by_time: column 'c' is category; want numbers, dates or "
        "times");
}

TEST_CASE("a group never crosses, and the shares are nearly met") {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < 2000; ++i)
    names.push_back("g" + std::to_string(i % 97));
  const auto t = beside(categories("", names), 2000);
  auto spec = spec_for("y");
  spec.data.split.by = SplitBy::group;
  spec.data.split.column = "c";
  const auto s = divided(t, spec, Task::regression);
  std::map<std::string, std::set<int>> parts;
  int part = 0;
  for (const Rows* rows : {&s.train, &s.valid, &s.test}) {
    for (const auto row : *rows) parts[names[row]].insert(part);
    ++part;
  }
  CHECK(parts.size() == 97);
  for (const auto& [name, in] : parts) CHECK(in.size() == 1);
  // A group has 21 rows at most.
  CHECK(std::abs(static_cast<int>(s.train.size()) - 1400) <= 21);
  CHECK(std::abs(static_cast<int>(s.test.size()) - 300) <= 21);
  auto other = spec;
  other.seed = 1;
  CHECK(divided(t, other, Task::regression).train != s.train);
  // More rows of a group change nobody's part but by the shares.
  CHECK(divided(t, spec, Task::regression).train == s.train);
}

TEST_CASE("a sample is a share or a number of rows, the same each time") {
  auto spec = spec_for("y");
  spec.data.sample = 100;
  const auto t = numbered(1000);
  const auto count = [](const Split& s) {
    return s.train.size() + s.valid.size() + s.test.size();
  };
  CHECK(count(divided(t, spec, Task::regression)) == 100);
  CHECK(count(divided(numbered(50), spec, Task::regression)) == 50);
  spec.data.sample = 0.3;
  const auto s = divided(t, spec, Task::regression);
  // Five deviations of 1000 draws.
  CHECK(std::abs(static_cast<int>(count(s)) - 300) < 75);
  // More data and another seed move no row out of the sample.
  spec.seed = 9;
  const auto more = divided(numbered(2000), spec, Task::regression);
  std::set<std::size_t> kept;
  for (const Rows* part : {&more.train, &more.valid, &more.test}) {
    kept.insert(part->begin(), part->end());
  }
  for (const Rows* part : {&s.train, &s.valid, &s.test}) {
    for (const auto row : *part) CHECK(kept.count(row) == 1);
  }
}

TEST_CASE("a stored split is taken as it is, without rows of no target") {
  auto t = numbered(6);
  t.columns[0].missing[5] = 1;
  const auto spec = spec_for("y");
  const std::vector<std::uint8_t> stored{0, 1, 2, kNoPart, 0, 0};
  const auto s = split_as_stored(t, spec, stored);
  REQUIRE(s);
  CHECK(s->train == Rows{0, 4});
  CHECK(s->valid == Rows{1});
  CHECK(s->test == Rows{2});
  CHECK(parts_of(*s, 6) ==
        std::vector<std::uint8_t>{0, 1, 2, kNoPart, 0, kNoPart});
  CHECK(split_as_stored(t, spec, {}).error().message ==
        "data.split: the data set has no stored split");
}
