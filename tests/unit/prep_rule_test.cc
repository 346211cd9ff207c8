// What the rules of `columns` make of a column, against numbers computed by
// hand; and that nothing of it looks at validation and test rows.
#include <catch2/catch.hpp>

#include <array>

#include "prep/columns.h"
#include "prep/levels.h"
#include "prep_world.h"

using namespace mlb;
using namespace mlb::prep;

namespace {

/// y = 0, 1, 2 ... beside one column.
table::Table beside_y(table::Column column) {
  const std::size_t rows =
      std::max({column.reals.size(), column.integers.size(),
                column.codes.size(), column.texts.size()});
  std::vector<double> y;
  for (std::size_t i = 0; i < rows; ++i) y.push_back(static_cast<double>(i));
  return table_of({std::move(column), reals("y", y)});
}

JobSpec with_rule(ColumnRule rule) {
  JobSpec out = spec_for("y");
  out.columns = {std::move(rule)};
  return out;
}

/// All rows train; the outputs of the column, row by row.
std::vector<std::vector<float>> outputs(table::Column column, ColumnRule rule) {
  const auto t = beside_y(std::move(column));
  const auto rows = first_rows(t.rows);
  const auto plan = fitted(t, rows, with_rule(std::move(rule)));
  auto m = apply(plan, t, rows);
  if (!m) FAIL(m.error().message);
  std::vector<std::vector<float>> out;
  for (std::size_t i = 0; i < m->rows; ++i) {
    out.emplace_back(m->row(i).begin(), m->row(i).end());
  }
  return out;
}

std::vector<float> column_of(table::Column column, ColumnRule rule) {
  std::vector<float> out;
  for (const auto& row : outputs(std::move(column), std::move(rule))) {
    REQUIRE(row.size() == 1);
    out.push_back(row[0]);
  }
  return out;
}

std::string refusal(table::Column column, ColumnRule rule) {
  const auto t = beside_y(std::move(column));
  return fit_refusal(t, first_rows(t.rows), with_rule(std::move(rule)));
}

std::vector<std::string> warnings_of(table::Column column, ColumnRule rule) {
  const auto t = beside_y(std::move(column));
  std::vector<std::string> out;
  auto plan = fit(t, first_rows(t.rows), with_rule(std::move(rule)), out);
  if (!plan) FAIL(plan.error().message);
  return out;
}

using Floats = std::vector<float>;
using FloatRows = std::vector<std::vector<float>>;

ColumnRule plain(Missing missing) {
  return {.pattern = "x", .missing = missing, .scale = Scale::none};
}

}  // namespace

TEST_CASE("a missing number is filled as its rule says") {
  const auto x = reals("x", {1, 1, 4, 10, kNone});
  CHECK(column_of(x, plain(Missing::mean)).back() == 4);
  CHECK(column_of(x, plain(Missing::median)).back() == 2.5f);
  CHECK(column_of(x, plain(Missing::automatic)).back() == 2.5f);
  CHECK(column_of(x, plain(Missing::mode)).back() == 1);
  ColumnRule constant = plain(Missing::constant);
  constant.missing_value = "-7.5";
  CHECK(column_of(x, constant).back() == -7.5f);
  CHECK(outputs(x, plain(Missing::indicator)) ==
        FloatRows{{1, 0}, {1, 0}, {4, 0}, {10, 0}, {2.5f, 1}});
  CHECK(refusal(x, plain(Missing::error)) ==
        "row 5: column 'x' has no value; its rule has missing: error");
  CHECK(refusal(x, plain(Missing::level)) ==
        "column 'x' is real: missing: level is for categories; want "
        "indicator");
  constant.missing_value = "low";
  CHECK(refusal(x, constant) ==
        "column 'x' is real: missing: const is 'low'; want a number");
}

