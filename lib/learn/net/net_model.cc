// See net_model.h.
#include "learn/net/net_model.h"

#include "job/shape.h"
#include "learn/row_groups.h"

namespace mlb::learn {
namespace {

/// Numbers that a block holds at most behind its widest node.
constexpr std::size_t kBlockNumbers = std::size_t{1} << 20;
constexpr std::uint8_t kPayloadVersion = 1;

std::size_t block_rows(const Net& net, std::size_t most) {
  std::size_t widest = net.inputs;
  for (const Node& node : net.nodes) widest = std::max(widest, node.size);
  const std::size_t rows =
      std::min(kBlockNumbers / std::max<std::size_t>(1, widest), most);
  return rows < kRowGroup ? 1 : rows;
}

void write_layers(Writer& w, const std::vector<Layer>& layers) {
  w.number<std::uint32_t>(static_cast<std::uint32_t>(layers.size()));
  for (const Layer& l : layers) {
    w.number(static_cast<std::uint8_t>(l.type));
    for (const int n : {l.units, l.size, l.stride, l.pad, l.groups, l.times}) {
      w.number<std::int32_t>(n);
    }
    w.number(static_cast<std::uint8_t>(l.bias));
    w.number(static_cast<std::uint8_t>(l.padding));
    w.number(l.rate);
    w.number(l.momentum);
    w.number(l.epsilon);
    w.number<std::uint32_t>(static_cast<std::uint32_t>(l.branches.size()));
    for (const auto& branch : l.branches) write_layers(w, branch);
  }
}

/// Reads what write_layers wrote; any bytes are a valid argument.
class LayerReader {
 public:
  explicit LayerReader(Reader& reader) : r_(reader) {}

  /// Empty and !ok() when the bytes are damaged.
  std::vector<Layer> list(std::size_t depth) {
    std::vector<Layer> out;
    const auto count = number<std::uint32_t>();
    if (depth > kMaxNesting + 1) good_ = false;
    for (std::uint32_t i = 0; i < count && good_; ++i) {
      if (++seen_ > kMaxLayers) good_ = false;
      if (good_) out.push_back(layer(depth));
    }
    return out;
  }
  bool ok() const { return good_; }

 private:
  template <class T>
  T number() {
    if (!good_) return T{};
    const auto value = r_.number<T>();
    good_ = static_cast<bool>(value);
    return value ? *value : T{};
  }
  template <class E>
  E word(E last) {
    const auto value = number<std::uint8_t>();
    if (value > static_cast<std::uint8_t>(last)) good_ = false;
    return good_ ? static_cast<E>(value) : E{};
  }
  Layer layer(std::size_t depth) {
    Layer l;
    l.type = word(LayerType::embed);
    // Which columns they are says the plan.
    if (l.type == LayerType::embed) l.columns = std::string("*");
    for (int* n : {&l.units, &l.size, &l.stride, &l.pad, &l.groups, &l.times}) {
      *n = number<std::int32_t>();
    }
    l.bias = number<std::uint8_t>() != 0;
    l.padding = word(Padding::fixed);
    l.rate = number<double>();
    l.momentum = number<double>();
    l.epsilon = number<double>();
    const auto count = number<std::uint32_t>();
    if (count > kMaxLayers) good_ = false;
    for (std::uint32_t i = 0; i < count && good_; ++i) {
      l.branches.push_back(list(depth + 1));
    }
    return l;
  }

