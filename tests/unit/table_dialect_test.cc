// The options that say how a CSV is written.
#include <catch2/catch.hpp>

#include "table_world.h"

using namespace mlb;
using namespace mlb::table;

using Rows = std::vector<std::vector<std::string>>;

namespace {

const Warning* warning(const Inspection& inspection, const std::string& code) {
  for (const auto& w : inspection.warnings) {
    if (w.code == code) return &w;
  }
  return nullptr;
}

CsvOptions ragged(Ragged how) {
  CsvOptions out;
  out.ragged = how;
  out.delimiter = ',';
  return out;
}

CsvOptions numbers(char decimal, std::optional<char> thousands) {
  CsvOptions out;
  out.delimiter = ';';
  out.decimal = decimal;
  out.thousands = thousands;
  return out;
}

}  // namespace

TEST_CASE("an escape makes the next character ordinary") {
  CsvOptions options;
  options.escape = '\\';
  CHECK(read_csv("a\\,b,\"c\\\"d\"\n\\\"x,\"y\\\\\"\nl\\\nm,1\n", options)
            .records == Rows{{"a,b", "c\"d"}, {"\"x", "y\\"}, {"l\nm", "1"}});
}

TEST_CASE("comments are left out wherever they stand") {
  CsvOptions options;
  options.comment = '#';
  const auto r =
      read_csv("# one, \"two\na,b\n#\n1,#2\n\"#3\",4\n# end", options);
  CHECK(r.records == Rows{{"a", "b"}, {"1", "#2"}, {"#3", "4"}});
  CHECK(r.lines == std::vector<std::uint64_t>{2, 4, 5});
  const auto sniffed = inspected("# a,b,c\n# d,e,f\na;b\n1;2\n", [] {
    CsvOptions o;
    o.comment = '#';
    return o;
  }());
  CHECK(sniffed.dialect.delimiter == ';');
  CHECK(sniffed.rows == 1);
}

TEST_CASE("lines can be skipped, and the others keep their numbers") {
  CsvOptions options;
  options.skip = 2;
  for (const std::size_t block : {1u, 5u, 4096u}) {
    options.block = block;
    const auto r = read_csv("Report \"of\r\n\rx,y\n1,2\n", options);
    CHECK(r.records == Rows{{"x", "y"}, {"1", "2"}});
    CHECK(r.lines == std::vector<std::uint64_t>{3, 4});
  }
  options.skip = 9;
  CHECK(read_csv("a\nb\n", options).error == ": has fewer lines than --skip 9");
}

TEST_CASE("without quotes a quote is text") {
  CsvOptions options;
  options.quote = '\0';
  CHECK(read_csv("\"a,b\"\n5\",\"\n", options).records ==
        Rows{{"\"a", "b\""}, {"5\"", "\""}});
}

TEST_CASE("a stray quote costs nothing but speed") {
  std::string text = "size,name\n";
  for (int i = 0; i < 500; ++i) text += "5\" pipe,\"a\n,b\"\n1,\"x\"\"y\"\n";
  for (const std::size_t block : {64u, 1000u, 1u << 20}) {
    CsvOptions options;
    options.block = block;
    const auto r = read_csv(text, options);
    REQUIRE(r.error.empty());
    REQUIRE(r.records.size() == 1001);
    CHECK(r.records[999] == std::vector<std::string>{"5\" pipe", "a\n,b"});
    CHECK(r.records[1000] == std::vector<std::string>{"1", "x\"y"});
  }
}

TEST_CASE("short rows are filled, long ones only if nothing is lost") {
  const auto r =
      inspected("a,b,c\n1,2,3\n4\n5,6,7,,\n\n", ragged(Ragged::fill));
  CHECK(r.rows == 3);
  CHECK(r.columns[1].stats.missing == 1);
  REQUIRE(warning(r, "filled_rows") != nullptr);
  CHECK(warning(r, "filled_rows")->line == 3);
  CHECK(warning(r, "filled_rows")->message ==
        "2 rows with another number of fields than the first were completed "
        "with missing values (lines 3, 4)");
  CHECK(refusal("a,b\n1,2,3\n", ragged(Ragged::fill)) ==
        ":2:1: has 3 fields; want 2 as in the first row (--ragged fill "
        "completes short rows only; see --ragged skip)");
}

TEST_CASE("rows of another width are left out, counted and named") {
  std::string text = "a,b\n";
  for (int i = 0; i < 30; ++i) text += "1,2\n3\n4,5,6\n";
  const auto r = inspected(text, ragged(Ragged::skip));
  CHECK(r.rows == 30);
  CHECK(r.rejected == 60);
  CHECK(to_json(r)["rejected"] == 60);
  REQUIRE(warning(r, "rejected_rows") != nullptr);
  CHECK(warning(r, "rejected_rows")->message.find("(lines 3, 4, 6, 7, 9") !=
        std::string::npos);
  CHECK(warning(r, "rejected_rows")->message.ends_with(", ...)"));
}

TEST_CASE("decimal commas and thousands are read when they are named") {
  const auto r = inspected("x;n\n1.234,5;1.000\n-0,25;12.345.678\n7;5\n",
                           numbers(',', '.'));
  CHECK(r.columns[0].type == Type::real);
  CHECK(r.columns[0].stats.max == 1234.5);
  CHECK(r.columns[0].stats.min == -0.25);
  CHECK(r.columns[1].type == Type::integer);
  CHECK(r.columns[1].stats.max == 12345678);
}

TEST_CASE("thousands that are no groups of three are no numbers") {
  for (const char* bad :
       {"1.00", "1234.567", "1..000", ".000", "1.000.", "1.5"}) {
    CAPTURE(bad);
    const auto r =
        inspected("x;n\n" + std::string(bad) + ";1\n2;2\n", numbers(',', '.'));
    CHECK(r.columns[0].type == Type::category);
  }
  // A point is no decimal mark any more.
  CHECK(inspected("x;n\n1.5;1\n2;2\n", numbers(',', {})).columns[0].type ==
        Type::category);
}

TEST_CASE("numbers of another format are text with a hint") {
  const auto r = inspected("x;y;n\n1.234,5;7,5;1\n2.345,5;8,25;2\n3,5;9;3\n",
                           numbers('.', {}));
  for (const std::size_t column : {0u, 1u}) {
    CHECK(r.columns[column].type == Type::category);
  }
  const Warning* w = warning(r, "number_format");
  REQUIRE(w != nullptr);
  CHECK(w->line == 2);
  CHECK(w->message.find("--decimal") != std::string::npos);
}
