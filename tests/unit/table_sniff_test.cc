// Finding the delimiter and the header.
#include <catch2/catch.hpp>

#include "table_world.h"

using namespace mlb;
using namespace mlb::table;

namespace {

std::string sniffed(const std::string& text) {
  auto found = sniff_delimiter(text, '"');
  return found ? std::string(1, *found) : "error: " + found.error().message;
}

}  // namespace

TEST_CASE("of two delimiters a mark of numbers is none") {
  const auto told = [](const std::string& text, std::string_view marks) {
    return *sniff_delimiter(text, '"', {}, marks);
  };
  const std::string even = "a,b;c\n1,2;3\n4,5;6\n";
  CHECK(told(even, ",") == ';');
  CHECK(told(even, ";") == ',');
  // In quotes it may be both.
  CHECK(told("a,b\nx,\"1,5\"\n", ",") == ',');
}

TEST_CASE("each delimiter is found") {
  CHECK(sniffed("a,b\n1,2\n") == ",");
  CHECK(sniffed("a;b\n1;2\n") == ";");
  CHECK(sniffed("a\tb\n1\t2\n") == "\t");
  CHECK(sniffed("a|b\n1|2\n") == "|");
  CHECK(sniffed("a b\n1 2\n") == " ");
}

TEST_CASE("a file of one column has the delimiter comma") {
  CHECK(sniffed("a\n1\n2\n") == ",");
  CHECK(sniffed("a") == ",");
}

TEST_CASE("delimiters in quotes do not count") {
  CHECK(sniffed("a,b\n\"x;y;z\",1\n\"p;q;r\",2\n") == ",");
  CHECK(sniffed("a;b\n\"x\n,\"\"y\";1\n") == ";");
}

TEST_CASE("decimal commas do not hide semicolons") {
  CHECK(sniffed("a;b\n1,5;2\n3;4,5\n") == ";");
}

TEST_CASE("two delimiters that cut evenly are an error that names both") {
  const std::string error = sniffed("a,b;c\n1,2;3\n4,5;6\n");
  CHECK(error.starts_with("error: "));
  CHECK(error.find("comma (2 fields)") != std::string::npos);
  CHECK(error.find("semicolon (2 fields)") != std::string::npos);
  CHECK(error.find("--delimiter") != std::string::npos);
}

TEST_CASE("blanks in texts never contest another delimiter") {
  CHECK(sniffed("full name,age\nAnna Smith,5\nBo Lee,6\n") == ",");
  // Every line has one blank, one line has another number of commas.
  std::string text = "full name,age\n";
  for (int i = 0; i < 98; ++i) text += "Anna Smith,5\n";
  CHECK(sniffed(text + "Bo Lee,6,7\n") == ",");
}

TEST_CASE("an even cut of the first block only is taken from its records") {
  // The block ends in the middle of a record.
  CHECK(sniffed("a;b;c\n1;2;3\n4;5") == ";");
}

TEST_CASE("a first row of numbers is a header, with a warning") {
  const auto r = inspected("1,2\n3,4\n");
  CHECK(r.rows == 1);
  CHECK(r.columns[0].name == "1");
  REQUIRE(r.warnings.size() >= 1);
  CHECK(r.warnings[0].code == "header_is_data");
  CHECK(r.warnings[0].message.find("--no-header") != std::string::npos);
  CsvOptions sure;
  sure.header = Header::present;
  for (const auto& w : inspected("1,2\n3,4\n", sure).warnings) {
    CHECK(w.code != "header_is_data");
  }
}

TEST_CASE("without a header every row is data and columns are numbered") {
  CsvOptions options;
  options.header = Header::absent;
  const auto r = inspected("1,a\n3,b\n", options);
  CHECK(r.rows == 2);
  CHECK(r.columns[0].name == "column_1");
  CHECK(r.columns[1].name == "column_2");
  CHECK_FALSE(r.dialect.header);
}

TEST_CASE("names are made unique and never empty") {
  const auto r = inspected("a,a,,a.1,a,\"x/y\"\n1,2,3,4,5,6\n");
  std::vector<std::string> names;
  for (const auto& c : r.columns) names.push_back(c.name);
  CHECK(names ==
        std::vector<std::string>{"a", "a.2", "column_3", "a.1", "a.3", "x/y"});
}

TEST_CASE("a name like those given to nameless columns is not given twice") {
  const auto r = inspected("column_2,,column_2\n1,2,3\n");
  CHECK(r.columns[0].name == "column_2");
  CHECK(r.columns[1].name != r.columns[0].name);
  CHECK(r.columns[2].name != r.columns[1].name);
  CHECK(r.columns[2].name != r.columns[0].name);
}

TEST_CASE("a nameless empty last column is left out with a warning") {
  const auto r = inspected("a,b,\n1,2,\n3,4,\n");
  CHECK(r.columns.size() == 2);
  REQUIRE(r.warnings.size() == 1);
  CHECK(r.warnings[0].code == "empty_column");
  // With one value in it, it stays.
  CHECK(inspected("a,b,\n1,2,\n3,4,5\n").columns.size() == 3);
}

TEST_CASE("ragged rows are refused with line, found and wanted") {
  CHECK(refusal("a,b\n1,2\n\n3\n") ==
        ":4:1: has 1 fields; want 2 as in the first row (see --ragged fill and "
        "skip)");
  CHECK(refusal("a,b\n1,2,3\n") ==
        ":2:1: has 3 fields; want 2 as in the first row (see --ragged fill and "
        "skip)");
}

TEST_CASE("no data row, only blank lines: an error") {
  CHECK(refusal("a,b\n") == ": has a header but no data row");
  CHECK(refusal("\n\n") == ": holds only blank lines");
}

TEST_CASE("a thousand equal names are told apart at once") {
  std::string header = "a";
  std::string row = "1";
  for (int i = 0; i < 20000; ++i) {
    header += ",a";
    row += ",1";
  }
  const auto r = inspected(header + "\n" + row + "\n");
  CHECK(r.columns.back().name == "a.20000");
}

TEST_CASE("one column more than we take is refused, and so is a long name") {
  const auto commas = [](std::size_t columns) {
    return std::string(columns - 1, ',') + "x\n";
  };
  const std::size_t past = kMostColumns + 1;
  CHECK(refusal(commas(past) + commas(past)) ==
        ":1: has 131073 columns; at most 131072 are taken");
  const std::string longest(4096, 'n');
  CHECK(inspected(longest + ",b\n1,2\n").columns[0].name == longest);
  CHECK(refusal("b," + longest + "n\n1,2\n") ==
        ":1: the name of column 2 has 4097 bytes; at most 4096 are taken");
}
