// Stored values, the identity of a submit, and that no field is forgotten.
#include <catch2/catch.hpp>

#include <functional>

#include "wire/wire.h"
#include "wire_random.h"

namespace mlb::wire {
namespace {

template <class T, class Encode, class Decode>
void goes_round(Encode encode_it, Decode decode_it) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    T value;
    Fill(seed).put(value);
    auto back = decode_it(encode_it(value));
    INFO("seed " << seed);
    REQUIRE(back);
    CHECK(dump_of(*back) == dump_of(value));
  }
}

TEST_CASE("stored values come back as they were") {
  goes_round<JobSpec>(encode_spec, decode_spec);
  goes_round<Item>(encode_item, decode_item);
  goes_round<Live>(encode_live, decode_live);
  goes_round<Outcome>(encode_outcome, decode_outcome);
  goes_round<Envelope>(encode_envelope, decode_envelope);
  goes_round<JobRow>(encode_job_row, decode_job_row);
  goes_round<EventRow>(encode_event_row, decode_event_row);
}

TEST_CASE("a default spec is equal after its journey") {
  const JobSpec spec;
  auto back = decode_spec(encode_spec(spec));
  REQUIRE(back);
  CHECK(*back == spec);
}

TEST_CASE("a rule that fills in a constant travels") {
  JobSpec spec;
  spec.columns = {
      {.pattern = "age", .missing = Missing::constant, .missing_value = "17"}};
  auto back = decode_spec(encode_spec(spec));
  REQUIRE(back);
  CHECK(*back == spec);
}

TEST_CASE("one kind of value is no other") {
  CHECK_FALSE(decode_spec(encode_item({})));
  CHECK_FALSE(decode_outcome(encode_live({})));
  CHECK_FALSE(decode_job_row({}));
}

Digest identity(const Submit& s) {
  auto frame = encode({{}, s});
  REQUIRE(frame);
  auto back = decode(*frame);
  REQUIRE(back);
  return std::get<Submit>(back->body).body;
}

Submit random_submit() {
  Submit s;
  Fill(77).put(s);
  return s;
}

TEST_CASE("a resent submit has the same identity") {
  Submit s = random_submit();
  const Digest first = identity(s);
  CHECK_FALSE(first.is_none());
  Message again{{}, s};
  again.header.n = 99;
  auto back = decode(*encode(again));
  REQUIRE(back);
  CHECK(std::get<Submit>(back->body).body == first);
}

TEST_CASE("job id, key and document are not part of a submit's identity") {
  Submit s = random_submit();
  const Digest first = identity(s);
  s.job = JobId::random();
  s.idempotency_key += "x";
  ++s.document;
  CHECK(identity(s) == first);
}

TEST_CASE("envelope, spec and source are a submit's identity") {
  const Digest first = identity(random_submit());
  Submit s = random_submit();
  ++s.envelope.priority;
  CHECK(identity(s) != first);
  s = random_submit();
  s.spec.push_back(0);
  CHECK(identity(s) != first);
  s = random_submit();
  s.source += " ";
  CHECK(identity(s) != first);
}

// ---- no field is forgotten ----

/// Turns into anything: used to count the members of an aggregate.
struct Any {
  template <class T>
  operator T() const;
};
template <class T, class... A>
constexpr std::size_t members() {
  if constexpr (requires { T{A{}..., Any{}}; }) {
    return members<T, A..., Any>();
  } else {
    return sizeof...(A);
  }
}

struct Count {
  std::size_t count = 0;
  template <class T>
  void operator()(const char*, T&) {
    ++count;
  }
};

template <class T>
void all_travel(std::size_t computed = 0) {
  T value{};
  Count count;
  fields(count, value);
  INFO(__PRETTY_FUNCTION__);
  CHECK(count.count == members<T>() - computed);
}

template <class... T>
void all_of_them(std::variant<T...>*) {
  (all_travel<T>(std::is_same_v<T, Submit> ? 1 : 0), ...);
}

TEST_CASE("every member of every struct travels") {
  all_of_them(static_cast<Body*>(nullptr));
  all_travel<Header>();
  all_travel<Session>();
  all_travel<JobView>();
  all_travel<WorkerView>();
  all_travel<HeldAttempt>();
  all_travel<EndedAttempt>();
  all_travel<Envelope>();
  all_travel<AttemptRow>();
  all_travel<JobRow>();
  all_travel<EventRow>();
  all_travel<Attempt>();
  all_travel<GateResult>();
  all_travel<Artefact>();
  all_travel<Outcome>();
  all_travel<Point>();
  all_travel<LogPiece>();
  all_travel<Item>();
  all_travel<Live>();
}

TEST_CASE("every member of a spec travels") {
  all_travel<JobSpec>();
  all_travel<Resources>();
  all_travel<Retry>();
  all_travel<Gate>();
  all_travel<Keep>();
  all_travel<SplitSpec>();
  all_travel<DataSpec>();
  all_travel<ColumnRule>();
  all_travel<Features>();
  all_travel<Layer>();
  all_travel<NetSpec>();
  all_travel<RidgeSpec>();
  all_travel<BaselineSpec>();
  all_travel<LogisticSpec>();
  all_travel<LinearSvmSpec>();
  all_travel<KnnSpec>();
  all_travel<NaiveBayesSpec>();
  all_travel<RandomForestSpec>();
  all_travel<BoostedTreesSpec>();
  all_travel<KernelSpec>();
  all_travel<SvmSpec>();
  all_travel<SvrSpec>();
  all_travel<KmeansSpec>();
  all_travel<Optimizer>();
  all_travel<EarlyStop>();
  all_travel<TrainSpec>();
}

}  // namespace
}  // namespace mlb::wire
