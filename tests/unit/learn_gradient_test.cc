// Nets in double against central differences, and the arithmetic below them.
#include <catch2/catch.hpp>

#include <functional>

#include "learn/net/net.h"

using namespace mlb;
using namespace mlb::learn;

namespace {

Layer dense(int units, bool bias = true) {
  return {LayerType::dense, units, bias, 0};
}
Layer layer(LayerType type, double rate = 0) {
  return {type, 0, true, rate};
}

constexpr std::size_t kRows = 4;
constexpr std::size_t kInputs = 3;

/// A net on random rows whose loss can be asked for at any parameters.
struct Problem {
  NetShape shape;
  bool classes;
  std::vector<double> x, y;
  std::vector<float> labels;
  std::vector<double> at;

  Problem(const std::vector<Layer>& layers, bool classification)
      : shape(layers, kInputs, classification ? 3 : 1),
        classes(classification) {
    Rng rng(7);
    for (std::size_t i = 0; i < kRows * kInputs; ++i) x.push_back(rng.normal());
    for (std::size_t i = 0; i < kRows; ++i) {
      y.push_back(rng.normal());
      labels.push_back(static_cast<float>(rng.below(3)));
    }
    at = initial_weights<double>(shape, rng);
    // Biases at zero would hide mistakes.
    for (auto& p : at) p += 0.1 * rng.normal();
  }

  /// Dropout draws the same units each time.
  double loss(const std::vector<double>& p, std::vector<double>* gradient) {
    NetWorkspace<double> work;
    Rng dropout(11);
    forward<double>(shape, p, x.data(), kRows, &dropout, work);
    std::vector<double> out_gradient(kRows * shape.outputs);
    double* out = work.outputs.back().data();
    const double value =
        classes ? cross_entropy(out, labels.data(), kRows, shape.outputs,
                                out_gradient.data())
                : squared_error(out, y.data(), kRows, out_gradient.data());
    if (gradient != nullptr) {
      gradient->assign(shape.parameters, 0);
      backward<double>(shape, p, x.data(), kRows, out_gradient.data(), work,
                       *gradient);
    }
    return value;
  }

  double difference(std::size_t i) {
    constexpr double step = 1e-5;
    auto p = at;
    p[i] = at[i] + step;
    const double above = loss(p, nullptr);
    p[i] = at[i] - step;
    return (above - loss(p, nullptr)) / (2 * step);
  }
};

void check_gradient(const std::vector<Layer>& layers) {
  for (const bool classes : {true, false}) {
    Problem problem(layers, classes);
    std::vector<double> gradient;
    problem.loss(problem.at, &gradient);
    double largest = 0;
    for (const double g : gradient) largest = std::max(largest, std::fabs(g));
    REQUIRE(largest > 0);
    int moved = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      const double want = problem.difference(i);
      const double size =
          std::max({std::fabs(want), std::fabs(gradient[i]), 1e-3 * largest});
      CAPTURE(classes, i, want, gradient[i]);
      CHECK(std::fabs(gradient[i] - want) <= 1e-6 * size);
      moved += gradient[i] != 0 ? 1 : 0;
    }
    CHECK(moved * 2 > static_cast<int>(gradient.size()));
  }
}

}  // namespace

TEST_CASE("gradients of dense layers are exact, with and without bias") {
  check_gradient({});
  check_gradient({dense(5)});
  check_gradient({dense(5, false), dense(4)});
}

TEST_CASE("gradients of every activation are exact, alone and stacked") {
  for (const LayerType type : {LayerType::relu, LayerType::tanh,
                               LayerType::sigmoid, LayerType::softmax}) {
    CAPTURE(static_cast<int>(type));
    check_gradient({dense(6), layer(type)});
    check_gradient({dense(6), layer(type), dense(5, false), layer(type)});
    check_gradient({layer(type), dense(6), layer(LayerType::tanh)});
  }
}

TEST_CASE("gradients of dropout are those of the units that stay") {
  check_gradient({dense(12), layer(LayerType::dropout, 0.3), dense(9),
                  layer(LayerType::tanh), layer(LayerType::dropout, 0.2)});
  check_gradient({layer(LayerType::dropout, 0.2), dense(5)});
}

