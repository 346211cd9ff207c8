// Logistic regression: two classes by one weight vector, more by softmax.
#pragma once

#include <optional>

#include "learn/lbfgs.h"
#include "learn/linear.h"

namespace mlb::learn {

/// Minimises the log loss summed over rows + lambda / 2 |w|^2, the intercepts
/// free, by L-BFGS from 0; one step is one iteration.  train.loss is the mean
/// of that over the rows.
class LogisticTrainer final : public Trainer {
 public:
  LogisticTrainer(const JobSpec& spec, const prep::Plan& plan,
                  StopAsked stop_asked);
  Result<> begin(const Design& train, const Design& valid) override;
  Result<bool> step(StepReport& report) override;
  Result<std::unique_ptr<Model>> finish() override;
  bool resumable() const override { return true; }
  void save_state(Writer& writer) const override;
  Result<> load_state(Reader& reader) override;

  /// The largest part of the gradient of the mean over the rows.
  double largest_gradient() const;

 private:
  LogisticSpec spec_;
  const prep::Plan& plan_;
  ShardPool pool_;
  std::size_t inputs_ = 0;
  double rows_ = 0;
  std::optional<Lbfgs> search_;
  std::uint32_t iteration_ = 0;
  bool over_ = false;
};

}  // namespace mlb::learn
