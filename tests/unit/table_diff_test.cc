// Two data sets compared cell by cell.
#include <catch2/catch.hpp>

#include "table/diff.h"
#include "table_world.h"

using namespace mlb;
using namespace mlb::table;

namespace {

Dataset made(const Folder& folder, const std::string& name,
             const std::string& csv, bool compress = true) {
  CsvOptions options;
  options.delimiter = ',';
  auto done = convert_csv(folder.put(name + ".csv", csv), folder.at(name),
                          {.csv = options, .compress = compress});
  if (!done) FAIL(done.error().message);
  auto dataset = Dataset::open(folder.at(name));
  if (!dataset) FAIL(dataset.error().message);
  return std::move(*dataset);
}

Differences compared(const std::string& left, const std::string& right,
                     std::size_t most = 100) {
  const Folder folder;
  auto out = diff(made(folder, "a", left), made(folder, "b", right), most);
  if (!out) FAIL(out.error().message);
  return std::move(*out);
}

}  // namespace

TEST_CASE("a data set is equal to itself, however it is stored") {
  const Folder folder;
  const std::string csv =
      "n,x,k,d\n1,1.5,a,2022-03-05\n,,,\n2,nan,b,2022-03-06\n";
  auto out = diff(made(folder, "a", csv), made(folder, "b", csv, false), 10);
  REQUIRE(out);
  CHECK(out->count == 0);
  CHECK(out->first.empty());
}

TEST_CASE("every cell that differs is told with its row and column") {
  const auto out = compared("n,x,k\n1,1.5,a\n2,2.5,b\n,3.5,a\n",
                            "n,x,k\n1,1.5,b\n2,2.25,b\n4,3.5,a\n");
  CHECK(out.count == 3);
  CHECK(out.first == std::vector<Difference>{{.row = 3,
                                              .column = "n",
                                              .what = "value",
                                              .right = "4",
                                              .left_missing = true},
                                             {.row = 2,
                                              .column = "x",
                                              .what = "value",
                                              .left = "2.5",
                                              .right = "2.25"},
                                             {.row = 1,
                                              .column = "k",
                                              .what = "value",
                                              .left = "a",
                                              .right = "b"}});
}

TEST_CASE("an empty text and a missing one are different") {
  const auto out = compared("n,k\n1,\"\"\n2,a\n", "n,k\n1,\n2,a\n");
  REQUIRE(out.count == 1);
  CHECK_FALSE(out.first[0].left_missing);
  CHECK(out.first[0].right_missing);
}

TEST_CASE("the order of categories is no difference") {
  // a and b appear in another order, so their codes differ.
  const auto out = compared("k,n\na,1\nb,2\na,3\n", "k,n\nb,1\nb,2\na,3\n");
  CHECK(out.count == 1);
}

TEST_CASE("columns, rows, types and order that differ are told first") {
  const auto out = compared("a,b,c\n1,2,3\n", "c,a,d\n3,1.0,4\n5,2.0,6\n");
  REQUIRE(out.count == 5);
  CHECK(out.first[0].what == "rows");
  CHECK(out.first[0].left == "1");
  CHECK(out.first[0].right == "2");
  CHECK(out.first[1] == Difference{.column = "b",
                                   .what = "column",
                                   .left = "present",
                                   .right = "absent"});
  CHECK(out.first[2].column == "d");
  CHECK(out.first[3].what == "order");
  CHECK(out.first[4] ==
        Difference{
            .column = "a", .what = "type", .left = "integer", .right = "real"});
}

TEST_CASE("what is shown is bounded, what is counted is not") {
  std::string left = "n\n";
  std::string right = "n\n";
  for (int i = 0; i < 1000; ++i) {
    left += std::to_string(i) + "\n";
    right += std::to_string(i + 1) + "\n";
  }
  const auto out = compared(left, right, 7);
  CHECK(out.count == 1000);
  CHECK(out.first.size() == 7);
  CHECK(compared(left, right, 0).first.empty());
}

TEST_CASE("zero and minus zero are different reals") {
  CHECK(compared("x\n0.0\n1.5\n", "x\n-0.0\n1.5\n").count == 1);
}
