// The rows of the field table that lie below the kinds of job that use a model:
// "evaluate" and "predict".
#include "spec/access.h"
#include "spec/fields.h"

namespace mlb::spec {
namespace {

// clang-format off: one row, one paragraph
constexpr Field kFields[] = {
    {.path = "evaluate",
     .doc = "of kind evaluate: how a model is judged by rows with a target",
     .required = true},
    {.path = "evaluate.model",
     .type = Type::model,
     .doc = "what is judged, with the preparation that it was made with",
     .access = at_model<&JobSpec::evaluate, &EvaluateSpec::model>(),
     .fallback = "required",
     .required = true},

    {.path = "predict",
     .doc = "of kind predict: what a model says of rows",
     .required = true},
    {.path = "predict.model",
     .type = Type::model,
     .doc = "what predicts, with the preparation that it was made with",
     .access = at_model<&JobSpec::predict, &PredictSpec::model>(),
     .fallback = "required",
     .required = true},
};
// clang-format on

}  // namespace

std::span<const Field> judge_fields() {
  return kFields;
}

}  // namespace mlb::spec
