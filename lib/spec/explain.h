// Codes of findings, explained: `mlsubmit explain E214`.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mlb::spec {

/// One code: what it is about, and the field as it must not and as it may be
/// written; "" where an example would be too long.  What an example lacks of a
/// spec is kind: train, data: a.csv, target: y, model: net.
struct Explanation {
  std::string_view code;
  std::string_view text;
  std::string_view wrong;
  std::string_view right;
};
std::span<const Explanation> explanations();

/// "" lists all codes; Fault::usage: there is no such code.
Result<std::string> explain(std::string_view code);

}  // namespace mlb::spec
