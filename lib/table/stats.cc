// See stats.h.
#include "table/stats.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace mlb::table {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool is_number(const Column& c) {
  return c.type == Type::integer || c.type == Type::real || c.is_moment() ||
         (c.type == Type::id && c.integral);
}

double number_at(const Column& c, std::size_t row) {
  return c.type == Type::real ? c.reals[row]
                              : static_cast<double>(c.integers[row]);
}

/// `sorted` ascending, not empty.
double quantile(const std::vector<double>& sorted, double level) {
  const double place = level * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double part = place - static_cast<double>(below);
  if (part <= 0) return sorted[below];
  // Halves, for the difference of two doubles may be too large for one.
  return 2 * (sorted[below] / 2 * (1 - part) + sorted[below + 1] / 2 * part);
}

std::vector<std::uint64_t> histogram_of(const std::vector<double>& sorted) {
  const double low = sorted.front();
  const double half = sorted.back() / 2 - low / 2;
  if (half <= 0) return {sorted.size()};
  std::vector<std::uint64_t> out(kBins);
  for (const double x : sorted) {
    const double share = (x / 2 - low / 2) / half;
    const auto bin = static_cast<std::size_t>(share * kBins);
    ++out[std::min(bin, kBins - 1)];
  }
  return out;
}

/// Mean and deviation, in units of the largest value so that no sum leaves
/// the range of double.
void moments(const std::vector<double>& sorted, NumberProfile& out) {
  const double largest =
      std::max(std::fabs(sorted.front()), std::fabs(sorted.back()));
  if (largest <= 0) return;
  const double unit = std::ldexp(1, std::ilogb(largest));
  const auto n = static_cast<double>(sorted.size());
  double sum = 0;
  for (const double x : sorted) sum += x / unit;
  const double mean = sum / n;
  double squares = 0;
  for (const double x : sorted)
    squares += (x / unit - mean) * (x / unit - mean);
  out.mean = mean * unit;
  out.std = std::sqrt(squares / n) * unit;
}

NumberProfile profile_numbers(std::vector<double> values) {
  NumberProfile out;
  const auto all = values.size();
  std::erase_if(values, [](double x) { return std::isinf(x); });
  out.count = values.size();
  out.infinite = all - values.size();
  if (values.empty()) return out;
  std::sort(values.begin(), values.end());
  moments(values, out);
  for (const double level : profile_levels()) {
    out.quantiles.push_back(quantile(values, level));
  }
  out.histogram = histogram_of(values);
  return out;
}

std::uint64_t distinct_numbers(const Column& c, std::uint64_t rows) {
  if (c.type == Type::real) {
    std::unordered_set<double> seen;
    for (std::size_t row = 0; row < rows; ++row) {
      if (!c.is_missing(row)) seen.insert(c.reals[row]);
    }
    return seen.size();
  }
  std::unordered_set<std::int64_t> seen;
  for (std::size_t row = 0; row < rows; ++row) {
    if (!c.is_missing(row)) seen.insert(c.integers[row]);
  }
  return seen.size();
}

void profile_texts(const Column& c, ColumnProfile& out) {
  std::unordered_set<std::string> seen;
  LengthProfile lengths;
  double sum = 0;
  for (std::size_t row = 0; row < out.rows; ++row) {
    if (c.is_missing(row)) continue;
    const std::uint64_t size = c.texts[row].size();
    lengths.least = seen.empty() ? size : std::min(lengths.least, size);
    lengths.most = std::max(lengths.most, size);
    sum += static_cast<double>(size);
    seen.insert(c.texts[row]);
  }
  out.distinct = seen.size();
  if (seen.empty()) return;
  lengths.mean = sum / static_cast<double>(out.rows - out.missing);
  out.lengths = lengths;
}

void profile_classes(const Column& c, std::size_t most_top,
                     ColumnProfile& out) {
  std::map<std::string, std::uint64_t> counts;
  for (std::size_t row = 0; row < out.rows; ++row) {
    if (!c.is_missing(row)) ++counts[c.text_of(row)];
  }
  out.distinct = counts.size();
  out.top.assign(counts.begin(), counts.end());
  std::stable_sort(out.top.begin(), out.top.end(),
                   [](auto& a, auto& b) { return a.second > b.second; });
  if (out.top.size() > most_top) out.top.resize(most_top);
}

}  // namespace

const std::vector<double>& profile_levels() {
  static const std::vector<double> levels{0, 0.05, 0.25, 0.5, 0.75, 0.95, 1};
  return levels;
}

ColumnProfile profile(const Column& c, std::uint64_t rows,
                      std::size_t most_top) {
  ColumnProfile out;
  out.name = c.name;
  out.type = c.type;
  out.rows = rows;
  for (std::size_t row = 0; row < rows; ++row) {
    out.missing += c.is_missing(row) ? 1 : 0;
  }
  if (is_number(c)) {
    out.distinct = distinct_numbers(c, rows);
    if (c.type == Type::id) return out;
    std::vector<double> values;
    values.reserve(rows - out.missing);
    for (std::size_t row = 0; row < rows; ++row) {
      if (!c.is_missing(row)) values.push_back(number_at(c, row));
    }
    out.numbers = profile_numbers(std::move(values));
  } else if (c.type == Type::category || c.type == Type::boolean) {
    profile_classes(c, most_top, out);
  } else {
    profile_texts(c, out);
  }
  return out;
}

// ---- associations ----

