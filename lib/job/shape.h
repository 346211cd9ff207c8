// Shapes of a net before it exists: each layer's output width and number of
// parameters, or the layer that cannot be.  Pure, so that `validate` can tell
// without any arithmetic library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "job/spec.h"

namespace mlb {

inline constexpr int kMaxUnits = 65'536;
inline constexpr std::size_t kMaxLayers = 256;
inline constexpr std::uint64_t kMaxParameters = 1ull << 31;

/// The word of the YAML spec: "dense".
std::string_view name_of(LayerType type);

/// What is known of the data.  Not set: not known before the file is read.
struct NetEnds {
  std::optional<int> inputs;   ///< features after preparation
  std::optional<int> outputs;  ///< classes, or 1
};

struct LayerShape {
  std::string layer;         ///< "dense 64", "dropout 0.3", "output"
  std::optional<int> width;  ///< numbers a row that leave the layer
  std::optional<std::uint64_t> parameters;
  bool operator==(const LayerShape&) const = default;
};

struct NetShape {
  std::vector<LayerShape> layers;  ///< the added output layer is the last
  std::optional<std::uint64_t> parameters;  ///< in all
};

/// The first layer that is wrong.
struct ShapeProblem {
  std::size_t layer = 0;  ///< index in NetSpec::layers; its size: the output
  std::string message;    ///< "dense: units is 0; want 1..65536"
};

std::variant<NetShape, ShapeProblem> infer_shape(const NetSpec& net,
                                                 const NetEnds& ends = {});

/// The table that `mlsubmit validate` prints: a line a layer, "?" for what is
/// not known before the data is read.
std::string shape_table(const NetShape& shape);

}  // namespace mlb
