// The field table as JSON Schema, for editors and other programs.
#pragma once

#include <string>

namespace mlb::spec {

/// Draft 2020-12, of one document of a spec file.  Every spec without errors
/// fits it; keys, words, ranges and forms that it can express are refused as
/// by parse().
std::string json_schema();

}  // namespace mlb::spec
