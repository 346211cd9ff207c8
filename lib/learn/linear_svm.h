// The linear support vector machine with squared hinge, one class against the
// rest; probabilities by Platt's method.
#pragma once

#include <optional>

#include "learn/lbfgs.h"
#include "learn/linear.h"

namespace mlb::learn {

/// Minimises, of each class, (|w|^2 + b^2) / 2 + C sum max(0, 1 - s f)^2, the
/// problem of LIBLINEAR's L2-regularised L2-loss machine (Fan et al.,
/// "LIBLINEAR: a library for large linear classification", 2008), in the
/// primal, by L-BFGS from 0.  One step is one iteration; then one for each
/// fold of the calibration.
class LinearSvmTrainer final : public Trainer {
 public:
  LinearSvmTrainer(const JobSpec& spec, const prep::Plan& plan,
                   StopAsked stop_asked);
  Result<> begin(const Design& train, const Design& valid) override;
  Result<bool> step(StepReport& report) override;
  Result<std::unique_ptr<Model>> finish() override;
  bool resumable() const override { return true; }
  void save_state(Writer& writer) const override;
  Result<> load_state(Reader& reader) override;

  double largest_gradient() const { return search_->largest_gradient(); }

 private:
  /// Without the rows of the fold; -1: with all.
  Lbfgs search_without(int fold) const;
  bool is_solved(const Lbfgs& search) const;
  bool calibrate_next();

  LinearSvmSpec spec_;
  const prep::Plan& plan_;
  std::uint64_t seed_;
  StopAsked stop_asked_;
  mutable ShardPool pool_;
  const Design* train_ = nullptr;
  std::size_t outputs_ = 0;
  std::optional<Lbfgs> search_;
  std::uint32_t iteration_ = 0;
  bool solved_ = false;
  // calibration
  std::vector<int> folds_;
  int next_fold_ = 0;
  std::vector<double> scores_;  ///< rows x outputs, by machines blind to them
  std::vector<Sigmoid> sigmoids_;
};

}  // namespace mlb::learn
