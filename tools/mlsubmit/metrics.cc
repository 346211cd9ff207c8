// mlsubmit metrics: the history of a job's metrics, as CSV or JSON lines.
#include "metrics.h"

#include "events.h"
#include "jobs.h"
#include "verbs.h"

namespace mlb::submit {

void add_point(std::vector<EventRow>& points, const EventRow& event) {
  std::erase_if(points, [&](const EventRow& p) {
    return p.attempt < event.attempt && p.point.epoch >= event.point.epoch;
  });
  points.push_back(event);
}

std::string metric_row(const EventRow& event, const std::string& name,
                       double value, MetricFormat format) {
  const Point& p = event.point;
  const double seconds = static_cast<double>(p.elapsed.count()) / 1000;
  const Json number = json_number(value);
  if (format == MetricFormat::jsonl) {
    return json_line({{"schema", "mlbatch.metric/1"},
                      {"job", event.job.text()},
                      {"attempt", event.attempt},
                      {"step", p.step},
                      {"epoch", p.epoch},
                      {"time", seconds},
                      {"name", name},
                      {"value", number}});
  }
  std::string out =
      std::to_string(p.step) + "," + std::to_string(p.epoch) + "," +
      Json(seconds).dump() + "," + name + "," +
      (number.is_string() ? number.get<std::string>() : number.dump());
  if (format == MetricFormat::csv_with_attempt) {
    out += "," + std::to_string(event.attempt);
  }
  return out;
}

Exit metrics(const Globals& globals, const MetricsFlags& flags) {
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto job = one_job(**connection, flags.job);
  if (!job) return std::move(job).fail();
  std::vector<EventRow> points;
  auto done = each_event(**connection, *job, 1, Until::now, WatchFilter::all,
                         [&](const EventRow& event) {
                           if (event.type != EventType::point) return;
                           if (flags.all_attempts) {
                             points.push_back(event);
                           } else {
                             add_point(points, event);
                           }
                         });
  if (!done || *done != 0) return done;
  const bool jsonl = flags.format == "jsonl" || globals.json;
  const MetricFormat format = jsonl ? MetricFormat::jsonl
                              : flags.all_attempts
                                  ? MetricFormat::csv_with_attempt
                                  : MetricFormat::csv;
  if (!jsonl && !globals.no_header) {
    print_line(std::string("step,epoch,time,name,value") +
               (flags.all_attempts ? ",attempt" : ""));
  }
  for (const auto& event : points) {
    for (const auto& [name, value] : event.point.metrics) {
      if (!flags.name.empty() && name != flags.name) continue;
      print_line(metric_row(event, name, value, format));
    }
  }
  return 0;
}

}  // namespace mlb::submit
