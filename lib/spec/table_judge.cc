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
    {.path = "evaluate.bootstrap",
     .doc = "intervals around the metrics of each split, by the percentile "
            "bootstrap: test.auc.lo and test.auc.hi beside test.auc",
     .short_key = "samples"},
    {.path = "evaluate.bootstrap.samples",
     .type = Type::integer,
     .doc = "of the rows, drawn with the seed; 0: no intervals",
     .access = at<&JobSpec::evaluate, &EvaluateSpec::bootstrap,
                  &Bootstrap::samples>(),
     .range = {0, 100'000}},
    {.path = "evaluate.bootstrap.ci",
     .type = Type::real,
     .doc = "share of the samples between .lo and .hi",
     .access =
         at<&JobSpec::evaluate, &EvaluateSpec::bootstrap, &Bootstrap::ci>(),
     .range = {0, 1, true, true}},
    {.path = "evaluate.slices",
     .type = Type::text_list,
     .doc = "columns whose values are groups, each with its own metrics: "
            "test.auc[country=DE]; nan where a group has too few classes",
     .access = at<&JobSpec::evaluate, &EvaluateSpec::slices>(),
     .rule = "at most 1000 metrics of groups"},
    {.path = "evaluate.importance",
     .doc = "what each column is worth to the model: importance.csv",
     .short_key = "type"},
    {.path = "evaluate.importance.type",
     .type = Type::word,
     .doc = "permutation: how much worse the first metric becomes when the "
            "column's values are dealt out anew among the test rows",
     .access =
         at<&JobSpec::evaluate, &EvaluateSpec::importance, &Importance::type>(),
     .words = "none permutation"},
    {.path = "evaluate.importance.permutation",
     .doc = "keys of importance of type permutation",
     .short_key = "repeats"},
    {.path = "evaluate.importance.permutation.repeats",
     .type = Type::integer,
     .doc = "for mean and deviation",
     .access = at<&JobSpec::evaluate, &EvaluateSpec::importance,
                  &Importance::repeats>(),
     .range = {1, 1000}},

    {.path = "predict",
     .doc = "of kind predict: what a model says of rows",
     .required = true},
    {.path = "predict.model",
     .type = Type::model,
     .doc = "what predicts, with the preparation that it was made with",
     .access = at_model<&JobSpec::predict, &PredictSpec::model>(),
     .fallback = "required",
     .required = true},
    {.path = "predict.format",
     .type = Type::word,
     .doc = "what the predictions are: predictions.csv, or predictions.h5, a "
            "data set",
     .access = at<&JobSpec::predict, &PredictSpec::format>(),
     .words = "csv h5"},
    {.path = "predict.probabilities",
     .type = Type::boolean,
     .doc = "of a classification also a column p_CLASS for each class",
     .access = at<&JobSpec::predict, &PredictSpec::probabilities>()},
    {.path = "predict.id",
     .type = Type::text,
     .doc = "a column that names the rows: it stands behind the row's number",
     .access = at<&JobSpec::predict, &PredictSpec::id>(),
     .fallback = "none"},
    {.path = "predict.input",
     .type = Type::text_list,
     .doc = "columns, names or globs, that are copied beside the predictions",
     .access = at<&JobSpec::predict, &PredictSpec::input>()},
};
// clang-format on

}  // namespace

std::span<const Field> judge_fields() {
  return kFields;
}

}  // namespace mlb::spec
