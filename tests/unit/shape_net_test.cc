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

NetSpec net(std::vector<Layer> layers) {
  return {.layers = std::move(layers)};
}

NetShape shape_of(const NetSpec& spec, const NetEnds& ends = {}) {
  const auto shape = infer_shape(spec, ends);
  REQUIRE(std::holds_alternative<NetShape>(shape));
  return std::get<NetShape>(shape);
}

ShapeProblem problem_of(const NetSpec& spec, const NetEnds& ends = {}) {
  const auto shape = infer_shape(spec, ends);
  REQUIRE(std::holds_alternative<ShapeProblem>(shape));
  return std::get<ShapeProblem>(shape);
}

TEST_CASE("widths and parameters follow from the data's ends") {
  const NetShape shape = shape_of(
      net({dense(64), plain(LayerType::relu), dropout(0.25), dense(32, false)}),
      {.inputs = 9, .outputs = 3});
  CHECK(shape.layers == std::vector<LayerShape>{{"dense 64", 64, 640},
                                                {"relu", 64, 0},
                                                {"dropout 0.25", 64, 0},
                                                {"dense 32, no bias", 32, 2048},
                                                {"output", 3, 99}});
  CHECK(shape.parameters == 640 + 2048 + 99);
}

TEST_CASE("what the data would tell stays open") {
  const NetShape shape = shape_of(net({dense(8), dense(4)}));
  CHECK(shape.layers == std::vector<LayerShape>{{"dense 8", 8, std::nullopt},
                                                {"dense 4", 4, 36},
                                                {"output", {}, {}}});
  CHECK_FALSE(shape.parameters);
}

TEST_CASE("a net without layers is its output layer") {
  const NetShape shape = shape_of(net({}), {.inputs = 5, .outputs = 1});
  CHECK(shape.layers == std::vector<LayerShape>{{"output", 1, 6}});
}

TEST_CASE("a layer before the first dense has the width of the data") {
  const NetShape shape =
      shape_of(net({dropout(0.5)}), {.inputs = 7, .outputs = 2});
  CHECK(shape.layers[0] == LayerShape{"dropout 0.5", 7, 0});
  CHECK(shape_of(net({dropout(0.5)})).layers[0].width == std::nullopt);
}

TEST_CASE("the first layer that cannot be is named") {
  CHECK(problem_of(net({dense(4), dense(0), dense(-1)})).layer == 1);
  CHECK(problem_of(net({dense(0)})).message ==
        "dense: units is 0; want 1..65536");
  CHECK(shape_of(net({dense(kMaxUnits)})).layers[0].width == kMaxUnits);
  CHECK(problem_of(net({dense(kMaxUnits + 1)})).layer == 0);
  CHECK(problem_of(net({dropout(1)})).message ==
        "dropout: 1 is outside [0, 1)");
  CHECK(problem_of(net({dropout(-0.1)})).layer == 0);
  shape_of(net({dropout(0)}));
}

TEST_CASE("256 layers are a net, one more is not") {
  const NetSpec most = net(std::vector<Layer>(kMaxLayers, dense(1)));
  CHECK(shape_of(most).layers.size() == kMaxLayers + 1);
  NetSpec more = most;
  more.layers.push_back(dense(1));
  CHECK(problem_of(more).layer == kMaxLayers);
}

TEST_CASE("a net has at most 2^31 parameters") {
  // 32768 x 65535 + 65535 x 0 biases: just below, and then above.
  const NetSpec below = net({dense(32768), dense(65536, false)});
  CHECK(shape_of(below).layers[1].parameters == kMaxParameters);
  const NetSpec above = net({dense(32768), dense(65536)});
  CHECK(problem_of(above).layer == 1);
  CHECK(problem_of(above).message.find("2^31") != std::string::npos);
}

TEST_CASE("the input and the output layer count to the limit, too") {
  CHECK(
      problem_of(net({dense(65536)}), {.inputs = 65536, .outputs = 1}).layer ==
      0);
  const ShapeProblem output =
      problem_of(net({dense(65536)}), {.inputs = 1, .outputs = 65536});
  CHECK(output.layer == 1);
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

TEST_CASE("each type of layer has the word of the spec") {
  CHECK(name_of(LayerType::dense) == "dense");
  CHECK(name_of(LayerType::relu) == "relu");
  CHECK(name_of(LayerType::tanh) == "tanh");
  CHECK(name_of(LayerType::sigmoid) == "sigmoid");
  CHECK(name_of(LayerType::dropout) == "dropout");
  CHECK(name_of(LayerType::softmax) == "softmax");
}

}  // namespace
}  // namespace mlb
