// How jobs, events and metrics look: lines, tables, JSON.
#include <catch2/catch.hpp>

#include "commands.h"
#include "events.h"
#include "jobs.h"
#include "metrics.h"
#include "render.h"

using namespace mlb;
using namespace mlb::submit;

namespace {

const JobId kId = *JobId::parse("7f3a2c1e-0000-4000-8000-000000000001");

JobView job(JobState state) {
  JobView out;
  out.row.id = kId;
  out.row.owner = {"local"};
  out.row.envelope.name = "titanic";
  out.row.state = state;
  out.row.submitted = Millis(1'000'000);
  return out;
}

JobView ended(JobState state, Outcome outcome = {}) {
  JobView out = job(state);
  out.row.ended = out.row.submitted + 192s;
  outcome.success = state == JobState::succeeded;
  AttemptRow attempt;
  attempt.number = 1;
  attempt.host = "lab2";
  attempt.has_outcome = true;
  attempt.outcome = std::move(outcome);
  out.row.attempts.push_back(std::move(attempt));
  return out;
}

Outcome gated(bool passed) {
  Outcome out;
  out.metrics = {{"test.accuracy", 0.872}};
  out.gates = {{"test.auc", ">= .9", 0.88, passed}};
  return out;
}

EventRow event(EventType type, std::uint32_t attempt = 1) {
  EventRow out;
  out.job = kId;
  out.attempt = attempt;
  out.type = type;
  return out;
}

EventRow point(std::uint32_t attempt, std::uint32_t epoch) {
  EventRow out = event(EventType::point, attempt);
  out.point.epoch = epoch;
  out.point.epochs = 100;
  out.point.step = epoch * 10;
  out.point.elapsed = Millis(1500);
  out.point.metrics = {{"train.loss", 0.4362}, {"valid.auc", 0.8611}};
  return out;
}

EventRow log(const std::string& text, std::uint64_t offset,
             std::uint8_t stream = 1) {
  EventRow out = event(EventType::log);
  out.log = {stream, offset, text};
  return out;
}

}  // namespace

TEST_CASE("the lines of watch have the documented form") {
  CHECK(event_line(point(1, 37)) ==
        "7f3a2c1e epoch 37/100 loss=.4362 v.auc=.8611");
  EventRow started = event(EventType::started);
  started.text = "lab2";
  CHECK(event_line(started) == "7f3a2c1e running on lab2");
  CHECK(restart_line(started).empty());
  started.attempt = 2;
  CHECK(event_line(started) == "7f3a2c1e running on lab2, attempt 2");
  CHECK(restart_line(started) == "7f3a2c1e restarted from epoch 0");
  started.point.epoch = 12;
  CHECK(restart_line(started) == "7f3a2c1e restarted from epoch 12");
  CHECK(event_line(log("x", 0)).empty());
  CHECK(time_text(Millis(50'531'000), true) == "14:02:11");
}

TEST_CASE("a final evaluation is no epoch") {
  CHECK(point_text(point(1, 0).point) == "evaluation loss=.4362 v.auc=.8611");
}

TEST_CASE("the verdict names the state, the metric and the gate") {
  const term::Terminal plain;
  CHECK(verdict_line(ended(JobState::succeeded, gated(true)).row, plain) ==
        "ok titanic succeeded in 3m12s: test accuracy .8720; gate passed");
  CHECK(verdict_line(ended(JobState::succeeded, gated(false)).row, plain) ==
        "!! titanic succeeded in 3m12s: test accuracy .8720; gate not met: "
        "test.auc >= .9 (is .8800)");
  auto failed = ended(JobState::failed);
  failed.row.reason = "no rows";
  CHECK(verdict_line(failed.row, plain) ==
        "!! titanic failed in 3m12s: no rows");
  term::Terminal colour;
  colour.utf8 = colour.color = true;
  CHECK(verdict_line(failed.row, colour) ==
        "\x1b[31m✗\x1b[0m titanic failed in 3m12s: no rows");
}

TEST_CASE("an outcome is an exit code; mixed ones are 13") {
  const auto good = ended(JobState::succeeded, gated(true));
  const auto gate = ended(JobState::succeeded, gated(false));
  const auto failed = ended(JobState::failed);
  const auto cancelled = ended(JobState::cancelled);
  CHECK(exit_of(good.row) == 0);
  CHECK(exit_of(gate.row) == 9);
  CHECK(exit_of(failed.row) == 7);
  CHECK(exit_of(cancelled.row) == 8);
  CHECK(exit_of(std::vector{failed, failed}) == 7);
  CHECK(exit_of(std::vector{good, failed}) == 13);
  CHECK(exit_of(std::vector{good, gate}) == 13);
  CHECK(exit_of(job(JobState::running).row) == 1);
}

TEST_CASE("a row of ls has a dash for what is not known") {
  CHECK(list_row(job(JobState::queued)) ==
        std::vector<std::string>{kId.text(), "titanic", "queued", "-", "0.00",
                                 "1970-01-01T00:16:40.000Z", "local"});
  auto running = job(JobState::running);
  running.row.last_point = point(1, 37).point;
  running.live.fraction = 0.374;
  CHECK(list_row(running)[3] == "37");
  CHECK(list_row(running)[4] == "0.37");
}

