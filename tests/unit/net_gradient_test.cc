// Gradients of every layer and every loss against central differences, in
// double.  70 rows are two shards, so what is added across them is seen, too.
#include <catch2/catch.hpp>

#include "job/shape.h"
#include "net_world.h"

namespace mlb::learn {
namespace {

constexpr double kTolerance = 1e-6;
constexpr std::size_t kRows = 70;
constexpr ImageSize kImage{5, 4, 2};

/// Between dense layers: its own gradient and what it passes back.
double worst_of_rows(std::vector<Layer> layers) {
  layers.insert(layers.begin(), dense(4));
  NetWorld world(spec_of(std::move(layers)), 3, 3, kRows);
  return worst_gradient(world);
}

/// Between a convolution and the output.
double worst_of_images(std::vector<Layer> layers) {
  // Four channels: layernorm over two of them knows only -1 and 1.
  Layer first = layer_of(LayerType::conv2d);
  first.units = 4;
  layers.insert(layers.begin(), first);
  layers.push_back(layer_of(LayerType::flatten));
  NetWorld world(spec_of(std::move(layers), kImage), 40, 2, kRows);
  return worst_gradient(world);
}

TEST_CASE("layers of plain numbers have exact gradients") {
  for (const LayerType type :
       {LayerType::dense, LayerType::relu, LayerType::leaky_relu,
        LayerType::elu, LayerType::gelu, LayerType::silu, LayerType::mish,
        LayerType::tanh, LayerType::sigmoid, LayerType::softmax,
        LayerType::batchnorm, LayerType::layernorm}) {
    CAPTURE(name_of(type));
    CHECK(worst_of_rows({layer_of(type)}) <= kTolerance);
  }
}

TEST_CASE("layers of images have exact gradients") {
  for (const LayerType type :
       {LayerType::conv2d, LayerType::maxpool, LayerType::avgpool,
        LayerType::batchnorm, LayerType::layernorm, LayerType::softmax,
        LayerType::gelu}) {
    CAPTURE(name_of(type));
    CHECK(worst_of_images({layer_of(type)}) <= kTolerance);
  }
  CHECK(worst_of_images({layer_of(LayerType::global_avgpool)}) <= kTolerance);
}

TEST_CASE("convolutions with stride, frame and groups have exact gradients") {
  Layer strided = layer_of(LayerType::conv2d);
  strided.stride = 2;
  CHECK(worst_of_images({strided}) <= kTolerance);
  Layer grouped = layer_of(LayerType::conv2d);
  grouped.units = 4;
  grouped.groups = 2;
  CHECK(worst_of_images({grouped}) <= kTolerance);
  Layer framed = layer_of(LayerType::conv2d);
  framed.padding = Padding::fixed;
  framed.pad = 2;
  framed.stride = 3;
  CHECK(worst_of_images({framed}) <= kTolerance);
  Layer valid = layer_of(LayerType::conv2d);
  valid.padding = Padding::valid;
  CHECK(worst_of_images({valid}) <= kTolerance);
}

/// A convolution with more filters than two registers hold, and a second one
/// whose filters look at all of them.
NetWorld wide_world() {
  Layer many = layer_of(LayerType::conv2d);
  many.units = 19;
  many.size = 2;
  Layer few = many;
  few.units = 6;
  return {spec_of({many, layer_of(LayerType::tanh), few,
                   layer_of(LayerType::maxpool), layer_of(LayerType::flatten)},
                  ImageSize{4, 5, 3}),
          60, 3, 64};
}

TEST_CASE("convolutions of many channels have exact gradients") {
  NetWorld world = wide_world();
  CHECK(worst_gradient(world) <= kTolerance);
}

TEST_CASE("nets in float have the gradients of nets in double") {
  NetWorld world = wide_world();
  const double loss = world.run();
  BatchPass<float> pass(world.net, world.pool);
  const std::vector<float> parameters(world.parameters.begin(),
                                      world.parameters.end());
  const auto gather = [&](std::size_t first, std::size_t count, float* x,
                          float* y, float* weights) {
    for (std::size_t i = 0; i < count * world.net.inputs; ++i) {
      x[i] = static_cast<float>(world.x[first * world.net.inputs + i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
      y[i] = static_cast<float>(world.y[first + i]);
      weights[i] = static_cast<float>(world.weights[first + i]);
    }
  };
  const auto draw = [](std::size_t) { return Rng(1); };
  const LossSum sum =
      pass.run(world.loss, parameters, world.rows, gather, draw);
  CHECK(sum.loss == Approx(loss).epsilon(1e-5));
  double largest = 0;
  double worst = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const double exact = world.pass.gradient()[i];
    largest = std::max(largest, std::fabs(exact));
    worst = std::max(
        worst, std::fabs(exact - static_cast<double>(pass.gradient()[i])));
  }
  CHECK(worst <= 1e-5 * largest);
}

TEST_CASE("overlapping pools have exact gradients") {
  for (const LayerType type : {LayerType::maxpool, LayerType::avgpool}) {
    Layer pool = layer_of(type);
    pool.stride = 1;
    CHECK(worst_of_images({pool}) <= kTolerance);
  }
}

TEST_CASE("dropout passes back what it let through") {
  Layer dropout{.type = LayerType::dropout, .rate = 0.4};
  CHECK(worst_of_rows({dropout}) <= kTolerance);
}

TEST_CASE("branches that meet have exact gradients") {
  Layer residual{.type = LayerType::residual};
  residual.branches = {{dense(6), layer_of(LayerType::tanh), dense(4)}};
  CHECK(worst_of_rows({residual}) <= kTolerance);
  Layer concat{.type = LayerType::concat};
  concat.branches = {{dense(2)}, {}, {dense(3), layer_of(LayerType::gelu)}};
  CHECK(worst_of_rows({concat}) <= kTolerance);
  Layer repeat{.type = LayerType::repeat, .times = 3};
  repeat.branches = {{dense(3), layer_of(LayerType::batchnorm)}};
  CHECK(worst_of_rows({repeat}) <= kTolerance);
  Layer images{.type = LayerType::concat};
  images.branches = {{layer_of(LayerType::conv2d)}, {}};
  CHECK(worst_of_images({images}) <= kTolerance);
}

TEST_CASE("a branch with nothing in it doubles, and its gradient too") {
  Layer residual{.type = LayerType::residual};
  residual.branches = {{}};
  CHECK(worst_of_rows({residual}) <= kTolerance);
}

TEST_CASE("batchnorm between branches has an exact gradient") {
  Layer residual{.type = LayerType::residual};
  residual.branches = {
      {layer_of(LayerType::batchnorm), layer_of(LayerType::silu), dense(4)}};
  CHECK(worst_of_rows({residual, layer_of(LayerType::batchnorm)}) <=
        kTolerance);
}

TEST_CASE("an embedding has exact gradients, whatever follows it") {
  const Layer embed{.type = LayerType::embed, .units = 3, .columns = "*"};
  const std::vector<CodeFeature> codes{{0, 4}, {2, 6}};
  for (const std::vector<Layer>& behind :
       {std::vector<Layer>{},
        {dense(4), layer_of(LayerType::tanh)},
        {layer_of(LayerType::batchnorm), dense(4)},
        {{.type = LayerType::concat, .branches = {{dense(2)}, {}}}}}) {
    std::vector<Layer> layers{embed};
    layers.insert(layers.end(), behind.begin(), behind.end());
    NetWorld world(spec_of(layers), 4, 3, kRows, codes);
    CHECK(worst_gradient(world) <= kTolerance);
  }
}

TEST_CASE("losses of numbers have exact gradients") {
  for (const LossType type : {LossType::mse, LossType::mae, LossType::huber}) {
    NetWorld world(spec_of({dense(3), layer_of(LayerType::tanh)}), 3, 1, kRows);
    world.loss = {.type = type, .delta = 0.7, .class_weights = {}};
    CHECK(worst_gradient(world) <= kTolerance);
  }
}

TEST_CASE("smoothed and weighted losses of classes have exact gradients") {
  NetWorld world(spec_of({dense(3)}), 3, 3, kRows);
  world.loss = {.type = LossType::cross_entropy,
                .smoothing = 0.2,
                .class_weights = {0.5, 3, 1}};
  CHECK(worst_gradient(world) <= kTolerance);
}

}  // namespace
}  // namespace mlb::learn
