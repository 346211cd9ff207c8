// See render.h.
#include "render.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "jobs.h"

namespace mlb::submit {
namespace {

Json time_or_null(Millis wall) {
  return wall.count() == 0 ? Json() : Json(utc_text(wall));
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json metrics_json(const std::map<std::string, double>& metrics) {
  Json out = Json::object();
  for (const auto& [name, value] : metrics) out[name] = json_number(value);
  return out;
}

Json attempt_json(const AttemptRow& a) {
  Json failure;
  if (a.has_outcome && a.outcome.failure != FailureClass::none) {
    failure = name_of(a.outcome.failure);
  } else if (a.lost) {
    failure = name_of(FailureClass::worker_lost);
  }
  const bool exited = a.has_outcome;
  return {{"number", a.number},
          {"worker", a.worker.text()},
          {"host", text_or_null(a.host)},
          {"pid", a.pid == 0 ? Json() : Json(a.pid)},
          {"started", time_or_null(a.started)},
          {"ended", time_or_null(a.ended)},
          {"resumed_from", a.resumed_from == 0 ? Json() : Json(a.resumed_from)},
          {"class", failure},
          {"exit_code", exited ? Json(a.outcome.exit_code) : Json()},
          {"signal",
           exited && a.outcome.signal != 0 ? Json(a.outcome.signal) : Json()},
          {"peak_memory", exited ? Json(a.outcome.peak_memory) : Json()},
          {"program", text_or_null(a.outcome.program)}};
}

Json progress_json(const JobView& job) {
  const Point& p = job.row.last_point;
  const Live& live = job.live;
  const bool running = job.row.state == JobState::running;
  const std::uint32_t epoch = std::max(p.epoch, running ? live.epoch : 0);
  const std::uint32_t epochs = p.epochs != 0 ? p.epochs : live.epochs;
  const std::uint64_t step = std::max(p.step, running ? live.step : 0);
  return {
      {"stage", running ? text_or_null(live.stage) : Json()},
      {"epoch", epoch == 0 ? Json() : Json(epoch)},
      {"epochs", epochs == 0 ? Json() : Json(epochs)},
      {"step", step == 0 ? Json() : Json(step)},
      {"fraction", fraction_of(job)},
      {"eta_s", running && live.eta_seconds >= 0 ? json_number(live.eta_seconds)
                                                 : Json()},
      {"rows_per_s", running && live.rows_per_second > 0
                         ? json_number(live.rows_per_second)
                         : Json()},
      {"memory", running && live.memory > 0 ? Json(live.memory) : Json()},
      {"metrics", metrics_json(running && !live.metrics.empty() ? live.metrics
                                                                : p.metrics)}};
}

void add_outcome(const Outcome* outcome, Json& out) {
  out["gates"] = Json::array();
  out["artefacts"] = Json::array();
  out["warnings"] = Json::array();
  out["metrics"] = Json::object();
  out["exact"] = Json();
  if (outcome == nullptr) return;
  out["exact"] = outcome->exact;
  out["metrics"] = metrics_json(outcome->metrics);
  out["warnings"] = outcome->warnings;
  for (const auto& g : outcome->gates) {
    out["gates"].push_back({{"metric", g.metric},
                            {"condition", g.condition},
                            {"value", json_number(g.value)},
                            {"passed", g.passed}});
  }
  for (const auto& a : outcome->artefacts) {
    out["artefacts"].push_back({{"name", a.name},
                                {"file", a.file},
                                {"bytes", a.bytes},
                                {"sha256", a.digest.text()}});
  }
}

std::string short_name(const std::string& metric) {
  if (metric.rfind("train.", 0) == 0) return metric.substr(6);
  if (metric.rfind("valid.", 0) == 0) return "v." + metric.substr(6);
  return metric;
}

}  // namespace

double fraction_of(const JobView& job) {
  if (job.row.state == JobState::succeeded) return 1;
  const Point& p = job.row.last_point;
  const double by_epoch =
      p.epochs == 0 ? 0 : static_cast<double>(p.epoch) / p.epochs;
  return job.row.state == JobState::running
             ? std::max(by_epoch, job.live.fraction)
             : by_epoch;
}

Json job_json(const JobView& job) {
  const JobRow& r = job.row;
  Json out;
  out["schema"] = "mlbatch.job/1";
  out["id"] = r.id.text();
  out["name"] = r.envelope.name;
  out["kind"] = r.envelope.kind;
  out["owner"] = r.owner.name;
  out["state"] = name_of(r.state);
  out["class"] =
      r.failure == FailureClass::none || r.state == JobState::cancelled
          ? Json()
          : Json(name_of(r.failure));
  out["reason"] = text_or_null(r.reason);
  out["attempt"] = r.attempts.empty() ? 0 : r.attempts.back().number;
  out["attempts"] = Json::array();
  for (const auto& a : r.attempts) out["attempts"].push_back(attempt_json(a));
  out["priority"] = r.envelope.priority;
  out["tags"] = r.envelope.tags;
  out["seed"] = r.envelope.seed;
  out["data"] = text_or_null(r.envelope.data);
  out["retry_of"] =
      r.envelope.retry_of.is_nil() ? Json() : Json(r.envelope.retry_of.text());
  out["warnings"] = Json::array();
  out["submitted"] = time_or_null(r.submitted);
  out["started"] = time_or_null(r.started);
  out["ended"] = time_or_null(r.ended);
  out["progress"] = progress_json(job);
  add_outcome(outcome_of(r), out);
  out["waiting"] = Json::array();
  for (const auto& [code, text] : job.waiting) {
    out["waiting"].push_back({{"code", code}, {"text", text}});
  }
  return out;
}

Json event_json(const EventRow& e) {
  const auto type = [&]() -> const char* {
    switch (e.type) {
      case EventType::point: return "progress";
      case EventType::log: return "log";
      case EventType::message: return "message";
      case EventType::accepted:
      case EventType::started:
      case EventType::retry:
      case EventType::cancel:
      case EventType::ended: return "state";
    }
    return "state";
  };
  const bool point = e.type == EventType::point;
  return {{"schema", "mlbatch.event/1"},
          {"job", e.job.text()},
          {"seq", e.number},
          {"attempt", e.attempt},
          {"time", utc_text(e.time)},
          {"type", type()},
          {"state", name_of(e.state)},
          {"epoch", point && e.point.epoch > 0 ? Json(e.point.epoch) : Json()},
          {"step", point ? Json(e.point.step) : Json()},
          {"metrics", metrics_json(e.point.metrics)},
          {"text", e.type == EventType::log ? text_or_null(e.log.text)
                                            : text_or_null(e.text)}};
}

Json worker_json(const WorkerView& w) {
  Json out{{"schema", "mlbatch.worker/1"},
           {"id", w.id.text()},
           {"name", w.name},
           {"host", w.host},
           {"pid", w.pid},
           {"state", w.state},
           {"slots", w.slots},
           {"busy", w.busy},
           {"labels", w.labels},
           {"last_seen_s", w.last_seen_seconds},
           {"jobs", Json::array()}};
  for (const auto& [attempt, pid] : w.jobs) {
    out["jobs"].push_back({{"id", attempt.job.text()},
                           {"attempt", attempt.number},
                           {"pid", pid == 0 ? Json() : Json(pid)}});
  }
  return out;
}

namespace {

Json hint_of(Fault fault) {
  switch (fault) {
    case Fault::unreachable:
      return "start mlbroker, or name one with --broker or MLBATCH_BROKER";
    case Fault::not_found: return "mlsubmit ls --all lists the jobs";
    case Fault::usage: return "mlsubmit help VERB";
    case Fault::spec: return "mlsubmit help fields";
    case Fault::bug:
    case Fault::denied:
    case Fault::job_failed:
    case Fault::cancelled:
    case Fault::gate:
    case Fault::refused:
    case Fault::data:
    case Fault::integrity: return nullptr;
  }
  return nullptr;
}

}  // namespace

Json error_json(const Error& error) {
  constexpr const char* names[] = {
      "bug",        "usage",     "spec", "denied",  "unreachable", "not_found",
      "job_failed", "cancelled", "gate", "refused", "data",        "integrity"};
  return {{"schema", "mlbatch.error/1"},
          {"code", names[static_cast<std::size_t>(error.fault)]},
          {"exit", exit_code(error.fault)},
          {"message", error.message},
          {"hint", hint_of(error.fault)}};
}

std::string point_text(const Point& p) {
  std::string out =
      p.epoch == 0 ? "evaluation" : "epoch " + std::to_string(p.epoch);
  if (p.epoch > 0 && p.epochs > 0) out += "/" + std::to_string(p.epochs);
  for (const auto& [name, value] : p.metrics) {
    out += " " + short_name(name) + "=" + term::number_text(value, 4);
  }
  return out;
}

std::string event_line(const EventRow& e) {
  const std::string id = e.job.id8() + " ";
  switch (e.type) {
    case EventType::accepted: return id + "queued";
    case EventType::started:
      return id + "running on " + e.text +
             (e.attempt > 1 ? ", attempt " + std::to_string(e.attempt) : "");
    case EventType::point: return id + point_text(e.point);
    case EventType::message: return id + e.text;
    case EventType::retry: return id + "queued again: " + e.text;
    case EventType::cancel: return id + "cancelling";
    case EventType::ended:
      return id + std::string(name_of(e.state)) +
             (e.text.empty() ? "" : ": " + e.text);
    case EventType::log: return {};
  }
  return {};
}

std::string restart_line(const EventRow& e) {
  if (e.attempt < 2) return {};
  return e.job.id8() + " restarted from epoch " + std::to_string(e.point.epoch);
}

std::string live_text(const Live& live, int bar_cells, bool utf8) {
  std::string out = live.stage + "  ";
  if (bar_cells > 0) out += term::bar(live.fraction, bar_cells, utf8) + " ";
  out += std::to_string(static_cast<int>(live.fraction * 100)) + "%";
  if (live.eta_seconds >= 0)
    out += "  ETA " + term::clock_text(live.eta_seconds);
  if (live.rows_per_second > 0) {
    out += "  " + term::count_text(live.rows_per_second) + " rows/s";
  }
  for (const char* name : {"train.loss", "train.lr"}) {
    const auto found = live.metrics.find(name);
    if (found == live.metrics.end()) continue;
    out += "  " + short_name(name) + " " + term::number_text(found->second, 4);
  }
  if (live.memory > 0)
    out += "  " + term::bytes_text(static_cast<double>(live.memory));
  return out;
}

std::string_view last_lines(std::string_view text, std::size_t count) {
  if (count == 0) return {};
  std::size_t at = text.size();
  if (text.ends_with('\n')) --at;
  for (std::size_t n = 0; n < count; ++n) {
    if (at == 0) return text;
    at = text.rfind('\n', at - 1);
    if (at == text.npos) return text;
  }
  return text.substr(at + 1);
}

std::string time_text(Millis wall, bool utc) {
  const auto seconds = static_cast<std::time_t>(wall.count() / 1000);
  std::tm parts{};
  utc ? gmtime_r(&seconds, &parts) : localtime_r(&seconds, &parts);
  char text[16];
  std::strftime(text, sizeof text, "%H:%M:%S", &parts);
  return text;
}

namespace {

/// The one metric that tells most: "test accuracy .98".
std::string headline(const Outcome& outcome) {
  for (const char* name :
       {"test.accuracy", "test.rmse", "valid.accuracy", "valid.rmse",
        "train.accuracy", "train.rmse", "train.inertia"}) {
    const auto found = outcome.metrics.find(name);
    if (found == outcome.metrics.end()) continue;
    std::string words(name);
    words[words.find('.')] = ' ';
    return ": " + words + " " + term::number_text(found->second, 4);
  }
  return {};
}

std::string gates_text(const Outcome& outcome) {
  for (const auto& gate : outcome.gates) {
    if (gate.passed) continue;
    return "; gate not met: " + gate.metric + " " + gate.condition + " (is " +
           term::number_text(gate.value, 4) + ")";
  }
  return outcome.gates.empty() ? "" : "; gate passed";
}

}  // namespace

std::string verdict_line(const JobRow& r, const term::Terminal& terminal) {
  const bool good = r.state == JobState::succeeded && gates_met(r);
  const double seconds =
      static_cast<double>((r.ended - r.submitted).count()) / 1000;
  std::string mark = good ? "ok" : "!!";
  if (terminal.utf8) mark = good ? "✓" : "✗";
  if (terminal.color) {
    mark = (good ? "\x1b[32m" : "\x1b[31m") + mark + "\x1b[0m";
  }
  const std::string out = mark + " " + r.envelope.name + " " +
                          std::string(name_of(r.state)) + " in " +
                          term::span_text(seconds);
  const Outcome* outcome = outcome_of(r);
  if (r.state != JobState::succeeded || outcome == nullptr) {
    return out + (r.reason.empty() ? "" : ": " + r.reason);
  }
  return out + headline(*outcome) + gates_text(*outcome);
}

std::string next_command(const JobRow& r) {
  if (r.state == JobState::succeeded) return "mlsubmit get " + r.id.id8();
  if (r.state == JobState::failed) return "mlsubmit logs " + r.id.id8();
  return "mlsubmit status " + r.id.id8();
}

std::vector<std::string> list_row(const JobView& job) {
  const JobRow& r = job.row;
  const auto or_dash = [](std::string text) {
    return text.empty() ? std::string("-") : text;
  };
  const std::uint32_t epoch = r.last_point.epoch;
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, "%.2f", fraction_of(job));
  return {r.id.text(),
          or_dash(r.envelope.name),
          std::string(name_of(r.state)),
          epoch == 0 ? "-" : std::to_string(epoch),
          fraction,
          utc_text(r.submitted),
          or_dash(r.owner.name)};
}

std::string status_text(const JobView& job) {
  const JobRow& r = job.row;
  std::string out = r.id.text() + "  " + r.envelope.name + "  " +
                    std::string(name_of(r.state)) + "\n";
  const auto line = [&](const std::string& text) { out += "  " + text + "\n"; };
  if (r.last_point.epoch > 0) line(point_text(r.last_point));
  if (r.state == JobState::running && !job.live.stage.empty()) {
    line(live_text(job.live, 0, false));
  }
  if (r.state == JobState::running && r.cancel_asked) line("cancelling");
  for (const auto& [code, text] : job.waiting) line("waits: " + text);
  for (const auto& a : r.attempts) {
    std::string text = "attempt " + std::to_string(a.number) + " on " + a.host;
    if (a.has_outcome && !a.outcome.success) {
      text += ": " + std::string(name_of(a.outcome.failure)) + ": " +
              a.outcome.reason;
    } else if (a.lost) {
      text += ": worker_lost";
    }
    line(text);
  }
  if (!r.reason.empty()) line("reason: " + r.reason);
  const Outcome* outcome = outcome_of(r);
  if (outcome == nullptr) return out;
  for (const auto& [name, value] : outcome->metrics) {
    line(name + " = " + term::number_text(value, 6));
  }
  for (const auto& g : outcome->gates) {
    line("gate " + g.metric + " " + g.condition + ": " +
         (g.passed ? "met" : "NOT met") + " (" + term::number_text(g.value, 6) +
         ")");
  }
  for (const auto& w : outcome->warnings) line("warning: " + w);
  return out;
}

std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], term::cells(row[i]));
    }
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) {
        line.append(widths[i] - term::cells(row[i]) + 2, ' ');
      }
    }
    out += line + "\n";
  }
  return out;
}

}  // namespace mlb::submit
