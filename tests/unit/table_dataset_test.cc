// Data sets: what is written is read back, the same bytes each time, and
// nothing of a failed writing stays.
#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <limits>

#include "table_world.h"

using namespace mlb;
using namespace mlb::table;

namespace {

constexpr const char* kMixed =
    "n,x,flag,kind,note,\"odd/na%me\",row,.\n"
    "1,1.5,true,red,\"a,\"\"b\"\"\nc\",-9223372036854775808,7,x\n"
    ",,,,,9223372036854775807,8,y\n"
    "3,-inf,false,\"NA\",\"\",0,9,x\n"
    "-4,1e-310,TRUE,blue,\xc3\xa9\xf0\x9f\x98\x80,NA,10,y\n";

CsvOptions mixed_options() {
  CsvOptions out;
  out.columns = {{"note", ColumnType::text}};
  out.delimiter = ',';
  return out;
}

void convert(const Folder& folder, const std::string& csv,
             const std::string& name, const ConvertOptions& options = {}) {
  auto done = convert_csv(folder.put("in.csv", csv), folder.at(name), options);
  if (!done) FAIL(done.error().message);
}

Table read_back(const Folder& folder, const std::string& name) {
  auto dataset = Dataset::open(folder.at(name));
  if (!dataset) FAIL(dataset.error().message);
  auto table = dataset->read_table();
  if (!table) FAIL(table.error().message);
  return std::move(*table);
}

}  // namespace

TEST_CASE("every type comes back from the file as it was") {
  const Folder folder;
  convert(folder, kMixed, "out.h5", {.csv = mixed_options()});
  const Table t = read_back(folder, "out.h5");
  REQUIRE(t.rows == 4);
  REQUIRE(t.columns.size() == 8);

  const Column& n = *t.find("n");
  CHECK(n.type == Type::integer);
  CHECK(n.integers == std::vector<std::int64_t>{1, 0, 3, -4});
  CHECK(n.missing == std::vector<std::uint8_t>{0, 1, 0, 0});

  const Column& x = *t.find("x");
  CHECK(x.type == Type::real);
  CHECK(x.reals[0] == 1.5);
  CHECK(x.is_missing(1));
  CHECK(x.reals[2] == -std::numeric_limits<double>::infinity());
  CHECK(x.reals[3] == 1e-310);

  const Column& flag = *t.find("flag");
  CHECK(flag.type == Type::boolean);
  CHECK(flag.integers == std::vector<std::int64_t>{1, 0, 0, 1});
  CHECK(flag.is_missing(1));
  CHECK_FALSE(flag.is_missing(2));

  const Column& kind = *t.find("kind");
  CHECK(kind.type == Type::category);
  CHECK(kind.codes == std::vector<std::int32_t>{0, -1, 1, 2});
  CHECK(kind.levels == std::vector<std::string>{"red", "NA", "blue"});
  CHECK(kind.is_missing(1));

  const Column& note = *t.find("note");
  CHECK(note.type == Type::text);
  CHECK(note.texts == std::vector<std::string>{"a,\"b\"\nc", "", "",
                                               "\xc3\xa9\xf0\x9f\x98\x80"});
  CHECK(note.is_missing(1));
  CHECK_FALSE(note.is_missing(2));

  const Column& odd = *t.find("odd/na%me");
  CHECK(odd.integers[0] == std::numeric_limits<std::int64_t>::min());
  CHECK(odd.integers[1] == std::numeric_limits<std::int64_t>::max());
  CHECK(odd.is_missing(3));
  CHECK(t.find("row")->integers == std::vector<std::int64_t>{7, 8, 9, 10});
  CHECK(t.find(".")->text_of(1) == "y");
  CHECK(t.find("absent") == nullptr);
}

TEST_CASE("ids come back, whole numbers and texts") {
  std::string csv = "customer_id,code,v\n";
  for (int i = 0; i < 25; ++i) {
    csv += std::to_string(1000 + i) + ",c" + std::to_string(i) + ",1\n";
  }
  const Folder folder;
  convert(folder, csv, "out.h5");
  const Table t = read_back(folder, "out.h5");
  CHECK(t.columns[0].type == Type::id);
  CHECK(t.columns[0].integers[24] == 1024);
  CHECK(t.columns[1].type == Type::id);
  CHECK(t.columns[1].texts[24] == "c24");
}