TEST_CASE("gradients add up over calls") {
  Problem problem({dense(4), layer(LayerType::tanh)}, true);
  std::vector<double> once;
  problem.loss(problem.at, &once);
  NetWorkspace<double> work;
  Rng dropout(11);
  forward<double>(problem.shape, problem.at, problem.x.data(), kRows, &dropout,
                  work);
  std::vector<double> out_gradient(kRows * 3);
  cross_entropy(work.outputs.back().data(), problem.labels.data(), kRows, 3,
                out_gradient.data());
  std::vector<double> sum = once;
  backward<double>(problem.shape, problem.at, problem.x.data(), kRows,
                   out_gradient.data(), work, sum);
  for (std::size_t i = 0; i < sum.size(); ++i) {
    CHECK(sum[i] == Approx(2 * once[i]).margin(1e-14));
  }
}

TEST_CASE("softmax and cross-entropy have their closed form") {
  // exp(log k) = k: probabilities k / 10, loss -log of the wanted one.
  std::vector<double> v{std::log(1), std::log(2), std::log(3), std::log(4)};
  auto p = v;
  softmax_rows(p.data(), 1, 4);
  for (int k = 0; k < 4; ++k) {
    CHECK(p[static_cast<std::size_t>(k)] == Approx((k + 1) / 10.0));
  }
  const float wanted = 2;
  std::vector<double> g(4);
  CHECK(cross_entropy(v.data(), &wanted, 1, 4, g.data()) ==
        Approx(-std::log(0.3)).epsilon(1e-14));
  CHECK(v[2] == Approx(0.3));
  CHECK(g[2] == Approx(0.3 - 1));
  CHECK(g[3] == Approx(0.4));
}

TEST_CASE("far scores neither overflow nor lose the loss") {
  std::vector<float> v{1000, 0, -1000};
  std::vector<float> g(3);
  const float wanted = 1;
  CHECK(cross_entropy(v.data(), &wanted, 1, 3, g.data()) == Approx(1000));
  CHECK(g[0] == 1);
  CHECK(g[1] == -1);
}

TEST_CASE("squared error sums up and has twice the difference as gradient") {
  const std::vector<double> v{1, 5}, y{3, 4};
  std::vector<double> g(2);
  CHECK(squared_error(v.data(), y.data(), 2, g.data()) == 5);
  CHECK(g == std::vector<double>{-4, 2});
}

TEST_CASE("dropout keeps the expected value and passes all in prediction") {
  const NetShape shape({layer(LayerType::dropout, 0.25)}, 20000, 1);
  const std::vector<float> p(shape.parameters, 0);
  const std::vector<float> x(20000, 3);
  NetWorkspace<float> work;
  Rng rng(5);
  forward<float>(shape, p, x.data(), 1, &rng, work);
  std::size_t dropped = 0;
  for (const float v : work.outputs[0]) {
    if (v == 0) ++dropped;
    if (v != 0) REQUIRE(v == Approx(4));  // 3 / (1 - 0.25)
  }
  // A binomial of deviation sqrt(20000 * 0.25 * 0.75) = 61; five of them.
  CHECK(std::fabs(static_cast<double>(dropped) - 5000) < 306);
  forward<float>(shape, p, x.data(), 1, nullptr, work);
  CHECK(work.outputs[0] == x);
}

TEST_CASE("first weights have the variance of He and biases are zero") {
  const NetShape shape({dense(200)}, 100, 1);
  Rng rng(3);
  const auto w = initial_weights<float>(shape, rng);
  double squares = 0;
  for (std::size_t i = 0; i < 20000; ++i) {
    squares += static_cast<double>(w[i]) * static_cast<double>(w[i]);
  }
  // 20,000 squares of variance 2 * 0.02^2: 5 deviations are 5 %.
  CHECK(squares / 20000 == Approx(0.02).epsilon(0.05));
  for (std::size_t i = 0; i < 200; ++i) CHECK(w[shape.layers[0].bias + i] == 0);
}

namespace {

/// The largest error in units of the last place of float.
double worst(const std::function<float(float)>& ours,
             const std::function<double(double)>& truth, float from, float to) {
  double out = 0;
  for (int i = 0; i <= 100000; ++i) {
    const float x = from + (to - from) * static_cast<float>(i) / 100000;
    const double want = truth(static_cast<double>(x));
    const double ulp = static_cast<double>(
        std::nextafter(std::fabs(static_cast<float>(want)), 1e30f) -
        std::fabs(static_cast<float>(want)));
    out = std::max(out, std::fabs(static_cast<double>(ours(x)) - want) / ulp);
  }
  return out;
}

}  // namespace

