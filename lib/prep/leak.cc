// See leak.h.
#include "prep/leak.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "prep/columns.h"
#include "prep/statistics.h"

namespace mlb::prep {
namespace {

using table::Column;

constexpr std::size_t kLeastRows = 20;
/// Levels with one row each know every target of every table.
constexpr std::size_t kLeastRowsPerLevel = 2;
constexpr double kRounding = 1e-12;

bool levels_tell(const Column& column, const Rows& rows,
                 const std::vector<float>& targets) {
  std::map<std::string, float> told;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool missing = column.is_missing(rows[i]);
    const std::string level = missing ? "" : "=" + column.text_of(rows[i]);
    const auto [at, is_new] = told.emplace(level, targets[i]);
    if (!is_new && at->second != targets[i]) return false;
  }
  return told.size() * kLeastRowsPerLevel <= rows.size();
}

bool ranges_tell(const Column& column, const Rows& rows,
                 const std::vector<float>& targets) {
  std::vector<std::pair<double, float>> sorted;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    sorted.emplace_back(number_at(column, rows[i]), targets[i]);
  }
  std::sort(sorted.begin(), sorted.end());
  std::map<float, int> seen{{sorted.front().second, 1}};
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const auto& [value, target] = sorted[i];
    if (target == sorted[i - 1].second) continue;
    if (value == sorted[i - 1].first || seen.count(target) > 0) return false;
    seen[target] = 1;
  }
  return true;
}

bool is_linear(const Column& column, const Rows& rows,
               const std::vector<float>& targets) {
  std::vector<double> x;
  std::vector<double> y;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    // In float, as the target is.
    x.push_back(
        static_cast<double>(static_cast<float>(number_at(column, rows[i]))));
    y.push_back(static_cast<double>(targets[i]));
  }
  const Moments mx = moments_of(x);
  const Moments my = moments_of(y);
  if (!(mx.deviation > 0) || !(my.deviation > 0)) return false;
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += (x[i] - mx.mean) / mx.deviation * ((y[i] - my.mean) / my.deviation);
  }
  return std::fabs(sum) / static_cast<double>(x.size()) >= 1 - kRounding;
}

}  // namespace

bool leaks(const Column& column, const Rows& rows, Task task,
           const std::vector<float>& targets) {
  if (task == Task::none || rows.size() < kLeastRows) return false;
  if (!is_number(column)) {
    return task == Task::classification && levels_tell(column, rows, targets);
  }
  const bool whole = std::none_of(rows.begin(), rows.end(), [&](auto row) {
    return lacks_value(column, row);
  });
  if (!whole) return false;
  return task == Task::classification ? ranges_tell(column, rows, targets)
                                      : is_linear(column, rows, targets);
}

}  // namespace mlb::prep
