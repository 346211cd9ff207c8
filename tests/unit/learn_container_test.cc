// The model file: what is packed comes back, any damage is refused.
#include <catch2/catch.hpp>

#include <functional>

#include "fuzz/use_model.h"
#include "learn/net/net_model.h"
#include "learn/ridge.h"
#include "unit/plan_inputs.h"

using namespace mlb;
using namespace mlb::learn;

namespace {

prep::Plan small_plan(prep::Task task) {
  prep::Plan plan;
  plan.task = task;
  plan.target = "y";
  if (task == prep::Task::classification) plan.classes = {"a", "b"};
  prep::Feature number;
  number.name = "x";
  number.mean = 2;
  number.scale = 3;
  prep::Feature color;
  color.name = "c";
  color.kind = prep::FeatureKind::onehot;
  color.levels = {"blue"};
  plan.features = {number, color};
  return prep::with_inputs(plan);
}

const Bytes kRecord = bytes_of("what determined it");

Bytes packed_ridge() {
  return pack_model(small_plan(prep::Task::regression), kRecord,
                    RidgeModel({1.5, -2}, 0.25, {}));
}

Bytes packed_net() {
  const auto plan = small_plan(prep::Task::classification);
  const NetSpec spec{.layers = {{LayerType::dense, 1, true, 0},
                                {LayerType::dropout, 0, true, 0.25}},
                     .input = {}};
  auto net = build_net(spec, 2, 2);
  REQUIRE(net);
  return pack_model(plan, kRecord,
                    NetModel(spec, std::move(*net), plan,
                             {{0.5f, -1, 0.25f, 2, -3, 0.125f, 1}, {}}));
}

std::string refusal_of(ByteView bytes) {
  auto model = unpack_model(bytes);
  if (model) return "";
  CHECK(model.error().fault == Fault::integrity);
  return model.error().message;
}

/// The content of a net's file with this payload.
Bytes net_with(const std::function<void(Writer&)>& payload) {
  Writer body;
  body.text("net");
  small_plan(prep::Task::classification).save(body);
  body.block(kRecord);
  payload(body);
  return sealed_model(body.bytes());
}

}  // namespace

TEST_CASE("a model, its plan and its record come back") {
  const prep::Matrix x{2, 2, {1, 0, -4, 1}};
  for (const auto& bytes : {packed_ridge(), packed_net()}) {
    auto stored = unpack_model(bytes);
    REQUIRE(stored);
    CHECK(stored->record == kRecord);
    CHECK(stored->plan.features.size() == 2);
    CHECK(stored->plan.features[1].levels == std::vector<std::string>{"blue"});
    CHECK(pack_model(stored->plan, stored->record, *stored->model) == bytes);
  }
  auto ridge = unpack_model(packed_ridge());
  CHECK(ridge->model->kind() == "ridge");
  CHECK(ridge->model->predict(x)->values == std::vector<float>{1.75, -7.75});
  auto net = unpack_model(packed_net());
  CHECK(net->model->kind() == "net");
  const auto plan = small_plan(prep::Task::classification);
  CHECK(net->model->predict(x)->values.size() == 4);
}

TEST_CASE("any byte that is another one is refused") {
  for (const auto& good : {packed_ridge(), packed_net()}) {
    for (std::size_t i = 0; i < good.size(); ++i) {
      for (const int flip : {0x01, 0x80, 0xff}) {
        auto bad = good;
        bad[i] = static_cast<std::uint8_t>(bad[i] ^ flip);
        CAPTURE(i, flip);
        CHECK_FALSE(refusal_of(bad).empty());
      }
    }
  }
}

TEST_CASE("a file that ends anywhere too early is refused, and a longer one") {
  for (auto bytes : {packed_ridge(), packed_net()}) {
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      CAPTURE(n);
      CHECK_FALSE(refusal_of(ByteView(bytes).first(n)).empty());
    }
    bytes.push_back(0);
    CHECK(refusal_of(bytes) == "the model file has the wrong length");
  }
}

TEST_CASE("refusals say what the file is not") {
  CHECK(refusal_of(view_of("PK\3\4 something else")) ==
        "the model file does not begin like one of mlbatch");
  auto newer = packed_ridge();
  newer[8] = 2;
  CHECK(refusal_of(newer) ==
        "the model file is of version 2; this program reads version 1");
  auto damaged = packed_ridge();
  damaged.back() ^= 1;
  CHECK(refusal_of(damaged) ==
        "the model file is damaged: its SHA-256 differs");
}

TEST_CASE("content that a right digest covers is still not trusted") {
  const auto good = packed_net();
  const ByteView body = ByteView(good).subspan(kModelHead);
  REQUIRE(sealed_model(body) == good);
  for (std::size_t n = 0; n < body.size(); ++n) {
    CAPTURE(n);
    CHECK_FALSE(refusal_of(sealed_model(body.first(n))).empty());
  }
  Bytes longer(body.begin(), body.end());
  longer.push_back(0);
  CHECK(refusal_of(sealed_model(longer)) ==
        "the model file has bytes after its end");
  Writer other;
  other.text("oracle");
  other.raw(body.subspan(8 + 3));
  CHECK(refusal_of(sealed_model(other.bytes())) ==
        "the model is of an unknown kind: oracle");
}

TEST_CASE("a net that its payload does not describe is refused") {
  const auto head = [](Writer& w, std::uint32_t layers) {
    w.number<std::uint8_t>(1);
    w.number<std::uint8_t>(0);
    for (int i = 0; i < 3; ++i) w.number<std::int32_t>(1);
    w.number(layers);
  };
  const auto layer = [](Writer& w, std::uint8_t type, std::int32_t units) {
    w.number(type);
    w.number(units);
    for (int i = 0; i < 5; ++i) w.number<std::int32_t>(1);
    w.number<std::uint8_t>(1);
    w.number<std::uint8_t>(0);
    for (int i = 0; i < 3; ++i) w.number<double>(0);
    w.number<std::uint32_t>(0);
  };
  const auto weights = [](Writer& w, std::size_t count) {
    w.numbers<float>(std::vector<float>(count));
    w.numbers<float>({});
  };
  const auto refused = [&](std::uint8_t type, std::int32_t units,
                           std::uint32_t count, std::size_t parameters) {
    const auto payload = [&](Writer& w) {
      head(w, count);
      for (std::uint32_t i = 0; i < count; ++i) layer(w, type, units);
      weights(w, parameters);
    };
    const std::string refusal = refusal_of(net_with(payload));
    CHECK((refusal.empty() || refusal == "the net in the model is damaged"));
    return !refusal.empty();
  };
  CHECK_FALSE(refused(0, 1, 1, 7));
  CHECK(refused(0, 1, 1, 6));      // more parameters are needed
  CHECK(refused(99, 1, 1, 7));     // no such type of layer
  CHECK(refused(0, 65537, 1, 7));  // one past the limits
  CHECK_FALSE(refused(1, 0, 256, 6));
  CHECK(refused(1, 0, 257, 6));
}
