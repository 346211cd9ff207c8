// k-means: Lloyd's iterations from k-means++ or random starts.
#pragma once

#include <optional>

#include "base/rng.h"
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
  void save(Writer& writer) const override;
  static Result<std::unique_ptr<Model>> load(const prep::Plan& plan,
                                             Reader& reader);

  const prep::Matrix& centres() const { return centres_; }

 private:
  prep::Matrix centres_;
};

/// One step is one start, of which the best by inertia (the sum of squared
/// distances to the nearest centre) is kept: Lloyd, "Least squares
/// quantization in PCM", 1982; Arthur, Vassilvitskii, "k-means++: the
/// advantages of careful seeding", 2007, with 2 + ln k candidates a centre.
/// A start ends when the centres move less than tol times the mean variance
/// of the features (squared), or after max_iter.  train.loss is the inertia
/// of the best start so far.
class KmeansTrainer final : public Trainer {
 public:
  KmeansTrainer(const JobSpec& spec, const prep::Plan& plan,
                StopAsked stop_asked);
  Result<> begin(const Design& train, const Design& valid) override;
  Result<bool> step(StepReport& report) override;
  Result<std::unique_ptr<Model>> finish() override;
  Underway underway() const override;
  bool resumable() const override { return true; }
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
  prep::Matrix first_centres(Rng& rng) const;
  prep::Matrix spread_centres(Rng& rng) const;
  std::vector<double> distances_to(std::size_t row) const;
  Assigned assign_part(const prep::Matrix& centres,
                       const std::vector<float>& halves, std::size_t first,
                       std::size_t end) const;
  Assigned assign(const prep::Matrix& centres) const;
  double move(const Assigned& assigned, prep::Matrix& centres) const;
  /// No value when asked to stop.
  std::optional<double> run(prep::Matrix& centres);

  KmeansSpec spec_;
  std::uint64_t seed_;
  StopAsked stop_asked_;
  mutable ShardPool pool_;
  const Design* train_ = nullptr;
  std::size_t k_ = 0;
  double tolerance_ = 0;
  std::uint32_t starts_ = 0;
  std::uint64_t moves_ = 0;  ///< of the centres, in this start
  double best_ = 0;
  prep::Matrix centres_;
};

/// Of predictions of a k-means model: the sum of the rows' least distances.
double inertia(const prep::Matrix& distances);

}  // namespace mlb::learn
