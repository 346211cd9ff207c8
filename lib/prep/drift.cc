// See drift.h.
#include "prep/drift.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "prep/columns.h"

namespace mlb::prep {
namespace {

using table::Column;

constexpr std::size_t kBins = 10;
/// Values that the edges are taken from: more would not move them.
constexpr std::size_t kMostSampled = 1u << 16;
/// -ln of the chance that a column is named without a shift.
constexpr double kCaution = 9.2;

/// Every k-th value that is there.
std::vector<double> sample(const Column& column, const Rows& rows) {
  const std::size_t step = rows.size() / kMostSampled + 1;
  std::vector<double> out;
  for (std::size_t i = 0; i < rows.size(); i += step) {
    if (lacks_value(column, rows[i])) continue;
    out.push_back(number_at(column, rows[i]));
  }
  return out;
}

/// The deciles, each once.
std::vector<double> edges_of(const Column& column, const Rows& rows) {
  std::vector<double> values = sample(column, rows);
  std::vector<double> out;
  std::size_t done = 0;
  for (std::size_t bin = 1; bin < kBins && !values.empty(); ++bin) {
    const std::size_t at = values.size() * bin / kBins;
    const auto place = [&](std::size_t i) {
      return values.begin() + static_cast<long>(i);
    };
    std::nth_element(place(done), place(at), values.end());
    done = at;
    if (out.empty() || out.back() < values[at]) out.push_back(values[at]);
  }
  return out;
}

/// Where rows fall: as Input::counts says.
class Binning {
 public:
  Binning(const Input& input, const LevelPlaces& places, const Column& column)
      : input_(input),
        column_(column),
        finder_(column, places),
        bins_(input.edges.size() + input.levels.size()) {}

  std::size_t bin_of(std::size_t row) const {
    if (lacks_value(column_, row)) return bins_ + 1;
    if (!input_.levels.empty() || !is_number(column_)) {
      const std::int64_t place = finder_.at(row);
      return place < 0 ? bins_ : static_cast<std::size_t>(place);
    }
    const double x = number_at(column_, row);
    std::size_t bin = 0;
    for (const double edge : input_.edges) bin += edge <= x ? 1 : 0;
    return bin;
  }

 private:
  const Input& input_;
  const Column& column_;
  LevelFinder finder_;
  std::size_t bins_;
};

Input fit_input(const Column& column, const Rows& rows) {
  Input out{.name = column.name,
            .type = column.type,
            .date_format = column.date_format};
  if (column.is_moment()) {
    const bool date = column.type == table::Type::date;
    if (out.date_format.empty()) out.date_format = date ? "%F" : "%FT%T%z";
    return out;
  }
  if (is_number(column)) {
    out.edges = edges_of(column, rows);
  } else {
    out.levels = largest(count_levels(column, rows), kBins);
  }
  out.counts.assign(out.edges.size() + out.levels.size() + 2, 0);
  const LevelPlaces places(out.levels);
  const Binning binning(out, places, column);
  for (const auto row : rows) ++out.counts[binning.bin_of(row)];
  return out;
}

std::uint64_t sum_of(const std::vector<std::uint64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

/// What the index is above by chance with probability exp(-kCaution) at most.
double chance_limit(std::size_t bins, std::uint64_t expected,
                    std::uint64_t found) {
  const auto degrees = static_cast<double>(bins - 1);
  const double chi_square =
      degrees + 2 * std::sqrt(degrees * kCaution) + 2 * kCaution;
  return chi_square *
         (1 / static_cast<double>(expected) + 1 / static_cast<double>(found));
}

}  // namespace

std::vector<Input> fit_inputs(const table::Table& table, const Rows& rows,
                              const std::vector<Feature>& features) {
  ColumnLookup lookup(table);
  std::vector<Input> out;
  for (const auto& f : features) {
    // The features of a column stand side by side.
    if (!out.empty() && out.back().name == f.name) continue;
    out.push_back(fit_input(*lookup.find(f.name), rows));
  }
  return out;
}

double stability_index(const std::vector<std::uint64_t>& expected,
                       const std::vector<std::uint64_t>& found) {
  const auto bins = static_cast<double>(expected.size());
  const auto share = [&](std::uint64_t count, std::uint64_t all) {
    return (static_cast<double>(count) + 0.5) /
           (static_cast<double>(all) + 0.5 * bins);
  };
  const std::uint64_t expected_rows = sum_of(expected);
  const std::uint64_t found_rows = sum_of(found);
  double out = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double e = share(expected[i], expected_rows);
    const double a = share(found[i], found_rows);
    out += (a - e) * std::log(a / e);
  }
  return out;
}

DriftCounter::DriftCounter(const Plan& plan) : plan_(plan) {
  for (const auto& input : plan.inputs) {
    places_.emplace_back(input.levels);
    counts_.emplace_back(input.counts.size(), 0);
  }
}

void DriftCounter::add(const table::Table& table) {
  ColumnLookup lookup(table);
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const Input& input = plan_.inputs[i];
    const Column* column = lookup.find(input.name);
    if (input.counts.empty() || column == nullptr) continue;
    const Binning binning(input, places_[i], *column);
    for (std::size_t row = 0; row < table.rows; ++row) {
      ++counts_[i][binning.bin_of(row)];
    }
  }
}

void DriftCounter::add(const DriftCounter& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    for (std::size_t bin = 0; bin < counts_[i].size(); ++bin) {
      counts_[i][bin] += other.counts_[i][bin];
    }
  }
}

std::vector<Drift> DriftCounter::drifts() const {
  std::vector<Drift> out;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const auto& expected = plan_.inputs[i].counts;
    const std::uint64_t before = sum_of(expected);
    const std::uint64_t now = sum_of(counts_[i]);
    if (std::min(before, now) < kLeastDriftRows) continue;
    const double index = stability_index(expected, counts_[i]);
    const double limit = chance_limit(expected.size(), before, now);
    if (index <= std::max(kDriftLimit, limit)) continue;
    out.push_back({plan_.inputs[i].name, index});
  }
  return out;
}

std::vector<std::string> DriftCounter::warnings() const {
  std::vector<std::string> out;
  for (const auto& drift : drifts()) {
    char index[32];
    std::snprintf(index, sizeof index, "%.2f", drift.index);
    out.push_back("column '" + drift.column +
                  "' is not as it was in training: PSI " + index +
                  ", above 0.25");
  }
  return out;
}

}  // namespace mlb::prep
