// Columns of dates and times: how they are decided, stored and given back.
#include <catch2/catch.hpp>

#include <hdf5.h>

#include "table/date.h"
#include "table_world.h"

using namespace mlb;
using namespace mlb::table;

namespace {

CsvOptions with(const std::string& date_format) {
  CsvOptions out;
  out.delimiter = ',';
  out.date_format = date_format;
  return out;
}

CsvOptions asking(ColumnType type, const std::string& format = "") {
  CsvOptions out;
  out.delimiter = ',';
  out.columns = {{.pattern = "when", .type = type, .date_format = format}};
  return out;
}

std::string column(const std::vector<std::string>& values) {
  std::string out = "when,n\n";
  for (const auto& v : values) out += v + ",1\n";
  return out;
}

ColumnReport first(const std::string& csv, const CsvOptions& options) {
  return inspected(csv, options).columns.front();
}

/// "code line: message" of the warnings about the column.
std::vector<std::string> warnings(const std::string& csv,
                                  const CsvOptions& options = with("")) {
  std::vector<std::string> out;
  for (const auto& w : inspected(csv, options).warnings) {
    if (w.column == "n") continue;
    out.push_back(w.code + " " + std::to_string(w.line) + ": " + w.message);
  }
  return out;
}

Table table_of(const Folder& folder, const std::string& csv,
               const CsvOptions& options) {
  auto done = convert_csv(folder.put("in.csv", csv), folder.at("out.h5"),
                          {.csv = options});
  if (!done) FAIL(done.error().message);
  auto dataset = Dataset::open(folder.at("out.h5"));
  if (!dataset) FAIL(dataset.error().message);
  auto table = dataset->read_table();
  if (!table) FAIL(table.error().message);
  return std::move(*table);
}

constexpr const char* kMoments =
    "day,at,mixed\n"
    "2022-03-05,2022-03-05T14:02:11.25Z,1\n"
    ",NA,2\n"
    "1969-12-31,0001-01-01 00:00:00,3\n"
    "2024-02-29,9999-12-31T23:59:59.999999+00:00,4\n";

}  // namespace

TEST_CASE("a column of ISO dates is of type date, of times of type time") {
  const auto found = inspected(kMoments, with(""));
  CHECK(found.columns[0].type == Type::date);
  CHECK(found.columns[0].date_format == "%Y-%m-%d");
  CHECK(found.columns[1].type == Type::time);
  CHECK(found.columns[1].date_format == "%Y-%m-%dT%T%z");
  const Json json = to_json(found);
  CHECK(json["columns"][0]["type"] == "date");
  CHECK(json["columns"][0]["min"] == "1969-12-31");
  CHECK(json["columns"][0]["max"] == "2024-02-29");
  CHECK(json["columns"][0]["mean"].is_null());
  CHECK(json["columns"][1]["min"] == "0001-01-01T00:00:00Z");
  CHECK(json["columns"][1]["date_format"] == "%Y-%m-%dT%T%z");
  CHECK_FALSE(json["columns"][2].contains("date_format"));
}

TEST_CASE("dates and times come back from the file to the microsecond") {
  const Folder folder;
  const Table t = table_of(folder, kMoments, with(""));
  const Column& day = t.columns[0];
  CHECK(day.type == Type::date);
  CHECK(day.text_of(0) == "2022-03-05");
  CHECK(day.is_missing(1));
  CHECK(day.text_of(2) == "1969-12-31");
  const Column& at = t.columns[1];
  CHECK(at.text_of(0) == "2022-03-05T14:02:11.250Z");
  CHECK(at.is_missing(1));
  CHECK(at.text_of(2) == "0001-01-01T00:00:00Z");
  CHECK(at.text_of(3) == "9999-12-31T23:59:59.999999Z");
  CHECK(csv_field(at, 0) == "2022-03-05T14:02:11.250Z");
  CHECK(csv_field(at, 1).empty());
}

