// Plans made by hand lack the inputs that a fitted one has.
#pragma once

#include <algorithm>

#include "prep/plan.h"

namespace mlb::prep {

/// The plan with the columns of its features: numbers, or else categories.
inline Plan with_inputs(Plan plan) {
  plan.inputs.clear();
  for (const auto& f : plan.features) {
    auto found = std::find_if(plan.inputs.begin(), plan.inputs.end(),
                              [&](const Input& i) { return i.name == f.name; });
    if (found == plan.inputs.end()) {
      found = plan.inputs.insert(
          found, {.name = f.name, .type = table::Type::category});
    }
    if (f.kind == FeatureKind::number) found->type = table::Type::real;
  }
  return plan;
}

}  // namespace mlb::prep
