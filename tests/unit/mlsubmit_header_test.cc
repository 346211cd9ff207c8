// What columns a CSV has, as far as its first bytes tell.
#include <catch2/catch.hpp>

#include "csv_header.h"

namespace mlb::submit {
namespace {

using Names = std::vector<std::string>;
using Headers = std::vector<Names>;

/// The likeliest header; {} when none can be told.
Names names(const std::string& text, const CsvSpec& csv = {}) {
  const Headers all = possible_headers(text, csv);
  return all.empty() ? Names{} : all.front();
}

TEST_CASE("a header is read by the delimiter that cuts it most") {
  CHECK(names("a,b,c\n1,2,3\n") == Names{"a", "b", "c"});
  CHECK(names("a;b,1;c\n") == Names{"a", "b,1", "c"});
  CHECK(names("a\tb\n") == Names{"a", "b"});
  CHECK(names("a b\n") == Names{"a", "b"});
  CHECK(names("alone\n") == Names{"alone"});
  // Each of them may be meant.
  CHECK(possible_headers("a;b,c;d\n", {}).size() == 5);
  CHECK(possible_headers("a;b,c;d\n", {.delimiter = ","}) ==
        Headers{{"a;b", "c;d"}});
  CHECK(names("a\tb c\n", {.delimiter = "space"}) == Names{"a\tb", "c"});
}

TEST_CASE("quotes, escapes and line ends within a name are part of it") {
  CHECK(names("\"a,b\",\"c\nd\",\"e\"\"f\",5\" pipe\r\n") ==
        Names{"a,b", "c\nd", "e\"f", "5\" pipe"});
  CHECK(names("a\\,b,c\n", {.escape = "\\"}) == Names{"a,b", "c"});
  CHECK(names("'a,b',c\n", {.quote = "'"}) == Names{"a,b", "c"});
  CHECK(names("\"a,b\"\n", {.quote = "none"}) == Names{"\"a", "b\""});
}

TEST_CASE("what stands before the header is left out") {
  const CsvSpec csv{.comment = "#", .skip = 2};
  CHECK(names("Export\r\nof, today\r\n\r\n# a,b,c,d\r\nx,y\r\n1,2\r\n", csv) ==
        Names{"x", "y"});
  CHECK(names("\xef\xbb\xbf\"x\",y\n") == Names{"x", "y"});
}

TEST_CASE("names are given as mlprep gives them") {
  CHECK(names(" a ,b,a,,a\n") == Names{"a", "b", "a.1", "column_4", "a.2"});
}

TEST_CASE("names are told in the encoding of the file or not at all") {
  const std::string text = "Umsatz;K\xe4ufer\n";
  CHECK(names(text).empty());
  CHECK(names(text, {.encoding = CsvEncoding::latin1}) ==
        Names{"Umsatz", "Käufer"});
  CHECK(names(text, {.encoding = CsvEncoding::cp1252}) ==
        Names{"Umsatz", "Käufer"});
  CHECK(names("a;\x80\n", {.encoding = CsvEncoding::cp1252}).empty());
}

TEST_CASE("what only reading it all could tell is left to the worker") {
  CHECK(names("a,b\n", {.header = false}).empty());
  CHECK(names("a,b\n", {.encoding = CsvEncoding::utf16}).empty());
  CHECK(names("\x1f\x8b\x08 a,b\n").empty());
  CHECK(names(std::string("\xff\xfe"
                          "a\0,\0b\0\n\0",
                          10))
            .empty());
  CHECK(names("a,\"b").empty());
  CHECK(names("a,b").empty());
  CHECK(names("").empty());
}

}  // namespace
}  // namespace mlb::submit