TEST_CASE("a time is stored as microseconds with its unit and a mask") {
  const Folder folder;
  table_of(folder, "day,n\n1970-01-02,1\n1970-01-01,2\n", with(""));
  const hid_t file =
      H5Fopen(folder.at("out.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t values = H5Dopen2(file, "table/day/values", H5P_DEFAULT);
  std::int64_t got[2] = {};
  H5Dread(values, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, got);
  CHECK(got[0] == 86'400'000'000);
  CHECK(got[1] == 0);
  CHECK(H5Aexists(values, "units") > 0);
  CHECK(H5Lexists(file, "table/day/mask", H5P_DEFAULT) > 0);
  H5Dclose(values);
  H5Fclose(file);
}

TEST_CASE("two possible orders stay text, and the option decides") {
  const std::string csv = column({"05/03/2022", "06/03/2022"});
  CHECK(first(csv, with("")).type == Type::text);
  CHECK(warnings(csv) ==
        std::vector<std::string>{
            "ambiguous_date 2: '05/03/2022' may be %d/%m/%Y or %m/%d/%Y; the "
            "column is kept as text: say which with --date-format"});
  const Folder folder;
  CHECK(table_of(folder, csv, with("%d/%m/%Y")).columns[0].text_of(0) ==
        "2022-03-05");
  CHECK(table_of(folder, csv, with("%m/%d/%Y")).columns[0].text_of(0) ==
        "2022-05-03");
}

TEST_CASE("many different ambiguous dates are no id") {
  std::vector<std::string> values;
  for (int i = 1; i <= 24; ++i) {
    values.push_back("0" + std::to_string(1 + i % 9) + "/0" +
                     std::to_string(1 + i / 9) + "/20" +
                     std::to_string(10 + i));
  }
  CHECK(first(column(values), with("")).type == Type::text);
}

TEST_CASE("29 February 2023 is no date and is named with its line") {
  const std::string csv = column({"2023-02-27", "2023-02-28", "2023-02-29"});
  CHECK(first(csv, with("")).type == Type::text);
  CHECK(warnings(csv) ==
        std::vector<std::string>{
            "not_a_date 4: '2023-02-29' is no date of the form %Y-%m-%d (1 "
            "such values); the column is kept as text"});
  CHECK(refusal(csv, asking(ColumnType::date)) ==
        ":4: column 'when': '2023-02-29' is not a date of the form %Y-%m-%d");
}

TEST_CASE("times without an offset are taken as UTC, with a warning") {
  const std::string csv =
      column({"2022-03-05T10:00Z", "2022-03-05 10:00", "2022-03-05 11:00"});
  CHECK(first(csv, with("")).type == Type::time);
  CHECK(warnings(csv) == std::vector<std::string>{
                             "no_offset 3: 2 times have no offset such as Z or "
                             "+01:00; taken as UTC"});
}

TEST_CASE("a date that is asked for is an error with its place otherwise") {
  CHECK(refusal(column({"abc"}), asking(ColumnType::date)) ==
        ":2: column 'when': 'abc' is not a date");
  CHECK(refusal(column({"05/03/2022"}), asking(ColumnType::date)) ==
        ":2: column 'when': '05/03/2022' may be %d/%m/%Y or %m/%d/%Y; say "
        "which with --date-format");
  CHECK(refusal(column({"2022-03-05 10:00"}), asking(ColumnType::date)) ==
        ":2: column 'when': '2022-03-05 10:00' has a time of day; want type "
        "time");
  CHECK(refusal(column({"20220305", "2022"}),
                asking(ColumnType::date, "%Y%m%d")) ==
        ":3: column 'when': '2022' is not a date of the form %Y%m%d");
  CHECK(refusal(column({"2022"}), asking(ColumnType::automatic, "%Y%m%d")) ==
        ":2: column 'when': '2022' is not a date of the form %Y%m%d");
}

TEST_CASE("a day alone may be asked for as a time, at midnight") {
  const Folder folder;
  const auto midnight =
      table_of(folder, column({"5.3.2022"}), asking(ColumnType::time));
  CHECK(midnight.columns[0].text_of(0) == "2022-03-05T00:00:00Z");
  const auto compact = table_of(folder, column({"20220305"}),
                                asking(ColumnType::automatic, "%Y%m%d"));
  CHECK(compact.columns[0].type == Type::date);
  CHECK(compact.columns[0].text_of(0) == "2022-03-05");
}

TEST_CASE("dates that are asked to be text or categories are that") {
  const std::string csv = column({"2022-03-05", "2022-03-05"});
  CHECK(first(csv, asking(ColumnType::text)).type == Type::text);
  CHECK(first(csv, asking(ColumnType::category)).type == Type::category);
  CHECK(first(csv, asking(ColumnType::text)).date_format.empty());
}

TEST_CASE("blanks around dates are dropped, and that is said") {
  const auto found = warnings(column({" 2022-03-05 ", "2022-03-06"}));
  CHECK(found == std::vector<std::string>{
                     "blanks 2: blanks around 1 dates were dropped"});
}

TEST_CASE("a date format that no column has is said") {
  CHECK(warnings(column({"x", "y"}), with("%d/%m/%Y")) ==
        std::vector<std::string>{"date_format_unused 0: no column is written "
                                 "as --date-format '%d/%m/%Y' says"});
  CHECK(refusal(column({"x"}), with("%Q")).find("has a code") !=
        std::string::npos);
}

TEST_CASE("dates as CSV make the same table again") {
  const Folder folder;
  const Table once = table_of(folder, kMoments, with(""));
  std::string csv = "day,at,mixed\n";
  for (std::size_t row = 0; row < once.rows; ++row) {
    for (std::size_t i = 0; i < 3; ++i) {
      csv += (i == 0 ? "" : ",") + csv_field(once.columns[i], row);
    }
    csv += "\n";
  }
  const Table again = table_of(folder, csv, with(""));
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(again.columns[i].type == once.columns[i].type);
    CHECK(again.columns[i].integers == once.columns[i].integers);
    CHECK(again.columns[i].missing == once.columns[i].missing);
  }
}
