// From yaml-cpp's events to our tree.  Internal to lib/spec.
#pragma once

#include <string_view>
#include <vector>

#include "spec/tree.h"

namespace mlb::spec {

/// The complete documents of `text` (valid UTF-8).  All places are those of
/// argument `argument`, if it is not -1.
std::vector<NodeId> build_tree(std::string_view text, int argument, Tree& tree,
                               Findings& findings);

}  // namespace mlb::spec
