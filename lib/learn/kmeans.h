// k-means: Lloyd's iterations from k-means++ or random starts.
#pragma once

#include "base/rng.h"
#include "learn/cluster_metrics.h"
#include "learn/net/shard_pool.h"
#include "learn/trainer.h"

namespace mlb::learn {

class KmeansModel final : public Model {
 public:
  /// k x width.
  explicit KmeansModel(prep::Matrix centres) : centres_(std::move(centres)) {}
  /// rows x k: squared distances to the centres; the least is the cluster.
  Result<prep::Matrix> predict(const prep::Matrix& x) const override;
  std::string kind() const override { return "kmeans"; }
  Facts facts() const override;
  Result<onnx::Value> to_onnx(onnx::Graph& graph,
                              const onnx::Value& rows) const override;
  void save(Writer& writer) const override;
  static Result<std::unique_ptr<Model>> load(const prep::Plan& plan,
                                             Reader& reader);

  const prep::Matrix& centres() const { return centres_; }

 private:
  prep::Matrix centres_;
};

/// One step is one start, or what of it was left when the trainer was asked to
/// stop; the best start by inertia (the sum of squared distances to the nearest
/// centre) is kept: Lloyd, "Least squares
/// quantization in PCM", 1982; Arthur, Vassilvitskii, "k-means++: the
/// advantages of careful seeding", 2007, with 2 + ln k candidates a centre.
/// A start ends when the centres move less than tol times the mean variance
/// of the features (squared), or after max_iter.  train.loss is the inertia
/// of the best start so far; steps of the report are iterations of all starts.
class KmeansTrainer final : public Trainer {
 public:
  KmeansTrainer(const JobSpec& spec, const prep::Plan& plan,
                StopAsked stop_asked);
  Result<> begin(const Design& train, const Design& valid) override;
  Result<bool> step(StepReport& report) override;
  Result<std::unique_ptr<Model>> finish() override;
  Underway underway() const override;
  bool resumable() const override { return true; }
  bool pauses() const override { return true; }
  void save_state(Writer& writer) const override;
  Result<> load_state(Reader& reader) override;

 private:
  struct Assigned {
    double inertia = 0;
    std::vector<double> sums;     ///< k x width
    std::vector<double> weights;  ///< of each cluster
    std::size_t farthest = 0;     ///< the row farthest from its centre
    double distance = -1;         ///< its squared distance
  };
  void draw_centres();
  /// These two: false when asked to stop before all were chosen.
  bool spread_centres();
  bool choose_centres();
  void spread_one();
  std::vector<double> distances_to(std::span<const float> centre) const;
  Assigned assign_part(const prep::Matrix& centres,
                       const std::vector<float>& halves, std::size_t first,
                       std::size_t end) const;
  Assigned assign(const prep::Matrix& centres) const;
  double move(const Assigned& assigned, prep::Matrix& centres) const;
  /// False: asked to stop before the start had ended.
  bool run_start();

  KmeansSpec spec_;
  std::uint64_t seed_;
  StopAsked stop_asked_;
  mutable ShardPool pool_;
  const Design* train_ = nullptr;
  std::size_t k_ = 0;
  double tolerance_ = 0;

  // What is saved.
  std::uint32_t starts_ = 0;  ///< that have ended
  double best_ = 0;           ///< inertia of the best of them
  prep::Matrix centres_;      ///< its centres
  prep::Matrix moving_;       ///< centres of the start at hand; empty: none
  std::uint64_t chosen_ = 0;  ///< so many of them have a place
  Rng rng_{0};                ///< of that start
  std::int32_t moves_ = 0;    ///< its iterations
  std::uint64_t steps_ = 0;   ///< iterations of all starts

  /// From each row to the nearest of the chosen centres, squared, times its
  /// weight; follows from them.
  std::vector<double> nearest_;
};

}  // namespace mlb::learn