TEST_CASE("status says why a job is not running") {
  auto queued = job(JobState::queued);
  queued.waiting = {{"busy", "2 jobs ahead"}, {"disk_low", "no space"}};
  CHECK(status_text(queued) == kId.text() +
                                   "  titanic  queued\n"
                                   "  waits: 2 jobs ahead\n"
                                   "  waits: no space\n");
  auto lost = ended(JobState::failed);
  lost.row.attempts[0].has_outcome = false;
  lost.row.attempts[0].lost = true;
  CHECK(status_text(lost).find("attempt 1 on lab2: worker_lost\n") !=
        std::string::npos);
}

TEST_CASE("live values make one line") {
  const Live live{.stage = "train",
                  .epoch = 3,
                  .epochs = 4,
                  .step = 1,
                  .fraction = 0.5,
                  .eta_seconds = 134,
                  .rows_per_second = 142'300,
                  .memory = 0};
  CHECK(live_text(live, 4, false) ==
        "train  ##.. 50%  ETA 02:14  142 k rows/s");
  Live more = live;
  more.memory = 412'000'000;
  more.metrics = {{"train.loss", 0.4362}, {"train.lr", 3e-4}};
  CHECK(live_text(more, 0, false) ==
        "train  50%  ETA 02:14  142 k rows/s  loss .4362  lr 0.0003  412 MB");
  CHECK(live_text(live, 0, false) == "train  50%  ETA 02:14  142 k rows/s");
}

TEST_CASE("the last lines of a text") {
  CHECK(last_lines("a\nb\nc\n", 2) == "b\nc\n");
  CHECK(last_lines("a\nb\nc", 2) == "b\nc");
  CHECK(last_lines("a\nb\n", 9) == "a\nb\n");
  CHECK(last_lines("\na\n", 1) == "a\n");
  CHECK(last_lines("", 3) == "");
  CHECK(last_lines("a\n", 0) == "");
}

TEST_CASE("columns are as wide as their widest cell, in cells") {
  CHECK(aligned({{"name", "n"}, {"Zürich", "1"}}) == "name    n\nZürich  1\n");
}

TEST_CASE("metrics keep the line of the attempt that survives") {
  std::vector<EventRow> points;
  for (std::uint32_t e = 1; e <= 5; ++e) add_point(points, point(1, e));
  for (std::uint32_t e = 3; e <= 4; ++e) add_point(points, point(2, e));
  std::string text;
  for (const auto& p : points) {
    text +=
        std::to_string(p.attempt) + ":" + std::to_string(p.point.epoch) + " ";
  }
  CHECK(text == "1:1 1:2 2:3 2:4 ");
}

TEST_CASE("a metric as CSV and as JSON") {
  const auto p = point(2, 3);
  CHECK(metric_row(p, "valid.auc", 0.1, MetricFormat::csv) ==
        "30,3,1.5,valid.auc,0.1");
  CHECK(metric_row(p, "valid.auc", 0.0 / 0.0, MetricFormat::csv_with_attempt) ==
        "30,3,1.5,valid.auc,nan,2");
  const auto json =
      Json::parse(metric_row(p, "valid.auc", 1 / 0.0, MetricFormat::jsonl));
  CHECK(json["value"] == "inf");
  CHECK(json["attempt"] == 2);
}

TEST_CASE("every key of a job is there, null when unknown") {
  const Json json = job_json(job(JobState::queued));
  CHECK(json.size() == 25);
  CHECK(json["schema"] == "mlbatch.job/1");
  CHECK(json["attempt"] == 0);
  for (const char* key : {"class", "reason", "retry_of", "started", "ended"}) {
    INFO(key);
    CHECK(json.at(key).is_null());
  }
  CHECK(json["progress"].size() == 9);
  CHECK(error_json({Fault::not_found, "x"})["exit"] == 6);
  CHECK(event_json(point(1, 2))["type"] == "progress");
  // Bytes that are not UTF-8 do not stop a log.
  CHECK(json_line(event_json(log("\xff\xfe", 0))).find("\"log\"") !=
        std::string::npos);
}

TEST_CASE("pieces of a log become lines, a stream each") {
  LogText text;
  CHECK(text.add_lines(log("ab", 0)).empty());
  CHECK(text.add_lines(log("err\n", 0, 2)).size() == 1);
  const auto lines = text.add_lines(log("c\nd\ne", 2));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].text == "abc\n");
  CHECK(lines[1].text == "d\n");
  REQUIRE(text.rest().size() == 1);
  CHECK(text.rest().empty());
}

TEST_CASE("what a log leaves out is said") {
  LogText text;
  CHECK(text.add(log("head", 0)) == "head");
  CHECK(text.add(log("tail", 100)) == "\n[mlbatch: 96 bytes left out]\ntail");
  EventRow again = log("anew", 0);
  again.attempt = 2;
  CHECK(text.add(again) == "anew");
}

TEST_CASE("ids on stdin: words, or the first word of what ls prints") {
  CHECK(words_of("a b\nc\n") == std::vector<std::string>{"a", "b", "c"});
  CHECK(words_of("a\tname\trunning\nb\tx y\tz\n") ==
        std::vector<std::string>{"a", "b"});
  CHECK(words_of("\n\n").empty());
}

TEST_CASE("a mistyped word is told its nearest") {
  CHECK(suggestion("sumbit", {"submit", "status"}, "x") ==
        "; did you mean 'submit'?");
  CHECK(suggestion("zzzzzz", {"submit", "status"}, "mlsubmit --help") ==
        "; see mlsubmit --help");
}
