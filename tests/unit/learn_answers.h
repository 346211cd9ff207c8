// Answers of models as metrics take them.
#pragma once

#include <vector>

#include "prep/apply.h"

namespace mlb::learn {

using Y = std::vector<float>;

/// One prediction a row.
inline prep::Matrix column(const std::vector<float>& v) {
  return {v.size(), 1, v};
}

/// Two classes, by the probability of the last.
inline prep::Matrix binary(const std::vector<float>& p) {
  prep::Matrix out{p.size(), 2, {}};
  for (const float v : p) {
    out.values.push_back(1 - v);
    out.values.push_back(v);
  }
  return out;
}

}  // namespace mlb::learn
