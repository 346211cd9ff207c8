// See schedule.h.
#include "schedule.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/digest.h"
#include "loop.h"

namespace mlb::sim {
namespace {

constexpr std::array<std::string_view, kFaults> kNames{
    "kill_broker",         "crash_before_commit",
    "fail_commit",         "crash_after_commit",
    "crash_while_sending", "stall_broker",
    "wrong_store",         "restored_store",
    "kill_worker",         "crash_worker_acting",
    "lose_worker",         "stall_worker",
    "drain_worker",        "fill_worker",
    "clone_worker",        "kill_client",
    "kill_client_hearing", "cut",
    "reconnect",           "low_disk",
    "jump_clock"};

/// Those that no worker feels.
constexpr std::array kHarmless{
    Fault::kill_broker,        Fault::crash_before_commit, Fault::fail_commit,
    Fault::crash_after_commit, Fault::crash_while_sending, Fault::stall_broker,
    Fault::kill_client,        Fault::kill_client_hearing, Fault::low_disk,
    Fault::jump_clock};

constexpr std::uint64_t kMemory = 4;  // of a worker, in bytes

JobPlan draw_job(Dice& dice, int number, int most_cpus) {
  JobPlan job;
  job.number = number;
  job.id = JobId::random(dice.rng());
  job.envelope.name = "job-" + std::to_string(number);
  job.envelope.priority = dice.chance(0.2) ? int(dice.between(-1, 1)) : 0;
  job.envelope.resources.cpus = int(dice.between(1, most_cpus));
  job.envelope.resources.memory =
      dice.chance(0.7) ? 1 : std::uint64_t(dice.between(1, kMemory));
  job.envelope.retry.max = int(dice.between(0, 3));
  job.envelope.retry.on_worker_lost = dice.chance(0.9);
  job.envelope.retry.on_signal = dice.chance(0.5);
  job.envelope.retry.backoff = Millis(dice.between(0, 800));
  if (dice.chance(0.5)) {
    job.envelope.digests.push_back(sha256(view_of(job.id.text())));
  }
  if (dice.chance(0.3)) {
    job.key = dice.chance(0.2) ? "shared" : "key-" + std::to_string(number);
  }
  job.epochs = int(dice.between(1, 8));
  constexpr std::array kEndings{
      Ending::success,     Ending::success, Ending::success, Ending::error,
      Ending::signal_once, Ending::signal,  Ending::endless};
  job.ending = kEndings[std::size_t(dice.between(0, kEndings.size() - 1))];
  job.submit = dice.between(0ms, 1500ms);
  if (dice.chance(0.25)) job.cancel = job.submit + dice.between(0ms, 3000ms);
  if (job.ending == Ending::endless && !job.cancel) {
    job.envelope.resources.timeout = dice.between(300ms, 3000ms);
  }
  job.watched = dice.chance(0.8);
  return job;
}

TimedFault draw_fault(Dice& dice, Millis end, bool harmless) {
  const auto number =
      dice.between(0, harmless ? kHarmless.size() - 1 : kFaults - 1);
  return {.what = harmless ? kHarmless[std::size_t(number)] : Fault(number),
          .at = dice.between(0ms, end),
          .lasts = dice.chance(0.7) ? dice.between(20ms, 1200ms)
                                    : dice.between(1200ms, 7000ms),
          .who = int(dice.between(0, 7))};
}

/// Nothing fails, but a wide job competes with many narrow ones.
void draw_contention(Dice& dice, Schedule& out) {
  out.workers = {{.slots = 2, .memory = kMemory}};
  for (int i = 0; i < 9; ++i) {
    JobPlan job = draw_job(dice, i, 1);
    job.envelope.priority = 0;
    job.envelope.resources = {.cpus = i == 2 ? 2 : 1, .memory = 1};
    job.ending = Ending::success;
    job.cancel.reset();
    job.submit = i < 3 ? Millis(i) : dice.between(5ms, 600ms);
    job.epochs = int(dice.between(1, 4));
    out.jobs.push_back(job);
  }
}

void draw_trouble(Dice& dice, Schedule& out) {
  const bool harmless = dice.chance(0.15);
  const bool small = dice.chance(0.6);
  const auto workers = dice.between(1, small ? 2 : 3);
  for (int i = 0; i < workers; ++i) {
    out.workers.push_back(
        {.slots = int(dice.between(1, 2)), .memory = kMemory});
  }
  // Every job fits the first one, which always comes back.
  const int most = std::max_element(out.workers.begin(), out.workers.end(),
                                    [](const auto& a, const auto& b) {
                                      return a.slots < b.slots;
                                    })
                       ->slots;
  out.workers.front().slots = most;
  const auto jobs = dice.between(1, small ? 2 : 5);
  for (int i = 0; i < jobs; ++i) out.jobs.push_back(draw_job(dice, i, most));
  out.faults_end = dice.between(500ms, small ? 3500ms : 7000ms);
  const auto faults = dice.between(0, small ? 4 : 8);
  for (int i = 0; i < faults; ++i) {
    out.faults.push_back(draw_fault(dice, out.faults_end, harmless));
  }
  if (!harmless && dice.chance(0.5)) {
    out.rates = {.lost = dice.chance(0.5) ? 0.1 : 0.02,
                 .doubled = dice.chance(0.5) ? 0.1 : 0.0,
                 .late = dice.chance(0.5) ? 0.1 : 0.01,
                 .astray = dice.chance(0.5) ? 0.1 : 0.0};
  }
  if (dice.chance(0.3)) out.partial_drain = 0.5;
}

}  // namespace

std::string name_of(Fault fault) {
  return std::string(kNames[std::size_t(fault)]);
}

bool Schedule::has(Fault fault) const {
  return std::any_of(faults.begin(), faults.end(),
                     [&](const auto& f) { return f.what == fault; });
}

bool Schedule::workers_are_well() const {
  return rates.lost == 0 && rates.late == 0 &&
         std::all_of(faults.begin(), faults.end(), [](const auto& f) {
           return std::count(kHarmless.begin(), kHarmless.end(), f.what) > 0;
         });
}

Bytes spec_of(const JobPlan& plan) {
  return {std::uint8_t(plan.epochs), std::uint8_t(plan.ending),
          std::uint8_t(plan.number)};
}

Schedule draw(std::uint64_t seed) {
  Dice dice(Rng::stream(seed, "schedule"));
  Schedule out;
  out.seed = seed;
  if (dice.chance(0.05)) {
    draw_contention(dice, out);
  } else {
    draw_trouble(dice, out);
  }
  return out;
}

}  // namespace mlb::sim
