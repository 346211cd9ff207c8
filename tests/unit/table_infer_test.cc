// Types of columns: each rule of the manual's TYPES, by name.
#include <catch2/catch.hpp>

#include <cmath>

#include "table_world.h"

using namespace mlb;
using namespace mlb::table;

namespace {

struct Decided {
  Type type = Type::text;
  ColumnStats stats;
  std::vector<Warning> warnings;  ///< of the column

  const Warning* warning(const std::string& code) const {
    for (const auto& w : warnings) {
      if (w.code == code) return &w;
    }
    return nullptr;
  }
};

/// The column `x` of these values, one a line, beside a second column.
Decided decided(const std::vector<std::string>& values,
                const std::string& name = "x", CsvOptions options = {}) {
  std::string text = name + ",other\n";
  for (const auto& v : values) text += v + ",k\n";
  options.delimiter = ',';
  const auto r = inspected(text, options);
  Decided out{r.columns[0].type, r.columns[0].stats, {}};
  for (const auto& w : r.warnings) {
    if (w.column == name) out.warnings.push_back(w);
  }
  return out;
}

Type type_of(const std::vector<std::string>& values) {
  return decided(values).type;
}

std::vector<std::string> numbered(const std::string& prefix, int count) {
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i) out.push_back(prefix + std::to_string(i));
  return out;
}

CsvOptions asking(ColumnType type) {
  CsvOptions out;
  out.columns = {{"x", type}};
  return out;
}

std::string asked_refusal(ColumnType type, const std::string& value) {
  return refusal("x,other\n" + value + ",k\n", asking(type));
}

}  // namespace

TEST_CASE("whole numbers are integers, with signs and in all of int64") {
  CHECK(type_of({"1", "-2", "+3", "0", "-0"}) == Type::integer);
  CHECK(type_of({"9223372036854775807", "-9223372036854775808"}) ==
        Type::integer);
}

TEST_CASE("a whole number beyond int64 makes the column text, with a warning") {
  const auto d = decided({"1", "9223372036854775808", "2"});
  CHECK(d.type == Type::category);
  const Warning* w = d.warning("integer_overflow");
  REQUIRE(w != nullptr);
  CHECK(w->line == 3);
  CHECK(w->message.find("'9223372036854775808'") != std::string::npos);
  CHECK(w->message.find("1 such values") != std::string::npos);
}

TEST_CASE("a number beyond every double is text and is told") {
  const auto d = decided({"1.5", "1e400", "-2", "3"});
  CHECK(d.type == Type::category);
  const Warning* w = d.warning("number_overflow");
  REQUIRE(w != nullptr);
  CHECK(w->line == 3);
  CHECK(w->message.find("'1e400'") != std::string::npos);
}

TEST_CASE("a sign before a sign is no number") {
  CHECK(type_of({"+-5", "1"}) == Type::category);
  CHECK(type_of({"+-5.5", "1"}) == Type::category);
  CHECK(type_of({"+", "1"}) == Type::category);
}

TEST_CASE("decimals and exponents are reals") {
  CHECK(type_of({"1.5", "2"}) == Type::real);
  CHECK(type_of({".5", "-5.", "+1.0"}) == Type::real);
  CHECK(type_of({"1e3", "2E-7", "-1.5e+10"}) == Type::real);
}

TEST_CASE("infinity is a real and reported, and moves no statistic") {
  const auto d = decided({"inf", "1.0", "3.0", "-inf"});
  CHECK(d.type == Type::real);
  const Warning* w = d.warning("infinite");
  REQUIRE(w != nullptr);
  CHECK(w->line == 2);
  CHECK(w->message.starts_with("2 infinite"));
  CHECK(d.stats.min == 1.0);
  CHECK(d.stats.max == 3.0);
  CHECK(d.stats.mean == 2.0);
  CHECK(d.stats.std == 1.0);
}

TEST_CASE("a real out of range is no number, never infinity") {
  const auto d = decided({"1.5", "2.5", "1e400"});
  CHECK(d.type == Type::category);
  const Warning* w = d.warning("number_overflow");
  REQUIRE(w != nullptr);
  CHECK(w->line == 4);
  CHECK(w->message.find("'1e400'") != std::string::npos);
}

TEST_CASE("hexadecimal, percent, currency and thousands are no numbers") {
  for (const std::string value : {"0x10", "5%", "$5", "1_000", "1 000", "1e"}) {
    CAPTURE(value);
    CHECK(type_of({value, "1"}) == Type::category);
  }
}

