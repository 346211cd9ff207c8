// Dates and times: what is read, what is not, and which format a column has.
// Known answers are from date(1) and from the calendar.
#include <catch2/catch.hpp>

#include <random>

#include "base/rng.h"
#include "table/date_judge.h"

using namespace mlb;
using namespace mlb::table;

namespace {

DateFormat format(const std::string& pattern) {
  auto out = DateFormat::parse(pattern);
  if (!out) FAIL(out.error().message);
  return std::move(*out);
}

/// The text of what was read; "-" when nothing was.
std::string read(const std::string& pattern, const std::string& text) {
  const auto instant = format(pattern).read(text);
  return instant ? time_text(instant->micros) : "-";
}

std::string refused(const std::string& pattern) {
  auto out = DateFormat::parse(pattern);
  if (out) return "accepted";
  CHECK(out.error().fault == Fault::usage);
  return out.error().message;
}

DateJudge judged(const std::vector<std::string>& values,
                 const std::string& asked = "") {
  DateJudge out;
  if (!asked.empty()) out = DateJudge(format(asked));
  std::uint64_t line = 1;
  for (const auto& value : values) out.value(value, ++line);
  return out;
}

/// The pattern, both of two that cannot be told apart, or "-".
std::string verdict(const std::vector<std::string>& values,
                    const std::string& asked = "") {
  const auto v = judged(values, asked).verdict();
  switch (v.fit) {
    case DateJudge::Fit::none: return "-";
    case DateJudge::Fit::one: return v.pattern;
    case DateJudge::Fit::ambiguous: return v.pattern + " or " + v.other;
  }
  return "?";
}

constexpr const char* kIso = "%Y-%m-%dT%T%z";

}  // namespace

