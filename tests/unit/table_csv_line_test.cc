// Where the rows of a data set stand in their CSV.
#include <catch2/catch.hpp>

#include "table/csv_line.h"
#include "table_world.h"

using namespace mlb;
using namespace mlb::table;

TEST_CASE("the line of a row counts header, blank lines and quoted newlines") {
  const Folder folder;
  const auto path = folder.put("a.csv", "a,b\n\n1,\"x\ny\"\n\n\n2,z\n3,w");
  CHECK(line_of_row(path, {}, 1) == 3);
  CHECK(line_of_row(path, {}, 2) == 7);
  CHECK(line_of_row(path, {}, 3) == 8);
  CHECK(line_of_row(path, {}, 4) == 0);
}

TEST_CASE("rows that --ragged skip leaves out and comments are no rows") {
  const Folder folder;
  const auto path = folder.put("a.csv", "# by hand\na,b\n1,2\n9\n# c\n3,4\n");
  CsvOptions options;
  options.ragged = Ragged::skip;
  options.comment = '#';
  CHECK(line_of_row(path, options, 1) == 3);
  CHECK(line_of_row(path, options, 2) == 6);
}

TEST_CASE("a blank line is a row of a file of one column") {
  const Folder folder;
  const auto path = folder.put("a.csv", "a\n1\n\n2\n");
  CHECK(line_of_row(path, {}, 2) == 3);
  CHECK(line_of_row(path, {}, 3) == 4);
}

TEST_CASE("without a header the first line is the first row") {
  const Folder folder;
  CsvOptions options;
  options.header = Header::absent;
  CHECK(line_of_row(folder.put("a.csv", "1,2\n3,4\n"), options, 2) == 2);
}

TEST_CASE("an error about a row names its line, another one the file") {
  const Folder folder;
  const auto path = folder.put("a.csv", "a,b\n1,2\n3,4\n");
  const Error row{Fault::data, "row 2 is odd", 2};
  CHECK(with_place(row, "x.csv", path, {}).message == "x.csv:3: row 2 is odd");
  CHECK(with_place({Fault::data, "odd"}, "x.csv", path, {}).message ==
        "x.csv: odd");
  CHECK(with_place(row, "x.csv", "-", {}).message == "x.csv: row 2 is odd");
}