TEST_CASE("numbers with a percent sign, a currency or 0x are hinted at") {
  for (const std::string value :
       {"5%", "12.5 %", "$5", "-$5.25", "\"$1,234.50\"", "5 \xe2\x82\xac",
        "\xe2\x82\xac 5",
        "\xc2\xa3"
        "5",
        "0x1F"}) {
    CAPTURE(value);
    std::vector<std::string> values(40, value);
    values[1] = "7";
    values[2] = "none";  // one in forty is something else
    const auto d = decided(values);
    CHECK(d.type == Type::category);
    const Warning* w = d.warning("number_format");
    REQUIRE(w != nullptr);
    CHECK(w->line == 2);
    CHECK(w->message.find("(38 such values)") != std::string::npos);
  }
}

TEST_CASE("no hint where fewer than 95 in 100 would be numbers") {
  std::vector<std::string> values(40, "5%");
  for (std::size_t i = 0; i < 3; ++i) values[i * 7] = "none";
  CHECK(decided(values).warning("number_format") == nullptr);
  for (const std::string value : {"5%%", "%", "0x", "0xg", "$", "5 apples$"}) {
    CAPTURE(value);
    CHECK(decided({value, value, "7"}).warning("number_format") == nullptr);
  }
}

TEST_CASE("numbers before the first text are among the categories") {
  std::vector<std::string> values;
  for (int i = 0; i < 300; ++i) values.push_back(std::to_string(i % 7) + ".50");
  values.push_back("none");
  CsvOptions options;
  options.block = 64;
  for (const unsigned threads : {1u, 3u}) {
    options.threads = threads;
    const auto d = decided(values, "x", options);
    CHECK(d.type == Type::category);
    CHECK(d.stats.distinct == 8);
    CHECK(d.stats.examples == std::vector<std::string>{"0.50", "1.50", "2.50"});
  }
}

TEST_CASE("a leading zero makes the column text, with its line") {
  for (const std::string value : {"02116", "00", "-01", "007.5"}) {
    CAPTURE(value);
    const auto d = decided({"10", "20", value, "30"});
    CHECK(d.type == Type::category);
    const Warning* w = d.warning("leading_zero");
    REQUIRE(w != nullptr);
    CHECK(w->line == 4);
    CHECK(w->message.find("'" + value + "'") != std::string::npos);
  }
  CHECK(type_of({"0", "0.5", "-0.25"}) == Type::real);
}

TEST_CASE("one bad value among numbers makes text and is named") {
  const auto d = decided({"1", "2", "three", "4", "five"});
  CHECK(d.type == Type::category);
  const Warning* w = d.warning("not_a_number");
  REQUIRE(w != nullptr);
  CHECK(w->line == 4);
  CHECK(w->message.find("'three' is not a number (2 such values)") !=
        std::string::npos);
}

TEST_CASE("blanks around numbers are dropped and that is said") {
  const auto d = decided({" 1", "2\t", "3"});
  CHECK(d.type == Type::integer);
  REQUIRE(d.warning("blanks") != nullptr);
  CHECK(d.warning("blanks")->line == 2);
  CHECK(d.stats.max == 3);
  CHECK(decided({"1", "2"}).warnings.empty());
}

TEST_CASE("true and false in any case are booleans") {
  CHECK(type_of({"true", "False", "TRUE"}) == Type::boolean);
  CHECK(type_of({"true", "yes"}) == Type::category);
  CHECK(type_of({"true", "1"}) == Type::category);
  CHECK(type_of({"t", "f"}) == Type::category);
}

