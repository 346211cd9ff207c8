// The spec hash: SHA-256 of the resolved spec without what cannot change the
// result, and with each value in the one form that stands for it.
#include <algorithm>

#include "job/model_ref.h"
#include "job/what_counts.h"
#include "spec/spec.h"

namespace mlb::spec {
namespace {

/// Changes when the text that is hashed changes its form.
constexpr std::string_view kVersion = "mlbatch.spec/5\n";

void drop_what_changes_nothing(JobSpec& spec) {
  const JobSpec fresh;
  spec.name = fresh.name;
  spec.description = fresh.description;
  spec.tags = fresh.tags;
  spec.labels = fresh.labels;
  spec.resources = fresh.resources;
  spec.retry = fresh.retry;
  spec.require = fresh.require;
  spec.keep = fresh.keep;
  spec.train = train_that_counts(spec);
}

void write_out_defaults(JobSpec& spec) {
  auto& mode = spec.train.early_stop_mode;
  if (mode == EarlyStopMode::automatic) {
    mode = spec.data.split.valid > 0 ? EarlyStopMode::on : EarlyStopMode::off;
  }
  spec.data.split.seed = spec.data.split.seed.value_or(spec.seed);
  std::sort(spec.metrics.begin(), spec.metrics.end());
  std::sort(spec.features.include.begin(), spec.features.include.end());
  std::sort(spec.features.exclude.begin(), spec.features.exclude.end());
}

}  // namespace

Digest spec_hash(const JobSpec& spec) {
  JobSpec plain = spec;
  drop_what_changes_nothing(plain);
  write_out_defaults(plain);
  if (!plain.data.digest.is_none()) {
    plain.data.path = "sha256:" + plain.data.digest.text();
  }
  ModelRef* model = named_model(plain);
  if (model != nullptr && !model->digest.is_none()) model->name.clear();
  const std::string text = std::string(kVersion) + to_yaml(plain);
  return sha256(view_of(text));
}

}  // namespace mlb::spec