TEST_CASE("numbers are scaled as their rule says") {
  const auto x = reals("x", {1, 2, 3, 4, 10});
  const auto by = [&](Scale scale) {
    return column_of(x, {.pattern = "x", .scale = scale});
  };
  // Mean 4; variance (9 + 4 + 1 + 0 + 36) / 5 = 10.
  CHECK(by(Scale::standard)[4] == static_cast<float>(6 / std::sqrt(10.0)));
  CHECK(by(Scale::automatic) == by(Scale::standard));
  CHECK(by(Scale::minmax) == Floats{0, 1.f / 9, 2.f / 9, 3.f / 9, 1});
  // Median 3, quartiles 2 and 4.
  CHECK(by(Scale::robust) == Floats{-1, -0.5f, 0, 0.5f, 3.5f});
  CHECK(by(Scale::none) == Floats{1, 2, 3, 4, 10});
  CHECK(by(Scale::log1p)[4] == static_cast<float>(std::log(11.0)));
}

TEST_CASE("log1p refuses what has no logarithm, with its row") {
  const ColumnRule rule{.pattern = "x", .scale = Scale::log1p};
  CHECK(refusal(reals("x", {0, 3, -1}), rule) ==
        "row 3: column 'x' is -1; log1p wants more than -1");
  const auto t = beside_y(reals("x", {0, 3, -2}));
  const auto plan = fitted(t, {0, 1}, with_rule(rule));
  auto late = apply(plan, t, {2});
  REQUIRE_FALSE(late);
  CHECK(late.error().message ==
        "row 3: column 'x' is -2; log1p wants more than -1");
}

TEST_CASE("clipping comes before everything else") {
  const ColumnRule rule{.pattern = "x",
                        .missing = Missing::mean,
                        .scale = Scale::none,
                        .clip = std::pair(0.0, 10.0)};
  CHECK(column_of(reals("x", {-5, 2, 1e9, kNone}), rule) ==
        Floats{0, 2, 10, 4});
}

TEST_CASE("equal quartiles and constants never divide by nothing") {
  const auto x = reals("x", {5, 5, 5, 5, 9});
  const ColumnRule robust{.pattern = "x", .scale = Scale::robust};
  CHECK(column_of(x, robust) == Floats{0, 0, 0, 0, 4});
  CHECK(warnings_of(x, robust) ==
        std::vector<std::string>{"column 'x' has equal quartiles in the "
                                 "training rows; it is not scaled"});
  for (const Scale scale : {Scale::standard, Scale::minmax, Scale::robust}) {
    CHECK(column_of(reals("x", {7, 7, 7}), {.pattern = "x", .scale = scale}) ==
          Floats{0, 0, 0});
  }
}

TEST_CASE("a date becomes the parts that its rule names, in their order") {
  constexpr std::int64_t day = 86'400'000'000;
  // 1970-01-01 a Thursday, 1970-02-01 a Sunday, 1972-02-29 a Tuesday.
  table::Column c = integers("x", {0, 31 * day + day / 2, 789 * day});
  c.type = table::Type::time;
  const ColumnRule rule{
      .pattern = "x",
      .scale = Scale::none,
      .dates = {DatePart::dow, DatePart::year, DatePart::month, DatePart::day,
                DatePart::hour}};
  CHECK(outputs(c, rule) == FloatRows{{4, 1970, 1, 1, 0},
                                      {7, 1970, 2, 1, 12},
                                      {2, 1972, 2, 29, 0}});
  const auto t = beside_y(c);
  const auto plan = fitted(t, first_rows(3), with_rule(rule));
  CHECK(plan.output_names() == std::vector<std::string>{"x (dow)", "x (year)",
                                                        "x (month)", "x (day)",
                                                        "x (hour)"});
  const Bytes bytes = saved(plan);
  Reader reader(bytes);
  auto loaded = Plan::load(reader);
  REQUIRE(loaded);
  CHECK(apply(*loaded, t, first_rows(3))->values ==
        apply(plan, t, first_rows(3))->values);
  auto number = beside_y(integers("x", {1, 2, 3}));
  auto wrong = apply(plan, number, first_rows(3));
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message ==
        "column 'x' is integer; the model wants a date or time");
}

