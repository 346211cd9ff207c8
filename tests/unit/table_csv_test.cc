// The CSV reader: RFC 4180 and the rules of refusal, with their places.
#include <catch2/catch.hpp>

#include "table_world.h"

using namespace mlb;
using namespace mlb::table;

using Rows = std::vector<std::vector<std::string>>;

TEST_CASE("plain fields are cut at delimiters and line ends") {
  const auto r = read_csv("a,b\n1,2\n3,\n,4\n");
  CHECK(r.records == Rows{{"a", "b"}, {"1", "2"}, {"3", ""}, {"", "4"}});
  CHECK(r.lines == std::vector<std::uint64_t>{1, 2, 3, 4});
  CHECK(r.error.empty());
}

TEST_CASE("line ends may be of any kind, mixed, and missing at the end") {
  const Rows want{{"a"}, {"b"}, {"c"}, {"d"}};
  CHECK(read_csv("a\nb\nc\nd").records == want);
  CHECK(read_csv("a\r\nb\r\nc\r\nd\r\n").records == want);
  CHECK(read_csv("a\rb\rc\rd\r").records == want);
  const auto mixed = read_csv("a\r\nb\rc\nd");
  CHECK(mixed.records == want);
  CHECK(mixed.lines == std::vector<std::uint64_t>{1, 2, 3, 4});
}

TEST_CASE("quotes protect delimiters, line ends and doubled quotes") {
  const auto r = read_csv("\"a,b\",\"c\"\"d\"\n\"x\ny\r\nz\",\"\"\nlast,1\n");
  CHECK(r.records == Rows{{"a,b", "c\"d"}, {"x\ny\r\nz", ""}, {"last", "1"}});
  CHECK(r.lines == std::vector<std::uint64_t>{1, 2, 5});
}

TEST_CASE("a quote opens only at the start of a field") {
  CHECK(read_csv("5\" pipe,a\"b\"\n").records == Rows{{"5\" pipe", "a\"b\""}});
}

TEST_CASE("another quote character leaves the usual one alone") {
  CsvOptions options;
  options.quote = '\'';
  CHECK(read_csv("'a,b',\"c\n", options).records == Rows{{"a,b", "\"c"}});
}

TEST_CASE("a byte order mark is dropped, also before a quote") {
  CHECK(read_csv("\xef\xbb\xbf\"a,b\",c\n").records == Rows{{"a,b", "c"}});
  CHECK(read_csv("\xef\xbb\xbf").error ==
        ": holds nothing but a byte order mark");
}

TEST_CASE("blank lines are skipped, but are values of a single column") {
  CHECK(read_csv("a,b\n\n1,2\r\n\r\n").records == Rows{{"a", "b"}, {"1", "2"}});
  CHECK(read_csv("a\n\n1\n", {}, true).records == Rows{{"a"}, {""}, {"1"}});
  CHECK(read_csv("\"\"\n").records == Rows{{""}});
}

TEST_CASE("an empty file and what is no file are refused") {
  CHECK(read_csv("").error == ": is empty");
  CHECK_FALSE(CsvReader::open("/nowhere/f.csv", {}));
  const Folder folder;
  auto r = CsvReader::open(folder.path, {});
  REQUIRE_FALSE(r);
  CHECK(r.error().message == folder.path + ": is not a regular file");
}

TEST_CASE("a quote that is never closed is named where it opened") {
  CHECK(read_csv("a,b\n1,2\n3,\"open\n4,5\n").error ==
        ":3:3: the quote that opens here is never closed");
  CHECK(read_csv("\"x\ny\",\"\"\"\n").error ==
        ":2:4: the quote that opens here is never closed");
}

TEST_CASE("text after a closing quote is refused with its place") {
  CHECK(read_csv("a\n\"x\ny\"z\n").error ==
        ":3:3: text after a closing quote; write a quote inside a quoted "
        "field twice");
}

TEST_CASE("NUL is refused and never cuts a field") {
  CHECK(read_csv(std::string("a,b\n1,x\0y\n", 10)).error ==
        ":2:4: a NUL byte; this is not a text file");
}