TEST_CASE("the missing words count as missing, quoted ones do not") {
  const auto d = decided(
      {"1", "", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", " NA ", "2"});
  CHECK(d.type == Type::integer);
  CHECK(d.stats.missing == 9);
  CHECK(d.stats.distinct == 2);
  const auto quoted = decided({"\"NA\"", "\"\"", "a"});
  CHECK(quoted.type == Type::category);
  CHECK(quoted.stats.missing == 0);
  CHECK(quoted.stats.distinct == 3);
  CHECK(decided({"na", "Null"}).stats.missing == 0);
}

TEST_CASE("the list of missing words can be replaced") {
  CsvOptions options;
  options.missing = {"-", "?"};
  const auto d = decided({"1", "-", "?", ""}, "x", options);
  CHECK(d.type == Type::integer);
  CHECK(d.stats.missing == 3);
  CHECK(decided({"1", "NA"}, "x", options).type == Type::category);
}

TEST_CASE("an unquoted missing word in a text column is reported") {
  const auto d = decided({"Adam", "NA", "Eve"});
  CHECK(d.stats.missing == 1);
  REQUIRE(d.warning("missing_word") != nullptr);
  CHECK(d.warning("missing_word")->message.starts_with("1 unquoted"));
  CHECK(decided({"1", "NA"}).warning("missing_word") == nullptr);
  CHECK(decided({"Adam", ""}).warning("missing_word") == nullptr);
}

TEST_CASE("columns of missing values only, or of one value, are reported") {
  const auto gone = decided({"", "NA", ""});
  CHECK(gone.type == Type::text);
  CHECK(gone.warning("all_missing") != nullptr);
  const auto same = decided({"7", "7"});
  CHECK(same.type == Type::integer);
  CHECK(same.warning("constant") != nullptr);
  CHECK(same.stats.std == 0);
}

TEST_CASE("few distinct texts are a category, many are text") {
  // At most max(20, rows / 2) distinct.
  std::vector<std::string> values = numbered("v", 20);
  values.push_back("v0");
  CHECK(type_of(values) == Type::category);
  values.push_back("v20");
  CHECK(type_of(values) == Type::text);
  std::vector<std::string> half = numbered("w", 50);
  for (int i = 0; i < 50; ++i) half.push_back("w0");
  CHECK(type_of(half) == Type::category);
  half.back() = "w50";
  CHECK(type_of(half) == Type::text);
}

TEST_CASE("twenty different texts are an id, nineteen a category") {
  CHECK(type_of(numbered("v", 19)) == Type::category);
  const auto d = decided(numbered("v", 20));
  CHECK(d.type == Type::id);
  CHECK(d.warning("id") != nullptr);
  auto gap = numbered("v", 20);
  gap.emplace_back("");
  CHECK(type_of(gap) != Type::id);
}

TEST_CASE("different whole numbers are an id when the name says so") {
  const auto values = numbered("1", 20);
  CHECK(decided(values, "x").type == Type::integer);
  for (const std::string name :
       {"id", "ID", "customer_id", "CustomerId", "key", "uuid", "order-key"}) {
    CAPTURE(name);
    CHECK(decided(values, name).type == Type::id);
  }
  for (const std::string name : {"width", "keyboard", "idle", "video"}) {
    CAPTURE(name);
    CHECK(decided(values, name).type == Type::integer);
  }
}

TEST_CASE("statistics of numbers are those of the values that are there") {
  const auto d = decided({"1", "", "2", "3", "10"});
  CHECK(d.stats.missing == 1);
  CHECK(d.stats.distinct == 4);
  CHECK(d.stats.min == 1);
  CHECK(d.stats.max == 10);
  CHECK(d.stats.mean == 4);
  // Variance of the population: ((-3)^2 + (-2)^2 + (-1)^2 + 6^2) / 4.
  CHECK(d.stats.std == Approx(std::sqrt(12.5)).epsilon(1e-15));
  CHECK(d.stats.examples == std::vector<std::string>{"1", "2", "3"});
}

TEST_CASE("an asked type is obeyed or refused with the first bad line") {
  CHECK(decided({"1", "2"}, "x", asking(ColumnType::real)).type == Type::real);
  CHECK(decided({"1", "2"}, "x", asking(ColumnType::text)).type == Type::text);
  CHECK(decided({"1", "2"}, "x", asking(ColumnType::category)).type ==
        Type::category);
  CHECK(decided({"1", "2"}, "x", asking(ColumnType::id)).type == Type::id);
  CHECK(asked_refusal(ColumnType::integer, "1.5") ==
        ":2: column 'x': '1.5' is not a whole number");
  CHECK(asked_refusal(ColumnType::real, "abc") ==
        ":2: column 'x': 'abc' is not a number");
  CHECK(asked_refusal(ColumnType::boolean, "1") ==
        ":2: column 'x': '1' is not true or false");
  CHECK(asked_refusal(ColumnType::integer, "9223372036854775808") ==
        ":2: column 'x': '9223372036854775808' is not a whole number");
  CHECK(refusal("x\n5\n6\n1.5\n7.5\n", asking(ColumnType::integer)) ==
        ":4: column 'x': '1.5' is not a whole number");
}

TEST_CASE("a whole number beyond int64 is a real when reals are asked for") {
  const auto d =
      decided({"18446744073709551616", "1"}, "x", asking(ColumnType::real));
  CHECK(d.type == Type::real);
  CHECK(d.stats.max == 18446744073709551616.0);
}

TEST_CASE("the first rule that matches a name wins, and each must match") {
  CsvOptions options;
  options.columns = {{"a*", ColumnType::text}, {"ab", ColumnType::real}};
  const auto r = inspected("ab,ac\n1,2\n", options);
  CHECK(r.columns[0].type == Type::text);
  CHECK(r.columns[1].type == Type::text);
  options.columns = {{"b*", ColumnType::text}};
  CHECK(refusal("ab,ac\n1,2\n", options).starts_with("columns: 'b*' matches"));
}

TEST_CASE("long values are shortened in reports between characters") {
  std::string long_value = "x";
  for (int i = 0; i < 300; ++i) long_value += "\xc3\xa9";
  const auto r = inspected("x,y\n1,a\n2,b\n3,c\n" + long_value + ",d\n");
  const std::string report = to_json(r).dump();  // throws on a cut character
  CHECK(report.find("not_a_number") != std::string::npos);
  CHECK(report.size() < 3000);
}