namespace {

using Pairs = std::vector<std::pair<double, double>>;

/// Where both are present and finite, as numbers.
Pairs pairs_of(const Column& a, const Column& b, std::uint64_t rows) {
  Pairs out;
  for (std::size_t row = 0; row < rows; ++row) {
    if (a.is_missing(row) || b.is_missing(row)) continue;
    const std::pair<double, double> p{number_at(a, row), number_at(b, row)};
    if (std::isfinite(p.first) && std::isfinite(p.second)) out.push_back(p);
  }
  return out;
}

/// Divides both sides by a power of two near their largest value.
void normalise(Pairs& pairs) {
  double first = 0;
  double second = 0;
  for (const auto& [x, y] : pairs) {
    first = std::max(first, std::fabs(x));
    second = std::max(second, std::fabs(y));
  }
  const double a = first > 0 ? std::ldexp(1, std::ilogb(first)) : 1;
  const double b = second > 0 ? std::ldexp(1, std::ilogb(second)) : 1;
  for (auto& [x, y] : pairs) x /= a, y /= b;
}

double pearson(Pairs pairs) {
  normalise(pairs);
  const auto n = static_cast<double>(pairs.size());
  double mean_x = 0;
  double mean_y = 0;
  for (const auto& [x, y] : pairs) mean_x += x / n, mean_y += y / n;
  double xx = 0, yy = 0, xy = 0;
  for (const auto& [x, y] : pairs) {
    xx += (x - mean_x) * (x - mean_x);
    yy += (y - mean_y) * (y - mean_y);
    xy += (x - mean_x) * (y - mean_y);
  }
  if (xx <= 0 || yy <= 0) return kNan;
  return std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0);
}

/// The number of each class, by first appearance.
class Classes {
 public:
  explicit Classes(const Column& column) : column_(column) {}
  std::size_t at(std::size_t row) {
    return numbers_.try_emplace(column_.text_of(row), numbers_.size())
        .first->second;
  }
  std::size_t size() const { return numbers_.size(); }

 private:
  const Column& column_;
  std::unordered_map<std::string, std::size_t> numbers_;
};

/// Root of the variance between classes over all variance; .first of a pair
/// is the class, .second the number.
double eta(Pairs pairs, std::size_t classes) {
  double largest = 0;
  for (const auto& p : pairs) largest = std::max(largest, std::fabs(p.second));
  const double unit = largest > 0 ? std::ldexp(1, std::ilogb(largest)) : 1;
  std::vector<double> sums(classes);
  std::vector<double> counts(classes);
  double sum = 0;
  for (auto& [c, x] : pairs) {
    x /= unit;
    sums[static_cast<std::size_t>(c)] += x;
    counts[static_cast<std::size_t>(c)] += 1;
    sum += x;
  }
  const double mean = sum / static_cast<double>(pairs.size());
  double all = 0;
  for (const auto& p : pairs) all += (p.second - mean) * (p.second - mean);
  double between = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    if (counts[c] <= 0) continue;
    const double d = sums[c] / counts[c] - mean;
    between += counts[c] * d * d;
  }
  if (all <= 0) return kNan;
  return std::sqrt(std::clamp(between / all, 0.0, 1.0));
}

Association eta_of(const Column& classes, const Column& numbers,
                   std::uint64_t rows) {
  Classes number(classes);
  Pairs pairs;
  for (std::size_t row = 0; row < rows; ++row) {
    if (classes.is_missing(row) || numbers.is_missing(row)) continue;
    const double x = number_at(numbers, row);
    if (!std::isfinite(x)) continue;
    pairs.emplace_back(static_cast<double>(number.at(row)), x);
  }
  const auto n = pairs.size();
  const double value =
      number.size() < 2 ? kNan : eta(std::move(pairs), number.size());
  return {"", "eta", n, value};
}

/// Cramer's V: sqrt(chi^2 / (n (min(r, c) - 1))).
Association cramers_v(const Column& a, const Column& b, std::uint64_t rows) {
  Classes first(a);
  Classes second(b);
  std::map<std::pair<std::size_t, std::size_t>, double> cells;
  std::unordered_map<std::size_t, double> left;
  std::unordered_map<std::size_t, double> right;
  double n = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    if (a.is_missing(row) || b.is_missing(row)) continue;
    const auto x = first.at(row);
    const auto y = second.at(row);
    ++cells[{x, y}], ++left[x], ++right[y], ++n;
  }
  Association out{"", "cramers_v", static_cast<std::uint64_t>(n), kNan};
  const std::size_t least = std::min(first.size(), second.size());
  if (least < 2) return out;
  // chi^2 / n = sum of o^2 / (row * column) - 1: absent cells add nothing.
  double sum = -1;
  for (const auto& [cell, count] : cells) {
    sum += count * count / (left[cell.first] * right[cell.second]);
  }
  out.value =
      std::sqrt(std::clamp(sum / static_cast<double>(least - 1), 0.0, 1.0));
  return out;
}

}  // namespace

std::optional<Association> associate(const Column& column, const Column& target,
                                     TargetKind kind, std::uint64_t rows) {
  if (column.type == Type::text || column.type == Type::id) return std::nullopt;
  const bool number = is_number(column);
  const bool wants_number = kind == TargetKind::number;
  Association out;
  if (number && wants_number) {
    Pairs pairs = pairs_of(column, target, rows);
    out.measure = "pearson";
    out.rows = pairs.size();
    out.value = pearson(std::move(pairs));
  } else if (number) {
    out = eta_of(target, column, rows);
  } else if (wants_number) {
    out = eta_of(column, target, rows);
  } else {
    out = cramers_v(column, target, rows);
  }
  out.name = column.name;
  return out;
}

}  // namespace mlb::table
