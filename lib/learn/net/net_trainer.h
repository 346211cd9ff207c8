// Trains a net by mini-batches: shards of a batch in parallel, their gradients
// added in a fixed order, then one step of the optimiser.
#pragma once

#include <optional>

#include "learn/net/net.h"
#include "learn/net/net_model.h"
#include "learn/net/shard_pool.h"
#include "learn/trainer.h"

namespace mlb::learn {

class NetTrainer final : public Trainer {
 public:
  NetTrainer(const JobSpec& spec, const prep::Plan& plan, StopAsked stop_asked);
  Result<> begin(const Design& train, const Design& valid) override;
  Result<bool> step(StepReport& report) override;
  Result<std::unique_ptr<Model>> finish() override;

 private:
  struct Shard {
    NetWorkspace<float> work;
    std::vector<float> x;
    std::vector<float> y;
    std::vector<float> weights;  ///< empty: each row counts 1
    std::vector<float> output_gradient;
    std::vector<float> gradient;
    double loss = 0;
  };

  void shuffle();
  double train_batch(std::size_t first, std::size_t rows);
  void run_shard(std::size_t index, std::size_t first, std::size_t rows);
  void optimise(std::size_t rows);
  Result<> validate(StepReport& report);
  double learned_error(const prep::Matrix& predicted) const;
  void judge(const StepReport& report);
  NetModel model_of(const std::vector<float>& parameters) const;

  JobSpec spec_;
  NetSpec net_;
  const prep::Plan& plan_;
  StopAsked stop_asked_;
  NetShape shape_;
  ShardPool pool_;
  const Design* train_ = nullptr;
  const Design* valid_ = nullptr;
  double total_weight_ = 0;     ///< of the training rows
  std::vector<float> targets_;  ///< class index, or standardised value
  std::vector<float> parameters_;
  std::vector<float> gradient_;
  std::vector<float> moment1_;
  std::vector<float> moment2_;
  std::vector<float> best_;
  std::optional<double> best_value_;
  int since_best_ = 0;
  bool early_stop_ = false;
  std::vector<std::size_t> order_;
  std::vector<Shard> shards_;
  std::uint32_t epoch_ = 0;
  std::uint64_t steps_ = 0;
  bool over_ = false;
};

}  // namespace mlb::learn
