// A trained net.
#pragma once

#include "learn/net/net.h"
#include "learn/net/shard_pool.h"
#include "learn/trainer.h"

namespace mlb::learn {

/// What training changes.
struct NetWeights {
  std::vector<float> parameters;
  std::vector<float> statistics;
};

class NetModel final : public Model {
 public:
  /// `net` is that of `spec` for this plan; the weights have its sizes.
  NetModel(NetSpec spec, Net net, const prep::Plan& plan, NetWeights weights);
  Result<prep::Matrix> predict(const prep::Matrix& x) const override;
  std::string kind() const override { return "net"; }
  Facts facts() const override;
  Result<onnx::Value> to_onnx(onnx::Graph& graph,
                              const onnx::Value& rows) const override;
  void save(Writer& writer) const override;
  static Result<std::unique_ptr<Model>> load(const prep::Plan& plan,
                                             Reader& reader);
  const NetSpec& spec() const { return spec_; }
  const Net& net() const { return net_; }
  const NetWeights& weights() const { return weights_; }

 private:
  NetSpec spec_;
  Net net_;
  prep::Task task_;
  prep::TargetScaling scaling_;
  NetWeights weights_;
};

/// Units of the output layer: one a class, or one.
std::size_t net_outputs(const prep::Plan& plan);

/// The features that are codes.
std::vector<CodeFeature> codes_of(const prep::Plan& plan);

/// Rows that are computed together, at most.
inline constexpr std::size_t kMostBlockRows = 256;

/// What leaves the net, before softmax: x.rows x net.outputs.  The same bits
/// with any number of threads.
prep::Matrix raw_outputs(const Net& net, const NetWeights& weights,
                         const prep::Matrix& x, ShardPool& pool,
                         std::size_t most_rows = kMostBlockRows);

}  // namespace mlb::learn
