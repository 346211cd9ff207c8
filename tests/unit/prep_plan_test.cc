// The Plan: fitted on training rows only, applied by name, stored exactly.
#include <catch2/catch.hpp>

#include "prep_world.h"

using namespace mlb;
using namespace mlb::prep;

namespace {

table::Table small() {
  return table_of({reals("x", {1, 2, kNone, 4, 100}),
                   categories("kind", {"b", "a", "", "b", "zzz"}),
                   reals("y", {1, 2, 3, 4, 5})});
}

std::vector<float> row_of(const Matrix& m, std::size_t row) {
  const auto values = m.row(row);
  return {values.begin(), values.end()};
}

Matrix applied(const Plan& plan, const table::Table& table, const Rows& rows) {
  auto out = apply(plan, table, rows);
  if (!out) FAIL(out.error().message);
  return std::move(*out);
}

}  // namespace

TEST_CASE("numbers are filled with the median and standardised") {
  const auto plan = fitted(small(), first_rows(4), spec_for("y"));
  const Feature& x = plan.features[0];
  // Of 1, 2, 4: the median is 2; with it filled in, 1 2 2 4.
  CHECK(x.fill == 2);
  CHECK(x.mean == 2.25);
  CHECK(x.scale == Approx(std::sqrt(4.75 / 4)).epsilon(1e-15));
  const auto m = applied(plan, small(), {2, 0});
  CHECK(m.rows == 2);
  CHECK(m.columns == plan.width());
  const float filled = static_cast<float>((2 - 2.25) / x.scale);
  CHECK(m.row(0)[0] == filled);
  CHECK(m.row(1)[0] == static_cast<float>((1 - 2.25) / x.scale));
}

TEST_CASE("the median of an even count is the mean of the middle two") {
  const auto t =
      table_of({reals("x", {7, 1, 3, 100}), reals("y", {1, 2, 3, 4})});
  CHECK(fitted(t, first_rows(4), spec_for("y")).features[0].fill == 5);
}

TEST_CASE("what is not finite counts as missing") {
  const double inf = std::numeric_limits<double>::infinity();
  const auto t =
      table_of({reals("x", {1, inf, 3, -inf}), reals("y", {1, 2, 3, 4})});
  const auto plan = fitted(t, first_rows(4), spec_for("y"));
  CHECK(plan.features[0].fill == 2);
  CHECK(applied(plan, t, {1}).values[0] == 0);
}

TEST_CASE("numbers near the end of the range stay finite") {
  const auto t = table_of({reals("x", {1.7e308, 1.6e308, -1.7e308, 1.5e308}),
                           reals("y", {1, 2, 3, 4})});
  const auto plan = fitted(t, first_rows(4), spec_for("y"));
  for (const float v : applied(plan, t, first_rows(4)).values) {
    CHECK(std::isfinite(v));
    CHECK(std::fabs(v) < 3);
  }
}

TEST_CASE("categories become one column a level, in the order of bytes") {
  const auto plan = fitted(small(), first_rows(4), spec_for("y"));
  const Feature& kind = plan.features[1];
  CHECK(kind.levels == std::vector<std::string>{"a", "b"});
  CHECK(kind.missing_level);
  CHECK(plan.width() == 4);
  const auto m = applied(plan, small(), first_rows(5));
  const auto tail = [&](std::size_t row) {
    auto v = row_of(m, row);
    return std::vector<float>(v.begin() + 1, v.end());
  };
  CHECK(tail(0) == std::vector<float>{0, 1, 0});
  CHECK(tail(1) == std::vector<float>{1, 0, 0});
  CHECK(tail(2) == std::vector<float>{0, 0, 1});
  CHECK(tail(4) == std::vector<float>{0, 0, 0});  // unseen: other
}

TEST_CASE("a missing category that training never saw is all zeros") {
  const auto t =
      table_of({categories("kind", {"a", "b", ""}), reals("y", {1, 2, 3})});
  const auto plan = fitted(t, first_rows(2), spec_for("y"));
  CHECK_FALSE(plan.features[0].missing_level);
  CHECK(applied(plan, t, {2}).values == std::vector<float>{0, 0});
}

