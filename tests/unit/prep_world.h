// Small tables made by hand, for tests of lib/prep and lib/learn.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "prep/plan.h"
#include "prep/split.h"
#include "table/table.h"

namespace mlb::prep {

inline constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

inline table::Column reals(const std::string& name,
                           const std::vector<double>& values) {
  table::Column c;
  c.name = name;
  c.type = table::Type::real;
  c.reals = values;
  for (const double v : values) c.missing.push_back(std::isnan(v) ? 1 : 0);
  return c;
}

inline table::Column integers(const std::string& name,
                              const std::vector<std::int64_t>& values) {
  table::Column c;
  c.name = name;
  c.type = table::Type::integer;
  c.integers = values;
  return c;
}

/// A category; "" is missing.
inline table::Column categories(const std::string& name,
                                const std::vector<std::string>& values) {
  table::Column c;
  c.name = name;
  c.type = table::Type::category;
  for (const auto& v : values) {
    std::size_t code = 0;
    while (code < c.levels.size() && c.levels[code] != v) ++code;
    if (!v.empty() && code == c.levels.size()) c.levels.push_back(v);
    c.codes.push_back(v.empty() ? -1 : static_cast<std::int32_t>(code));
    c.missing.push_back(v.empty() ? 1 : 0);
  }
  return c;
}

inline table::Column booleans(const std::string& name,
                              const std::vector<int>& values) {
  table::Column c = integers(name, {values.begin(), values.end()});
  c.type = table::Type::boolean;
  return c;
}

inline table::Table table_of(std::vector<table::Column> columns) {
  table::Table out;
  const auto& first = columns.front();
  out.rows = std::max({first.reals.size(), first.integers.size(),
                       first.codes.size(), first.texts.size()});
  out.columns = std::move(columns);
  return out;
}

inline JobSpec spec_for(const std::string& target) {
  JobSpec out;
  out.target = target;
  return out;
}

inline Rows first_rows(std::size_t count) {
  Rows out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = i;
  return out;
}

/// Fits on these rows; fails the test when it is refused.
inline Plan fitted(const table::Table& table, const Rows& rows,
                   const JobSpec& spec) {
  std::vector<std::string> warnings;
  auto plan = fit(table, rows, spec, warnings);
  if (!plan) FAIL(plan.error().message);
  return std::move(*plan);
}

inline std::string fit_refusal(const table::Table& table, const Rows& rows,
                               const JobSpec& spec) {
  std::vector<std::string> warnings;
  auto plan = fit(table, rows, spec, warnings);
  return plan ? "fitted" : plan.error().message;
}

inline Bytes saved(const Plan& plan) {
  Writer w;
  plan.save(w);
  return w.take();
}

}  // namespace mlb::prep
