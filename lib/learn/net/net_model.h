// A trained net.
#pragma once

#include "learn/net/net.h"
#include "learn/trainer.h"

namespace mlb::learn {

class NetModel final : public Model {
 public:
  NetModel(std::vector<Layer> layers, const prep::Plan& plan,
           std::vector<float> parameters);
  Result<prep::Matrix> predict(const prep::Matrix& x) const override;
  std::string kind() const override { return "net"; }
  void save(Writer& writer) const override;
  static Result<std::unique_ptr<Model>> load(const prep::Plan& plan,
                                             Reader& reader);
  const std::vector<float>& parameters() const { return parameters_; }

 private:
  std::vector<Layer> layers_;
  NetShape shape_;
  prep::Task task_;
  prep::TargetScaling scaling_;
  std::vector<float> parameters_;
};

/// Units of the output layer: one a class, or one.
std::size_t net_outputs(const prep::Plan& plan);

}  // namespace mlb::learn