TEST_CASE("booleans are categories false and true") {
  const auto t = table_of({booleans("flag", {1, 0, 1}), reals("y", {1, 2, 3})});
  const auto plan = fitted(t, first_rows(3), spec_for("y"));
  CHECK(plan.features[0].levels == std::vector<std::string>{"false", "true"});
  CHECK(applied(plan, t, {0}).values == std::vector<float>{0, 1});
}

TEST_CASE("nothing of validation and test rows moves the plan") {
  const auto clean = small();
  const auto plan = saved(fitted(clean, first_rows(4), spec_for("y")));
  auto poisoned = clean;
  poisoned.columns[0].reals[4] = 1e300;
  poisoned.columns[1].codes[4] = -1;
  poisoned.columns[1].missing[4] = 1;
  poisoned.columns[2].reals[4] = -1e300;
  CHECK(saved(fitted(poisoned, first_rows(4), spec_for("y"))) == plan);
  // And one training row does.
  poisoned.columns[0].reals[3] = 5;
  CHECK(saved(fitted(poisoned, first_rows(4), spec_for("y"))) != plan);
}

TEST_CASE("a constant column is zero and said so, never nan") {
  const auto t = table_of(
      {reals("x", {7, 7, 7}), reals("z", {1, 2, 3}), reals("y", {1, 2, 3})});
  std::vector<std::string> warnings;
  auto plan = fit(t, first_rows(3), spec_for("y"), warnings);
  REQUIRE(plan);
  CHECK(warnings == std::vector<std::string>{
                        "column 'x' is constant in the training rows"});
  CHECK(applied(*plan, t, {0}).row(0)[0] == 0);
}

TEST_CASE("a column without a value in the training rows says nothing") {
  const auto t = table_of({reals("x", {kNone, kNone, 5}), reals("z", {1, 2, 3}),
                           reals("y", {1, 2, 3})});
  std::vector<std::string> warnings;
  auto plan = fit(t, first_rows(2), spec_for("y"), warnings);
  REQUIRE(plan);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("'x' has no value") != std::string::npos);
  CHECK(applied(*plan, t, {0}).row(0)[0] == 0);
}

TEST_CASE("ids, texts, ignored, excluded columns and the target stay out") {
  auto id = integers("id", {1, 2, 3});
  id.type = table::Type::id;
  id.integral = true;
  auto text = categories("note", {"a", "b", "c"});
  text.type = table::Type::text;
  text.texts = {"a", "b", "c"};
  const auto t = table_of({reals("y", {1, 2, 3}), id, text,
                           reals("a1", {1, 2, 3}), reals("a2", {1, 2, 4}),
                           reals("b1", {1, 2, 5}), reals("drop", {1, 2, 6})});
  auto spec = spec_for("y");
  spec.columns = {{"drop", ColumnType::ignore}};
  spec.features.exclude = {"b*"};
  std::vector<std::string> warnings;
  auto plan = fit(t, first_rows(3), spec, warnings);
  REQUIRE(plan);
  REQUIRE(plan->features.size() == 2);
  CHECK(plan->features[0].name == "a1");
  CHECK(plan->features[1].name == "a2");
  CHECK(warnings.size() == 2);
  spec.features.include = {"a2", "y"};
  CHECK(fitted(t, first_rows(3), spec).features.size() == 1);
  spec.features.include.clear();
  spec.features.exclude = {"*"};
  CHECK(fit_refusal(t, first_rows(3), spec) ==
        "no feature is left to learn from");
}

TEST_CASE("columns are found by name, in any order, extra ones ignored") {
  const auto t = small();
  const auto plan = fitted(t, first_rows(4), spec_for("y"));
  auto other = t;
  std::swap(other.columns[0], other.columns[2]);
  other.columns.push_back(reals("extra", {1, 2, 3, 4, 5}));
  CHECK(applied(plan, other, first_rows(5)).values ==
        applied(plan, t, first_rows(5)).values);
}

