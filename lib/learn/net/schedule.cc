// See schedule.h.
#include "learn/net/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mlb::learn {
namespace {

/// From `from` to `to` along half a cosine; `share` in [0, 1].
double along_cosine(double from, double to, double share) {
  return to + (from - to) * (1 + std::cos(std::numbers::pi * share)) / 2;
}

}  // namespace

RateSchedule::RateSchedule(const Schedule& schedule, double base,
                           std::uint64_t steps_per_epoch,
                           std::uint64_t total_steps)
    : schedule_(schedule),
      base_(base),
      epoch_(static_cast<double>(steps_per_epoch)),
      warmup_(steps_of(schedule.warmup)),
      total_(std::max(1.0, static_cast<double>(total_steps) - warmup_)) {}

double RateSchedule::steps_of(const TrainSpan& span) const {
  const auto count = static_cast<double>(span.count);
  return span.unit == SpanUnit::epochs ? count * epoch_ : count;
}

double RateSchedule::at(std::uint64_t step) const {
  const auto now = static_cast<double>(step);
  if (now < warmup_) return base_ * (now + 1) / warmup_;
  return curve(std::min(now - warmup_, total_));
}

double RateSchedule::curve(double t) const {
  switch (schedule_.type) {
    case ScheduleType::constant: return base_;
    case ScheduleType::step:
      return base_ * std::pow(schedule_.gamma,
                              std::floor(t / steps_of(schedule_.every)));
    case ScheduleType::exp:
      return base_ * std::pow(schedule_.decay, std::floor(t / epoch_));
    case ScheduleType::cosine:
      return along_cosine(base_, schedule_.min_rate, t / total_);
    case ScheduleType::plateau:
      return std::max(schedule_.min_rate, base_ * scale_);
    case ScheduleType::onecycle: return onecycle(t);
  }
  return base_;
}

double RateSchedule::onecycle(double t) const {
  constexpr double kRise = 0.3;
  constexpr double kBegin = 25;
  constexpr double kEnd = 25 * 1e4;
  const double top = kRise * total_ - 1;
  if (t <= top) return along_cosine(base_ / kBegin, base_, t / top);
  const double rest = std::max(1.0, total_ - 1 - top);
  return along_cosine(base_, base_ / kEnd, std::min(1.0, (t - top) / rest));
}

void RateSchedule::note(double loss) {
  if (loss < best_) {
    best_ = loss;
    since_best_ = 0;
  } else if (++since_best_ > schedule_.patience) {
    scale_ *= schedule_.factor;
    since_best_ = 0;
  }
}

void RateSchedule::save(Writer& w) const {
  w.number(scale_);
  w.number(best_);
  w.number(since_best_);
}

Result<> RateSchedule::load(Reader& r) {
  auto scale = r.number<double>();
  auto best = r.number<double>();
  auto since = r.number<std::int32_t>();
  if (!scale || !best || !since) {
    return Error{Fault::integrity, "the schedule's state ends too early"};
  }
  scale_ = *scale;
  best_ = *best;
  since_best_ = *since;
  return {};
}

}  // namespace mlb::learn
