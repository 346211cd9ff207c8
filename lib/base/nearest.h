// The name that was probably meant: for verbs, options and fields.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mlb {

/// The candidate closest to `word` by edit distance (a swap of neighbours is
/// one edit, case counts little), or "" if none is near enough to be helpful.
std::string nearest(std::string_view word,
                    std::span<const std::string_view> candidates);

}  // namespace mlb
