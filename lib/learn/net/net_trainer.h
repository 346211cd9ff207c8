// Trains a net by mini-batches: a batch through the net and back (batch.h),
// what the spec adds to the gradient, one step of the optimiser.  All that it
// draws follows from the seed and from counters, so that the counters, weights
// and moments are all there is to save.
#pragma once

#include <memory>
#include <optional>

#include "learn/net/batch.h"
#include "learn/net/net_model.h"
#include "learn/net/optimizer.h"
#include "learn/net/schedule.h"
#include "learn/trainer.h"

namespace mlb::learn {

class NetTrainer final : public Trainer {
 public:
  NetTrainer(const JobSpec& spec, const prep::Plan& plan, StopAsked stop_asked);
  Result<> begin(const Design& train, const Design& valid) override;
  Result<bool> step(StepReport& report) override;
  Result<std::unique_ptr<Model>> finish() override;
  Underway underway() const override;
  Result<> start_from(const Model& model) override;
  bool resumable() const override { return true; }
  bool pauses() const override { return true; }
  void save_state(Writer& writer) const override;
  Result<> load_state(Reader& reader) override;
  std::string ending() const override { return ending_; }

 private:
  struct Batch {
    std::size_t first = 0;
    std::size_t rows = 0;
  };

  // net_trainer.cc
  Result<> set_up_loss();
  Result<> set_up_budget();
  std::size_t steps_of_epoch() const;
  Batch next_batch() const;
  void shuffle();
  void train_batch(const Batch& batch);
  float held_back(float scale);
  bool is_report_due() const;
  bool is_validation_due() const;
  void fill(StepReport& report);
  void validate(StepReport& report);
  void judge(const StepReport& report);
  void end(const char* reason);
  bool roll_back(StepReport& report);
  void keep_safe_place();
  // net_state.cc
  void write_state(Writer& writer) const;
  Result<> read_state(Reader& reader);
  Result<> load_counters(Reader& reader);
  Result<> load_weights(Reader& reader);

  JobSpec spec_;
  NetSpec options_;
  const prep::Plan& plan_;
  StopAsked stop_asked_;
  ShardPool pool_;
  Net net_;
  Loss loss_;
  std::vector<std::string> metrics_;  ///< of each validation
  bool early_stop_ = false;
  std::uint64_t total_steps_ = 0;
  const Design* train_ = nullptr;
  const Design* valid_ = nullptr;
  std::vector<float> targets_;  ///< class index, or standardised value
  std::vector<float> valid_targets_;
  std::optional<BatchPass<float>> pass_;
  std::vector<std::size_t> order_;
  Bytes safe_place_;  ///< on_nan: rollback goes there

  // What is saved.
  NetWeights weights_;
  NetWeights best_;
  std::optional<NetOptimizer> optimizer_;
  std::optional<RateSchedule> schedule_;
  double rate_scale_ = 1;
  std::int32_t rollbacks_ = 0;
  std::optional<double> best_value_;
  std::int32_t since_best_ = 0;
  std::uint32_t epoch_ = 0;
  std::uint64_t at_ = 0;  ///< rows of the epoch that are done
  std::uint64_t steps_ = 0;
  LossSum since_report_;
  std::string ending_;
};

}  // namespace mlb::learn
