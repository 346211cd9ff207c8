// What layers and losses give, against published formulas and numbers worked
// out by hand.
#include <catch2/catch.hpp>

#include "net_world.h"

namespace mlb::learn {
namespace {

/// What leaves a unit for some rows.
template <class U>
std::vector<double> outputs(const U& unit, std::vector<double> x,
                            std::size_t rows, std::size_t out_size,
                            std::vector<double> parameters = {},
                            const Across<double>* across = nullptr) {
  std::vector<double> out(rows * out_size);
  Scratch<double> scratch;
  const double* in = x.data();
  unit.forward(Forward<double>{
      rows, parameters, {&in, 1}, out.data(), nullptr, across, &scratch});
  return out;
}

template <class F>
std::vector<double> values(std::vector<double> x) {
  return outputs(Elementwise<F>{1}, x, x.size(), 1);
}

using Numbers = std::vector<double>;

void check_close(const Numbers& found, const Numbers& wanted) {
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(found[i] == Approx(wanted[i]).epsilon(1e-12).margin(1e-14));
  }
}

TEST_CASE("activations give the values of their papers' formulas") {
  check_close(values<Relu>({-1, 0, 2}), {0, 0, 2});
  check_close(values<LeakyRelu>({-1, 0, 2}), {-0.01, 0, 2});
  check_close(values<Elu>({-1, 0, 2}), {-0.63212055882855767, 0, 2});
  check_close(values<Gelu>({-1, 0.5, 2}),
              {-0.15865525393145707, 0.34573123063700656, 1.9544997361036416});
  check_close(values<Silu>({-1, 0.5, 2}),
              {-0.2689414213699951, 0.3112296656009273, 1.7615941559557646});
  check_close(
      values<Mish>({-1, 0.5, 2, 50}),
      {-0.30340146137410895, 0.3752452113048951, 1.9439589595339946, 50});
  check_close(values<Tanh>({0.5}), {0.46211715726000975});
  check_close(values<SigmoidCurve>({0, 2}), {0.5, 0.88079707797788243});
}

TEST_CASE("an embedding puts a row of its table in the place of a code") {
  const Layer embed{.type = LayerType::embed, .units = 2, .columns = "*"};
  const Net net = net_of(spec_of({embed}), 3, 1, {{1, 3}});
  const auto& unit = std::get<EmbedUnit>(net.nodes[0].unit);
  CHECK(net.nodes[0].size == 4);
  const Numbers table{1, 2, 3, 4, 5, 6};
  // What is no code is unknown, as the last row says: also nan and huge ones.
  const double nan = std::nan("");
  check_close(
      outputs(unit,
              {7, 0, 8, 7, 1, 8, 7, 2, 8, 7, -1, 8, 7, nan, 8, 7, 1e30, 8}, 6,
              4, table),
      {7, 8, 1, 2, 7, 8, 3, 4, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8, 5, 6});
}

TEST_CASE("unknown codes begin with nothing to say") {
  const Layer embed{.type = LayerType::embed, .units = 2, .columns = "*"};
  const Net net = net_of(spec_of({embed}), 2, 1, {{0, 4}});
  Rng rng(1);
  const auto start = initial_parameters<double>(net, rng);
  for (std::size_t i = 0; i < 6; ++i) CHECK(start[i] != 0);
  CHECK(start[6] == 0);
  CHECK(start[7] == 0);
  // Its table is among what l1 and l2 hold down.
  CHECK(net.weights[0].begin == 0);
  CHECK(net.weights[0].count == 8);
}

TEST_CASE("softmax is over the row, or over the channels of each pixel") {
  const double e = std::exp(1.0);
  check_close(outputs(SoftmaxUnit{1, 2}, {0, 1, 5, 5}, 2, 2),
              {1 / (1 + e), e / (1 + e), 0.5, 0.5});
  check_close(outputs(SoftmaxUnit{2, 2}, {0, 1, 5, 5}, 1, 4),
              {1 / (1 + e), e / (1 + e), 0.5, 0.5});
}

/// 3 x 3 pixels of one channel: 1 ... 9.
const Numbers kNine{1, 2, 3, 4, 5, 6, 7, 8, 9};

TEST_CASE("pools take the largest and the mean of each window") {
  Window w;
  w.height = w.width = 3;
  w.channels = 1;
  w.side = 2;
  w.stride = 1;
  w.out_height = w.out_width = 2;
  check_close(outputs(MaxPoolUnit{w}, kNine, 1, 4), {5, 6, 8, 9});
  check_close(outputs(AvgPoolUnit{w}, kNine, 1, 4), {3, 4, 6, 7});
  check_close(outputs(GlobalAvgPoolUnit{9, 1}, kNine, 1, 1), {5});
  check_close(outputs(GlobalAvgPoolUnit{2, 2}, {1, 2, 3, 6}, 1, 2), {2, 4});
}

TEST_CASE("a pool passes nan on") {
  Window w;
  w.height = w.out_height = 1;
  w.width = w.side = w.stride = w.channels = w.out_width = 1;
  const double nan = std::nan("");
  CHECK(std::isnan(outputs(MaxPoolUnit{w}, {nan}, 1, 1)[0]));
}

TEST_CASE("a framed convolution sums the neighbours of each pixel") {
  // A kernel of ones with a bias of 0.5.
  const Net net = net_of(
      spec_of({{.type = LayerType::conv2d, .units = 1, .size = 3, .stride = 1},
               layer_of(LayerType::flatten)},
              ImageSize{3, 3, 1}),
      9, 1);
  const auto& unit = std::get<ConvUnit>(net.nodes[0].unit);
  Numbers parameters(10, 1);
  parameters[9] = 0.5;
  check_close(outputs(unit, kNine, 1, 9, parameters),
              {12.5, 21.5, 16.5, 27.5, 45.5, 33.5, 24.5, 39.5, 28.5});
}

/// The convolution as its definition has it, pixel by pixel.
Numbers convolve(const ConvUnit& u, const Numbers& image, const Numbers& p) {
  const Window& w = u.window;
  Numbers out;
  for (std::size_t y = 0; y < w.out_height; ++y) {
    for (std::size_t x = 0; x < w.out_width; ++x) {
      for (std::size_t f = 0; f < u.filters; ++f) {
        const std::size_t g = f / u.group_filters();
        double sum = p[u.bias.begin + f];
        for (std::size_t k = 0; k < u.patch(); ++k) {
          const std::size_t tap = k / u.group_channels();
          const std::size_t row = y * w.stride + tap / w.side;
          const std::size_t column = x * w.stride + tap % w.side;
          if (row < w.top || column < w.left || row >= w.top + w.height ||
              column >= w.left + w.width) {
            continue;
          }
          const std::size_t pixel = (row - w.top) * w.width + column - w.left;
          sum += image[pixel * w.channels + g * u.group_channels() +
                       k % u.group_channels()] *
                 p[u.weights.begin + (g * u.patch() + k) * u.group_filters() +
                   f % u.group_filters()];
        }
        out.push_back(sum);
      }
    }
  }
  return out;
}

TEST_CASE("convolutions of any stride, frame and groups are the definition") {
  Rng rng(3);
  for (int i = 0; i < 100; ++i) {
    Layer layer{.type = LayerType::conv2d};
    layer.groups = 1 + static_cast<int>(rng.below(2));
    layer.units = layer.groups * (1 + static_cast<int>(rng.below(14)));
    layer.size = 1 + static_cast<int>(rng.below(4));
    layer.stride = 1 + static_cast<int>(rng.below(3));
    layer.padding = static_cast<Padding>(rng.below(3));
    layer.pad =
        layer.padding == Padding::fixed ? static_cast<int>(rng.below(6)) : 0;
    const ImageSize image{4 + static_cast<int>(rng.below(4)),
                          4 + static_cast<int>(rng.below(12)),
                          layer.groups * (1 + static_cast<int>(rng.below(6)))};
    const auto size =
        static_cast<std::size_t>(image.height * image.width * image.channels);
    const Net net =
        net_of(spec_of({layer, layer_of(LayerType::flatten)}, image), size, 1);
    const auto& unit = std::get<ConvUnit>(net.nodes[0].unit);
    const Numbers p = normals(net.parameters, rng);
    const Numbers x = normals(size, rng);
    CAPTURE(i);
    check_close(outputs(unit, x, 1, unit.out_size(), p), convolve(unit, x, p));
  }
}

TEST_CASE("an image is refused that its frame makes too large for memory") {
  Layer framed{.type = LayerType::conv2d, .units = 1, .size = 1, .stride = 255};
  framed.padding = Padding::fixed;
  framed.pad = 255;
  const auto build = [&](int channels) {
    return build_net(spec_of({framed, layer_of(LayerType::flatten)},
                             ImageSize{1, 1, channels}),
                     static_cast<std::size_t>(channels), 1);
  };
  // Three places a side, 255 apart: 511 pixels.
  CHECK(build((1 << 26) / (511 * 511)));
  const auto refused = build((1 << 26) / (511 * 511) + 1);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "model: conv2d: an image with its padding of 67369218 numbers; at most "
        "67108864");
}