TEST_CASE("the table as CSV makes the same table again") {
  const Folder folder;
  const std::string csv =
      std::string(kMixed) + "5,2.0,,\" NA \",\"  \",1,2,z\n";
  convert(folder, csv, "a.h5", {.csv = mixed_options()});
  const std::string once = as_csv(read_back(folder, "a.h5"));
  convert(folder, once, "b.h5", {.csv = mixed_options()});
  CHECK(as_csv(read_back(folder, "b.h5")) == once);
  // A real column of whole values stays real.
  convert(folder, "x,y\n1.0,a\n2.0,b\n", "c.h5");
  convert(folder, as_csv(read_back(folder, "c.h5")), "d.h5");
  CHECK(read_back(folder, "d.h5").columns[0].type == Type::real);
}

TEST_CASE("many chunks hold every row once, in order") {
  // 65536 rows are the longest chunk.
  std::string csv = "i,t\n";
  const int rows = 70000;
  for (int i = 0; i < rows; ++i) {
    csv += std::to_string(i) + ",text" + std::to_string(i % 40000) + "\n";
  }
  const Folder folder;
  convert(folder, csv, "out.h5");
  const Table t = read_back(folder, "out.h5");
  REQUIRE(t.rows == rows);
  CHECK(t.columns[1].type == Type::text);
  bool same = true;
  for (int i = 0; i < rows; ++i) {
    const auto row = static_cast<std::size_t>(i);
    same &= t.columns[0].integers[row] == i;
    same &= t.columns[1].texts[row] == "text" + std::to_string(i % 40000);
  }
  CHECK(same);
}

TEST_CASE("two conversions give the same bytes, for any block size") {
  const Folder folder;
  ConvertOptions options{.csv = mixed_options()};
  convert(folder, kMixed, "a.h5", options);
  options.csv.block = 64;
  convert(folder, kMixed, "b.h5", options);
  CHECK(folder.get("a.h5") == folder.get("b.h5"));
  options.compress = false;
  convert(folder, kMixed, "c.h5", options);
  CHECK(folder.get("a.h5") != folder.get("c.h5"));
}

TEST_CASE("a column that changes its kind makes the same bytes everywhere") {
  const std::vector<std::pair<std::string, std::string>> kinds{
      {"7", "8.25"},
      {"7", "seven"},
      {"0.5", "half"},
      {"-0", "-0.5"},
      {"-0", "minus zero"},
      {"2022-03-05", "then"},
      {"2022-03-05", "2022-03-05T14:02:11Z"},
      {"7", "9223372036854775808"},
      {"9223372036854775808", "7"},
      {"true", "perhaps"},
      {"NA", "5"},
      {"red", "2022-03-05"},
      {"12", "2022-03-05"},
      {"05/13/2022", "06/01/2022"}};
  const Folder folder;
  for (const auto& [first, then] : kinds) {
    CAPTURE(first, then);
    std::string text = "a,b\n";
    for (int i = 0; i < 200; ++i) {
      text += (i < 150 ? first : then) + "," + std::to_string(i) + "\n";
    }
    ConvertOptions options{.csv = mixed_options()};
    options.csv.columns.clear();
    convert(folder, text, "whole.h5", options);
    for (const std::size_t block : {64u, 500u}) {
      for (const unsigned threads : {1u, 3u}) {
        options.csv.block = block;
        options.csv.threads = threads;
        convert(folder, text, "cut.h5", options);
        CHECK(folder.get("cut.h5") == folder.get("whole.h5"));
        CHECK(read_back(folder, "cut.h5").rows == 200);
      }
    }
  }
}

TEST_CASE("more different texts than a thread gives codes to come back") {
  std::string text = "a,b\n";
  std::string want = "a,b\n";
  for (int i = 0; i < 6000; ++i) {
    // Of 900 bytes each: the codes of a column end at 4 MiB of texts.
    const std::string row =
        std::string(900, static_cast<char>('a' + i % 26)) + std::to_string(i);
    text += row + "," + std::to_string(i % 3) + "\n";
  }
  const Folder folder;
  ConvertOptions options{.csv = mixed_options()};
  options.csv.columns = {{"a", ColumnType::category}};
  options.csv.block = 1u << 20;
  for (const unsigned threads : {1u, 2u}) {
    options.csv.threads = threads;
    convert(folder, text, "a.h5", options);
    CHECK(as_csv(read_back(folder, "a.h5")) == text);
  }
}

TEST_CASE("the report in the file is that of the inspection") {
  const Folder folder;
  const std::string csv = folder.put("in.csv", kMixed);
  auto done = convert_csv(csv, folder.at("out.h5"), {.csv = mixed_options()});
  REQUIRE(done);
  auto dataset = Dataset::open(folder.at("out.h5"));
  REQUIRE(dataset);
  CHECK(dataset->report() == to_json(*done));
  CHECK(dataset->rows() == 4);
  CHECK(dataset->source_name() == "in.csv");
  CHECK(is_dataset_file(folder.at("out.h5")));
  CHECK_FALSE(is_dataset_file(csv));
}

