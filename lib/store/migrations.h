// The schema, as the list of steps that lead to it.
#pragma once

#include <span>

namespace mlb::store {

/// Step i brings user_version i to i + 1.
std::span<const char* const> migrations();

}  // namespace mlb::store
