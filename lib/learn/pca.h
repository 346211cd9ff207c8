// Principal components as a step before any model.
#pragma once

#include "learn/trainer.h"

namespace mlb::learn {

/// Projects rows onto the directions of largest variance.
struct Projection {
  std::vector<double> mean;  ///< of each input
  std::vector<double> axes;  ///< components x inputs, of length 1
  std::size_t components() const { return axes.size() / mean.size(); }
  Result<prep::Matrix> apply(const prep::Matrix& x) const;
};

/// By the eigenvectors of the covariance matrix (Jolliffe, "Principal
/// component analysis", 2002, chapter 1).  `wanted` below 1: as many
/// components as explain that share of the variance; else so many.  Error:
/// more components than features, nothing varies.
Result<Projection> fit_projection(const Design& train, double wanted);

/// The model behind the projection, which is part of it.
class PcaModel final : public Model {
 public:
  PcaModel(Projection projection, std::unique_ptr<Model> inner)
      : projection_(std::move(projection)), inner_(std::move(inner)) {}
  Result<prep::Matrix> predict(const prep::Matrix& x) const override;
  std::string kind() const override { return "pca"; }
  Facts facts() const override;
  Result<onnx::Value> to_onnx(onnx::Graph& graph,
                              const onnx::Value& rows) const override;
  Result<std::string> to_json() const override;
  const Model& inner() const { return *inner_; }
  void save(Writer& writer) const override;
  static Result<std::unique_ptr<Model>> load(const prep::Plan& plan,
                                             Reader& reader);

 private:
  Projection projection_;
  std::unique_ptr<Model> inner_;
};

/// Fits the projection in begin(); steps are those of the spec's model.
class PcaTrainer final : public Trainer {
 public:
  PcaTrainer(const JobSpec& spec, const prep::Plan& plan, StopAsked stop_asked)
      : spec_(spec), plan_(plan), stop_asked_(stop_asked) {}
  Result<> begin(const Design& train, const Design& valid) override;
  Result<bool> step(StepReport& report) override;
  Result<std::unique_ptr<Model>> finish() override;
  Underway underway() const override;
  bool resumable() const override;
  bool pauses() const override;
  void save_state(Writer& writer) const override;
  Result<> load_state(Reader& reader) override;
  std::string ending() const override;

 private:
  JobSpec spec_;
  const prep::Plan& plan_;
  StopAsked stop_asked_;
  Projection projection_;
  prep::Plan inner_plan_;
  Design train_;
  Design valid_;
  std::unique_ptr<Trainer> inner_;
};

}  // namespace mlb::learn