TEST_CASE("a missing date is filled part by part, or by a date") {
  constexpr std::int64_t day = 86'400'000'000;
  table::Column c = integers("x", {0, 365 * day, 730 * day, 0});
  c.type = table::Type::date;
  c.missing = {0, 0, 0, 1};
  ColumnRule rule = plain(Missing::mean);
  rule.dates = {DatePart::year};
  CHECK(column_of(c, rule).back() == 1971);
  rule.missing = Missing::constant;
  rule.missing_value = "1999-12-31";
  CHECK(column_of(c, rule).back() == 1999);
  rule.missing_value = "7";
  CHECK(refusal(c, rule) ==
        "column 'x' is date: missing: const is '7'; want a date or time such "
        "as 2024-01-31 or 2024-01-31T12:00:00Z");
  CHECK(refusal(reals("x", {1, 2, 3}), rule) ==
        "column 'x' is real: dates is for a date or a time");
}

TEST_CASE("categories become numbers as their rule says") {
  const auto x = categories("x", {"b", "a", "b", "", "c", "b", "a", "b"});
  const auto by = [&](Encode encode) {
    return column_of(x, {.pattern = "x", .encode = encode});
  };
  CHECK(by(Encode::ordinal) == Floats{1, 0, 1, 3, 2, 1, 0, 1});
  CHECK(by(Encode::frequency) ==
        Floats{.5f, .25f, .5f, .125f, .125f, .5f, .25f, .5f});
  // y is the row's number: b has 0 2 5 7, a 1 6, missing 3, c 4; the mean of
  // all, 3.5, counts as ten rows more.
  const auto target = by(Encode::target);
  CHECK(target[0] == Approx((14 + 35) / 14.0));
  CHECK(target[1] == Approx((7 + 35) / 12.0));
  CHECK(target[3] == Approx((3 + 35) / 11.0));
  CHECK(target[4] == Approx((4 + 35) / 11.0));
}

TEST_CASE("ordinal places follow values of numbers, not their texts") {
  CHECK(column_of(integers("x", {10, 9, -1, 10}),
                  {.pattern = "x", .encode = Encode::ordinal}) ==
        Floats{2, 1, 0, 2});
}

TEST_CASE("a level that training never saw is other, or an error") {
  const auto t = beside_y(categories("x", {"a", "b", "zzz"}));
  const auto other_of = [&](Encode encode) {
    const auto plan =
        fitted(t, {0, 1}, with_rule({.pattern = "x", .encode = encode}));
    return apply(plan, t, {2})->values;
  };
  CHECK(other_of(Encode::onehot) == Floats{0, 0});
  CHECK(other_of(Encode::ordinal) == Floats{-1});
  CHECK(other_of(Encode::frequency) == Floats{0});
  CHECK(other_of(Encode::target) == Floats{0.5f});
  const auto strict =
      fitted(t, {0, 1}, with_rule({.pattern = "x", .unknown = Unknown::error}));
  auto refused = apply(strict, t, {2});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "row 3: column 'x' is 'zzz', which no training row has");
}

TEST_CASE("hashing puts each level into one of the buckets, always the same") {
  const auto x = categories("x", {"a", "b", "", "a"});
  const auto rows =
      outputs(x, {.pattern = "x", .encode = Encode::hash, .buckets = 16});
  REQUIRE(rows[0].size() == 16);
  for (const auto& row : rows) {
    CHECK(std::count(row.begin(), row.end(), 1.f) == 1);
    CHECK(std::count(row.begin(), row.end(), 0.f) == 15);
  }
  CHECK(rows[0] == rows[3]);
  // FNV-1a of "a" is af63dc4c8601ec8c (the authors' test vectors), folded.
  CHECK(bucket_of("a", 1u << 16) ==
        ((0xaf63dc4cull ^ 0xaf63dc4c8601ec8cull) & 0xffff));
}