TEST_CASE("layernorm has mean 0 and variance 1 in each row") {
  LayerNormUnit unit{1, 4, {0, 4}, {4, 4}};
  const Numbers p{1, 1, 1, 2, 0, 0, 0, 5};
  const double d = std::sqrt(1.25 + 1e-5);
  check_close(outputs(unit, {1, 2, 3, 4}, 1, 4, p),
              {-1.5 / d, -0.5 / d, 0.5 / d, 5 + 2 * 1.5 / d});
}

TEST_CASE("batchnorm uses the batch to learn and running values to predict") {
  NetWorld world(spec_of({layer_of(LayerType::batchnorm)}), 1, 1, 4);
  world.x = {1, 2, 3, 6};
  std::ranges::fill(world.weights, 1);
  world.parameters = {2, 0.5, 1, 0};  // scale, shift, output, its bias
  world.y = {0, 0, 0, 0};
  // Mean 3, variance 3.5: outputs 2 (x - 3) / sqrt(3.5 + eps) + 0.5.
  double wanted = 0;
  for (const double x : world.x) {
    const double out = 2 * (x - 3) / std::sqrt(3.5 + 1e-5) + 0.5;
    wanted += out * out;
  }
  CHECK(world.run() == Approx(wanted).epsilon(1e-12));
  std::vector<double> running = initial_statistics<double>(world.net);
  world.pass.update(running);
  // A tenth of the new; the variance without bias: 14 / 3.
  check_close(running, {0.3, 0.9 + 0.1 * 14 / 3});
  const auto& unit = std::get<BatchNormUnit>(world.net.nodes[0].unit);
  const Across<double> across{running, {}, 0};
  check_close(outputs(unit, {2}, 1, 1, world.parameters, &across),
              {2 * (2 - running[0]) / std::sqrt(running[1] + 1e-5) + 0.5});
}

