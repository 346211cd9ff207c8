// Support vector machines against problems with known solutions.
#include "learn/svm.h"
#include "learn_world.h"

using namespace mlb;
using namespace mlb::learn;

namespace {

SvmSpec machine(KernelType type, double c) {
  SvmSpec out;
  out.c = c;
  out.kernel.type = type;
  return out;
}

}  // namespace

TEST_CASE("the widest margin between two points lies in the middle") {
  const Design d = design_of({{1, 0}, {3, 0}}, {0, 1});
  const auto solved =
      solve_classes({d.x, {0, 1}, {-1, 1}}, 100, 100,
                    {{KernelType::linear, 1, 0, 1}, 1 << 20, never});
  REQUIRE(solved);
  // f(x) = x - 2: w = sum alpha y x = 1, bias 2, alpha 1/2 each.
  const Machines m =
      Machines::keep_used({KernelType::linear, 1, 0, 1}, d.x, {*solved});
  const auto scores = m.scores(design_of({{1, 5}, {2, 5}, {7, 0}}, {}).x);
  CHECK(scores[0] == Approx(-1).epsilon(1e-3));
  CHECK(std::fabs(scores[1]) < 1e-3);
  CHECK(scores[2] == Approx(5).epsilon(1e-3));
}

TEST_CASE("exclusive or is learned by a kernel") {
  std::vector<Row> rows;
  std::vector<float> y;
  for (int i = 0; i < 40; ++i) {
    const int a = i % 2;
    const int b = i / 2 % 2;
    const float shift = static_cast<float>(i) / 400;
    rows.push_back({static_cast<float>(a) + shift, static_cast<float>(b)});
    y.push_back(a == b ? 0.0f : 1.0f);
  }
  const Design d = design_of(rows, y);
  for (const KernelType type : {KernelType::rbf, KernelType::poly}) {
    SvmSpec spec = machine(type, 10);
    spec.kernel.coef0 = 1;
    const auto model = trained(spec_of(spec), classes_plan(2), d);
    CHECK(answer(*model, {0, 0})[0] > 0.8f);
    CHECK(answer(*model, {1, 1})[0] > 0.8f);
    CHECK(answer(*model, {0, 1})[1] > 0.8f);
    CHECK(answer(*model, {1, 0})[1] > 0.8f);
  }
}

TEST_CASE("gamma follows the data") {
  const Design d = design_of({{0, 0}, {2, 2}}, {0, 1});
  KernelSpec spec;
  // Variance of 0 0 2 2 is 1, and there are two features.
  CHECK(kernel_for(spec, d.x).gamma == Approx(0.5));
  spec.gamma.word = Gamma::automatic;
  CHECK(kernel_for(spec, d.x).gamma == Approx(0.5));
  const Design wide = design_of({{0, 0}, {4, 4}}, {0, 1});
  CHECK(kernel_for({}, wide.x).gamma == Approx(0.125));
  spec.gamma = {Gamma::number, 3};
  CHECK(kernel_for(spec, d.x).gamma == 3);
}

TEST_CASE("kernels are those of their formulas") {
  // Rows (1, 2) and (3, -1): product 1, squared lengths 5 and 10.
  CHECK(Kernel{KernelType::linear, 2, 1, 3}(1, 5, 10) == 1);
  CHECK(Kernel{KernelType::poly, 2, 1, 3}(1, 5, 10) == 27);
  CHECK(Kernel{KernelType::rbf, 0.1, 1, 3}(1, 5, 10) ==
        Approx(std::exp(-1.3)).epsilon(1e-6));
  CHECK(Kernel{KernelType::sigmoid, 0.5, 1, 3}(1, 5, 10) ==
        Approx(std::tanh(1.5)));
}

TEST_CASE("without probabilities the votes are told") {
  SvmSpec spec = machine(KernelType::linear, 10);
  spec.probability = false;
  const auto model =
      trained(spec_of(spec), classes_plan(1, {"a", "b", "c"}),
              design_of({{0}, {1}, {5}, {6}, {10}, {11}}, {0, 0, 1, 1, 2, 2}));
  CHECK(answer(*model, {5.5f})[1] == Approx(2.0 / 3));
  CHECK(answer(*model, {11})[2] == Approx(2.0 / 3));
}

TEST_CASE("machines are the same with any number of threads") {
  const FoldedSet iris = shipped_set("iris");
  const auto one = run_trial(iris, 0, spec_of(SvmSpec{}, 1));
  const auto three = run_trial(iris, 0, spec_of(SvmSpec{}, 3));
  REQUIRE(one);
  REQUIRE(three);
  CHECK(bytes_of_model(*one->model) == bytes_of_model(*three->model));
}

TEST_CASE("regression by support vectors stays within epsilon of a line") {
  std::vector<Row> rows;
  std::vector<float> y;
  for (int i = 0; i < 21; ++i) {
    rows.push_back({static_cast<float>(i) / 10 - 1});
    y.push_back(static_cast<float>(i) / 5);
  }
  SvrSpec spec;
  spec.c = 100;
  spec.epsilon = 0.05;
  spec.kernel.type = KernelType::linear;
  const auto model =
      trained(spec_of(spec), numbers_plan(1), design_of(rows, y));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(std::fabs(answer(*model, rows[i])[0] - y[i]) < 0.052f);
  }
}

TEST_CASE("machines refuse what they cannot weigh or predict") {
  Design d = design_of({{1}, {2}, {3}}, {0, 0, 1});
  d.weights = {1, 2, 1};
  CHECK(refusal(spec_of(SvmSpec{}), classes_plan(1), d) ==
        "svm takes no weights of single rows");
  d.weights = {1, 1, 2};
  CHECK(refusal(spec_of(SvmSpec{}), classes_plan(1), d) == "trained");
  CHECK(refusal(spec_of(SvrSpec{}), classes_plan(1), d) ==
        "svr predicts numbers; the target 'y' has classes");
}