TEST_CASE("one-hot ends at max_levels, and says what follows") {
  std::vector<std::string> many;
  for (int i = 0; i < 60; ++i) many.push_back("v" + std::to_string(i % 51));
  const auto hashed = warnings_of(categories("x", many), {.pattern = "x"});
  REQUIRE(hashed.size() == 1);
  CHECK(hashed[0] ==
        "column 'x' has 51 levels, more than max_levels (50): hashed to 64 "
        "features");
  CHECK(outputs(categories("x", many), {.pattern = "x"})[0].size() == 64);
  const auto x = categories("x", {"a", "b", "c", "b", "c", "c"});
  const ColumnRule two{
      .pattern = "x", .encode = Encode::onehot, .max_levels = 2};
  CHECK(outputs(x, two) ==
        FloatRows{{0, 0}, {1, 0}, {0, 1}, {1, 0}, {0, 1}, {0, 1}});
  CHECK(warnings_of(x, two) ==
        std::vector<std::string>{"column 'x' has 3 levels; all but the 2 most "
                                 "frequent count as other"});
}

TEST_CASE("a missing category is a level, filled, or refused") {
  const auto x = categories("x", {"a", "b", "b", ""});
  const auto last = [&](ColumnRule rule) { return outputs(x, rule).back(); };
  CHECK(last({.pattern = "x"}) == Floats{0, 0, 1});
  CHECK(last({.pattern = "x", .missing = Missing::mode}) == Floats{0, 1});
  CHECK(last({.pattern = "x", .missing = Missing::indicator}) ==
        Floats{0, 1, 1});
  CHECK(last({.pattern = "x",
              .missing = Missing::constant,
              .missing_value = "a"}) == Floats{1, 0});
  CHECK(refusal(x, {.pattern = "x", .missing = Missing::error}) ==
        "row 4: column 'x' has no value; its rule has missing: error");
  CHECK(refusal(x, {.pattern = "x", .missing = Missing::mean}) ==
        "column 'x' is category: missing: mean and median are for numbers");
}

TEST_CASE("rules that cannot be met are refused by name") {
  const auto x = categories("x", {"a", "b", "c"});
  CHECK(refusal(x, {.pattern = "x", .clip = std::pair(0.0, 1.0)}) ==
        "column 'x' is category: clip is for numbers");
  CHECK(refusal(x, {.pattern = "x", .scale = Scale::log1p}) ==
        "column 'x' is category: scale: log1p is for numbers");
  CHECK(refusal(x, {.pattern = "x",
                    .encode = Encode::hash,
                    .unknown = Unknown::error}) ==
        "column 'x' is category: unknown: error does not go with encode: "
        "hash, which keeps no levels");
  CHECK(refusal(x, {.pattern = "z"}) == "columns: the data has no column 'z'");
  CHECK(refusal(x, {.pattern = "z*"}) ==
        "columns: the data has no column like 'z*'");
}

TEST_CASE("target encoding of a training row leaves its own fold out") {
  // One level a class would tell the target; out of fold it cannot.
  std::vector<std::string> x;
  std::vector<double> y;
  for (int i = 0; i < 200; ++i) {
    x.push_back("level" + std::to_string(i));  // each once
    y.push_back(i % 2);
  }
  const auto t = table_of({categories("x", x), reals("y", y)});
  const auto rows = first_rows(200);
  auto spec = with_rule({.pattern = "x", .encode = Encode::target});
  const auto plan = fitted(t, rows, spec);
  auto training = apply_to_training(plan, t, rows, spec);
  REQUIRE(training);
  // A level seen once has no other row: its number is the mean of the others.
  for (const float v : training->values) CHECK(v == Approx(0.5).margin(0.05));
  // The same row later: half a step to its own target.
  const auto later = apply(plan, t, rows);
  CHECK(later->values[0] == Approx((0 + 5) / 11.0));
  CHECK(later->values[1] == Approx((1 + 5) / 11.0));
}