TEST_CASE("dropout scales up what it lets through, and predicts unchanged") {
  const DropoutUnit unit{1000, 0.25};
  const Numbers ones(1000, 1);
  Numbers out(1000);
  Scratch<double> scratch;
  Rng rng(1);
  const double* in = ones.data();
  unit.forward(
      Forward<double>{1, {}, {&in, 1}, out.data(), &rng, nullptr, &scratch});
  const auto zeros = std::count(out.begin(), out.end(), 0.0);
  // Binomial(1000, 1/4): five deviations are 68.
  CHECK(std::abs(zeros - 250) < 68);
  CHECK(std::count(out.begin(), out.end(), 1 / 0.75) == 1000 - zeros);
  CHECK(outputs(unit, ones, 1, 1000) == ones);
}

TEST_CASE("branches are added, or stand side by side pixel by pixel") {
  JoinUnit join{2, {1, 2}, 3};
  const Numbers a{1, 2};
  const Numbers b{3, 4, 5, 6};
  const double* in[] = {a.data(), b.data()};
  Numbers out(6);
  join.forward(
      Forward<double>{1, {}, in, out.data(), nullptr, nullptr, nullptr});
  CHECK(out == Numbers{1, 3, 4, 2, 5, 6});
  Numbers sum(2);
  AddUnit{2}.forward(
      Forward<double>{1, {}, in, sum.data(), nullptr, nullptr, nullptr});
  CHECK(sum == Numbers{4, 6});
}

