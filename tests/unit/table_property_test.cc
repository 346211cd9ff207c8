// Any table, written as CSV in any legal way, is the same table again; and its
// file has the same bytes for any block size and number of threads.
#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <cmath>
#include <limits>

#include "table/date.h"
#include "table/verify.h"
#include "table_world.h"

using namespace mlb;
using namespace mlb::table;

namespace {

enum class Kind { whole, real, truth, text, day, time };

struct Cell {
  std::string text;
  bool missing = false;
};

struct Sheet {
  std::vector<Kind> kinds;
  std::vector<std::vector<Cell>> rows;
};

std::string name_of_column(const Sheet& sheet, std::size_t column) {
  constexpr std::string_view letters = "irbtdm";
  const auto kind = static_cast<std::size_t>(sheet.kinds[column]);
  return std::string(1, letters[kind]) + std::to_string(column);
}

std::string any_text() {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("a", "B", " ", ",", "\"", "\n", "\r", ";",
                                    "NA", "5", "-", ".", "\xc3\xa9",
                                    "\xf0\x9f\x98\x80", "\t"));
  std::string out;
  for (const auto& piece : pieces) out += piece;
  return out;
}

std::int64_t any_day() {
  return *rc::gen::inRange<std::int64_t>(-200000, 400000) * kMicrosPerDay;
}

Cell any_cell(Kind kind) {
  if (*rc::gen::inRange(0, 6) == 0) return {"", true};
  switch (kind) {
    case Kind::whole:
      return {std::to_string(*rc::gen::arbitrary<std::int64_t>())};
    case Kind::real: {
      // Scaled, so that some are tiny, and huge ones do not overflow sums.
      const double x = *rc::gen::arbitrary<double>();
      return {number_text(std::isfinite(x) && std::abs(x) < 1e150 ? x : 0.1)};
    }
    case Kind::truth:
      return {*rc::gen::element<std::string>("true", "false", "TRUE", "False")};
    case Kind::text: return {any_text()};
    case Kind::day: return {date_text(any_day())};
    case Kind::time:
      return {time_text(any_day() +
                        *rc::gen::inRange<std::int64_t>(0, kMicrosPerDay))};
  }
  return {};
}

Sheet any_sheet() {
  Sheet out;
  const auto columns = *rc::gen::inRange<std::size_t>(1, 6);
  const auto rows = *rc::gen::inRange<std::size_t>(1, 60);
  for (std::size_t i = 0; i < columns; ++i) {
    out.kinds.push_back(*rc::gen::element(Kind::whole, Kind::real, Kind::truth,
                                          Kind::text, Kind::day, Kind::time));
  }
  for (std::size_t row = 0; row < rows; ++row) {
    auto& cells = out.rows.emplace_back();
    for (const Kind kind : out.kinds) cells.push_back(any_cell(kind));
  }
  return out;
}

/// Whether a text must stand in quotes to be read as it is.
bool needs_quotes(const std::string& text) {
  const auto word = trimmed(text);
  return text.find_first_of(",\"\r\n") != text.npos || word.empty() ||
         word == "NA";
}

std::string written(const Cell& cell) {
  const bool coin = *rc::gen::inRange(0, 2) == 0;
  if (cell.missing) return coin ? "" : "NA";
  if (!needs_quotes(cell.text) && coin) return cell.text;
  std::string out = "\"";
  for (const char c : cell.text) {
    out += c;
    if (c == '"') out += c;
  }
  return out + '"';
}

std::string as_written(const Sheet& sheet) {
  std::string out;
  for (std::size_t i = 0; i < sheet.kinds.size(); ++i) {
    out += (i == 0 ? "" : ",") + written({name_of_column(sheet, i)});
  }
  for (const auto& row : sheet.rows) {
    out += *rc::gen::element<std::string>("\n", "\r\n", "\r");
    // An empty row between CR and LF would be half of a line end.
    if (row.size() == 1 && row[0].missing) {
      out += "NA";
      continue;
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += (i == 0 ? "" : ",") + written(row[i]);
    }
  }
  return out + "\n";
}

