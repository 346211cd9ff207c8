// See verify.h.
#include "table/verify.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_set>

#include "table/dataset.h"
#include "table/date.h"
#include "table/infer.h"
#include "table/seal.h"

namespace mlb::table {
namespace {

/// Sums may be taken in another order than when the file was written.
constexpr double kSumTolerance = 1e-9;

/// The statistics of a report, once more.
struct Recount {
  std::uint64_t missing = 0;
  std::uint64_t distinct = 0;  ///< counted up to the most of DistinctLimit
  std::uint64_t bytes = 0;     ///< of distinct texts, likewise
  double mean = 0;
  double std = 0;
  Json min;
  Json max;
};

bool stores_texts(const Column& c) {
  return c.type == Type::text || (c.type == Type::id && !c.integral);
}

std::uint64_t distinct_numbers(const Column& c, std::size_t rows) {
  std::set<double> reals;
  std::set<std::int64_t> integers;
  for (std::size_t row = 0; row < rows; ++row) {
    if (c.is_missing(row)) continue;
    if (c.type == Type::real) {
      reals.insert(c.reals[row]);
    } else {
      integers.insert(c.integers[row]);
    }
    if (reals.size() + integers.size() >= kDistinctLimit) return kDistinctLimit;
  }
  return reals.size() + integers.size();
}

std::uint64_t distinct_codes(const Column& c, std::size_t rows) {
  std::vector<bool> used(c.levels.size());
  for (std::size_t row = 0; row < rows; ++row) {
    if (c.codes[row] >= 0) used[static_cast<std::size_t>(c.codes[row])] = true;
  }
  return static_cast<std::uint64_t>(std::count(used.begin(), used.end(), true));
}

void count_distinct(const Column& c, std::size_t rows, Recount& out) {
  if (c.type == Type::category) out.distinct = distinct_codes(c, rows);
  if (c.type == Type::category) return;
  if (!stores_texts(c)) out.distinct = distinct_numbers(c, rows);
  if (!stores_texts(c)) return;
  constexpr DistinctLimit most;
  std::unordered_set<std::string_view> texts;
  for (std::size_t row = 0; row < rows; ++row) {
    if (c.is_missing(row) || !texts.insert(c.texts[row]).second) continue;
    out.bytes += c.texts[row].size();
    out.distinct = texts.size();
    if (out.distinct >= most.values || out.bytes > most.bytes) return;
  }
}

/// Mean and deviation of the finite numbers (Welford, as in infer.cc).
void measure(const Column& c, std::size_t rows, Recount& out) {
  double n = 0, low = 0, high = 0, squares = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    if (c.is_missing(row)) continue;
    const double x = c.type == Type::real
                         ? c.reals[row]
                         : static_cast<double>(c.integers[row]);
    if (std::isinf(x)) continue;
    low = n == 0 ? x : std::min(low, x);
    high = n == 0 ? x : std::max(high, x);
    const double delta = x - out.mean;
    out.mean += delta / ++n;
    squares += delta * (x - out.mean);
  }
  out.std = n > 0 ? std::sqrt(squares / n) : 0;
  out.min = json_number(low);
  out.max = json_number(high);
}

void range_of_moments(const Column& c, std::size_t rows, Recount& out) {
  bool any = false;
  std::int64_t low = 0;
  std::int64_t high = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    if (c.is_missing(row)) continue;
    low = any ? std::min(low, c.integers[row]) : c.integers[row];
    high = any ? std::max(high, c.integers[row]) : c.integers[row];
    any = true;
  }
  if (!any) return;
  const bool day = c.type == Type::date;
  out.min = day ? date_text(low) : time_text(low);
  out.max = day ? date_text(high) : time_text(high);
}

Recount recount(const Column& c, std::size_t rows) {
  Recount out;
  for (std::size_t row = 0; row < rows; ++row) {
    out.missing += c.is_missing(row) ? 1 : 0;
  }
  count_distinct(c, rows, out);
  if (out.missing == rows) return out;
  if (c.type == Type::integer || c.type == Type::real) measure(c, rows, out);
  if (c.is_moment()) range_of_moments(c, rows, out);
  return out;
}

bool near(const Json& stored, double now, double scale) {
  if (!stored.is_number()) return stored == json_number(now);
  return std::fabs(stored.get<double>() - now) <=
         kSumTolerance * std::max(1e-300, std::fabs(scale));
}

class Checker {
 public:
  Checker(const Dataset& dataset, Verification& out)
      : dataset_(dataset), out_(out) {}

