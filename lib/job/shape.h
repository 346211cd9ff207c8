// Shapes of a net before it exists: what leaves each layer and its number of
// parameters, or the layer that cannot be.  Pure, so that `validate` can tell
// without any arithmetic library; lib/learn builds nets by the same rules.
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
/// Repeated ones are counted each time, and those inside others, too.
inline constexpr std::size_t kMaxLayers = 256;
/// residual, concat and repeat inside each other.
inline constexpr std::size_t kMaxNesting = 4;
inline constexpr std::uint64_t kMaxParameters = 1ull << 31;
/// Numbers a row that leave a layer.
inline constexpr std::uint64_t kMaxExtent = 1ull << 24;

/// The word of the YAML spec: "dense".
std::string_view name_of(LayerType type);

/// What one row is between two layers: an image, or plain numbers.
struct Extent {
  int height = 0;    ///< 0: no image
  int width = 0;     ///< 0: no image
  int channels = 0;  ///< plain numbers if no image; 0: not known yet

  bool is_image() const { return height > 0; }
  bool is_known() const { return channels > 0; }
  /// Numbers a row; 0: not known.
  std::uint64_t size() const;
  bool operator==(const Extent&) const = default;
};

/// "28x28x3", "64", "?".
std::string text_of(const Extent& extent);

/// Where a kernel or window of one side lies on a line of `length`.
struct Sliding {
  int out = 0;     ///< places
  int before = 0;  ///< zeros before the first number
};

/// Of conv2d and pools; none: it does not fit.
std::optional<Sliding> slide(const Layer& layer, int length);

struct LayerFit {
  Extent out;
  std::optional<std::uint64_t> parameters;  ///< none: not known yet
};

/// What becomes of `in` in a layer that holds no others, or why it cannot be.
std::variant<LayerFit, std::string> fit_layer(const Layer& layer,
                                              const Extent& in);

/// A feature that is the number of a category, for embed.
struct CodeFeature {
  int place = 0;  ///< among the features of a row
  int codes = 0;  ///< 0 .. codes - 1; the last means missing or unknown
  bool operator==(const CodeFeature&) const = default;
};

/// What is known of the data.  Not set: not known before the file is read.
struct NetEnds {
  std::optional<int> inputs = {};       ///< features after preparation
  std::optional<int> outputs = {};      ///< classes, or 1
  std::vector<CodeFeature> codes = {};  ///< those of the inputs that are codes
};

/// Numbers that embed makes of a feature with so many codes: as many as
/// `layer` says, or half of its categories, rounded up, and at most 50.
int embedded_width(const Layer& layer, int codes);
/// The first layer, if it is embed; else null.
const Layer* embedding_of(const NetSpec& net);

struct LayerShape {
  std::string layer;  ///< "dense 64", "dropout 0.3", "output"
  Extent output;
  std::optional<std::uint64_t> parameters;
  std::size_t depth = 0;  ///< inside how many others
  bool operator==(const LayerShape&) const = default;
};

struct NetTable {
  std::vector<LayerShape> layers;  ///< the added output layer is the last
  std::optional<std::uint64_t> parameters;  ///< in all
};

/// The first layer that is wrong.
struct ShapeProblem {
  std::string path;     ///< "[2].residual[0]"; "": the output layer
  std::string message;  ///< "dense: units is 0; want 1..65536"
};

std::variant<NetTable, ShapeProblem> infer_shape(const NetSpec& net,
                                                 const NetEnds& ends = {});

/// The table that `mlsubmit validate` prints: a line a layer, "?" for what is
/// not known before the data is read.
std::string shape_table(const NetTable& shape);

}  // namespace mlb
