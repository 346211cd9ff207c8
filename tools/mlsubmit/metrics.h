// The history of a job's metrics, point by point.
#pragma once

#include <string>
#include <vector>

#include "job/record.h"

namespace mlb::submit {

enum class MetricFormat { csv, csv_with_attempt, jsonl };

/// One line of `mlsubmit metrics`, without its newline.
std::string metric_row(const EventRow& point, const std::string& name,
                       double value, MetricFormat format);

/// Adds a point to the surviving history: what an earlier attempt had of this
/// epoch and of later ones goes.
void add_point(std::vector<EventRow>& points, const EventRow& point);

}  // namespace mlb::submit