TEST_CASE("more than two classes have an encoding each") {
  const auto t = table_of({categories("x", {"a", "a", "b", "b"}),
                           categories("y", {"p", "q", "r", "r"})});
  auto spec = with_rule({.pattern = "x", .encode = Encode::target});
  const auto plan = fitted(t, first_rows(4), spec);
  REQUIRE(plan.width() == 3);
  const auto m = apply(plan, t, {2});
  // r: both rows of b; all rows: one half.
  CHECK(m->values[2] == Approx((2 + 10 * 0.5) / 12));
  CHECK(m->values[0] == Approx((0 + 10 * 0.25) / 12));
}

namespace {

/// Two columns under every rule; rows from 30 on do not train.
JobSpec every_rule(Scale scale, Encode encode, Missing missing) {
  JobSpec spec = spec_for("y");
  spec.columns = {{.pattern = "n", .missing = missing, .scale = scale},
                  {.pattern = "k", .missing = Missing::mode, .encode = encode}};
  return spec;
}

table::Table with_tail(double number, const std::string& level, double y) {
  std::vector<double> n;
  std::vector<std::string> k;
  std::vector<double> target;
  for (int i = 0; i < 60; ++i) {
    const bool tail = i >= 30;
    n.push_back(tail ? number : (i % 7 == 0 ? kNone : 1.0 + i % 11));
    k.push_back(tail ? level : (i % 5 == 0 ? "" : i % 3 == 0 ? "p" : "q"));
    target.push_back(tail ? y : i % 4);
  }
  return table_of({reals("n", n), categories("k", k), reals("y", target)});
}

}  // namespace

TEST_CASE("no statistic of any rule moves by validation and test rows") {
  const auto clean = with_tail(3, "p", 1);
  const auto poisoned = with_tail(1e300, "poison", -1e30);
  const auto rows = first_rows(30);
  for (const Scale scale : {Scale::standard, Scale::minmax, Scale::robust,
                            Scale::log1p, Scale::none}) {
    for (const Encode encode : {Encode::onehot, Encode::ordinal, Encode::hash,
                                Encode::frequency, Encode::target}) {
      for (const Missing missing : {Missing::mean, Missing::median,
                                    Missing::mode, Missing::indicator}) {
        const auto spec = every_rule(scale, encode, missing);
        CHECK(saved(fitted(clean, rows, spec)) ==
              saved(fitted(poisoned, rows, spec)));
      }
    }
  }
  // And a training row does move them.
  auto moved = clean;
  moved.columns[0].reals[1] = 50;
  const auto spec = every_rule(Scale::standard, Encode::onehot, Missing::mean);
  CHECK(saved(fitted(clean, rows, spec)) != saved(fitted(moved, rows, spec)));
}

TEST_CASE("plans of every kind of feature are loaded as they were saved") {
  const auto t = with_tail(3, "p", 1);
  for (const Encode encode : {Encode::onehot, Encode::ordinal, Encode::hash,
                              Encode::frequency, Encode::target}) {
    const auto plan =
        fitted(t, first_rows(30),
               every_rule(Scale::log1p, encode, Missing::indicator));
    const Bytes bytes = saved(plan);
    Reader reader(bytes);
    auto loaded = Plan::load(reader);
    REQUIRE(loaded);
    CHECK(saved(*loaded) == bytes);
    CHECK(apply(*loaded, t, first_rows(60))->values ==
          apply(plan, t, first_rows(60))->values);
    CHECK(loaded->output_names().size() == plan.width());
  }
}