TEST_CASE("our exp, log and tanh are within a few units of the last place") {
  const auto e = [](float x) { return ops::exp(x); };
  const auto l = [](float x) { return ops::log(x); };
  const auto t = [](float x) { return ops::tanh(x); };
  using Function = double (*)(double);
  CHECK(worst(e, static_cast<Function>(std::exp), -87, 88.7f) <= 2);
  CHECK(worst(l, static_cast<Function>(std::log), 1e-6f, 10) <= 2);
  CHECK(worst(l, static_cast<Function>(std::log), 10, 1e30f) <= 2);
  CHECK(worst(t, static_cast<Function>(std::tanh), -0.6f, 0.6f) <= 2);
  CHECK(worst(t, static_cast<Function>(std::tanh), -12, 12) <= 3);
}

TEST_CASE("our exp, log and tanh are right at the edges") {
  const float inf = std::numeric_limits<float>::infinity();
  CHECK(ops::exp(0.0f) == 1);
  CHECK(ops::exp(-200.0f) == 0);
  CHECK(ops::exp(200.0f) == inf);
  CHECK(std::isnan(ops::exp(std::nanf(""))));
  CHECK(ops::log(1.0f) == 0);
  CHECK(ops::log(0.0f) == -inf);
  CHECK(std::isnan(ops::log(-1.0f)));
  CHECK(ops::log(inf) == inf);
  CHECK(ops::tanh(0.0f) == 0);
  CHECK(ops::tanh(50.0f) == 1);
  CHECK(ops::tanh(-inf) == -1);
  CHECK(std::isnan(ops::tanh(std::nanf(""))));
  CHECK(ops::sigmoid(0.0f) == 0.5f);
  CHECK(ops::sigmoid(-200.0f) == 0);
}

TEST_CASE("the matrix product is that of the definition, transposed or not") {
  Rng rng(1);
  constexpr std::size_t m = 3, n = 4, k = 5;
  std::vector<double> a(m * k), b(k * n), c(m * n, 1);
  for (auto& v : a) v = rng.normal();
  for (auto& v : b) v = rng.normal();
  std::vector<double> at(m * k), bt(k * n), want(m * n, 0);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t l = 0; l < k; ++l) at[l * m + i] = a[i * k + l];
  }
  for (std::size_t l = 0; l < k; ++l) {
    for (std::size_t j = 0; j < n; ++j) bt[j * k + l] = b[l * n + j];
  }
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      want[i * n + j] = 2;
      for (std::size_t l = 0; l < k; ++l) {
        want[i * n + j] += a[i * k + l] * b[l * n + j];
      }
    }
  }
  using ops::Transpose;
  for (const Transpose ta : {Transpose::no, Transpose::yes}) {
    for (const Transpose tb : {Transpose::no, Transpose::yes}) {
      auto out = c;
      ops::gemm(ta, tb, m, n, k, ta == Transpose::no ? a.data() : at.data(),
                tb == Transpose::no ? b.data() : bt.data(), 2.0, out.data());
      for (std::size_t i = 0; i < m * n; ++i) {
        CHECK(out[i] == Approx(want[i]).epsilon(1e-14));
      }
    }
  }
}

TEST_CASE("a weight multiplies a row's loss and its gradient") {
  const float wanted[] = {1, 0};
  const float weights[] = {3, 0};
  const std::vector<double> values{0.5, -1, 2, 0.25};
  std::vector<double> plain(4);
  std::vector<double> weighted(4);
  auto v = values;
  const double first = cross_entropy(v.data(), wanted, 1, 2, plain.data());
  v = values;
  const double loss =
      cross_entropy(v.data(), wanted, 2, 2, weighted.data(), weights);
  CHECK(loss == Approx(3 * first));
  CHECK(weighted[0] == Approx(3 * plain[0]));
  CHECK(weighted[1] == Approx(3 * plain[1]));
  CHECK(weighted[2] == 0);
  CHECK(weighted[3] == 0);
  const double y[] = {1, 1};
  const double x[] = {3, 7};
  CHECK(squared_error(x, y, 2, weighted.data(), weights) == Approx(12));
  CHECK(weighted[0] == Approx(12));
  CHECK(weighted[1] == 0);
}