double loss_at(const Loss& loss, Numbers out, double y, std::size_t columns) {
  Numbers gradient(out.size());
  const double one = 1;
  return loss_of(loss, out.data(), &y, &one, 1, columns, gradient.data()).loss;
}

TEST_CASE("cross entropy, smoothed and weighted, is as worked out by hand") {
  Loss loss{.class_weights = {}};
  CHECK(loss_at(loss, {1, 2, 3}, 2, 3) == Approx(0.40760596444438013));
  loss.smoothing = 0.1;
  CHECK(loss_at(loss, {1, 2, 3}, 2, 3) == Approx(0.5076059644443801));
  loss.class_weights = {1, 1, 2};
  CHECK(loss_at(loss, {1, 2, 3}, 2, 3) == Approx(0.8880381979258016));
}

TEST_CASE("far scores neither overflow nor lose the loss") {
  std::vector<float> out{1000, 0, -1000};
  std::vector<float> g(3);
  const float wanted = 1;
  const float one = 1;
  const LossSum sum = loss_of(Loss{.class_weights = {}}, out.data(), &wanted,
                              &one, 1, 3, g.data());
  CHECK(sum.loss == Approx(1000));
  CHECK(g == std::vector<float>{1, -1, 0});
}

TEST_CASE("losses of numbers are their formulas") {
  CHECK(loss_at({.type = LossType::mse, .class_weights = {}}, {3}, 1, 1) == 4);
  CHECK(loss_at({.type = LossType::mae, .class_weights = {}}, {3}, 1, 1) == 2);
  const Loss huber{.type = LossType::huber, .delta = 1.5, .class_weights = {}};
  CHECK(loss_at(huber, {2}, 1, 1) == 0.5);
  CHECK(loss_at(huber, {3.5}, 1, 1) == 1.5 * (2.5 - 0.75));
  CHECK(loss_at(huber, {-1.5}, 1, 1) == 1.5 * (2.5 - 0.75));
}

TEST_CASE("row weights count in loss, gradient and mean") {
  Numbers out{3, 3};
  const Numbers y{1, 1};
  const Numbers weights{2, 0};
  Numbers gradient(2);
  const LossSum sum =
      loss_of(Loss{.type = LossType::mse, .class_weights = {}}, out.data(),
              y.data(), weights.data(), 2, 1, gradient.data());
  CHECK(sum.loss == 8);
  CHECK(sum.weight == 2);
  CHECK(gradient == Numbers{8, 0});
}

TEST_CASE("weights begin with the variance that their paper gives") {
  const auto deviation = [](Init init) {
    NetSpec spec = spec_of({dense(200)});
    spec.init = init;
    const Net net = net_of(spec, 300, 1);
    Rng rng(5);
    const auto p = initial_parameters<double>(net, rng);
    double square = 0;
    for (std::size_t i = 0; i < 60'000; ++i) square += p[i] * p[i];
    return std::sqrt(square / 60'000);
  };
  // 60,000 draws: the deviation is known to about 0.3 %.
  CHECK(deviation(Init::he) == Approx(std::sqrt(2.0 / 300)).epsilon(0.02));
  CHECK(deviation(Init::lecun) == Approx(std::sqrt(1.0 / 300)).epsilon(0.02));
  CHECK(deviation(Init::xavier) == Approx(std::sqrt(2.0 / 500)).epsilon(0.02));
}

TEST_CASE("a net that its data does not fit is refused with the place") {
  const auto net = build_net(
      spec_of({layer_of(LayerType::flatten)}, ImageSize{2, 2, 1}), 5, 2);
  REQUIRE_FALSE(net);
  CHECK(net.error().fault == Fault::data);
  CHECK(net.error().message ==
        "model: input: 2x2x1 are 4 numbers, but the data has 5 features");
  CHECK_FALSE(build_net(spec_of({}), 0, 2));
}

}  // namespace
}  // namespace mlb::learn
