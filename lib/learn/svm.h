// Support vector machines with kernels: classes one against one, and numbers.
#pragma once

#include "learn/common.h"
#include "learn/net/shard_pool.h"
#include "learn/platt.h"
#include "learn/svm_solver.h"

namespace mlb::learn {

class SvmModel final : public Model {
 public:
  /// One machine a pair of classes, (0, 1), (0, 2) ... (1, 2) ...: above 0 is
  /// the second.  `sigmoids`: one a machine, or none.
  SvmModel(Machines machines, std::vector<Sigmoid> sigmoids,
           std::size_t classes)
      : machines_(std::move(machines)),
        sigmoids_(std::move(sigmoids)),
        classes_(classes) {}
  /// With sigmoids probabilities, else the share of the votes.
  Result<prep::Matrix> predict(const prep::Matrix& x) const override;
  std::string kind() const override { return "svm"; }
  Facts facts() const override { return machines_.facts(); }
  Result<onnx::Value> to_onnx(onnx::Graph& graph,
                              const onnx::Value& rows) const override;
  void save(Writer& writer) const override;
  static Result<std::unique_ptr<Model>> load(const prep::Plan& plan,
                                             Reader& reader);

 private:
  std::vector<double> answer(std::span<const double> scores) const;

  Machines machines_;
  std::vector<Sigmoid> sigmoids_;
  std::size_t classes_;
};

/// A step solves up to 16 problems, in parallel: each pair of classes, and,
/// for its sigmoid, each pair without one of three parts of its rows.
class SvmTrainer final : public Trainer {
 public:
  SvmTrainer(const JobSpec& spec, const prep::Plan& plan, StopAsked stop_asked);
  Result<> begin(const Design& train, const Design& valid) override;
  Result<bool> step(StepReport& report) override;
  Result<std::unique_ptr<Model>> finish() override;
  Underway underway() const override;

 private:
  struct Problem {
    std::size_t no = 0;
    std::size_t yes = 1;
    int fold = -1;  ///< left out; -1: none
  };
  std::optional<Machine> solve(const Problem& problem) const;
  SvmProblem rows_of(const Problem& problem) const;
  std::vector<Sigmoid> sigmoids() const;
  Sigmoid sigmoid_of(std::size_t first) const;

  SvmSpec spec_;
  const prep::Plan& plan_;
  std::uint64_t seed_;
  StopAsked stop_asked_;
  int threads_;
  ShardPool pool_;
  const Design* train_ = nullptr;
  std::vector<std::size_t> classes_;
  std::vector<double> costs_;  ///< of each class
  std::vector<int> folds_;
  Kernel kernel_;
  std::vector<Problem> problems_;  ///< of a pair: all rows, then its folds
  std::vector<Machine> solved_;
  std::atomic<std::size_t> ended_ = 0;  ///< those solved, also in this step
};

class SvrModel final : public Model {
 public:
  SvrModel(Machines machine, const TargetUnits& units)
      : machine_(std::move(machine)), units_(units) {}
  Result<prep::Matrix> predict(const prep::Matrix& x) const override;
  std::string kind() const override { return "svr"; }
  Facts facts() const override { return machine_.facts(); }
  Result<onnx::Value> to_onnx(onnx::Graph& graph,
                              const onnx::Value& rows) const override;
  void save(Writer& writer) const override { machine_.save(writer); }
  static Result<std::unique_ptr<Model>> load(const prep::Plan& plan,
                                             Reader& reader);

 private:
  Machines machine_;
  TargetUnits units_;
};

/// One step is the whole fit.
class SvrTrainer final : public Trainer {
 public:
  SvrTrainer(const JobSpec& spec, const prep::Plan& plan, StopAsked stop_asked)
      : spec_(std::get<SvrSpec>(spec.model)),
        plan_(plan),
        stop_asked_(stop_asked) {}
  Result<> begin(const Design& train, const Design& valid) override;
  Result<bool> step(StepReport& report) override;
  Result<std::unique_ptr<Model>> finish() override;

 private:
  SvrSpec spec_;
  const prep::Plan& plan_;
  StopAsked stop_asked_;
  const Design* train_ = nullptr;
  Kernel kernel_;
  std::optional<Machine> solved_;
};

}  // namespace mlb::learn
