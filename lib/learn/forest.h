// Random forests for classes and numbers: our own engine, one for both.
#pragma once

#include <atomic>

#include "learn/common.h"
#include "learn/tree.h"

namespace mlb::learn {

class ForestModel final : public Model {
 public:
  ForestModel(std::vector<Tree> trees, std::size_t width, std::size_t outputs,
              const TargetUnits& units)
      : trees_(std::move(trees)),
        width_(width),
        outputs_(outputs),
        units_(units) {}
  /// The mean of the trees' leaves.
  Result<prep::Matrix> predict(const prep::Matrix& x) const override;
  std::string kind() const override { return "random_forest"; }
  Facts facts() const override;
  Result<onnx::Value> to_onnx(onnx::Graph& graph,
                              const onnx::Value& rows) const override;
  Result<std::string> to_json() const override;
  void save(Writer& writer) const override;
  static Result<std::unique_ptr<Model>> load(const prep::Plan& plan,
                                             Reader& reader);

  const std::vector<Tree>& trees() const { return trees_; }

 private:
  std::vector<Tree> trees_;
  std::size_t width_;
  std::size_t outputs_;
  TargetUnits units_;
};

/// One step grows up to 16 trees, in parallel; each has its own stream of
/// random numbers, so the forest does not depend on the number of threads.
/// Reports the loss of the rows out of bag, and oob.accuracy or oob.rmse
/// (Breiman, "Random forests", 2001).
class ForestTrainer final : public Trainer {
 public:
  ForestTrainer(const JobSpec& spec, const prep::Plan& plan,
                StopAsked stop_asked);
  Result<> begin(const Design& train, const Design& valid) override;
  Result<bool> step(StepReport& report) override;
  Result<std::unique_ptr<Model>> finish() override;
  Underway underway() const override;
  bool resumable() const override { return true; }
  void save_state(Writer& writer) const override;
  Result<> load_state(Reader& reader) override;

 private:
  std::vector<float> bag_of(std::size_t tree) const;
  void vote(std::size_t first, const std::vector<std::vector<float>>& bags);
  void report_out_of_bag(StepReport& report) const;

  RandomForestSpec spec_;
  const prep::Plan& plan_;
  std::uint64_t seed_;
  StopAsked stop_asked_;
  ShardPool pool_;
  const Design* train_ = nullptr;
  std::vector<BinnedFeature> features_;
  TreeOptions options_;
  std::vector<Tree> trees_;
  std::atomic<std::size_t> grown_ = 0;  ///< trees, also in this step
  std::vector<double> targets_;         ///< numbers, as they are learned
  std::vector<float> votes_;            ///< rows x outputs, out of bag
  std::vector<std::uint32_t> voters_;   ///< trees that did not see the row
};

}  // namespace mlb::learn
