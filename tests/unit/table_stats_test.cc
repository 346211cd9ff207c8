// Profiles of columns against closed forms and values published by numpy and
// scipy for the same numbers.
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <numeric>

#include "table/stats.h"

using namespace mlb;
using namespace mlb::table;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Column reals(std::vector<double> values) {
  Column out;
  out.name = "x";
  out.type = Type::real;
  for (const double x : values) out.missing.push_back(std::isnan(x) ? 1 : 0);
  out.reals = std::move(values);
  return out;
}

Column words(const std::vector<std::string>& values) {
  Column out;
  out.name = "k";
  out.type = Type::category;
  for (const auto& value : values) {
    const auto at = std::find(out.levels.begin(), out.levels.end(), value);
    const bool missing = value.empty();
    out.missing.push_back(missing ? 1 : 0);
    out.codes.push_back(
        missing ? -1 : static_cast<std::int32_t>(at - out.levels.begin()));
    if (!missing && at == out.levels.end()) out.levels.push_back(value);
  }
  return out;
}

double association(const Column& a, const Column& b, TargetKind kind,
                   const std::string& measure) {
  const auto rows = std::max(a.missing.size(), b.missing.size());
  const auto out = associate(a, b, kind, rows);
  REQUIRE(out);
  CHECK(out->measure == measure);
  return out->value;
}

}  // namespace

TEST_CASE("moments and quantiles of 0..100 have their closed forms") {
  std::vector<double> values(101);
  std::iota(values.rbegin(), values.rend(), 0.0);
  const auto p = profile(reals(values), values.size());
  REQUIRE(p.numbers);
  CHECK(p.distinct == 101);
  CHECK(p.numbers->mean == Approx(50).epsilon(1e-14));
  CHECK(p.numbers->std == Approx(std::sqrt((101.0 * 101 - 1) / 12)));
  CHECK(p.numbers->quantiles == std::vector<double>{0, 5, 25, 50, 75, 95, 100});
  REQUIRE(p.numbers->histogram.size() == kBins);
  CHECK(p.numbers->histogram.front() == 5);
  CHECK(p.numbers->histogram.back() == 6);
  CHECK(std::accumulate(p.numbers->histogram.begin(),
                        p.numbers->histogram.end(), 0u) == 101);
}

TEST_CASE("quantiles lie between values as numpy.quantile has them") {
  // numpy.quantile([3, 1, 2, 10], [0, .05, .25, .5, .75, .95, 1])
  const auto p = profile(reals({3, 1, 2, 10}), 4);
  const std::vector<double> want{1, 1.15, 1.75, 2.5, 4.75, 8.95, 10};
  for (std::size_t i = 0; i < want.size(); ++i) {
    CHECK(p.numbers->quantiles[i] == Approx(want[i]).epsilon(1e-14));
  }
}

TEST_CASE("missing and infinite values are counted and left out") {
  const auto p = profile(reals({1, kNan, kInf, 3, -kInf}), 5);
  CHECK(p.missing == 1);
  CHECK(p.numbers->infinite == 2);
  CHECK(p.numbers->count == 2);
  CHECK(p.numbers->mean == 2);
  CHECK(p.numbers->quantiles.front() == 1);
  CHECK(p.numbers->quantiles.back() == 3);
}

TEST_CASE("constant, empty and huge columns give no nan") {
  const auto constant = profile(reals({7, 7, 7}), 3);
  CHECK(constant.numbers->std == 0);
  CHECK(constant.numbers->histogram == std::vector<std::uint64_t>{3});
  const auto empty = profile(reals({kNan, kNan}), 2);
  CHECK(empty.numbers->quantiles.empty());
  CHECK(empty.numbers->histogram.empty());
  const double most = std::numeric_limits<double>::max();
  const auto huge = profile(reals({-most, most, most, -most}), 4);
  CHECK(huge.numbers->mean == 0);
  CHECK(huge.numbers->std == most);
  CHECK(huge.numbers->quantiles[3] == 0);
  CHECK(huge.numbers->histogram.front() == 2);
  CHECK(huge.numbers->histogram.back() == 2);
}

TEST_CASE("the most frequent values come first, then by text") {
  const auto p = profile(words({"b", "a", "c", "b", "", "a", "d"}), 7, 3);
  CHECK(p.missing == 1);
  CHECK(p.distinct == 4);
  using Top = std::vector<std::pair<std::string, std::uint64_t>>;
  CHECK(p.top == Top{{"a", 2}, {"b", 2}, {"c", 1}});
}