TEST_CASE("what the target becomes, and back") {
  auto spec = spec_for("y");
  spec.target_transform = TargetTransform::log1p;
  const auto t =
      table_of({reals("x", {1, 2}), reals("y", {0, std::exp(2) - 1})});
  const auto scaling = fitted(t, first_rows(2), spec).target_scaling;
  // Logarithms 0 and 2: mean 1, deviation 1.
  CHECK(scaling.to_learned(0) == Approx(-1));
  CHECK(scaling.to_original(1) == Approx(std::exp(2) - 1));
  CHECK(fit_refusal(table_of({reals("x", {1, 2}), reals("y", {0, -1})}),
                    first_rows(2), spec) ==
        "row 2 has the target -1; target_transform: log1p wants more than -1");
  spec.target_transform = TargetTransform::none;
  CHECK(fitted(t, first_rows(2), spec).target_scaling.to_learned(3) == 3);
  spec.target_transform = TargetTransform::automatic;
  spec.model = RidgeSpec{};
  CHECK(fitted(t, first_rows(2), spec).target_scaling.to_learned(3) == 3);
  spec.model = NetSpec{};
  CHECK(fitted(t, first_rows(2), spec).target_scaling.to_learned(0) == -1);
}

TEST_CASE("the positive class is the one that is named") {
  const auto t =
      table_of({reals("x", {1, 2, 3}), categories("y", {"no", "yes", "no"})});
  auto spec = spec_for("y");
  spec.positive = "no";
  CHECK(fitted(t, first_rows(3), spec).classes ==
        std::vector<std::string>{"yes", "no"});
  spec.positive = "maybe";
  CHECK(fit_refusal(t, first_rows(3), spec) ==
        "positive: 'maybe' is no class of the target; it has 'no' and 'yes'");
}

TEST_CASE("the task is what is asked for, if the target can be it") {
  const auto t = table_of({reals("x", {1, 2, 3}), integers("y", {1, 2, 1}),
                           categories("k", {"a", "b", "a"})});
  auto spec = spec_for("y");
  spec.task = TaskAsked::regression;
  CHECK(fitted(t, first_rows(3), spec).classes.empty());
  spec.task = TaskAsked::classification;
  CHECK(fitted(t, first_rows(3), spec).classes.size() == 2);
  spec = spec_for("k");
  spec.task = TaskAsked::regression;
  CHECK(fit_refusal(t, first_rows(3), spec) ==
        "task: the target 'k' is category; a regression wants numbers");
}

TEST_CASE("a prep job needs no target") {
  const auto t =
      table_of({reals("x", {1, 2, 3}), categories("k", {"a", "b", "a"})});
  const auto plan = fitted(t, first_rows(3), spec_for(""));
  CHECK(plan.task == Task::none);
  CHECK(plan.output_names() == std::vector<std::string>{"x", "k=a", "k=b"});
}

TEST_CASE("columns with a role are no features") {
  const auto t = table_of(
      {reals("x", {1, 2, 3}), reals("w", {1, 1, 2}), integers("who", {1, 2, 3}),
       categories("part", {"a", "b", "a"}), reals("y", {1, 2, 3})});
  auto spec = spec_for("y");
  spec.features.weight = "w";
  spec.features.id = "who";
  spec.data.split.by = SplitBy::column;
  spec.data.split.column = "part";
  const auto names = [&] {
    return fitted(t, first_rows(3), spec).output_names();
  };
  CHECK(names() == std::vector<std::string>{"x"});
  // The past is learnt from by its time.
  spec.data.split.by = SplitBy::time;
  CHECK(names() == std::vector<std::string>{"x", "part=a", "part=b"});
}

