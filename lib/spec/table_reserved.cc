// The names that a later version will give a meaning: refused until then as
// not supported yet.
#include "spec/fields.h"

namespace mlb::spec {
namespace {

constexpr std::string_view kReserved[] = {
    // of every job
    "priority", "after", "after_any", "array", "extends", "vars", "matrix",
    "notify", "resources.gpus", "resources.queue_timeout", "resources.labels",
    "retry.factor", "retry.jitter", "keep.ttl",
    // data and preparation
    "data.name", "csv.escape", "csv.comment", "csv.encoding", "csv.decimal",
    "csv.thousands", "csv.skip", "csv.ragged", "columns.*.date_format",
    "columns.*.dates",
    // models
    "model.preset", "model.input", "model.init", "model.loss",
    "model.label_smoothing", "model.net.layers.dense.init",
    "model.net.layers.conv2d", "model.net.layers.maxpool",
    "model.net.layers.avgpool", "model.net.layers.global_avgpool",
    "model.net.layers.batchnorm", "model.net.layers.layernorm",
    "model.net.layers.leaky_relu", "model.net.layers.elu",
    "model.net.layers.gelu", "model.net.layers.silu", "model.net.layers.mish",
    "model.net.layers.softmax", "model.net.layers.flatten",
    "model.net.layers.embed", "model.net.layers.residual",
    "model.net.layers.concat", "model.net.layers.repeat",
    // training
    "train.steps", "train.time", "train.optimizer.rho", "train.schedule",
    "train.clip_norm", "train.l1", "train.l2", "train.class_weights",
    "train.threads", "train.validate_every", "train.checkpoint",
    "train.init_from", "train.on_nan",
    // other kinds
    "evaluate", "predict", "bootstrap", "slices", "importance", "command",
    "files", "env", "outputs", "output", "cv", "tune", "pipeline"};

}  // namespace

std::span<const std::string_view> reserved_fields() {
  return kReserved;
}

}  // namespace mlb::spec
