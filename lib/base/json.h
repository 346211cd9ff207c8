// JSON values for --json outputs and stored reports.  The library's header is
// included only here.  Objects keep the order in which keys were added.
#pragma once

#include <nlohmann/json.hpp>

namespace mlb {

using Json = nlohmann::ordered_json;

/// A number, or "nan" / "inf" / "-inf" where JSON has none.
inline Json json_number(double value) {
  if (value != value) return "nan";
  if (value > 1.7976931348623157e308) return "inf";
  if (value < -1.7976931348623157e308) return "-inf";
  return value;
}

}  // namespace mlb
