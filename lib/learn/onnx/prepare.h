// The plan as ONNX: from raw columns to the rows of features.
#pragma once

#include "learn/onnx/graph.h"
#include "prep/plan.h"

namespace mlb::learn::onnx {

/// One input a column, rows x 1: float64 for numbers, NaN is missing; text as
/// a CSV has it, "" is missing.  ONNX has no such hash: of a hashed column its
/// outputs are the input, "zip (hashed)", rows x buckets.  Where the plan
/// refuses a value, the graph goes on: NaN stays NaN, an unknown level is as
/// any other one.  The result, float32, has the bits of prep::apply().
Value prepare(Graph& graph, const prep::Plan& plan);

/// From the units that are learned (float64) to a prediction in float32.
Value to_original(Graph& graph, Value learned,
                  const prep::TargetScaling& scaling);

/// p of the last of two classes (float64) -> [1 - p, p].
Value both(Graph& graph, const Value& p);

}  // namespace mlb::learn::onnx