TEST_CASE("every feature that is missing is named, and so is a wrong type") {
  const auto plan = fitted(small(), first_rows(4), spec_for("y"));
  auto none = apply(plan, table_of({reals("y", {1})}), {0});
  REQUIRE_FALSE(none);
  CHECK(none.error().message == "the data lacks these features: x, kind");
  CHECK(none.error().fault == Fault::data);
  auto wrong = apply(
      plan, table_of({categories("x", {"a"}), categories("kind", {"a"})}), {0});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message ==
        "column 'x' is category; the model wants numbers");
}

TEST_CASE("classes stand by value, by false and true, or by bytes") {
  const auto classes = [](table::Column target, std::size_t rows) {
    target.name = "y";
    const auto t = table_of({std::move(target), reals("x", {1, 2, 3, 4})});
    return fitted(t, first_rows(rows), spec_for("y")).classes;
  };
  using Names = std::vector<std::string>;
  CHECK(classes(integers("", {10, 9, -1, 10}), 4) == Names{"-1", "9", "10"});
  CHECK(classes(booleans("", {1, 0, 1, 0}), 4) == Names{"false", "true"});
  CHECK(classes(categories("", {"b", "B", "a", "c"}), 3) ==
        Names{"B", "a", "b"});
}

static Task task(table::Column target) {
  auto out = task_of(table_of({std::move(target)}), spec_for("y"));
  if (!out) FAIL(out.error().message);
  return *out;
}

TEST_CASE("few whole numbers are classes, many and reals are a regression") {
  std::vector<std::int64_t> few;
  for (int i = 0; i < 40; ++i) few.push_back(i % 20);
  CHECK(task(integers("y", few)) == Task::classification);
  few.push_back(20);
  CHECK(task(integers("y", few)) == Task::regression);
  CHECK(task(reals("y", {1, 2})) == Task::regression);
  CHECK(task(booleans("y", {1, 0})) == Task::classification);
  CHECK(task(categories("y", {"a"})) == Task::classification);
}

TEST_CASE("targets are class numbers or values in original units") {
  const auto t = table_of({categories("y", {"b", "a", "c", "b"}),
                           reals("x", {1, 2, 3, 4}), reals("z", {5, 6, 7, 9})});
  const auto classes = fitted(t, {0, 1}, spec_for("y"));
  CHECK(*target_of(classes, t, {0, 1, 3}) == std::vector<float>{1, 0, 1});
  auto unseen = target_of(classes, t, {2});
  REQUIRE_FALSE(unseen);
  CHECK(unseen.error().message ==
        "row 3 has the class 'c', which no training row has");
  const auto values = fitted(t, first_rows(3), spec_for("z"));
  CHECK(values.target_scaling.mean == 6);
  CHECK(values.target_scaling.scale ==
        Approx(std::sqrt(2.0 / 3)).epsilon(1e-15));
  CHECK(*target_of(values, t, {3}) == std::vector<float>{9});
  auto wild = t;
  wild.columns[2].reals[3] = -1e39;
  auto refused = target_of(values, wild, {3});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "row 4 has the target -1e+39; want a number below 3.4e38");
}

TEST_CASE("targets that nothing can be learned from are refused") {
  const auto refused = [](table::Column y, std::size_t rows) {
    y.name = "y";
    const auto t = table_of({std::move(y), reals("x", {1, 2, 3})});
    return fit_refusal(t, first_rows(rows), spec_for("y"));
  };
  CHECK(refused(reals("", {5, 5, 6}), 2) ==
        "the target 'y' is constant in the training rows");
  CHECK(refused(categories("", {"a", "a", "b"}), 2) ==
        "the target 'y' has one class only in the training rows: 'a'");
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(refused(reals("", {1, inf, 3}), 3) ==
        "row 2 has the target inf; want a number below 3.4e38");
  CHECK(refused(categories("", {"a", "a", "b"}), 0) ==
        "there are no training rows");
  CHECK(fit_refusal(table_of({reals("x", {1, 2})}), first_rows(2),
                    spec_for("y")) ==
        "the data has no column 'y' for the target");
}

TEST_CASE("a plan is loaded as it was saved") {
  for (const char* target : {"y", "kind"}) {
    const auto plan = fitted(small(), {0, 1, 3}, spec_for(target));
    const Bytes bytes = saved(plan);
    Reader reader(bytes);
    auto loaded = Plan::load(reader);
    REQUIRE(loaded);
    CHECK(reader.left() == 0);
    CHECK(saved(*loaded) == bytes);
    CHECK(loaded->target == target);
    CHECK(applied(*loaded, small(), first_rows(5)).values ==
          applied(plan, small(), first_rows(5)).values);
  }
}

