// The names of metrics: SPLIT.METRIC, with ".lo" or ".hi" behind it for a bound
// of its interval, or "[COLUMN=VALUE]" for a group of the split's rows.
#pragma once

#include <string>
#include <string_view>

namespace mlb {

/// A longer name is refused.
inline constexpr std::size_t kLongestMetricName = 256;

struct MetricName {
  std::string_view plain;   ///< "test.auc"
  std::string_view suffix;  ///< "", ".lo", ".hi" or "[country=DE]"

  bool is_bound() const { return suffix.starts_with('.'); }
  bool is_of_group() const { return suffix.starts_with('['); }
  /// "auc"
  std::string_view metric() const;
};

/// Any text is a valid argument; what is no name has no suffix.  The parts
/// stand in `name`, which must outlive them.
MetricName parse_metric_name(std::string_view name);

/// "test.auc[country=DE]"; an empty value: where the column has none.
std::string metric_of_group(std::string_view plain, std::string_view column,
                            std::string_view value);
/// Is it of a group of this column's values?
bool is_of_group_in(const MetricName& name, std::string_view column);

}  // namespace mlb
