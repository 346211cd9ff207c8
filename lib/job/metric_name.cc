// See metric_name.h.
#include "job/metric_name.h"

namespace mlb {

std::string_view MetricName::metric() const {
  return plain.substr(plain.find('.') + 1);
}

MetricName parse_metric_name(std::string_view name) {
  const auto cut = [&](std::size_t at) {
    return MetricName{name.substr(0, at), name.substr(at)};
  };
  const std::size_t bracket = name.find('[');
  if (bracket != name.npos && name.ends_with(']')) return cut(bracket);
  if (name.ends_with(".lo") || name.ends_with(".hi")) {
    return cut(name.size() - 3);
  }
  return cut(name.size());
}

std::string metric_of_group(std::string_view plain, std::string_view column,
                            std::string_view value) {
  std::string out(plain);
  out += '[';
  out += column;
  out += '=';
  out += value;
  return out + ']';
}

bool is_of_group_in(const MetricName& name, std::string_view column) {
  const std::string head = "[" + std::string(column) + "=";
  return name.suffix.starts_with(head);
}

}  // namespace mlb
