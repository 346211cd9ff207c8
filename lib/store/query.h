// Which rows a ListJobs asks for: shared by both stores.
#pragma once

#include "job/messages.h"

namespace mlb::store {

inline constexpr std::uint32_t kMaxPage = 1000;

/// Everything but the owner, the key and the limit.
bool matches(const ListJobs& query, const JobRow& row);

}  // namespace mlb::store