CsvOptions rules_of(const Sheet& sheet) {
  constexpr ColumnType kTypes[] = {ColumnType::integer, ColumnType::real,
                                   ColumnType::boolean, ColumnType::text,
                                   ColumnType::date,    ColumnType::time};
  CsvOptions out;
  out.delimiter = ',';
  for (std::size_t i = 0; i < sheet.kinds.size(); ++i) {
    out.columns.push_back({name_of_column(sheet, i),
                           kTypes[static_cast<std::size_t>(sheet.kinds[i])]});
  }
  return out;
}

Table converted(const Folder& folder, const std::string& csv,
                const std::string& name, const CsvOptions& options) {
  auto done =
      convert_csv(folder.put("in.csv", csv), folder.at(name), {.csv = options});
  if (!done) RC_FAIL(done.error().message);
  auto dataset = Dataset::open(folder.at(name));
  if (!dataset) RC_FAIL(dataset.error().message);
  auto table = dataset->read_table();
  if (!table) RC_FAIL(table.error().message);
  return std::move(*table);
}

bool same_value(const Column& column, std::size_t row, const Cell& cell) {
  if (column.is_missing(row) || cell.missing) {
    return column.is_missing(row) == cell.missing;
  }
  switch (column.type) {
    case Type::integer:
      return column.integers[row] == *parse_integer(cell.text);
    case Type::real: return column.reals[row] == *parse_real(cell.text);
    case Type::boolean:
      return (column.integers[row] != 0) == *parse_boolean(cell.text);
    case Type::date: return date_text(column.integers[row]) == cell.text;
    case Type::time: return time_text(column.integers[row]) == cell.text;
    default: return column.texts[row] == cell.text;
  }
}

}  // namespace

TEST_CASE("any table in any legal quoting is read as it is") {
  CHECK(rc::check("csv -> data set -> csv -> data set", [] {
    const Sheet sheet = any_sheet();
    const std::string csv = as_written(sheet);
    const CsvOptions options = rules_of(sheet);
    const Folder folder;
    const Table table = converted(folder, csv, "a.h5", options);
    RC_ASSERT(table.rows == sheet.rows.size());
    for (std::size_t row = 0; row < table.rows; ++row) {
      for (std::size_t i = 0; i < sheet.kinds.size(); ++i) {
        RC_ASSERT(same_value(table.columns[i], row, sheet.rows[row][i]));
      }
    }
    const std::string again = as_csv(table);
    RC_ASSERT(as_csv(converted(folder, again, "b.h5", options)) == again);
  }));
}

TEST_CASE("blocks and threads change no byte of the file") {
  CHECK(rc::check("any CSV", [] {
    const Sheet sheet = any_sheet();
    const std::string path_text = as_written(sheet);
    const Folder folder;
    const std::string csv = folder.put("in.csv", path_text);
    const auto written = [&](std::size_t block, unsigned threads) {
      CsvOptions options;
      options.delimiter = ',';
      options.block = block;
      options.threads = threads;
      auto done = convert_csv(csv, folder.at("o.h5"), {.csv = options});
      if (!done) RC_FAIL(done.error().message);
      return folder.get("o.h5");
    };
    const auto block = *rc::gen::element<std::size_t>(64, 4096, 4u << 20);
    const auto threads = *rc::gen::inRange(2u, 4u);
    RC_ASSERT((written(block, threads) == written(4u << 20, 1)));
  }));
}

TEST_CASE("a long file of all types is the same for any block and thread") {
  std::string csv = "id,n,x,kind,text,flag,odd,day,when,late\n";
  for (int i = 0; i < 9000; ++i) {
    csv += std::to_string(i) + "," + std::to_string(i % 97) + "," +
           std::to_string(i) + ".25e" + std::to_string(i % 9 - 4) + ",k" +
           std::to_string(i * 7919 % 300) + ",\"t\n" +
           std::to_string(i * i % 8000) + "\"," + (i % 3 ? "true" : "NA") +
           "," + (i == 5000 ? "bad" : std::to_string(i)) + "," +
           std::to_string(i % 28 + 1) + "/3/2022," +
           time_text(i * kMicrosPerDay / 7) + "," +
           (i < 4000    ? ""
            : i == 7000 ? "never"
                        : date_text(i * kMicrosPerDay)) +
           "\n";
  }
  const Folder folder;
  const std::string path = folder.put("in.csv", csv);
  std::string want;
  for (const std::size_t block : {500u, 4096u, 100000u, 4u << 20}) {
    for (const unsigned threads : {1u, 2u, 3u}) {
      CsvOptions options;
      options.block = block;
      options.threads = threads;
      auto done = convert_csv(path, folder.at("o.h5"), {.csv = options});
      REQUIRE(done);
      const std::string got = folder.get("o.h5");
      if (want.empty()) want = got;
      CAPTURE(block, threads);
      CHECK((got == want));
      CHECK(done->columns[7].date_format == "%d/%m/%Y");
      CHECK(done->columns[8].type == Type::time);
      // Each text of a row holds a line end.
      CHECK(done->warnings.back().code == "not_a_date");
      CHECK(done->warnings.back().line == 2 * 7000 + 2);
    }
  }
  auto checked = verify(folder.at("o.h5"));
  REQUIRE(checked);
  CHECK(checked->findings.empty());
}