TEST_CASE("a plan that is cut anywhere is refused") {
  const Bytes bytes = saved(fitted(small(), first_rows(4), spec_for("y")));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    Reader reader(ByteView(bytes).first(size));
    CHECK_FALSE(Plan::load(reader));
  }
}

TEST_CASE("a plan of impossible numbers is refused") {
  const auto good = fitted(small(), first_rows(4), spec_for("y"));
  const auto refused = [&](auto change) {
    Plan bad = good;
    change(bad);
    const Bytes bytes = saved(bad);
    Reader reader(bytes);
    auto loaded = Plan::load(reader);
    return !loaded && loaded.error().fault == Fault::integrity;
  };
  CHECK_FALSE(refused([](Plan&) {}));
  CHECK(refused([](Plan& p) { p.features[0].buckets = 3; }));
  CHECK(refused([](Plan& p) { p.features[0].numbers = {1}; }));
  CHECK(refused([](Plan& p) { p.features[0].of_class = 1; }));
  CHECK(refused([](Plan& p) { p.features[0].low = kNone; }));
  CHECK(refused([](Plan& p) {
    p.features[0].kind = FeatureKind::hash;
    p.features[0].buckets = 4'000'000'000u;
  }));
  CHECK(refused([](Plan& p) { p.features[0].scale = 0; }));
  CHECK(refused([](Plan& p) { p.features[0].scale = kNone; }));
  CHECK(refused([](Plan& p) { p.features[0].mean = kNone; }));
  CHECK(refused([](Plan& p) { p.features[0].fill = 1e308 * 10; }));
  CHECK(refused([](Plan& p) { p.target_scaling.scale = 0; }));
  CHECK(refused([](Plan& p) { p.target_scaling.mean = kNone; }));
  CHECK(refused([](Plan& p) { p.features.clear(); }));
  CHECK(refused([](Plan& p) { p.inputs.pop_back(); }));
  CHECK(refused([](Plan& p) { p.inputs.push_back({.name = "other"}); }));
  CHECK(refused([](Plan& p) { p.inputs.push_back(p.inputs.front()); }));
  CHECK(refused([](Plan& p) { p.inputs[0].type = table::Type::text; }));
  CHECK(refused([](Plan& p) { p.inputs[0].type = table::Type::id; }));
  CHECK(refused([](Plan& p) { p.inputs[0].type = table::Type::date; }));
  CHECK(refused([](Plan& p) { p.inputs[0].date_format = "%Q"; }));
  CHECK(refused([](Plan& p) { p.inputs[0].edges = {2, 1}; }));
  CHECK(refused([](Plan& p) { p.inputs[0].edges.push_back(kNone); }));
  CHECK(refused([](Plan& p) { p.inputs[0].counts.push_back(1); }));
  CHECK(refused([](Plan& p) { p.inputs[0].counts[0] = 1ull << 60; }));
  CHECK(refused([](Plan& p) { p.task = static_cast<Task>(3); }));
  CHECK(refused([](Plan& p) { p.task = Task::classification; }));
  CHECK(refused(
      [](Plan& p) { p.features[0].kind = static_cast<FeatureKind>(9); }));
}

TEST_CASE("a plan of another version is refused by name") {
  Bytes bytes = saved(fitted(small(), first_rows(4), spec_for("y")));
  ++bytes[0];
  Reader reader(bytes);
  auto loaded = Plan::load(reader);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().message.find("another version") != std::string::npos);
}

TEST_CASE("huge counts in a plan allocate nothing") {
  Bytes bytes = saved(fitted(small(), first_rows(4), spec_for("y")));
  for (std::size_t at = 1; at + 8 <= bytes.size(); ++at) {
    Bytes bad = bytes;
    std::fill_n(bad.begin() + static_cast<long>(at), 8, 0x7f);
    Reader reader(bad);
    (void)Plan::load(reader);  // returns, and quickly
  }
}
