// The training loop: steps until nothing is left to do, the time is over, or
// somebody asks to stop.
#include <cmath>
#include <filesystem>
#include <thread>

#include "learn/class_weights.h"
#include "run_job.h"

namespace mlb::job_program {
namespace {

/// NaN in the loss: the model is of no use, and training on would not help.
bool is_lost(const Point& point) {
  const auto loss = point.metrics.find("train.loss");
  return loss != point.metrics.end() && !std::isfinite(loss->second);
}

/// `point`: the newest one; `seconds`: of training so far.
Live live_of(const Work& work, const Point& point,
             const learn::Underway& underway, double seconds) {
  Live live;
  live.stage = "train";
  live.epoch = point.epoch;
  live.epochs = point.epochs;
  live.step = std::max(point.step, underway.step);
  const double epochs = std::max(1u, point.epochs);
  live.fraction = std::max(point.epoch / epochs, underway.fraction);
  if (live.fraction > 0) {
    live.eta_seconds = seconds / live.fraction * (1 - live.fraction);
  }
  if (seconds > 0) {
    live.rows_per_second = static_cast<double>(work.train.x.rows) * epochs *
                           live.fraction / seconds;
  }
  live.metrics = point.metrics;
  for (const auto& [name, value] : underway.metrics) {
    live.metrics[name] = value;
  }
  return live;
}

std::string ending_text(const std::string& ending, const TrainSpec& spec) {
  if (ending == "epochs") return {};  // what one expects
  if (ending == "early_stop") {
    return "training ended: no improvement of " + spec.early_stop.metric +
           " in " + std::to_string(spec.early_stop.patience) + " validations";
  }
  if (ending == "time") {
    return "training ended: train.time is over; where it ends depends on the "
           "machine";
  }
  if (ending.empty() || ending == "nan") return {};
  return "training ended: train." + ending + " is reached";
}

class Training {
 public:
  Training(Work& work, Reporter& reporter) : work_(work), reporter_(reporter) {}

  Result<bool> run() {
    auto begun = begin();
    if (!begun) return std::move(begun).fail();
    auto lost = steps();
    if (!lost) return lost;
    if (stop_asked()) checkpoint();
    const std::string text = ending_text(ending(), work_.spec.train);
    work_.outcome.exact = exact_ && !stop_asked() && ending() != "time";
    if (!text.empty()) reporter_.message(text);
    auto model = trainer_->finish();
    if (!model) return std::move(model).fail();
    work_.model = std::move(*model);
    // Only the trainer knows the score of rows out of bag.
    for (const auto& [name, value] : last_.metrics) {
      if (name.starts_with("oob.")) work_.outcome.metrics[name] = value;
    }
    return lost;
  }

 private:
  Millis elapsed() const { return before_ + read_clock().mono - begun_; }
  bool time_is_over() const {
    const auto& limit = work_.spec.train.time;
    return limit && elapsed() >= *limit;
  }
  bool must_end() const { return stop_asked() || time_is_over(); }
  /// Asked within steps: by some trainers often, by others never, and by those
  /// with several threads in each of them.
  bool must_pause() {
    if (std::this_thread::get_id() == thread_) show_underway();
    return must_end() || (trainer_->pauses() && checkpoint_is_due());
  }
  void show_underway() {
    if (!trainer_ || !reporter_.takes_live()) return;
    const double seconds = static_cast<double>(elapsed().count()) / 1000;
    reporter_.live(live_of(work_, last_, trainer_->underway(), seconds));
  }
  bool checkpoint_is_due() const {
    const TrainSpan& every = work_.spec.train.checkpoint.every;
    if (!trainer_->resumable()) return false;
    if (every.unit == SpanUnit::time) {
      return read_clock().mono - saved_ >= Millis(every.count);
    }
    return last_.epoch >= saved_epoch_ + every.count;
  }
  std::string ending() const {
    const std::string own = trainer_->ending();
    return own.empty() && time_is_over() ? "time" : own;
  }

  Result<> fresh_trainer() {
    trainer_ = learn::make_trainer(work_.spec, work_.plan,
                                   [this] { return must_pause(); });
    return trainer_->begin(work_.train, work_.valid);
  }