  Result<> all(const ColumnProgress& progress) {
    check_row_numbers();
    auto stored = dataset_.digests();
    if (!stored) found("", stored.error().message);
    const bool complete =
        stored && stored->columns.size() == dataset_.columns();
    if (stored && !complete) found("", "has digests of other columns");
    if (dataset_.report()["columns"].size() != dataset_.columns()) {
      found("", "has a report of other columns");
    }
    for (std::size_t i = 0; i < dataset_.columns(); ++i) {
      if (progress && !progress(i, dataset_.columns())) {
        return Error{Fault::cancelled, "interrupted"};
      }
      auto column = dataset_.read_column(i);
      if (!column) {
        found("", column.error().message);
        continue;
      }
      if (complete &&
          column_digest(*column, out_.rows, stored->rows_of_piece) !=
              stored->columns[i]) {
        found(column->name, "its digest differs from the stored one");
      }
      check_statistics(i, *column);
    }
    return {};
  }

 private:
  void found(const std::string& column, const std::string& message) {
    out_.findings.push_back({column, message});
  }
  void check_row_numbers() {
    auto numbers = dataset_.read_row_numbers();
    if (!numbers) return found("", numbers.error().message);
    std::int64_t want = 0;
    for (const auto number : *numbers) {
      if (number == ++want) continue;
      return found("", "row " + std::to_string(want) + " is numbered " +
                           std::to_string(number));
    }
  }
  void differs(const std::string& column, const char* what, const Json& stored,
               const Json& now) {
    found(column, std::string(what) + " is " + now.dump() +
                      "; the report says " + stored.dump());
  }
  void check_statistics(std::size_t index, const Column& column) {
    const Json& report = dataset_.report()["columns"];
    if (index >= report.size()) return;
    const Json& r = report[index];
    const Recount now = recount(column, dataset_.rows());
    const std::string& name = column.name;
    if (r["name"] != name) differs(name, "name", r["name"], name);
    if (r["type"] != name_of(column.type)) {
      differs(name, "type", r["type"], name_of(column.type));
    }
    if (r["missing"] != now.missing) {
      differs(name, "missing", r["missing"], now.missing);
    }
    check_distinct(r["distinct"], now, column);
    if (r["min"] != now.min) differs(name, "min", r["min"], now.min);
    if (r["max"] != now.max) differs(name, "max", r["max"], now.max);
    if (r["mean"].is_null()) return;
    const double scale = std::max(std::fabs(now.mean), now.std);
    if (!near(r["mean"], now.mean, scale)) {
      differs(name, "mean", r["mean"], now.mean);
    }
    if (!r.contains("std") || !near(r["std"], now.std, scale)) {
      differs(name, "std", r.value("std", Json()), now.std);
    }
  }
  /// Of numbers the report counts spellings: 1.0 and 1.00 are two.
  void check_distinct(const Json& stored, const Recount& now,
                      const Column& column) {
    const std::uint64_t count =
        stored.is_number_unsigned() ? stored.get<std::uint64_t>() : 0;
    const bool words = column.type == Type::category || stores_texts(column);
    if (words ? count == now.distinct : count >= now.distinct) return;
    if (column.type != Type::category && is_limit(count, now)) return;
    differs(column.name, "distinct", stored, now.distinct);
  }
  /// Whether it was counted up to `count` only.  The CSV may have had a last
  /// column that was left out.
  bool is_limit(std::uint64_t count, const Recount& now) const {
    for (const std::size_t width : {out_.columns, out_.columns + 1}) {
      const auto limit = DistinctLimit::of(width);
      const bool beyond =
          now.distinct >= limit.values || now.bytes > limit.bytes;
      if (count == limit.values && beyond) return true;
    }
    return false;
  }

  const Dataset& dataset_;
  Verification& out_;
};

}  // namespace

Result<Verification> verify(const std::string& path,
                            const ColumnProgress& progress) {
  Verification out;
  auto sealed = has_seal(path);
  if (!sealed) return std::move(sealed).context(path);
  auto dataset = Dataset::open(path);
  if (!dataset && !*sealed) return std::move(dataset).fail();
  if (!dataset) {
    std::string message = dataset.error().message;
    if (message.starts_with(path + ": ")) message.erase(0, path.size() + 2);
    out.findings.push_back({"", message});
    return out;
  }
  out.rows = dataset->rows();
  out.columns = dataset->columns();
  auto checked = Checker(*dataset, out).all(progress);
  if (!checked) return std::move(checked).fail();
  return out;
}

}  // namespace mlb::table
