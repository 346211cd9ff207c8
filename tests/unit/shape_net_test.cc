// Shapes of nets before they exist.
#include <catch2/catch.hpp>

#include "job/shape.h"

namespace mlb {
namespace {

Layer dense(int units, bool bias = true) {
  return {LayerType::dense, units, bias, 0};
}
Layer dropout(double rate) {
  return {LayerType::dropout, 0, true, rate};
}
Layer plain(LayerType type) {
  return {type, 0, true, 0};
}
Layer conv2d(int filters, int kernel, Padding padding = Padding::same,
             int stride = 1, int groups = 1) {
  return {.type = LayerType::conv2d,
          .units = filters,
          .size = kernel,
          .stride = stride,
          .padding = padding,
          .groups = groups};
}
Layer pool(int size, int stride = 0) {
  return {.type = LayerType::maxpool, .size = size, .stride = stride};
}
Layer holding(LayerType type, std::vector<std::vector<Layer>> branches,
              int times = 0) {
  return {.type = type, .times = times, .branches = std::move(branches)};
}
NetSpec image_net(ImageSize input, std::vector<Layer> layers) {
  return {.layers = std::move(layers), .input = input};
}

/// A row of the table of plain numbers; 0: not known.
LayerShape row(const std::string& layer, int width,
               std::optional<std::uint64_t> parameters) {
  return {layer, {0, 0, width}, parameters, 0};
}

NetSpec net(std::vector<Layer> layers) {
  return {.layers = std::move(layers), .input = {}};
}

NetTable shape_of(const NetSpec& spec, const NetEnds& ends = {}) {
  const auto shape = infer_shape(spec, ends);
  REQUIRE(std::holds_alternative<NetTable>(shape));
  return std::get<NetTable>(shape);
}

ShapeProblem problem_of(const NetSpec& spec, const NetEnds& ends = {}) {
  const auto shape = infer_shape(spec, ends);
  REQUIRE(std::holds_alternative<ShapeProblem>(shape));
  return std::get<ShapeProblem>(shape);
}

TEST_CASE("widths and parameters follow from the data's ends") {
  const NetTable shape = shape_of(
      net({dense(64), plain(LayerType::relu), dropout(0.25), dense(32, false)}),
      {.inputs = 9, .outputs = 3});
  CHECK(shape.layers ==
        std::vector<LayerShape>{row("dense 64", 64, 640), row("relu", 64, 0),
                                row("dropout 0.25", 64, 0),
                                row("dense 32, no bias", 32, 2048),
                                row("output", 3, 99)});
  CHECK(shape.parameters == 640 + 2048 + 99);
}

TEST_CASE("what the data would tell stays open") {
  const NetTable shape = shape_of(net({dense(8), dense(4)}));
  CHECK(shape.layers == std::vector<LayerShape>{row("dense 8", 8, std::nullopt),
                                                row("dense 4", 4, 36),
                                                row("output", 0, {})});
  CHECK_FALSE(shape.parameters);
}

TEST_CASE("a net without layers is its output layer") {
  const NetTable shape = shape_of(net({}), {.inputs = 5, .outputs = 1});
  CHECK(shape.layers == std::vector<LayerShape>{row("output", 1, 6)});
}

TEST_CASE("a layer before the first dense has the width of the data") {
  const NetTable shape =
      shape_of(net({dropout(0.5)}), {.inputs = 7, .outputs = 2});
  CHECK(shape.layers[0] == row("dropout 0.5", 7, 0));
  CHECK(shape_of(net({dropout(0.5)})).layers[0].output == Extent{});
}

TEST_CASE("the first layer that cannot be is named") {
  CHECK(problem_of(net({dense(4), dense(0), dense(-1)})).path == "[1]");
  CHECK(problem_of(net({dense(0)})).message ==
        "dense: units is 0; want 1..65536");
  CHECK(shape_of(net({dense(kMaxUnits)})).layers[0].output.channels ==
        kMaxUnits);
  CHECK(problem_of(net({dense(kMaxUnits + 1)})).path == "[0]");
  CHECK(problem_of(net({dropout(1)})).message ==
        "dropout: 1 is outside [0, 1)");
  CHECK(problem_of(net({dropout(-0.1)})).path == "[0]");
  shape_of(net({dropout(0)}));
}

TEST_CASE("256 layers are a net, one more is not") {
  const NetSpec most = net(std::vector<Layer>(kMaxLayers, dense(1)));
  CHECK(shape_of(most).layers.size() == kMaxLayers + 1);
  NetSpec more = most;
  more.layers.push_back(dense(1));
  CHECK(problem_of(more).path == "[256]");
}

TEST_CASE("a net has at most 2^31 parameters") {
  // 32768 x 65535 + 65535 x 0 biases: just below, and then above.
  const NetSpec below = net({dense(32768), dense(65536, false)});
  CHECK(shape_of(below).layers[1].parameters == kMaxParameters);
  const NetSpec above = net({dense(32768), dense(65536)});
  CHECK(problem_of(above).path == "[1]");
  CHECK(problem_of(above).message.find("2^31") != std::string::npos);
}

TEST_CASE("the input and the output layer count to the limit, too") {
  CHECK(problem_of(net({dense(65536)}), {.inputs = 65536, .outputs = 1}).path ==
        "[0]");
  const ShapeProblem output =
      problem_of(net({dense(65536)}), {.inputs = 1, .outputs = 65536});
  CHECK(output.path.empty());
  CHECK(output.message.starts_with("output: "));
}

TEST_CASE("the table has a line a layer and the total") {
  const std::string known = shape_table(shape_of(
      net({dense(64), plain(LayerType::tanh)}), {.inputs = 9, .outputs = 3}));
  CHECK(known ==
        "  #  layer     output  parameters\n"
        "  0  dense 64      64         640\n"
        "  1  tanh          64           0\n"
        "  2  output         3         195\n"
        "     total                    835\n");
  const std::string open = shape_table(shape_of(net({dense(64)})));
  CHECK(open.find("  1  output         ?           ?\n") != std::string::npos);
}

TEST_CASE("images go through convolutions and pools as LeNet has them") {
  // LeCun et al. 1998, figure 2, with 28 x 28 pixels framed to 32 x 32: the
  // published 61,706 parameters when C3 is fully connected.
  const NetTable shape = shape_of(
      image_net({28, 28, 1},
                {conv2d(6, 5), pool(2), conv2d(16, 5, Padding::valid), pool(2),
                 plain(LayerType::flatten), dense(120), dense(84)}),
      {.inputs = 784, .outputs = 10});
  CHECK(shape.layers[0] == LayerShape{"conv2d 6, 5x5", {28, 28, 6}, 156, 0});
  CHECK(shape.layers[1] == LayerShape{"maxpool 2x2", {14, 14, 6}, 0, 0});
  CHECK(shape.layers[2] ==
        LayerShape{"conv2d 16, 5x5, valid", {10, 10, 16}, 2416, 0});
  CHECK(shape.layers[4] == row("flatten", 400, 0));
  CHECK(shape.parameters == 61706);
}

TEST_CASE("a window is laid as the padding and the stride say") {
  const auto size = [](const Layer& layer) {
    const auto shape =
        shape_of(image_net({7, 5, 4}, {layer, plain(LayerType::flatten)}), {});
    return text_of(shape.layers[0].output);
  };
  CHECK(size(conv2d(2, 3)) == "7x5x2");
  CHECK(size(conv2d(2, 3, Padding::same, 2)) == "4x3x2");
  CHECK(size(conv2d(2, 3, Padding::valid)) == "5x3x2");
  Layer framed = conv2d(2, 3, Padding::fixed, 2, 2);
  framed.pad = 2;
  CHECK(size(framed) == "5x4x2");
  CHECK(size(pool(2)) == "3x2x4");
  CHECK(size(pool(3, 1)) == "5x3x4");
}

TEST_CASE("what cannot go through an image is refused with the reason") {
  const auto message = [](std::vector<Layer> layers) {
    return problem_of(image_net({4, 4, 3}, std::move(layers))).message;
  };
  CHECK(message({conv2d(2, 5, Padding::valid)}) ==
        "conv2d: a window of 5x5 does not fit into an image of 4x4x3");
  CHECK(message({conv2d(3, 3, Padding::same, 1, 2)}) ==
        "conv2d: 2 groups divide not both the 3 channels and the 3 filters");
  CHECK(message({dense(3)}) ==
        "dense: wants plain numbers, an image of 4x4x3 arrives; put flatten or "
        "global_avgpool before it");
  CHECK(message({pool(2)}) ==
        "output: wants plain numbers, an image of 2x2x3 arrives; put flatten "
        "or global_avgpool before it");
  CHECK(problem_of(net({conv2d(2, 3)}), {.inputs = 9, .outputs = 2}).message ==
        "conv2d: wants an image, 9 numbers arrive; say what rows are with "
        "input: [height, width, channels]");
}

TEST_CASE("an image has as many numbers as the data has features") {
  const NetSpec spec = image_net({8, 8, 1}, {plain(LayerType::flatten)});
  shape_of(spec, {.inputs = 64, .outputs = 2});
  CHECK(problem_of(spec, {.inputs = 65, .outputs = 2}).message ==
        "input: 8x8x1 are 64 numbers, but the data has 65 features");
}

TEST_CASE("layers inside others stand in the table one step further") {
  const NetTable shape =
      shape_of(net({dense(8),
                    holding(LayerType::residual,
                            {{dense(4), plain(LayerType::relu), dense(8)}}),
                    holding(LayerType::concat, {{dense(3)}, {}}),
                    holding(LayerType::repeat, {{dense(5)}}, 2)}),
               {.inputs = 2, .outputs = 1});
  CHECK(shape_table(shape) ==
        "  #  layer      output  parameters\n"
        "  0  dense 8         8          24\n"
        "  1  residual        8           0\n"
        "       dense 4       4          36\n"
        "       relu          4           0\n"
        "       dense 8       8          40\n"
        "  2  concat         11           0\n"
        "       dense 3       3          27\n"
        "  3  repeat 2        5           0\n"
        "       dense 5       5          60\n"
        "       dense 5       5          30\n"
        "  4  output          1           6\n"
        "     total                     223\n");
}

TEST_CASE("a layer inside another is named by its whole path") {
  const auto path = [](const Layer& layer) {
    return problem_of(net({dense(8), layer})).path;
  };
  CHECK(path(holding(LayerType::residual, {{dense(4), dense(0)}})) ==
        "[1].residual[1]");
  CHECK(path(holding(LayerType::concat, {{dense(4)}, {dense(0)}})) ==
        "[1].concat[1][0]");
  CHECK(path(holding(LayerType::repeat, {{dense(0)}}, 3)) ==
        "[1].repeat.layers[0]");
}

TEST_CASE("branches must fit together") {
  const auto message = [](const Layer& layer) {
    return problem_of(image_net({4, 4, 3}, {layer})).message;
  };
  CHECK(message(holding(LayerType::residual, {{conv2d(5, 3)}})) ==
        "residual: 4x4x3 enters and 4x4x5 leaves its layers; both are added, "
        "so want the same");
  CHECK(message(holding(LayerType::concat, {{pool(2)}, {}})) ==
        "concat: 2x2x3 and 4x4x3 cannot stand side by side");
  CHECK(message(holding(LayerType::concat, {})) ==
        "concat: it holds no layers");
  CHECK(message(holding(LayerType::relu, {{}})) ==
        "relu: no layers go inside it");
}

TEST_CASE("repeated layers count each time, and nesting ends at four") {
  shape_of(net({holding(LayerType::repeat, {{dense(1)}}, 255)}));
  CHECK(problem_of(net({holding(LayerType::repeat, {{dense(1)}}, 256)})).path ==
        "[0].repeat.layers[0]");
  CHECK(problem_of(net({holding(LayerType::repeat, {{dense(1)}}, 257)}))
            .message == "repeat: times is 257; want 1..256");
  Layer nested = dense(1);
  for (int i = 0; i < 4; ++i) {
    nested = holding(LayerType::repeat, {{nested}}, 1);
  }
  shape_of(net({nested}));
  CHECK(problem_of(net({holding(LayerType::repeat, {{nested}}, 1)}))
            .message.ends_with("more than 4 layers inside each other"));
}

Layer embed(int dim = 0, const std::string& columns = "*") {
  return {.type = LayerType::embed, .units = dim, .columns = columns};
}

TEST_CASE("an embedding gives each code so many numbers") {
  const NetEnds ends{
      .inputs = 5, .outputs = 2, .codes = {{1, 4}, {3, 201}, {4, 2}}};
  // Half of 3, 200 and 1 categories, rounded up, and at most 50.
  const auto automatic = shape_of(net({embed()}), ends);
  CHECK(automatic.layers[0] ==
        row("embed *", 2 + 2 + 50 + 1, 4 * 2 + 201 * 50 + 2 * 1));
  CHECK(shape_of(net({embed(3, "c*")}), ends).layers[0] ==
        row("embed c*, dim 3", 2 + 9, 3 * (4 + 201 + 2)));
  // Before the data are read nobody knows.
  const auto unknown = shape_of(net({embed(), dense(4)}));
  CHECK(unknown.layers[0] == row("embed *", 0, std::nullopt));
  CHECK(unknown.layers[1] == row("dense 4", 4, std::nullopt));
}

TEST_CASE("an embedding stands in front, on plain numbers") {
  CHECK(problem_of(net({dense(3), embed()})).path == "[1]");
  CHECK(problem_of(net({dense(3), embed()})).message ==
        "embed: only the first layer can be one");
  CHECK(problem_of(net({embed(), embed()})).path == "[1]");
  CHECK(problem_of(net({holding(LayerType::concat, {{embed()}, {}})})).path ==
        "[0].concat[0][0]");
  CHECK(problem_of(image_net({2, 2, 1}, {embed()})).message ==
        "embed: wants plain numbers, an image of 2x2x1 arrives; put flatten or "
        "global_avgpool before it");
  CHECK(problem_of(net({embed(0, "")})).message ==
        "embed: columns names no column");
  CHECK(problem_of(net({embed(65537)})).message ==
        "embed: dim is 65537; want 1..65536");
  CHECK(problem_of(net({embed()}), {.inputs = 3, .outputs = 1}).message ==
        "embed: no feature is a category");
  // Every table counts.
  const NetEnds wide{.inputs = 1, .outputs = 1, .codes = {{0, 70000}}};
  CHECK(problem_of(net({embed(65536)}), wide).path == "[0]");
}

TEST_CASE("at most 2^24 numbers a row leave a layer") {
  shape_of(image_net({4096, 4096, 1}, {plain(LayerType::flatten)}));
  const auto problem =
      problem_of(image_net({4096, 4096, 1}, {conv2d(2, 1), pool(2)}));
  CHECK(problem.path == "[0]");
  CHECK(problem_of(image_net({4097, 4096, 1}, {})).message ==
        "input: 4097x4096x1 are more than 2^24 numbers a row");
}

TEST_CASE("each type of layer has the word of the spec") {
  std::string words;
  for (int i = 0; i <= static_cast<int>(LayerType::embed); ++i) {
    words += std::string(name_of(static_cast<LayerType>(i))) + " ";
  }
  CHECK(words ==
        "dense relu tanh sigmoid dropout softmax conv2d maxpool avgpool "
        "global_avgpool batchnorm layernorm leaky_relu elu gelu silu mish "
        "flatten residual concat repeat embed ");
}

}  // namespace
}  // namespace mlb
