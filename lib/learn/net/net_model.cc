// See net_model.h.
#include "learn/net/net_model.h"

namespace mlb::learn {
namespace {

constexpr std::size_t kBlock = 256;
constexpr std::uint64_t kMostLayers = 1000;
constexpr std::uint64_t kMostUnits = 1u << 20;

}  // namespace

std::size_t net_outputs(const prep::Plan& plan) {
  return plan.task == prep::Task::regression ? 1 : plan.classes.size();
}

NetModel::NetModel(std::vector<Layer> layers, const prep::Plan& plan,
                   std::vector<float> parameters)
    : layers_(std::move(layers)),
      shape_(layers_, plan.width(), net_outputs(plan)),
      task_(plan.task),
      scaling_(plan.target_scaling),
      parameters_(std::move(parameters)) {}

Result<prep::Matrix> NetModel::predict(const prep::Matrix& x) const {
  if (x.columns != shape_.inputs) {
    return Error{Fault::data, "the model wants another number of features"};
  }
  prep::Matrix out{x.rows, shape_.outputs, {}};
  out.values.resize(out.rows * out.columns);
  NetWorkspace<float> work;
  for (std::size_t first = 0; first < x.rows; first += kBlock) {
    const std::size_t rows = std::min(kBlock, x.rows - first);
    const float* values =
        forward<float>(shape_, parameters_, x.values.data() + first * x.columns,
                       rows, nullptr, work);
    float* to = out.values.data() + first * out.columns;
    std::copy_n(values, rows * out.columns, to);
    if (task_ == prep::Task::classification) {
      softmax_rows(to, rows, out.columns);
    } else {
      for (std::size_t i = 0; i < rows; ++i) {
        to[i] = static_cast<float>(
            scaling_.to_original(static_cast<double>(to[i])));
      }
    }
  }
  return out;
}

void NetModel::save(Writer& w) const {
  w.number<std::uint64_t>(layers_.size());
  for (const auto& l : layers_) {
    w.number(static_cast<std::uint8_t>(l.type));
    w.number(static_cast<std::uint64_t>(l.units));
    w.number(static_cast<std::uint8_t>(l.bias));
    w.number(l.rate);
  }
  w.numbers<float>(parameters_);
}

Result<std::unique_ptr<Model>> NetModel::load(const prep::Plan& plan,
                                              Reader& r) {
  const Error damaged{Fault::integrity, "the net in the model is damaged"};
  auto count = r.number<std::uint64_t>();
  if (!count || *count > kMostLayers) return damaged;
  std::vector<Layer> layers;
  for (std::uint64_t i = 0; i < *count; ++i) {
    auto type = r.number<std::uint8_t>();
    auto units = r.number<std::uint64_t>();
    auto bias = r.number<std::uint8_t>();
    auto rate = r.number<double>();
    if (!type || !units || !bias || !rate || *units > kMostUnits ||
        *type > static_cast<std::uint8_t>(LayerType::softmax)) {
      return damaged;
    }
    layers.push_back({static_cast<LayerType>(*type), static_cast<int>(*units),
                      *bias != 0, *rate});
  }
  auto parameters = r.numbers<float>();
  const NetShape shape(layers, plan.width(), net_outputs(plan));
  if (!parameters || parameters->size() != shape.parameters) return damaged;
  return std::unique_ptr<Model>(std::make_unique<NetModel>(
      std::move(layers), plan, std::move(*parameters)));
}

}  // namespace mlb::learn
