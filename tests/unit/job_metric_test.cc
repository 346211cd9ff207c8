// Names of metrics: their parts.
#include <catch2/catch.hpp>

#include "job/metric_name.h"

using namespace mlb;

TEST_CASE("a name of a metric may have a bound or a group behind it") {
  const auto plain = parse_metric_name("test.auc");
  CHECK(plain.plain == "test.auc");
  CHECK(plain.metric() == "auc");
  CHECK(plain.suffix.empty());
  const auto bound = parse_metric_name("test.log_loss.hi");
  CHECK(bound.plain == "test.log_loss");
  CHECK(bound.metric() == "log_loss");
  CHECK(bound.is_bound());
  const auto group = parse_metric_name("test.auc[a.b=c.lo]");
  CHECK(group.plain == "test.auc");
  CHECK(group.suffix == "[a.b=c.lo]");
  CHECK(group.is_of_group());
  CHECK_FALSE(group.is_bound());
}

TEST_CASE("a group's name is read as it is written") {
  for (const char* value : {"DE", "", "a=b", "x]", "[", "1.5"}) {
    CAPTURE(value);
    const std::string text = metric_of_group("test.f1", "country", value);
    const auto name = parse_metric_name(text);
    CHECK(name.plain == "test.f1");
    CHECK(is_of_group_in(name, "country"));
    CHECK_FALSE(is_of_group_in(name, "count"));
  }
}

TEST_CASE("what is no name of a metric has no suffix, or no metric") {
  for (const char* text :
       {"", ".", "auc", "test.auc.mid", "test.auc[x", "]["}) {
    CAPTURE(text);
    CHECK(parse_metric_name(text).suffix.empty());
  }
  CHECK(parse_metric_name("auc.lo").plain == "auc");
  CHECK(parse_metric_name("[a=b]").plain.empty());
}
