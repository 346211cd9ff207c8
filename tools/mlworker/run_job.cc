// The phases of a job and what each failure means.  See run_job.h.
#include "run_job.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <new>

#include "base/build.h"
#include "base/file.h"
#include "wire/wire.h"

namespace mlb::job_program {
namespace {

constexpr Millis kLiveEvery{100};
constexpr std::uint8_t kItemFrame = 1;
constexpr std::uint8_t kLiveFrame = 2;

Live live_of(const char* stage, double fraction) {
  Live out;
  out.stage = stage;
  out.fraction = fraction;
  return out;
}

/// Of this process, in bytes.
std::uint64_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) << 10;
}

void fail(Outcome& outcome, FailureClass failure, std::string reason) {
  outcome.success = false;
  outcome.failure = failure;
  outcome.reason = std::move(reason);
}

void run_phases(Work& work, Reporter& reporter) {
  const auto failed = [&](const Result<>& r) {
    if (r) return false;
    const Fault fault = r.error().fault;
    const bool data = fault == Fault::data || fault == Fault::spec;
    fail(work.outcome,
         data                        ? FailureClass::bad_data
         : fault == Fault::cancelled ? FailureClass::cancelled
                                     : FailureClass::error,
         r.error().message);
    return true;
  };
  reporter.live(live_of("convert", 0));
  if (failed(load_data(work, reporter))) return;
  reporter.live(live_of("prepare", 0));
  const bool trains = work.spec.kind == Kind::train;
  if (failed(trains ? prepare(work) : make_dataset(work))) return;
  for (const auto& w : work.outcome.warnings) {
    reporter.message("warning: " + w);
  }
  if (!trains) {
    work.outcome.success = true;
    return;
  }
  reporter.live(live_of("train", 0));
  auto trained = train_all(work, reporter);
  if (!trained) {
    failed(std::move(trained).fail());
    // Some models are none before they are finished.
    if (stop_asked()) work.outcome.failure = FailureClass::cancelled;
    return;
  }
  reporter.live(live_of("evaluate", 1));
  if (failed(evaluate(work))) return;
  reporter.live(live_of("save", 1));
  if (failed(save_files(work))) return;
  work.outcome.success = !*trained && !stop_asked();
  if (*trained) {
    fail(work.outcome, FailureClass::nan,
         "the training loss became nan; a smaller learning rate may help");
  } else if (stop_asked()) {
    fail(work.outcome, FailureClass::cancelled, "asked to stop");
  }
}

}  // namespace

void Reporter::frame(std::uint8_t kind, ByteView payload) {
  Writer w;
  w.number(static_cast<std::uint32_t>(payload.size()));
  w.number(kind);
  w.raw(payload);
  // A supervisor that is gone takes this process with it; nothing to do here.
  (void)!write_all(fd_, w.bytes());
}

void Reporter::point(const Point& point) {
  Item item;
  item.point = point;
  frame(kItemFrame, wire::encode_item(item));
}

void Reporter::message(const std::string& text) {
  Item item;
  item.type = ItemType::message;
  item.message = text;
  frame(kItemFrame, wire::encode_item(item));
}

void Reporter::checkpoint(const CheckpointMark& mark) {
  Item item;
  item.type = ItemType::checkpoint;
  item.checkpoint = mark;
  frame(kItemFrame, wire::encode_item(item));
}

void Reporter::live(const Live& live) {
  const Millis now = read_clock().mono;
  if (live.stage == last_stage_ && last_live_ + kLiveEvery > now) return;
  last_live_ = now;
  last_stage_ = live.stage;
  frame(kLiveFrame, wire::encode_live(live));
}

Outcome run_job(const std::string& dir, int progress_fd,
                const CacheOptions& cache) {
  Work work;
  work.outcome.program = build_id();
  work.dir = dir;
  work.cache = cache;
  Reporter reporter(progress_fd);
  auto bytes = read_file(dir + "/spec");
  auto spec = bytes ? wire::decode_spec(view_of(*bytes))
                    : Result<JobSpec>(bytes.error());
  if (!spec) {
    fail(work.outcome, FailureClass::error, spec.error().message);
    return work.outcome;
  }
  work.spec = std::move(*spec);
  std::error_code error;
  std::filesystem::create_directories(dir + "/out", error);
  try {
    run_phases(work, reporter);
  } catch (const std::bad_alloc&) {
    work.table = {};
    fail(work.outcome, FailureClass::oom,
         "out of memory with " + std::to_string(peak_memory() >> 20) +
             " MiB in use; resources.memory is " +
             std::to_string(work.spec.resources.memory >> 20) + " MiB");
  }
  return work.outcome;
}

}  // namespace mlb::job_program