TEST_CASE("a refused file leaves nothing behind") {
  const Folder folder;
  const std::string csv = folder.put("in.csv", "a,b\n1,2\n3\n");
  CHECK_FALSE(convert_csv(csv, folder.at("out.h5"), {}));
  CHECK(folder.files() == std::vector<std::string>{"in.csv"});
}

TEST_CASE("an interruption in the second pass leaves nothing behind") {
  const Folder folder;
  std::string text = "a,b\n";
  for (int i = 0; i < 1000; ++i) text += "1,2\n";
  const std::string csv = folder.put("in.csv", text);
  ConvertOptions options;
  options.csv.block = 64;
  std::uint64_t last = 0;
  auto done = convert_csv(csv, folder.at("out.h5"), options,
                          [&](std::uint64_t read, std::uint64_t total) {
                            CHECK(read >= last);
                            last = read;
                            return read < total * 3 / 4;
                          });
  REQUIRE_FALSE(done);
  CHECK(done.error().fault == Fault::cancelled);
  CHECK(folder.files() == std::vector<std::string>{"in.csv"});
}

namespace {

/// Converts `text`, and writes a 9 at byte `at` of the file when all of it was
/// read for the first time: the same size, the same inode.
Result<Inspection> convert_and_change(const Folder& folder,
                                      const std::string& text,
                                      std::streamoff at) {
  const std::string csv = folder.put("in.csv", text);
  const auto change = [&](std::uint64_t read, std::uint64_t total) {
    if (read != total * 3 / 5) return true;
    std::fstream f(csv, std::ios::in | std::ios::out);
    f.seekp(at);
    f << "9";
    return true;
  };
  return convert_csv(csv, folder.at("out.h5"), {}, change);
}

}  // namespace

TEST_CASE("what is read once may change afterwards") {
  const Folder folder;
  auto done = convert_and_change(folder, "a,b\n1,2\n3,4\n", 6);
  REQUIRE(done);
  CHECK(as_csv(read_back(folder, "out.h5")) == "a,b\n1,2\n3,4\n");
}

TEST_CASE("what is read again must not have changed") {
  // Column b begins with truth values, whose texts are not kept, and then is
  // one of texts: its first block is read twice.
  std::string text = "a,b\n";
  for (int i = 0; i < 590000; ++i) text += "1,true\n";
  REQUIRE(text.size() < CsvOptions{}.block);
  for (int i = 0; i < 590000; ++i) text += "1,true\n";
  const Folder folder;
  auto done = convert_and_change(folder, text + "1,perhaps\n", 4);
  REQUIRE_FALSE(done);
  CHECK(done.error().message.find("changed while it was read") !=
        std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.at("out.h5")));
}

TEST_CASE("an output that cannot be written is an error") {
  const Folder folder;
  const std::string csv = folder.put("in.csv", "a,b\n1,2\n");
  auto done = convert_csv(csv, folder.at("no/such/out.h5"), {});
  REQUIRE_FALSE(done);
  CHECK(done.error().fault == Fault::data);
  CHECK(done.error().message.find("no/such/out.h5") != std::string::npos);
}

TEST_CASE("a disk that fills up is an error and leaves nothing behind",
          "[full_disk]") {
  std::string csv = "a,b\n";
  for (int i = 0; i < 50000; ++i) csv += std::to_string(i) + ",1\n";
  const Folder folder;
  const std::string path = folder.put("in.csv", csv);
  struct rlimit limit {};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  const struct rlimit small { 64 << 10, limit.rlim_max };
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  auto done =
      convert_csv(path, folder.at("out.h5"), {.csv = {}, .compress = false});
  ::setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, before);
  REQUIRE_FALSE(done);
  CHECK(done.error().fault == Fault::data);
  CHECK(done.error().message.starts_with(folder.at("out.h5") + ": "));
  CHECK(folder.files() == std::vector<std::string>{"in.csv"});
  // The library is still of use.
  CHECK(convert_csv(path, folder.at("out.h5"), {}));
}

TEST_CASE("five thousand columns and long texts fit") {
  std::string header = "c0";
  std::string row = "1";
  for (int i = 1; i < 5000; ++i) {
    header += ",c" + std::to_string(i);
    row += ",1";
  }
  const Folder folder;
  convert(folder, header + "\n" + row + "\n" + row + "\n", "wide.h5");
  CHECK(read_back(folder, "wide.h5").columns.size() == 5000);
  const std::string huge(1 << 20, 'x');
  convert(folder, "a,b\n" + huge + ",1\ny,2\n", "long.h5");
  CHECK(read_back(folder, "long.h5").columns[0].text_of(0) == huge);
}