  Reader& r_;
  bool good_ = true;
  std::size_t seen_ = 0;
};

}  // namespace

std::size_t net_outputs(const prep::Plan& plan) {
  return plan.task == prep::Task::regression ? 1 : plan.classes.size();
}

std::vector<CodeFeature> codes_of(const prep::Plan& plan) {
  std::vector<CodeFeature> out;
  std::size_t place = 0;
  for (const auto& f : plan.features) {
    if (f.kind == prep::FeatureKind::code) {
      out.push_back(
          {static_cast<int>(place), static_cast<int>(f.levels.size()) + 1});
    }
    place += f.width();
  }
  return out;
}

prep::Matrix raw_outputs(const Net& net, const NetWeights& weights,
                         const prep::Matrix& x, ShardPool& pool,
                         std::size_t most_rows) {
  prep::Matrix out{x.rows, net.outputs, {}};
  out.values.resize(out.rows * out.columns);
  const Across<float> running{weights.statistics, {}, 0};
  const std::size_t block = block_rows(net, most_rows);
  const std::size_t lanes = std::min<std::size_t>(8, x.rows / block + 1);
  // A lane takes every lanes-th block, with memory of its own.
  pool.run(lanes, [&](std::size_t lane) {
    Blocks<float> blocks;
    blocks.fit_values(net, std::min(block, x.rows));
    Workspace<float> work;
    work.place(net, blocks, 0);
    for (std::size_t first = lane * block; first < x.rows;
         first += lanes * block) {
      const std::size_t rows = std::min(block, x.rows - first);
      const Pass<float> pass{weights.parameters, &running,
                             x.values.data() + first * x.columns, rows,
                             nullptr};
      const float* values = forward(net, pass, work);
      std::copy_n(values, rows * net.outputs,
                  out.values.data() + first * net.outputs);
    }
  });
  return out;
}

NetModel::NetModel(NetSpec spec, Net net, const prep::Plan& plan,
                   NetWeights weights)
    : spec_(std::move(spec)),
      net_(std::move(net)),
      task_(plan.task),
      scaling_(plan.target_scaling),
      weights_(std::move(weights)) {}

Result<prep::Matrix> NetModel::predict(const prep::Matrix& x) const {
  if (x.columns != net_.inputs) {
    return Error{Fault::data, "the model wants another number of features"};
  }
  ShardPool alone(1);
  prep::Matrix out = raw_outputs(net_, weights_, x, alone, kRowGroup);
  if (task_ == prep::Task::classification) {
    softmax_rows(out.values.data(), out.rows, out.columns);
    return out;
  }
  for (float& value : out.values) {
    value =
        static_cast<float>(scaling_.to_original(static_cast<double>(value)));
  }
  return out;
}

Facts NetModel::facts() const {
  return {{"parameters", static_cast<double>(net_.parameters)},
          {"statistics", static_cast<double>(net_.statistics)}};
}

void NetModel::save(Writer& w) const {
  w.number(kPayloadVersion);
  w.number(static_cast<std::uint8_t>(spec_.input.has_value()));
  const ImageSize input = spec_.input.value_or(ImageSize{});
  for (const int n : {input.height, input.width, input.channels}) {
    w.number<std::int32_t>(n);
  }
  write_layers(w, spec_.layers);
  w.numbers<float>(weights_.parameters);
  w.numbers<float>(weights_.statistics);
}

Result<std::unique_ptr<Model>> NetModel::load(const prep::Plan& plan,
                                              Reader& r) {
  const Error damaged{Fault::integrity, "the net in the model is damaged"};
  auto version = r.number<std::uint8_t>();
  auto is_image = r.number<std::uint8_t>();
  auto height = r.number<std::int32_t>();
  auto width = r.number<std::int32_t>();
  auto channels = r.number<std::int32_t>();
  if (!version || *version != kPayloadVersion || !is_image || !height ||
      !width || !channels) {
    return damaged;
  }
  NetSpec spec{.layers = {}, .input = {}};
  if (*is_image != 0) {
    if (*height < 1 || *width < 1 || *channels < 1) return damaged;
    spec.input = ImageSize{*height, *width, *channels};
  }
  LayerReader layers(r);
  spec.layers = layers.list(0);
  if (!layers.ok()) return damaged;
  auto net = build_net(spec, plan.width(), net_outputs(plan), codes_of(plan));
  auto parameters = r.numbers<float>();
  auto statistics = r.numbers<float>();
  if (!net || !parameters || !statistics ||
      parameters->size() != net->parameters ||
      statistics->size() != net->statistics) {
    return damaged;
  }
  return std::unique_ptr<Model>(std::make_unique<NetModel>(
      std::move(spec), std::move(*net), plan,
      NetWeights{std::move(*parameters), std::move(*statistics)}));
}

}  // namespace mlb::learn
