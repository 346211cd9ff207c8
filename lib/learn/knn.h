// Nearest neighbours: the training rows are the model.
#pragma once

#include <compare>

#include "learn/common.h"

namespace mlb::learn {

class KnnModel final : public Model {
 public:
  /// `y`: class indices, or values in the units that are learned; `classes`
  /// is 0 for values.
  KnnModel(Design rows, KnnSpec spec, std::size_t classes,
           const prep::Plan& plan);
  /// The k nearest by Euclidean distance, of equals the first; the distances
  /// of all pairs come from one matrix product a block.
  Result<prep::Matrix> predict(const prep::Matrix& x) const override;
  std::string kind() const override { return "knn"; }
  Facts facts() const override;
  void save(Writer& writer) const override;
  static Result<std::unique_ptr<Model>> load(const prep::Plan& plan,
                                             Reader& reader);

 private:
  struct Neighbour {
    double distance = 0;  ///< squared, up to what is the same for all rows
    std::uint32_t row = 0;
    auto operator<=>(const Neighbour&) const = default;
  };
  using Nearest = std::vector<Neighbour>;  ///< a heap, the farthest in front
  void take_nearest(const double* products, std::size_t first, std::size_t rows,
                    Nearest& nearest) const;
  void answer(const float* x, const Nearest& nearest, float* out) const;
  std::vector<double> votes_of(const float* x, const Nearest& nearest) const;

  Design rows_;
  KnnSpec spec_;
  std::size_t classes_;
  TargetUnits units_;
  std::vector<double> norms_;  ///< |row|^2 / 2
};

class KnnTrainer final : public Trainer {
 public:
  KnnTrainer(const JobSpec& spec, const prep::Plan& plan, StopAsked)
      : spec_(std::get<KnnSpec>(spec.model)), plan_(plan) {}
  Result<> begin(const Design& train, const Design& valid) override;
  Result<bool> step(StepReport& report) override;
  Result<std::unique_ptr<Model>> finish() override;

 private:
  KnnSpec spec_;
  const prep::Plan& plan_;
  const Design* train_ = nullptr;
  bool done_ = false;
};

}  // namespace mlb::learn
