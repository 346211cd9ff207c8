// k-means against published sums of squares.
#include "learn/kmeans.h"
#include "learn_world.h"

using namespace mlb;
using namespace mlb::learn;

namespace {

JobSpec clusters(int k, int starts = 10, int threads = 1) {
  KmeansSpec spec;
  spec.k = k;
  spec.n_init = starts;
  return spec_of(spec, threads);
}

double inertia_on(const std::string& set, int k) {
  // All rows: fold -1 leaves none out.
  const auto trial = run_trial(shipped_set(set), -1, clusters(k));
  if (!trial) FAIL(trial.error().message);
  return inertia(*trial->model->predict(trial->train.x));
}

}  // namespace

TEST_CASE("two heaps have their means as centres") {
  const Design d = design_of({{0, 0}, {0, 2}, {10, 10}, {10, 12}}, {});
  const auto model = trained(clusters(2), {}, d);
  const auto& centres = dynamic_cast<const KmeansModel&>(*model).centres();
  const Row first = {centres.values[0], centres.values[1]};
  const Row second = {centres.values[2], centres.values[3]};
  CHECK((first == Row{0, 1} || first == Row{10, 11}));
  CHECK((second == Row{0, 1} || second == Row{10, 11}));
  CHECK(first != second);
  CHECK(inertia(*model->predict(d.x)) == 4);
}

TEST_CASE("iris and wine reach the published inertia") {
  // Best of 100 starts of scikit-learn 1.2 on standardised features.
  CHECK(inertia_on("iris", 3) == Approx(139.82).epsilon(0.005));
  CHECK(inertia_on("wine", 3) == Approx(1277.93).epsilon(0.005));
}

TEST_CASE("k-means is the same with any number of threads") {
  Rng rng(2);
  std::vector<Row> rows;
  for (int i = 0; i < 9000; ++i) {
    rows.push_back(
        {static_cast<float>(rng.normal()), static_cast<float>(rng.normal())});
  }
  const Design d = design_of(rows, {});
  const auto one = trained(clusters(5, 2, 1), {}, d);
  const auto three = trained(clusters(5, 2, 3), {}, d);
  CHECK(bytes_of_model(*one) == bytes_of_model(*three));
}

TEST_CASE("k-means wants a row for each cluster") {
  CHECK(refusal(clusters(3), {}, design_of({{1}, {2}}, {})) ==
        "kmeans: 3 clusters of 2 rows");
  CHECK(refusal(clusters(2), {}, design_of({{1}, {1}}, {})) == "trained");
}

TEST_CASE("random starts work, too") {
  JobSpec spec = clusters(2);
  std::get<KmeansSpec>(spec.model).init = KmeansInit::random;
  const Design d = design_of({{0}, {1}, {10}, {11}}, {});
  CHECK(inertia(*trained(spec, {}, d)->predict(d.x)) == Approx(1));
}

TEST_CASE("k-means that pauses anywhere ends as one that never did") {
  Rng rng(5);
  std::vector<Row> rows;
  for (int i = 0; i < 300; ++i) {
    rows.push_back(
        {static_cast<float>(rng.normal()), static_cast<float>(rng.normal())});
  }
  const Design d = design_of(rows, {});
  for (const KmeansInit init : {KmeansInit::plus_plus, KmeansInit::random}) {
    JobSpec spec = clusters(9, 3);
    std::get<KmeansSpec>(spec.model).init = init;
    const auto calm = bytes_of_model(*trained(spec, {}, d));
    // Asked to stop at every second question: in the middle of choosing
    // centres and of moving them; and each time another one goes on.
    int asked = 0;
    const auto often = [&asked] { return ++asked % 2 == 0; };
    auto trainer = make_trainer(spec, {}, often);
    REQUIRE(trainer->begin(d, kNoRows));
    int pauses = 0;
    for (StepReport report;;) {
      const auto more = trainer->step(report);
      REQUIRE(more);
      if (!*more) break;
      if (!report.paused) continue;
      ++pauses;
      Writer w;
      trainer->save_state(w);
      trainer = make_trainer(spec, {}, often);
      REQUIRE(trainer->begin(d, kNoRows));
      Reader r(w.bytes());
      REQUIRE(trainer->load_state(r));
    }
    CHECK(pauses > 10);
    CHECK(bytes_of_model(**trainer->finish()) == calm);
  }
}

TEST_CASE("k-means that is stopped early gives what it has") {
  const Design d = design_of({{0}, {1}, {10}, {11}}, {});
  int left = 0;
  const auto trainer =
      make_trainer(clusters(2), {}, [&left] { return left-- <= 0; });
  REQUIRE(trainer->begin(d, kNoRows));
  StepReport report;
  REQUIRE(*trainer->step(report));
  CHECK(report.paused);
  CHECK(trainer->finish().error().message ==
        "stopped before there were centres");
  left = 2;  // the second centre and one move
  REQUIRE(*trainer->step(report));
  CHECK(report.paused);
  CHECK(inertia(*(*trainer->finish())->predict(d.x)) == Approx(1));
}