TEST_CASE("weights are numbers from 0 on") {
  const auto t =
      table_of({reals("w", {0, 2, -1, kNone}), reals("y", {1, 2, 3, 4})});
  auto spec = spec_for("y");
  CHECK(weights_of(t, {0, 1}, spec)->empty());
  spec.features.weight = "w";
  CHECK(*weights_of(t, {0, 1}, spec) == Floats{0, 2});
  CHECK(weights_of(t, {2}, spec).error().message ==
        "features.weight: row 3 has '-1'; want a number from 0 on");
  CHECK(weights_of(t, {3}, spec).error().message ==
        "features.weight: row 4 has ''; want a number from 0 on");
}

TEST_CASE("a column that alone knows the target is called a leak") {
  std::vector<std::string> kind;
  std::vector<double> number;
  std::vector<double> noise;
  std::vector<std::string> y;
  for (int i = 0; i < 40; ++i) {
    kind.push_back(i % 2 == 0 ? "even" : "odd");
    number.push_back(i % 2 == 0 ? i : 100 + i);
    noise.push_back(i % 3);
    y.push_back(i % 2 == 0 ? "no" : "yes");
  }
  const auto t = table_of({categories("kind", kind), reals("number", number),
                           reals("noise", noise), categories("y", y)});
  const auto leaking = [](const table::Table& table, std::size_t rows) {
    std::vector<std::string> warnings;
    auto plan = fit(table, first_rows(rows), spec_for("y"), warnings);
    if (!plan) FAIL(plan.error().message);
    std::erase_if(warnings, [](const auto& w) { return w[0] != 'l'; });
    return warnings;
  };
  CHECK(leaking(t, 40) ==
        std::vector<std::string>{
            "leak? column 'kind' alone predicts the target of every training "
            "row",
            "leak? column 'number' alone predicts the target of every "
            "training row"});
  CHECK(leaking(t, 19).empty());
  auto twice = number;
  for (auto& x : twice) x = 3 - 2 * x;
  CHECK(leaking(table_of(
                    {reals("x", twice), reals("z", noise), reals("y", number)}),
                40)
            .size() == 1);
}

TEST_CASE("the words of csv reach the reader") {
  auto spec = spec_for("y");
  CHECK(csv_options(spec)->quote == '"');
  CHECK_FALSE(csv_options(spec)->delimiter);
  spec.csv = {.delimiter = "tab",
              .quote = "none",
              .escape = "\\",
              .comment = "#",
              .encoding = CsvEncoding::cp1252,
              .decimal = ",",
              .thousands = "space",
              .skip = 3,
              .ragged = CsvRagged::skip};
  auto csv = csv_options(spec);
  REQUIRE(csv);
  CHECK(csv->delimiter == '\t');
  CHECK(csv->quote == '\0');
  CHECK(csv->escape == '\\');
  CHECK(csv->comment == '#');
  CHECK(csv->encoding == table::Encoding::cp1252);
  CHECK(csv->decimal == ',');
  CHECK(csv->thousands == ' ');
  CHECK(csv->skip == 3);
  CHECK(csv->ragged == table::Ragged::skip);
  spec.csv.comment = "##";
  CHECK(csv_options(spec).error().message ==
        "csv.comment: '##' is not one character");
}

TEST_CASE("the rule of a glob never reaches the target") {
  auto spec = spec_for("y");
  spec.columns = {{.pattern = "*", .type = ColumnType::text}};
  CHECK(rule_for(spec, "x").type == ColumnType::text);
  CHECK(rule_for(spec, "y").type == ColumnType::automatic);
  auto csv = csv_options(spec);
  REQUIRE(csv);
  CHECK(csv->columns[0].pattern == "y");
  CHECK(csv->columns[0].type == ColumnType::automatic);
  spec.columns[0].date_format = "%d.%m.%Y";
  CHECK(csv_options(spec)->columns[1].date_format == "%d.%m.%Y");
  CHECK(csv_options(spec)->columns[0].date_format.empty());
  spec.columns.insert(spec.columns.begin(),
                      {.pattern = "y", .type = ColumnType::real});
  CHECK(rule_for(spec, "y").type == ColumnType::real);
}