TEST_CASE("invalid UTF-8 is refused with line, column, offset and byte") {
  CHECK(read_csv("a,b\n1,caf\xe9\n").error ==
        ":2:6: byte 0xe9 at offset 9 is not valid UTF-8; is the file latin1? "
        "try --encoding latin1 or cp1252");
}

TEST_CASE("the column of an error does not count the byte order mark") {
  CHECK(read_csv("\xef\xbb\xbf"
                 "ab\xff\n")
            .error.starts_with(":1:3: byte 0xff at offset 5 "));
}

TEST_CASE("the line of an error counts every kind of line end in quotes") {
  CHECK(read_csv("a\n\"1\r2\r\n3\n4\xff\"\n").error.starts_with(":5:2: "));
}

TEST_CASE("every malformed UTF-8 sequence is refused, every good one kept") {
  for (const std::string bad :
       {"\x80", "\xc0\xaf", "\xc1\xbf", "\xc3", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xf0\x9f\x98", "\xfe"}) {
    CAPTURE(bad);
    CHECK(read_csv("a,b\n" + bad + ",1\n").error.starts_with(":2:1: byte 0x"));
  }
  for (const std::string good :
       {"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xef\xbf\xbf",
        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    CAPTURE(good);
    CHECK(read_csv(good + ",1\n").records == Rows{{good, "1"}});
  }
}

TEST_CASE("a record of the greatest length is read, one byte more is not") {
  for (const std::size_t block : {64u, 4096u}) {
    CsvOptions options;
    options.block = block;
    options.max_field = 200;
    const std::string longest(199, 'x');  // with its line end: 200 bytes
    CHECK(read_csv("a\n" + longest + "\nb\n", options).records ==
          Rows{{"a"}, {longest}, {"b"}});
    const std::string error =
        read_csv("a\nx" + longest + "\nb\n", options).error;
    CHECK(error.starts_with(":2:1: this record is longer than --max-field"));
  }
}

TEST_CASE("a quote left open in a long file ends at the limit") {
  CsvOptions options;
  options.block = 64;
  options.max_field = 1000;
  std::string text = "a,b\n1,\"2\n";
  for (int i = 0; i < 1000; ++i) text += "3,4\n";
  const std::string error = read_csv(text, options).error;
  CHECK(error ==
        ":2:3: the quote that opens here is not closed within --max-field "
        "(1000 bytes)");
}

TEST_CASE("rewinding gives the same records and the same digest") {
  const Folder folder;
  const std::string text = "a,b\n1,2\n3,4\n";
  auto reader = CsvReader::open(folder.put("f.csv", text), {});
  REQUIRE(reader);
  for (int pass = 0; pass < 2; ++pass) {
    REQUIRE(reader->rewind());
    Record record;
    int records = 0;
    for (;;) {
      auto got = reader->next(record);
      REQUIRE(got);
      if (!*got) break;
      ++records;
    }
    CHECK(records == 3);
    CHECK(reader->bytes_read() == text.size());
    CHECK(reader->digest() == sha256(view_of(text)));
  }
}

TEST_CASE("a file that shrinks while it is read is an error") {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "1,2\n";
  CsvOptions options;
  options.block = 64;
  options.delimiter = ',';
  auto reader = CsvReader::open(folder.put("f.csv", text), options);
  REQUIRE(reader);
  std::filesystem::resize_file(folder.at("f.csv"), 1000);
  Record record;
  auto got = reader->next(record);
  while (got && *got) got = reader->next(record);
  REQUIRE_FALSE(got);
  CHECK(got.error().message.find("changed while it was read") !=
        std::string::npos);
}

TEST_CASE("progress counts bytes and may stop the reading") {
  const Folder folder;
  const std::string path = folder.put("f.csv", std::string(1000, 'x') + ",\n");
  CsvOptions options;
  options.block = 64;
  options.delimiter = ',';
  auto reader = CsvReader::open(path, options);
  REQUIRE(reader);
  std::uint64_t last = 0;
  reader->on_progress([&](std::uint64_t done, std::uint64_t total) {
    CHECK(done > last);
    CHECK(total == 1002);
    last = done;
    return done < 500;
  });
  Record record;
  auto got = reader->next(record);
  REQUIRE_FALSE(got);
  CHECK(got.error().fault == Fault::cancelled);
  CHECK(last >= 500);
}
