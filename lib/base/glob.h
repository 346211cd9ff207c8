// Shell patterns for names: `*` and `?`.
#pragma once

#include <string_view>

namespace mlb {

/// Whether the whole text matches; linear in practice, no recursion.
bool matches_glob(std::string_view pattern, std::string_view text);

}  // namespace mlb
