// The phases of a job and what each failure means.  See run_job.h.
#include "run_job.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <new>

#include "base/build.h"
#include "base/file.h"
#include "exec/memory.h"
#include "wire/wire.h"

namespace mlb::job_program {
namespace {

constexpr Millis kLiveEvery{100};
constexpr std::uint8_t kItemFrame = 1;
constexpr std::uint8_t kLiveFrame = 2;

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

/// Why the job failed, in its outcome.
void settle(Work& work, const Error& error) {
  const bool data = error.fault == Fault::data || error.fault == Fault::spec;
  const bool cancelled = error.fault == Fault::cancelled;
  fail(work.outcome,
       data        ? FailureClass::bad_data
       : cancelled ? FailureClass::cancelled
                   : FailureClass::error,
       message_of(work, error));
}

Result<> run_kind(Work& work, Reporter& reporter) {
  switch (work.spec.kind) {
    case Kind::train: return run_train(work, reporter);
    case Kind::prep: return run_prep(work, reporter);
    case Kind::evaluate: return run_evaluate(work, reporter);
    case Kind::predict: return run_predict(work, reporter);
  }
  return Error{Fault::bug, "a job of no kind"};
}

Result<> save_files(Work& work) {
  auto saved = save_model(work);
  if (saved) saved = save_predictions(work);
  if (saved) saved = save_confusion(work);
  return saved ? save_metrics(work) : saved;
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

bool Reporter::takes_live() const {
  return last_live_ + kLiveEvery <= read_clock().mono;
}

void Reporter::live(Live live) {
  if (live.stage == last_stage_ && !takes_live()) return;
  last_live_ = read_clock().mono;
  live.memory = exec::resident_bytes(::getpid()).value_or(0);
  last_stage_ = live.stage;
  frame(kLiveFrame, wire::encode_live(live));
}

void Reporter::stage(const char* stage, double fraction) {
  Live out;
  out.stage = stage;
  out.fraction = fraction;
  live(out);
}

void tell_warnings(const Work& work, Reporter& reporter) {
  for (const auto& w : work.outcome.warnings) {
    reporter.message("warning: " + w);
  }
}

Result<> run_train(Work& work, Reporter& reporter) {
  auto done = load_data(work, reporter);
  if (!done) return done;
  reporter.stage("prepare");
  done = prepare(work);
  if (!done) return done;
  tell_warnings(work, reporter);
  reporter.stage("train");
  auto lost = train_all(work, reporter);
  if (!lost) {
    // Some models are none before they are finished.
    if (!stop_asked()) return std::move(lost).fail();
    return Error{Fault::cancelled, lost.error().message};
  }
  reporter.stage("evaluate", 1);
  done = predict_parts(work);
  if (!done) return done;
  judge_plainly(work);
  done = judge_gates(work);
  if (!done) return done;
  reporter.stage("save", 1);
  done = save_files(work);
  if (!done) return done;
  work.outcome.success = !*lost && !stop_asked();
  if (*lost) {
    fail(
        work.outcome, FailureClass::nan,
        "the training loss became nan or infinite; a smaller learning rate may "
        "help");
  } else if (stop_asked()) {
    fail(work.outcome, FailureClass::cancelled, "asked to stop");
  }
  return {};
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
    auto done = run_kind(work, reporter);
    if (!done) settle(work, done.error());
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