TEST_CASE("a schema that says what is found changes no byte") {
  std::string csv = "n,x,kind,note,flag,day,when\n";
  for (int i = 0; i < 3000; ++i) {
    csv += std::to_string(i % 97) + "," +
           (i % 11 == 0 ? "" : std::to_string(i % 13 == 0 ? i : i / 8.0)) +
           ",k" + std::to_string(i * 7919 % 300) + ",\"t\n" +
           std::to_string(i * 31 % 2000) + "\"," + (i % 3 ? "true" : "false") +
           "," + date_text(i % 300 * kMicrosPerDay) + "," +
           time_text(i * kMicrosPerDay / 7) + "\n";
  }
  const Folder folder;
  const std::string path = folder.put("in.csv", csv);
  auto found = convert_csv(path, folder.at("o.h5"), {});
  REQUIRE(found);
  const std::string want = folder.get("o.h5");
  CsvOptions options;
  constexpr ColumnType kTypes[] = {ColumnType::integer, ColumnType::real,
                                   ColumnType::boolean, ColumnType::date,
                                   ColumnType::time,    ColumnType::category,
                                   ColumnType::text,    ColumnType::id};
  for (const auto& c : found->columns) {
    options.schema.push_back({.pattern = c.name,
                              .type = kTypes[static_cast<std::size_t>(c.type)],
                              .date_format = c.date_format});
  }
  CHECK(options.schema[3].type == ColumnType::text);
  for (const std::size_t block : {500u, 4096u, 4u << 20}) {
    for (const unsigned threads : {1u, 2u, 3u}) {
      options.block = block;
      options.threads = threads;
      CAPTURE(block, threads);
      REQUIRE(convert_csv(path, folder.at("o.h5"), {.csv = options}));
      CHECK((folder.get("o.h5") == want));
    }
  }
  options.schema[1].type = ColumnType::integer;
  auto broken = convert_csv(path, folder.at("no.h5"), {.csv = options});
  REQUIRE_FALSE(broken);
  CHECK(broken.error().message.ends_with(
      ":4: column 'x': '0.125000' is not a whole number"));
  CHECK_FALSE(std::filesystem::exists(folder.at("no.h5")));
}

TEST_CASE("a quote open beyond the limit is one fault at any block size") {
  const std::string csv = "a,b\n1,\"" + std::string(100, 'x') + "\n\"y\n\xff\n";
  for (const std::size_t block : {1u, 7u, 64u, 4u << 20}) {
    CsvOptions options;
    options.delimiter = ',';
    options.max_field = 16;
    options.block = block;
    CAPTURE(block);
    CHECK(refusal(csv, options) ==
          ":2:3: the quote that opens here is not closed within --max-field "
          "(16 bytes)");
  }
}

TEST_CASE("the first fault of a file is reported whatever the threads") {
  std::string csv = "a,b\n";
  for (int i = 0; i < 3000; ++i) csv += "1,2\n";
  csv += "3\n";
  for (int i = 0; i < 3000; ++i) csv += "1,2\n";
  csv += "1,\"x\"y\n\xff,1\n";
  for (const std::size_t block : {64u, 4096u, 4u << 20}) {
    for (const unsigned threads : {1u, 2u, 3u}) {
      CsvOptions options;
      options.block = block;
      options.threads = threads;
      CAPTURE(block, threads);
      CHECK(refusal(csv, options).starts_with(":3002:1: has 1 fields"));
    }
  }
}
