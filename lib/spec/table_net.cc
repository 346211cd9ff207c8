// The rows of the field table that lie below "model.net".
#include <array>

#include "spec/access.h"
#include "spec/fields.h"

namespace mlb::spec {
namespace {

Layer dense(int units) {
  return {.type = LayerType::dense, .units = units};
}
Layer plain(LayerType type) {
  return {.type = type};
}
Layer dropout(double rate) {
  return {.type = LayerType::dropout, .rate = rate};
}
Layer batchnorm() {
  return {.type = LayerType::batchnorm, .momentum = 0.1, .epsilon = 1e-5};
}
Layer conv2d(int filters) {
  return {.type = LayerType::conv2d, .units = filters, .size = 3, .stride = 1};
}
Layer maxpool() {
  return {.type = LayerType::maxpool, .size = 2};
}

std::vector<Layer> layers_of_preset(std::int64_t preset) {
  const Layer relu = plain(LayerType::relu);
  switch (preset) {
    case 0: return {dense(64), relu, dense(32), relu};
    case 1:
      return {dense(256),  batchnorm(), relu,         dropout(0.2), dense(128),
              batchnorm(), relu,        dropout(0.2), dense(64),    relu};
    default:
      return {conv2d(16),
              relu,
              maxpool(),
              conv2d(32),
              relu,
              maxpool(),
              plain(LayerType::flatten),
              dense(64),
              relu};
  }
}

void set_preset(JobSpec& spec, const Value& v) {
  auto* net = std::get_if<NetSpec>(&spec.model);
  if (net != nullptr) net->layers = layers_of_preset(std::get<std::int64_t>(v));
}

/// Only written: what it stands for is shown as layers.
constexpr Access kPreset{set_preset, nullptr};

// clang-format off: one row, one paragraph
constexpr Field kFields[] = {
    {.path = "model.net", .doc = "keys of model with type: net"},
    {.path = "model.net.preset",
     .type = Type::word,
     .doc = "layers to begin with; show-spec prints them",
     .access = kPreset,
     .words = "mlp_small mlp_large cnn_small",
     .fallback = "none",
     .rule = "instead of layers"},
    {.path = "model.net.layers",
     .type = Type::layer_list,
     .doc = "from the features on; the output layer is added from the task",
     .rule = "at most 256, repeated ones counted each time; a layer is a word "
             "or a map with one key"},
    {.path = "model.net.layers.dense",
     .doc = "weighted sums of all inputs",
     .rule = "dense: 64 means dense: {units: 64}",
     .short_key = "units"},
    {.path = "model.net.layers.dense.units",
     .type = Type::integer,
     .doc = "outputs",
     .range = {1, 65536},
     .fallback = "64"},
    {.path = "model.net.layers.dense.bias",
     .type = Type::boolean,
     .doc = "with a constant added to each output",
     .fallback = "true"},
    {.path = "model.net.layers.dense.init",
     .type = Type::word,
     .doc = "how its weights begin",
     .words = "he xavier lecun",
     .fallback = "that of the net"},
    {.path = "model.net.layers.conv2d",
     .doc = "the same weighted sums at each place of an image",
     .rule = "conv2d: 16 means conv2d: {filters: 16}",
     .short_key = "filters"},
    {.path = "model.net.layers.conv2d.filters",
     .type = Type::integer,
     .doc = "channels that leave it",
     .range = {1, 65536},
     .fallback = "32"},
    {.path = "model.net.layers.conv2d.kernel",
     .type = Type::integer,
     .doc = "side of the square that is looked at",
     .range = {1, 255},
     .fallback = "3"},
    {.path = "model.net.layers.conv2d.stride",
     .type = Type::integer,
     .doc = "pixels from one place to the next",
     .range = {1, 255},
     .fallback = "1"},
    {.path = "model.net.layers.conv2d.padding",
     .type = Type::word_or_whole,
     .doc = "zeros around the image: as many as keep its size (at stride 1), "
            "none, or so many at each side",
     .range = {0, 255},
     .words = "same valid",
     .fallback = "same"},
    {.path = "model.net.layers.conv2d.groups",
     .type = Type::integer,
     .doc = "parts of the channels that do not see each other",
     .range = {1, 65536},
     .fallback = "1",
     .rule = "divides the channels and the filters"},
    {.path = "model.net.layers.maxpool",
     .doc = "the largest number of each window, channel by channel",
     .rule = "maxpool: 3 means maxpool: {size: 3}",
     .short_key = "size"},
    {.path = "model.net.layers.maxpool.size",
     .type = Type::integer,
     .doc = "side of the window",
     .range = {1, 255},
     .fallback = "2"},
    {.path = "model.net.layers.maxpool.stride",
     .type = Type::integer,
     .doc = "pixels from one window to the next",
     .range = {1, 255},
     .fallback = "size"},
    {.path = "model.net.layers.avgpool",
     .doc = "the mean of each window, channel by channel",
     .rule = "avgpool: 3 means avgpool: {size: 3}",
     .short_key = "size"},
    {.path = "model.net.layers.avgpool.size",
     .type = Type::integer,
     .doc = "side of the window",
     .range = {1, 255},
     .fallback = "2"},
    {.path = "model.net.layers.avgpool.stride",
     .type = Type::integer,
     .doc = "pixels from one window to the next",
     .range = {1, 255},
     .fallback = "size"},
    {.path = "model.net.layers.global_avgpool",
     .doc = "the mean of each channel over the whole image"},
    {.path = "model.net.layers.batchnorm",
     .doc = "each feature or channel with mean 0 and variance 1 over the "
            "batch, then scaled and shifted; running ones when predicting"},
    {.path = "model.net.layers.batchnorm.momentum",
     .type = Type::real,
     .doc = "share of the newest batch in the running mean and variance",
     .range = {0, 1, true, false},
     .fallback = "0.1"},
    {.path = "model.net.layers.batchnorm.eps",
     .type = Type::real,
     .doc = "keeps the division finite",
     .range = {0, 1, true, false},
     .fallback = "1e-5"},
    {.path = "model.net.layers.layernorm",
     .doc = "each row, or each pixel's channels, with mean 0 and variance 1, "
            "then scaled and shifted"},
    {.path = "model.net.layers.relu", .doc = "max(0, x)"},
    {.path = "model.net.layers.leaky_relu", .doc = "x, or 0.01 x below zero"},
    {.path = "model.net.layers.elu", .doc = "x, or exp(x) - 1 below zero"},
    {.path = "model.net.layers.gelu",
     .doc = "x times the normal distribution function"},
    {.path = "model.net.layers.silu", .doc = "x / (1 + exp(-x))"},
    {.path = "model.net.layers.mish", .doc = "x tanh(log(1 + exp(x)))"},
    {.path = "model.net.layers.tanh", .doc = "hyperbolic tangent"},
    {.path = "model.net.layers.sigmoid", .doc = "1 / (1 + exp(-x))"},
    {.path = "model.net.layers.softmax",
     .doc = "exponentials that add up to 1, of the row or of each pixel's "
            "channels"},
    {.path = "model.net.layers.dropout",
     .doc = "while learning, sets inputs to zero at random and scales the "
            "rest up",
     .rule = "dropout: 0.3 means dropout: {p: 0.3}",
     .short_key = "p"},
    {.path = "model.net.layers.dropout.p",
     .type = Type::real,
     .doc = "probability of zero",
     .range = {0, 1, false, true},
     .fallback = "0.5"},
    {.path = "model.net.layers.flatten",
     .doc = "an image as plain numbers, row by row, channels side by side"},
    {.path = "model.net.layers.residual",
     .doc = "adds what enters to what leaves its layers",
     .rule = "residual: [dense: 64, relu, dense: 64]; both have the same size"},
    {.path = "model.net.layers.concat",
     .doc = "what leaves each of its lists of layers, side by side",
     .rule =
         "concat: [[dense: 8], [dense: 8, relu]]; [] passes on what enters"},
    {.path = "model.net.layers.repeat",
     .doc = "layers several times in a row, each with its own weights"},
    {.path = "model.net.layers.repeat.times",
     .type = Type::integer,
     .doc = "how often",
     .range = {1, 256},
     .fallback = "2"},
    {.path = "model.net.layers.repeat.layers",
     .type = Type::layer_list,
     .doc = "what is repeated",
     .fallback = "[]"},
    {.path = "model.net.layers.embed",
     .doc = "categories as rows of a table that is learned, behind the other "
            "features; only as the first layer, and not with pca",
     .rule =
         "embed: \"city*\" means embed: {columns: \"city*\"}; a column that "
         "columns encodes otherwise is left as it is",
     .short_key = "columns"},
    {.path = "model.net.layers.embed.columns",
     .type = Type::text,
     .doc = "name or glob of the categories; what no training row has, and "
            "missing, share a row of the table",
     .fallback = "\"*\""},
    {.path = "model.net.layers.embed.dim",
     .type = Type::integer_or_word,
     .doc = "numbers that stand for a category",
     .range = {1, 65536},
     .words = "auto",
     .fallback = "auto",
     .rule = "auto: half as many as the column has categories, rounded up, at "
             "most 50"},
    {.path = "model.net.input",
     .type = Type::image,
     .doc = "what a row of features is: an image, row by row, channels side by "
            "side; auto: plain numbers",
     .fallback = "auto",
     .rule = "auto or [height, width, channels], each 1..65536"},
    {.path = "model.net.init",
     .type = Type::word,
     .doc = "how weights begin: normal with variance 2/inputs, uniform as "
            "Glorot, normal with variance 1/inputs",
     .access = in_model<NetSpec, &NetSpec::init>(),
     .words = "he xavier lecun"},
    {.path = "model.net.loss",
     .doc = "what is made small; of numbers it is of the standardised target",
     .rule = "loss: mse means loss: {type: mse}",
     .short_key = "type"},
    {.path = "model.net.loss.type",
     .type = Type::word,
     .doc = "auto: cross_entropy for classes, mse for numbers",
     .access = in_model<NetSpec, &NetSpec::loss>(),
     .words = "auto cross_entropy mse huber mae"},
    {.path = "model.net.loss.huber",
     .doc = "keys of loss of type huber: squares of small errors, the size of "
            "large ones",
     .rule = "loss: {huber: 2} means loss: {type: huber, delta: 2}",
     .short_key = "delta"},
    {.path = "model.net.loss.huber.delta",
     .type = Type::real,
     .doc = "where an error is large, in deviations of the target",
     .access = in_model<NetSpec, &NetSpec::huber_delta>(),
     .range = {0, 1e6, true, false}},
    {.path = "model.net.label_smoothing",
     .type = Type::real,
     .doc = "share of the wanted probability that is spread over all classes",
     .access = in_model<NetSpec, &NetSpec::label_smoothing>(),
     .range = {0, 1, false, true}},
};
// clang-format on

}  // namespace

std::span<const Field> net_fields() {
  return kFields;
}

}  // namespace mlb::spec