  /// With that of train.init_from, if there is one.
  Result<> begin_with_model() {
    if (work_.spec.train.init_from.is_none()) return {};
    auto stored = named_model_of(work_);
    if (!stored) return std::move(stored).fail();
    return trainer_->start_from(*stored->model);
  }

  /// Goes on from the checkpoint that was given, or begins from scratch.
  Result<> begin() {
    begun_ = saved_ = read_clock().mono;
    auto fresh = fresh_trainer();
    if (!fresh) return fresh;
    if (!trainer_->resumable()) return begin_with_model();
    const auto given = given_checkpoint(work_, reporter_);
    if (!given) return begin_with_model();
    Reader reader(given->state);
    auto loaded = trainer_->load_state(reader);
    if (!loaded) {
      reporter_.message("warning: " + loaded.error().message +
                        "; training begins anew");
      fresh = fresh_trainer();
      if (!fresh) return fresh;
      return begin_with_model();
    }
    before_ = given->elapsed;
    work_.history = std::string(text_of(given->history));
    saved_epoch_ = last_.epoch = given->epoch;
    last_.step = given->step;
    exact_ = given->exact && given->numeric_class == learn::numeric_class();
    if (!exact_) {
      work_.outcome.warnings.push_back(
          "not exact: an earlier attempt computed with " +
          given->numeric_class + ", this one with " + learn::numeric_class());
    }
    return {};
  }

  /// True: the loss became nan.
  Result<bool> steps() {
    learn::StepReport report;
    while (!must_end()) {
      if (checkpoint_is_due()) checkpoint();
      auto more = trainer_->step(report);
      if (!more) return std::move(more).fail();
      if (!*more) break;
      if (!report.note.empty()) reporter_.message("warning: " + report.note);
      if (report.paused) continue;
      last_ = Point{report.epoch, report.epochs, report.step, elapsed(),
                    report.metrics};
      reporter_.point(last_);
      add_history(work_, last_);
      if (is_lost(last_)) return true;
      show_underway();
    }
    return false;
  }

  /// One that cannot be written costs nothing but what it would have saved.
  void checkpoint() {
    saved_ = read_clock().mono;
    saved_epoch_ = last_.epoch;
    if (!trainer_->resumable()) return;
    learn::Checkpoint c;
    c.record = sha256(training_record(work_.spec));
    c.numeric_class = learn::numeric_class();
    c.epoch = last_.epoch;
    c.step = last_.step;
    c.elapsed = elapsed();
    c.exact = exact_;
    c.history = bytes_of(work_.history);
    Writer state;
    trainer_->save_state(state);
    c.state = state.take();
    const std::string name = "checkpoint-" + std::to_string(++count_);
    auto saved = save_checkpoint(work_, name, c);
    if (!saved) {
      reporter_.message("warning: no checkpoint: " + saved.error().message);
      return;
    }
    reporter_.checkpoint(*saved);
    const int old = count_ - work_.spec.train.checkpoint.keep;
    if (old < 1) return;
    std::error_code error;
    std::filesystem::remove(work_.dir + "/checkpoint-" + std::to_string(old),
                            error);
  }

  Work& work_;
  Reporter& reporter_;
  std::unique_ptr<learn::Trainer> trainer_;
  const std::thread::id thread_ = std::this_thread::get_id();
  Point last_;        ///< the newest that was reported
  Millis begun_{0};   ///< mono
  Millis before_{0};  ///< training time of earlier attempts
  Millis saved_{0};   ///< mono
  std::int64_t saved_epoch_ = 0;
  int count_ = 0;  ///< checkpoints written
  bool exact_ = true;
};

}  // namespace

void add_history(Work& work, const Point& point) {
  for (const auto& [name, value] : point.metrics) {
    work.history +=
        std::to_string(point.step) + "," + std::to_string(point.epoch) + "," +
        std::to_string(static_cast<double>(point.elapsed.count()) / 1000) +
        "," + table::csv_field(name) + "," + table::number_text(value) + "\n";
  }
}

Result<bool> train_all(Work& work, Reporter& reporter) {
  // Classes weigh in training; metrics count rows.
  const std::vector<float> weights = work.train.weights;
  auto weighed = learn::weigh_classes(work.spec, work.plan, work.train);
  if (!weighed) return std::move(weighed).fail();
  auto lost = Training(work, reporter).run();
  work.train.weights = weights;
  return lost;
}

}  // namespace mlb::job_program