TEST_CASE("texts are described by their lengths") {
  Column c;
  c.type = Type::text;
  c.texts = {"abc", "", "abcdef", ""};
  c.missing = {0, 1, 0, 0};
  const auto p = profile(c, 4);
  CHECK(p.distinct == 3);
  REQUIRE(p.lengths);
  CHECK(p.lengths->least == 0);
  CHECK(p.lengths->most == 6);
  CHECK(p.lengths->mean == 3);
}

TEST_CASE("a date is profiled as the number it is") {
  Column c;
  c.type = Type::date;
  c.integers = {0, 86'400'000'000, 172'800'000'000};
  const auto p = profile(c, 3);
  CHECK(p.numbers->quantiles[3] == 86'400'000'000.0);
}

TEST_CASE("Pearson's r has its closed form, at any scale") {
  // scipy.stats.pearsonr([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])[0] == 0.8
  const Column y = reals({2, 1, 4, 3, 5});
  CHECK(association(reals({1, 2, 3, 4, 5}), y, TargetKind::number, "pearson") ==
        Approx(0.8).epsilon(1e-14));
  CHECK(association(reals({1e300, 2e300, 3e300, 4e300, 5e300}), y,
                    TargetKind::number, "pearson") == Approx(0.8));
  CHECK(association(reals({-1, -2, -3, -4, -5}), reals({1, 2, 3, 4, 5}),
                    TargetKind::number, "pearson") == Approx(-1));
  CHECK(std::isnan(
      association(reals({1, 1, 1, 1, 1}), y, TargetKind::number, "pearson")));
}

TEST_CASE("eta is the share of variance between classes") {
  // The example of the correlation ratio: Algebra 45 70 29 15 21, Geometry
  // 40 20 30 42, Statistics 65 95 80 70 85 73; eta = 0.8386.
  const Column subject = words({"A", "A", "A", "A", "A", "G", "G", "G", "G",
                                "S", "S", "S", "S", "S", "S"});
  const Column score =
      reals({45, 70, 29, 15, 21, 40, 20, 30, 42, 65, 95, 80, 70, 85, 73});
  CHECK(association(score, subject, TargetKind::classes, "eta") ==
        Approx(0.8386).margin(5e-5));
  CHECK(association(subject, score, TargetKind::number, "eta") ==
        Approx(0.8386).margin(5e-5));
  CHECK(association(reals({1, 1, 2, 2}), words({"a", "a", "b", "b"}),
                    TargetKind::classes, "eta") == Approx(1));
  CHECK(association(reals({1, 2, 1, 2}), words({"a", "a", "b", "b"}),
                    TargetKind::classes, "eta") == Approx(0).margin(1e-12));
}

TEST_CASE("Cramer's V is 1 for the same classes and 0 for independent ones") {
  const Column a = words({"x", "x", "y", "y", "z", "z"});
  CHECK(association(a, words({"1", "1", "2", "2", "3", "3"}),
                    TargetKind::classes, "cramers_v") == Approx(1));
  CHECK(association(a, words({"1", "2", "1", "2", "1", "2"}),
                    TargetKind::classes,
                    "cramers_v") == Approx(0).margin(1e-12));
  // 2 x 2 table [[10, 20], [30, 15]]: V = |phi| = |ad - bc| / sqrt(products).
  std::vector<std::string> left;
  std::vector<std::string> right;
  const auto add = [&](int n, const char* l, const char* r) {
    for (int i = 0; i < n; ++i) left.push_back(l), right.push_back(r);
  };
  add(10, "a", "p"), add(20, "a", "q"), add(30, "b", "p"), add(15, "b", "q");
  CHECK(association(words(left), words(right), TargetKind::classes,
                    "cramers_v") ==
        Approx(450 / std::sqrt(30.0 * 45 * 40 * 35)));
}

TEST_CASE("texts and ids have no association, missing rows are left out") {
  Column text;
  text.type = Type::text;
  text.texts = {"a", "b"};
  CHECK_FALSE(associate(text, reals({1, 2}), TargetKind::number, 2));
  const auto out = associate(reals({1, 2, kNan, 4}), reals({1, 2, 3, kNan}),
                             TargetKind::number, 4);
  CHECK(out->rows == 2);
}
