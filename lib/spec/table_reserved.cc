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
    "data.name",
    // other kinds
    "command", "files", "env", "outputs", "output", "cv", "tune", "pipeline"};

}  // namespace

std::span<const std::string_view> reserved_fields() {
  return kReserved;
}

}  // namespace mlb::spec
