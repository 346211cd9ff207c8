// Where the bytes of a CSV come from: encodings, gzip, pipes.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include <thread>

#include "table_world.h"

using namespace mlb;
using namespace mlb::table;

using Rows = std::vector<std::vector<std::string>>;

namespace {

std::string gzipped(const std::string& text) {
  std::string out(text.size() + 1000, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

CsvOptions with(Encoding encoding) {
  CsvOptions out;
  out.encoding = encoding;
  return out;
}

std::string utf16(const std::u16string& text, bool little) {
  std::string out;
  for (const char16_t unit : text) {
    const auto low = static_cast<char>(unit & 0xff);
    const auto high = static_cast<char>(unit >> 8);
    out += little ? low : high;
    out += little ? high : low;
  }
  return out;
}

}  // namespace

TEST_CASE("UTF-16 with a byte order mark is read in both orders") {
  const std::u16string text =
      u"\ufeffname,n\r\n\"M\u00fcller\n\U0001f600\",1\n";
  const Rows want{{"name", "n"}, {"M\xc3\xbcller\n\xf0\x9f\x98\x80", "1"}};
  for (const bool little : {true, false}) {
    for (const std::size_t block : {1u, 7u, 4096u}) {
      CsvOptions options;
      options.block = block;
      CHECK(read_csv(utf16(text, little), options).records == want);
    }
  }
  CHECK(read_csv(utf16(text.substr(1), true), with(Encoding::utf16)).records ==
        want);
  CHECK(read_csv("\xff\xfe").error == ": holds nothing but a byte order mark");
}

TEST_CASE("damaged UTF-16 is refused with its place") {
  const auto mark = [](const std::u16string& text) {
    return utf16(u"\ufeff" + text, true);
  };
  CHECK(read_csv(mark(u"a,b\n1,\xd800x\n")).error ==
        ":2:3: half of a surrogate pair (0xd800) is not valid UTF-16 at offset "
        "16");
  CHECK(read_csv(mark(u"a,b\n1,\xdc00\n"))
            .error.starts_with(":2:3: half of a surrogate pair (0xdc00)"));
  CHECK(read_csv(mark(u"a,b\n") + "x").error ==
        ":2:1: the text ends in half a character of UTF-16 at offset 10");
}

TEST_CASE("latin1 and cp1252 are read as they are asked for") {
  const std::string text = "a,b\ncaf\xe9,\x80\n";
  CHECK(read_csv(text, with(Encoding::latin1)).records ==
        Rows{{"a", "b"}, {"caf\xc3\xa9", "\xc2\x80"}});
  CHECK(read_csv(text, with(Encoding::cp1252)).records ==
        Rows{{"a", "b"}, {"caf\xc3\xa9", "\xe2\x82\xac"}});
  CHECK(read_csv("a,b\n1,\x81\n", with(Encoding::cp1252)).error ==
        ":2:3: byte 0x81 is not assigned in cp1252; try --encoding latin1; at "
        "offset 6");
}

TEST_CASE("the encoding stands in the report") {
  CHECK(to_json(inspected("a,b\n1,2\n"))["dialect"]["encoding"] == "utf-8");
  CHECK(to_json(inspected("a,b\n1,\xe9\n",
                          with(Encoding::latin1)))["dialect"]["encoding"] ==
        "latin1");
}

TEST_CASE("gzip is known by its content, members in a row included") {
  const std::string text = "a,b\n1,2\n";
  const Rows want{{"a", "b"}, {"1", "2"}};
  CHECK(read_csv(gzipped(text)).records == want);
  CHECK(read_csv(gzipped("a,b\n1") + gzipped(",2\n")).records == want);
  CHECK(read_csv(gzipped(utf16(u"\ufeff"
                               u"a,b\n1,2\n",
                               true)))
            .records == want);
}

TEST_CASE("gzip that is cut or damaged is refused, and so is an empty one") {
  std::string text = "a,b\n";
  for (int i = 0; i < 5000; ++i) text += std::to_string(i * 7919) + ",2\n";
  const std::string good = gzipped(text);
  CHECK(read_csv(good.substr(0, good.size() / 2)).error ==
        ": the gzip stream ends too early");
  CHECK(read_csv(good.substr(0, good.size() - 4)).error ==
        ": the gzip stream ends too early");
  std::string bad = good;
  bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 0x55);
  CHECK(read_csv(bad).error.starts_with(": the gzip stream is damaged"));
  CHECK(read_csv(gzipped("")).records.empty());
  CHECK(refusal(gzipped("")) == ": holds only blank lines");
}

TEST_CASE("a pipe is read like a file, twice") {
  const Folder folder;
  const std::string path = folder.at("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::jthread writer(
      [&] { std::ofstream(path, std::ios::binary) << "a,b\n1,x\n2,y\n"; });
  auto done = convert_csv(path, folder.at("out.h5"), {});
  REQUIRE(done);
  CHECK(done->rows == 2);
  CHECK(done->bytes == 12);
}

TEST_CASE("a file that grows while it is read is an error") {
  const Folder folder;
  std::string text = "a,b\n";
  for (int i = 0; i < 1000; ++i) text += "1,2\n";
  CsvOptions options;
  options.block = 64;
  options.delimiter = ',';
  const std::string path = folder.put("f.csv", text);
  auto reader = CsvReader::open(path, options);
  REQUIRE(reader);
  std::ofstream(path, std::ios::app) << text;
  Record record;
  auto got = reader->next(record);
  while (got && *got) got = reader->next(record);
  REQUIRE_FALSE(got);
  CHECK(got.error().message.find("changed while it was read") !=
        std::string::npos);
}