TEST_CASE("a day is the number of microseconds since 1970") {
  CHECK(format("%Y-%m-%d").read("1970-01-01")->micros == 0);
  CHECK(format("%Y-%m-%d").read("1969-12-31")->micros == -86'400'000'000);
  CHECK(format("%Y-%m-%d").read("2000-03-01")->micros == 951'868'800'000'000);
  CHECK(format(kIso).read("2038-01-19T03:14:07Z")->micros ==
        2'147'483'647'000'000);
  CHECK(format("%Y-%m-%d").read("0001-01-01")->micros ==
        -62'135'596'800'000'000);
  CHECK(format(kIso).read("9999-12-31T23:59:59.999999Z")->micros ==
        253'402'300'799'999'999);
}

TEST_CASE("every day of 800 years follows the one before") {
  const DateFormat iso = format("%Y-%m-%d");
  std::int64_t day = iso.read("1600-01-01")->micros;
  const std::int64_t end = iso.read("2400-01-01")->micros;
  CHECK((end - day) / kMicrosPerDay == 292'194);  // 800 * 365.2425
  bool good = true;
  std::string before = "1599-12-31";
  for (; day < end; day += kMicrosPerDay) {
    const std::string text = date_text(day);
    good &= text > before && iso.read(text)->micros == day && is_date(day);
    before = text;
  }
  CHECK(good);
}

TEST_CASE("the parts of a time are those of its day in UTC") {
  const auto parts = [](const char* text) {
    const auto at = DateFormat::parse("%FT%T%z")->read(text);
    REQUIRE(at);
    std::vector<std::int64_t> out;
    for (const DatePart part : {DatePart::year, DatePart::month, DatePart::day,
                                DatePart::dow, DatePart::hour}) {
      out.push_back(part_of(at->micros, part));
    }
    CHECK(part_of(at->micros, DatePart::epoch) == at->micros);
    return out;
  };
  using Parts = std::vector<std::int64_t>;
  CHECK(parts("1970-01-01T00:00:00Z") == Parts{1970, 1, 1, 4, 0});
  CHECK(parts("2024-02-29T23:59:59.999999Z") == Parts{2024, 2, 29, 4, 23});
  CHECK(parts("2026-11-22T23:30:00-01:00") == Parts{2026, 11, 23, 1, 0});
  CHECK(parts("1969-12-28T05:00:00Z") == Parts{1969, 12, 28, 7, 5});
  CHECK(parts("0001-01-01T00:00:00Z") == Parts{1, 1, 1, 1, 0});
  CHECK(parts("9999-12-31T23:00:00Z") == Parts{9999, 12, 31, 5, 23});
}

TEST_CASE("days that no calendar shows are not read") {
  for (const char* text :
       {"2023-02-29", "1900-02-29", "2022-00-01", "2022-13-01", "2022-01-00",
        "2022-01-32", "2022-04-31", "0000-01-01", "202-01-01", "20222-01-01",
        "2022-01-01 ", " 2022-01-01", "2022-01", "2022-01-", "", "2022/01/01",
        "2022-1-1-1", "2022-01-011"}) {
    CAPTURE(text);
    CHECK(read("%Y-%m-%d", text) == "-");
  }
  CHECK(read("%Y-%m-%d", "2024-02-29") == "2024-02-29T00:00:00Z");
  CHECK(read("%Y-%m-%d", "2000-02-29") == "2000-02-29T00:00:00Z");
}

TEST_CASE("ISO 8601 times are read with T or a blank, to the microsecond") {
  CHECK(read(kIso, "2022-03-05T14:02:11Z") == "2022-03-05T14:02:11Z");
  CHECK(read(kIso, "2022-03-05 14:02:11") == "2022-03-05T14:02:11Z");
  CHECK(read(kIso, "2022-03-05T14:02") == "2022-03-05T14:02:00Z");
  CHECK(read(kIso, "2022-03-05T14:02:11.25") == "2022-03-05T14:02:11.250Z");
  CHECK(read(kIso, "2022-03-05T14:02:11.000001Z") ==
        "2022-03-05T14:02:11.000001Z");
  CHECK(read(kIso, "2022-03-05T14:02:11.123456000") ==
        "2022-03-05T14:02:11.123456Z");
}

TEST_CASE("an offset moves the time to UTC") {
  CHECK(read(kIso, "2022-03-05T00:30:00+01:00") == "2022-03-04T23:30:00Z");
  CHECK(read(kIso, "2022-03-05T00:30:00+0100") == "2022-03-04T23:30:00Z");
  CHECK(read(kIso, "2022-03-05T20:00:00 -08") == "2022-03-06T04:00:00Z");
  CHECK(read(kIso, "2022-03-05T20:00:00 UTC") == "2022-03-05T20:00:00Z");
  CHECK(format(kIso).read("2022-03-05T00:30:00+01:00")->offset);
  CHECK_FALSE(format(kIso).read("2022-03-05T00:30:00")->offset);
  // Outside of the years 1 to 9999 there is no text for it.
  CHECK(read(kIso, "0001-01-01T00:00:00+00:01") == "-");
  CHECK(read(kIso, "9999-12-31T23:59:59-00:01") == "-");
}

TEST_CASE("times that no clock shows, or finer than ours, are not read") {
  for (const char* text :
       {"2022-03-05T24:00:00Z", "2022-03-05T14:60:00Z", "2022-03-05T14:02:60Z",
        "2022-03-05T14", "2022-03-05T14:2:11", "2022-03-05T14:02:1",
        "2022-03-05T14:02:11.", "2022-03-05T14:02:11.1234567",
        "2022-03-05T14:02:11+16:00", "2022-03-05T14:02:11+01:60",
        "2022-03-05T14:02:11+1", "2022-03-05T14:02:11+01:", "2022-03-05t14:02",
        "2022-03-05T14:02:11 ", "2022-03-05  14:02:11", "2022-03-05T"}) {
    CAPTURE(text);
    CHECK(read(kIso, text) == "-");
  }
}

TEST_CASE("names of months and 12-hour clocks are read") {
  CHECK(read("%d-%b-%Y", "5-Mar-2022") == "2022-03-05T00:00:00Z");
  CHECK(read("%d %B %Y", "05 MARCH 2022") == "2022-03-05T00:00:00Z");
  CHECK(read("%b %d, %Y", "may 5, 2022") == "2022-05-05T00:00:00Z");
  CHECK(read("%b %d, %Y", "Marc 5, 2022") == "-");
  CHECK(read("%m/%d/%Y %r", "3/5/2022 12:00 AM") == "2022-03-05T00:00:00Z");
  CHECK(read("%m/%d/%Y %r", "3/5/2022 12:30:01 pm") == "2022-03-05T12:30:01Z");
  CHECK(read("%m/%d/%Y %I:%M %p", "3/5/2022 1:30 PM") ==
        "2022-03-05T13:30:00Z");
  CHECK(read("%m/%d/%Y %r", "3/5/2022 13:00 PM") == "-");
  CHECK(read("%m/%d/%Y %r", "3/5/2022 0:00 AM") == "-");
}

TEST_CASE("compact and short forms are read when they are asked for") {
  CHECK(read("%Y%m%d", "20220305") == "2022-03-05T00:00:00Z");
  CHECK(read("%y%m%d", "690305") == "1969-03-05T00:00:00Z");
  CHECK(read("%y%m%d", "680305") == "2068-03-05T00:00:00Z");
  CHECK(read("%Y%m%dT%H%M%S.%f%z", "20220305T140211.5+01") ==
        "2022-03-05T13:02:11.500Z");
  CHECK(read("on %F", "on 2022-03-05") == "2022-03-05T00:00:00Z");
  CHECK(read("%F 100%%", "2022-03-05 100%") == "2022-03-05T00:00:00Z");
}

TEST_CASE("a pattern that makes no date is refused with what it wants") {
  CHECK(refused("%q") ==
        "the date format '%q' has a code that is not one of %Y %y %m %b %d %F "
        "%H %I %M %S %f %p %T %r %z %%");
  CHECK(refused("%Y-%m-%d %").find("not one of") != std::string::npos);
  for (const char* pattern :
       {"", "%Y", "%Y-%m", "%Y-%m-%d %d", "%Y %y %m %d"}) {
    CAPTURE(pattern);
    CHECK(refused(pattern).find("each once") != std::string::npos);
  }
  for (const char* pattern :
       {"%F %M", "%F %H:%S", "%F %z", "%F %T %H", "%F %f", "%F %T %f"}) {
    CAPTURE(pattern);
    CHECK(refused(pattern).find("part of the time") != std::string::npos);
  }
  CHECK(refused("%F %I:%M").find("only one of %I") != std::string::npos);
  CHECK(refused("%F %H:%M %p").find("only one of %I") != std::string::npos);
  CHECK(refused("%F" + std::string(99, 'x')).find("longer than 100") !=
        std::string::npos);
  CHECK(refused("%F" + std::string(98, 'x')) == "accepted");
}

TEST_CASE("what a known format writes is read by the judge as that format") {
  for (const auto& known : known_date_formats()) {
    CAPTURE(known.pattern());
    CHECK(refused(known.pattern()) == "accepted");
  }
  CHECK(known_date_formats().size() == 33);
  CHECK(verdict({"2022-03-05", "2022-12-31"}) == "%Y-%m-%d");
  CHECK(verdict({"2022/3/5"}) == "%Y/%m/%d");
  CHECK(verdict({"5.3.2022", "05.03.2022"}) == "%d.%m.%Y");
  CHECK(verdict({"05/03/2022", "13/03/2022"}) == "%d/%m/%Y");
  CHECK(verdict({"05/03/2022", "03/13/2022"}) == "%m/%d/%Y");
  CHECK(verdict({"13-03-2022"}) == "%d-%m-%Y");
  CHECK(verdict({"5-Mar-2022", "31-dec-2022"}) == "%d-%b-%Y");
  CHECK(verdict({"5 Mar 2022"}) == "%d %b %Y");
  CHECK(verdict({"Mar 5, 2022"}) == "%b %d, %Y");
  CHECK(verdict({"2022-03-05 14:02", "2022-03-05T14:02:11.5Z"}) == kIso);
  CHECK(verdict({"13/03/2022 14:02:11"}) == "%d/%m/%Y %T%z");
  CHECK(verdict({"3/13/2022 2:02 PM"}) == "%m/%d/%Y %r%z");
}

TEST_CASE("two orders that are both possible are never chosen between") {
  CHECK(verdict({"05/03/2022", "12/12/2022"}) == "%d/%m/%Y or %m/%d/%Y");
  CHECK(verdict({"05-03-2022"}) == "%d-%m-%Y or %m-%d-%Y");
  CHECK(verdict({"05/03/2022 10:00"}) == "%d/%m/%Y %T%z or %m/%d/%Y %T%z");
  CHECK(verdict({"05/03/2022"}, "%d/%m/%Y") == "%d/%m/%Y");
  CHECK(verdict({"05/03/2022"}, "%m/%d/%Y") == "%m/%d/%Y");
}

TEST_CASE("what is no date, or of two forms, fits no format") {
  CHECK(verdict({}) == "-");
  CHECK(verdict({"12.5", "1e5", "abc", "", "5", "Maybe 5, 2022"}) == "-");
  CHECK(verdict({"2022-03-05", "2022/03/05"}) == "-");
  CHECK(verdict({"2022-03-05", "2022-03-05 10:00"}) == "-");
  CHECK(verdict({"13/03/2022", "03/13/2022"}) == "-");
  CHECK(verdict({"2022-03-05", ""}) == "-");
}

TEST_CASE("a column with one bad day names it") {
  const auto v =
      judged({"2023-02-27", "2023-02-28", "2023-02-29", "2023-03-01"})
          .verdict();
  CHECK(v.fit == DateJudge::Fit::none);
  CHECK(v.pattern == "%Y-%m-%d");
  CHECK(v.fits == 3);
  CHECK(v.misfits == 1);
  CHECK(v.misfit == "2023-02-29");
  CHECK(v.misfit_line == 4);
}

TEST_CASE("times without an offset are counted") {
  const auto v =
      judged({"2022-03-05T10:00Z", "2022-03-05T10:00", "2022-03-05 11:00"})
          .verdict();
  CHECK(v.without_offset == 2);
  CHECK(v.without_offset_line == 3);
  CHECK(time_text(v.min) == "2022-03-05T10:00:00Z");
  CHECK(time_text(v.max) == "2022-03-05T11:00:00Z");
}

TEST_CASE("an asked format that does not fit leaves the known ones") {
  CHECK(verdict({"2022-03-05"}, "%d.%m.%Y") == "%Y-%m-%d");
  const auto v = judged({"5.3.2022", "x"}, "%d.%m.%Y").verdict_of_asked();
  CHECK(v.misfit == "x");
  CHECK(v.misfit_line == 3);
}

/// As the scanners do: numbers take the short way.
void give(DateJudge& judge, const std::string& value, std::uint64_t line) {
  if (value.find_first_not_of("0123456789.") == value.npos) {
    judge.number(value, line);
  } else {
    judge.value(value, line);
  }
}

TEST_CASE("judges of any parts, merged in order, say what one judge says") {
  const std::vector<std::string> pool{
      "2022-03-05",        "2022-03-06",       "05/03/2022", "13/03/2022",
      "03/13/2022",        "2022-03-05 10:00", "x",          "1.5",
      "2022-03-05T10:00Z", "5-Mar-2022",       "20220305"};
  Rng rng(7);
  const auto same = [](const DateJudge::Verdict& a,
                       const DateJudge::Verdict& b) {
    return a.fit == b.fit && a.pattern == b.pattern && a.other == b.other &&
           a.fits == b.fits && a.misfits == b.misfits &&
           a.misfit_line == b.misfit_line && a.misfit == b.misfit &&
           a.without_offset == b.without_offset &&
           a.without_offset_line == b.without_offset_line && a.min == b.min &&
           a.max == b.max;
  };
  for (int round = 0; round < 3000; ++round) {
    const bool asked = rng.below(3) == 0;
    const auto fresh = [&] {
      return asked ? DateJudge(format("%Y%m%d")) : DateJudge();
    };
    DateJudge whole = fresh();
    DateJudge merged = fresh();
    DateJudge part = fresh();
    const auto first = rng.below(pool.size());
    const auto kinds = 1 + rng.below(3);
    std::uint64_t before = 0;  // lines in earlier parts
    const auto line_of = [&](std::uint64_t n) { return before + n; };
    for (std::uint64_t line = 1; line < 2 + rng.below(8); ++line) {
      const auto& value = pool[(first + rng.below(kinds)) % pool.size()];
      whole.value(value, line);
      give(part, value, line - before);
      if (rng.below(2) == 0) continue;
      merged.merge(part, line_of);
      part.clear();
      before = line;
    }
    merged.merge(part, line_of);
    CAPTURE(round);
    REQUIRE(same(whole.verdict(), merged.verdict()));
    REQUIRE(same(whole.verdict_of_asked(), merged.verdict_of_asked()));
  }
}

TEST_CASE("the quick way of ISO 8601 reads what its pattern reads") {
  // The same patterns, spelled so that they have no quick way.
  const auto day = DateFormat::parse("%Y-%m-%d");
  const auto plain_day = DateFormat::parse("%F");
  const auto time = DateFormat::parse("%Y-%m-%dT%T%z");
  const auto plain_time = DateFormat::parse("%FT%T%z");
  std::mt19937_64 random(Catch::rngSeed());
  constexpr std::string_view kLetters = "0123456789-T: Z";
  for (int i = 0; i < 200000; ++i) {
    std::string text = "2024-02-29T23:59:59Z";
    if (i % 3 == 0) text.resize(10);
    for (auto changes = random() % 4; changes > 0; --changes) {
      text[random() % text.size()] = kLetters[random() % kLetters.size()];
    }
    CAPTURE(text);
    REQUIRE(day->read(text) == plain_day->read(text));
    REQUIRE(time->read(text) == plain_time->read(text));
  }
}
