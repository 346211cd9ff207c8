// See query.h.
#include "store/query.h"

#include <algorithm>

namespace mlb::store {

bool matches(const ListJobs& query, const JobRow& row) {
  const auto has = [](const auto& list, const auto& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  if (query.before_order != 0 && row.order >= query.before_order) return false;
  if (!query.prefix.empty() && row.id.text().rfind(query.prefix, 0) != 0) {
    return false;
  }
  if (!query.name.empty() && row.envelope.name != query.name) return false;
  if (!query.tag.empty() && !has(row.envelope.tags, query.tag)) return false;
  if (!query.states.empty() &&
      !has(query.states, std::string(name_of(row.state)))) {
    return false;
  }
  return !is_terminal(row.state) || row.ended >= query.ended_since;
}

}  // namespace mlb::store
