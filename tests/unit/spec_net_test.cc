// Nets and their training, from YAML to the job.
#include <catch2/catch.hpp>

#include "spec_world.h"

namespace mlb::spec {
namespace {

TEST_CASE("a net and its training reach the job") {
  const auto job = job_in(R"(
kind: train
data: a.csv
target: y
model: {type: net, layers: [dense, dense: 8, {dense: {units: 4, bias: false}},
                            relu, tanh, {sigmoid: {}}, dropout, dropout: 0.1]}
train:
  epochs: 1e2
  batch_size: 8.0
  shuffle: false
  optimizer: {type: sgd, lr: .5, momentum: 0, nesterov: true, weight_decay: 1}
  early_stop: {metric: valid.f1, patience: 2, min_delta: 0.01}
)");
  REQUIRE(job);
  const Layer dense{LayerType::dense, 64, true, 0};
  CHECK(std::get<NetSpec>(job->model).layers ==
        std::vector<Layer>{dense,
                           {LayerType::dense, 8, true, 0},
                           {LayerType::dense, 4, false, 0},
                           {LayerType::relu, 0, true, 0},
                           {LayerType::tanh, 0, true, 0},
                           {LayerType::sigmoid, 0, true, 0},
                           {LayerType::dropout, 0, true, 0.5},
                           {LayerType::dropout, 0, true, 0.1}});
  CHECK(job->train.epochs == 100);
  CHECK(job->train.batch_size == 8);
  CHECK_FALSE(job->train.shuffle);
  CHECK(job->train.optimizer.type == OptimizerType::sgd);
  CHECK(job->train.optimizer.learning_rate == 0.5);
  CHECK(job->train.optimizer.momentum == 0);
  CHECK(job->train.optimizer.nesterov);
  CHECK(job->train.optimizer.weight_decay == 1);
  CHECK(job->train.early_stop_mode == EarlyStopMode::on);
  CHECK(job->train.early_stop == EarlyStop{"valid.f1", 2, 0.01});
}

TEST_CASE("an embedding names columns, and how wide it makes them") {
  const auto first = [](const std::string& layer) {
    const auto job = job_in(text_with("model.net.layers", "[" + layer + "]"));
    REQUIRE(job);
    CHECK(job_in(to_yaml(*job)) == job);
    return std::get<NetSpec>(job->model).layers[0];
  };
  CHECK(first("embed") == Layer{.type = LayerType::embed, .columns = "*"});
  CHECK(first("embed: \"city*\"") ==
        Layer{.type = LayerType::embed, .columns = "city*"});
  CHECK(first("embed: {columns: city, dim: 8}") ==
        Layer{.type = LayerType::embed, .units = 8, .columns = "city"});
  CHECK(first("embed: {dim: auto}") ==
        Layer{.type = LayerType::embed, .columns = "*"});
}

TEST_CASE("an embedding that cannot be is named with its place") {
  const auto of = [](const std::string& layers, const std::string& more = "") {
    return errors_of("kind: train\ndata: a.csv\ntarget: y\n" + more +
                     "model: {type: net, layers: " + layers + "}\n");
  };
  CHECK(of("[relu, embed]") == "4:35 E215 model.layers[1]");
  CHECK(of("[concat: [[embed], []]]") ==
        "4:39 E215 model.layers[0].concat[0][0]");
  CHECK(of("[embed: {dim: 0}]") == "4:42 E214 model.layers[0].embed.dim");
  CHECK(of("[embed: \"\"]") == "4:29 E215 model.layers[0]");
  CHECK(of("[embed]") == "");
  CHECK(of("[embed], pca: 3") == "4:29 E215 model.layers[0]");
  CHECK(of("[embed], input: [2, 2, 1]") == "4:29 E215 model.layers[0]");
  CHECK(of("[embed: x]", "columns: {x: {type: real}}\n") ==
        "5:29 E215 model.layers[0]");
  CHECK(of("[embed: x]", "columns: {x: {encode: hash}}\n") ==
        "5:29 E215 model.layers[0]");
  CHECK(of("[embed: x]", "columns: {x: {type: category}}\n") == "");
}

TEST_CASE("layers that hold others and layers of images reach the job") {
  const auto job = job_in(R"(
kind: train
data: a.csv
target: y
model:
  type: net
  input: [8, 8, 2]
  layers:
    - conv2d: {filters: 4, kernel: 5, stride: 2, padding: 2, groups: 2}
    - conv2d: 6
    - {conv2d: {padding: valid}}
    - maxpool: {size: 2, stride: 2}
    - flatten
    - residual: [gelu, {layernorm: {}}]
    - concat: [[dense: 3], []]
    - repeat: {times: 3, layers: [batchnorm: {momentum: 0.2}]}
  init: xavier
  loss: {huber: 0.5}
)");
  REQUIRE(job);
  const auto& net = std::get<NetSpec>(job->model);
  CHECK(net.input == ImageSize{8, 8, 2});
  CHECK(net.init == Init::xavier);
  CHECK(net.loss == LossType::huber);
  CHECK(net.huber_delta == 0.5);
  REQUIRE(net.layers.size() == 8);
  CHECK(net.layers[0] == Layer{.type = LayerType::conv2d,
                               .units = 4,
                               .size = 5,
                               .stride = 2,
                               .padding = Padding::fixed,
                               .pad = 2,
                               .groups = 2});
  CHECK(net.layers[1] ==
        Layer{.type = LayerType::conv2d, .units = 6, .size = 3, .stride = 1});
  CHECK(net.layers[2].padding == Padding::valid);
  CHECK(net.layers[3] == Layer{.type = LayerType::maxpool, .size = 2});
  CHECK(net.layers[5].branches ==
        std::vector<std::vector<Layer>>{
            {{.type = LayerType::gelu}, {.type = LayerType::layernorm}}});
  CHECK(net.layers[6].branches ==
        std::vector<std::vector<Layer>>{
            {{.type = LayerType::dense, .units = 3}}, {}});
  CHECK(net.layers[7].times == 3);
  CHECK(net.layers[7].branches[0][0].momentum == 0.2);
}

TEST_CASE("a preset stands for its layers") {
  const auto layers = [](const std::string& value) {
    const auto job = job_in(text_with("model.net.preset", value));
    return job ? std::get<NetSpec>(job->model).layers : std::vector<Layer>{};
  };
  CHECK(layers("mlp_small") == NetSpec{}.layers);
  CHECK(layers("mlp_large").size() == 10);
  // cnn_small needs images.
  CHECK(errors_of(text_with("model.net.preset", "cnn_small")) ==
        "1:28 E215 model.layers[0]");
  CHECK(job_in(text_with("model",
                         "{type: net, preset: cnn_small, "
                         "input: [8, 8, 1]}")));
  CHECK(errors_of(text_with("model",
                            "{type: net, preset: mlp_small, "
                            "layers: [relu]}")) == "1:28 E116 model.preset");
}

TEST_CASE("options of training reach the job") {
  const auto job = job_in(R"(
kind: train
data: a.csv
target: y
model: net
train:
  steps: 500
  time: 2m
  schedule: {type: plateau, warmup: 3 epochs, factor: 0.2, min_lr: 1e-5}
  clip_norm: 1
  class_weights: {"yes": 3, "no": 0.5}
  threads: 2
  validate_every: 20 steps
  init_from: m.mlm
  on_nan: {type: rollback, max: 5}
)");
  REQUIRE(job);
  const TrainSpec& t = job->train;
  CHECK(t.steps == 500);
  CHECK(t.time == 2min);
  CHECK(t.schedule == Schedule{.type = ScheduleType::plateau,
                               .warmup = {SpanUnit::epochs, 3},
                               .factor = 0.2,
                               .min_rate = 1e-5});
  CHECK(t.clip_norm == 1);
  CHECK(t.class_weights.type == ClassWeightsType::given);
  CHECK(t.class_weights.weights ==
        std::map<std::string, double>{{"yes", 3}, {"no", 0.5}});
  CHECK(t.threads == 2);
  CHECK(t.init_from.name == "/jobs/m.mlm");
  CHECK(t.validate_every == TrainSpan{SpanUnit::steps, 20});
  CHECK(t.on_nan == OnNan{OnNanType::rollback, 0.5, 5});
}

TEST_CASE("threads and checkpoints do not change the hash of a spec") {
  const auto plain = job_in(kLeast);
  REQUIRE(plain);
  for (const auto& text : {text_with("train.threads", "2"),
                           text_with("train.checkpoint.keep", "3"),
                           text_with("train.checkpoint.every", "5 epochs")}) {
    const auto other = job_in(text);
    REQUIRE(other);
    CHECK(spec_hash(*plain) == spec_hash(*other));
  }
}

}  // namespace
}  // namespace mlb::spec
