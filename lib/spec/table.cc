// The rows of the field table, in the order of to_yaml and of the manual.
// Keep in step with mlbatch-jobspec(5): a test compares them.
#include "spec/access.h"
#include "spec/fields.h"

namespace mlb::spec {
namespace {

constexpr double kDay = 86'400'000;  // milliseconds
constexpr double kMega = 1 << 20;
constexpr double kTera = kMega * kMega;

constexpr Access kSchemaVersion{
    [](JobSpec&, const Value&) {},
    [](const JobSpec&) -> Value { return std::int64_t{1}; }};

template <DataSource source>
constexpr Access data_path() {
  return {[](JobSpec& spec, const Value& v) {
            spec.data.source = source;
            spec.data.path = std::get<std::string>(v);
          },
          [](const JobSpec& spec) -> Value {
            if (spec.data.source != source) return {};
            return spec.data.path;
          }};
}

constexpr Access kRetryOn{
    [](JobSpec& spec, const Value& v) {
      spec.retry.on_worker_lost = spec.retry.on_signal = false;
      for (const auto& word : std::get<std::vector<std::string>>(v)) {
        (word == "signal" ? spec.retry.on_signal : spec.retry.on_worker_lost) =
            true;
      }
    },
    [](const JobSpec& spec) -> Value {
      std::vector<std::string> out;
      if (spec.retry.on_worker_lost) out.emplace_back("worker_lost");
      if (spec.retry.on_signal) out.emplace_back("signal");
      return out;
    }};

constexpr Access kModelType{
    [](JobSpec& spec, const Value& v) {
      if (std::get<std::int64_t>(v) == 0) {
        spec.model = NetSpec{};
      } else {
        spec.model = RidgeSpec{};
      }
    },
    [](const JobSpec& spec) -> Value {
      return static_cast<std::int64_t>(spec.model.index());
    }};

// clang-format off: one row, one paragraph
constexpr Field kFields[] = {
    {.path = "mlbatch",
     .type = Type::integer,
     .doc = "version of this format",
     .access = kSchemaVersion,
     .range = {1, 1}},
    {.path = "kind",
     .type = Type::word,
     .doc = "what the job does",
     .access = at<&JobSpec::kind>(),
     .words = "train",
     .words_later = "prep evaluate predict exec cv tune pipeline",
     .fallback = "required",
     .required = true},
    {.path = "name",
     .type = Type::text,
     .doc = "for people; not unique, the UUID is",
     .access = at<&JobSpec::name>(),
     .fallback = "from the file name",
     .rule = "1 to 64 of a-z 0-9 . _ -"},
    {.path = "description",
     .type = Type::text,
     .doc = "free text",
     .access = at<&JobSpec::description>(),
     .rule = "at most 4096 bytes"},
    {.path = "tags",
     .type = Type::tag_list,
     .doc = "words to find the job by",
     .access = at<&JobSpec::tags>(),
     .rule = "at most 32, each 1 to 64 of A-Z a-z 0-9 . _ / -"},
    {.path = "labels",
     .type = Type::text_map,
     .doc = "keys and texts of your own, kept with the job",
     .fallback = "{}",
     .rule = "at most 32; key as a tag, text at most 256 bytes"},
    {.path = "seed",
     .type = Type::seed,
     .doc = "where split, initial weights, shuffle and dropout draw from",
     .access = at<&JobSpec::seed>()},

    {.path = "resources", .doc = "what the job may use"},
    {.path = "resources.cpus",
     .type = Type::integer,
     .doc = "slots that the job takes, and its threads",
     .access = at<&JobSpec::resources, &Resources::cpus>(),
     .range = {1, 1024}},
    {.path = "resources.memory",
     .type = Type::size,
     .doc = "enforced: a job that needs more fails with class oom",
     .access = at<&JobSpec::resources, &Resources::memory>(),
     .range = {16 * kMega, kTera}},
    {.path = "resources.timeout",
     .type = Type::duration,
     .doc = "of running time, not of waiting",
     .access = at<&JobSpec::resources, &Resources::timeout>(),
     .range = {1000, 365 * kDay}},

    {.path = "retry", .doc = "when a failed attempt is made again"},
    {.path = "retry.max",
     .type = Type::integer,
     .doc = "further attempts after the first; 0 is absolute",
     .access = at<&JobSpec::retry, &Retry::max>(),
     .range = {0, 20}},
    {.path = "retry.on",
     .type = Type::word_list,
     .doc = "failure classes that are tried again; errors of the spec, bad "
            "data and NaN never are",
     .access = kRetryOn,
     .words = "worker_lost signal",
     .words_later = "oom timeout error"},
    {.path = "retry.backoff",
     .type = Type::duration,
     .doc = "wait before the first retry; doubles each time",
     .access = at<&JobSpec::retry, &Retry::backoff>(),
     .range = {0, kDay}},

    {.path = "require",
     .type = Type::gate_map,
     .doc = "metric to condition; a job that misses one still succeeds, but "
            "wait and run exit 9",
     .fallback = "{}",
     .rule = "\">= x\", \"> x\", \"<= x\", \"< x\" or \"between a b\" "
             "(inclusive); NaN never meets one"},

    {.path = "keep", .doc = "what the broker keeps of the result"},
    {.path = "keep.model",
     .type = Type::word,
     .doc = "the weights with the best early_stop metric, the last, or none",
     .access = at<&JobSpec::keep, &Keep::model>(),
     .words = "best last none"},
    {.path = "keep.predictions",
     .type = Type::boolean,
     .doc = "for the rows of the valid and test splits",
     .access = at<&JobSpec::keep, &Keep::predictions>()},

    {.path = "data",
     .doc = "where the rows come from: one of csv and dataset",
     .rule = "X.csv alone means {csv: X.csv}, X.h5 means {dataset: X.h5}",
     .required = true},
    {.path = "data.csv",
     .type = Type::path,
     .doc = "a CSV file",
     .access = data_path<DataSource::csv>(),
     .fallback = "none",
     .rule = "relative to the spec file; ~ and $VAR are not expanded"},
    {.path = "data.dataset",
     .type = Type::path,
     .doc = "a data set that mlprep wrote",
     .access = data_path<DataSource::dataset>(),
     .fallback = "none",
     .rule = "as for data.csv"},
    {.path = "data.split",
     .doc = "fractions of the rows, drawn with the seed; they add up to 1"},
    {.path = "data.split.train",
     .type = Type::real,
     .doc = "rows that are learnt from",
     .access = at<&JobSpec::data, &DataSpec::split, &SplitSpec::train>(),
     .range = {0, 1, true, false}},
    {.path = "data.split.valid",
     .type = Type::real,
     .doc = "rows that are watched while learning; may be 0",
     .access = at<&JobSpec::data, &DataSpec::split, &SplitSpec::valid>(),
     .range = {0, 1, false, true}},
    {.path = "data.split.test",
     .type = Type::real,
     .doc = "rows that are only judged by; may be 0",
     .access = at<&JobSpec::data, &DataSpec::split, &SplitSpec::test>(),
     .range = {0, 1, false, true}},
    {.path = "data.split.stratify",
     .type = Type::boolean_or_auto,
     .doc = "each split gets its share of every class; auto: for "
            "classification",
     .access = at<&JobSpec::data, &DataSpec::split, &SplitSpec::stratify>()},
    {.path = "data.split.seed",
     .type = Type::seed,
     .doc = "another seed for the split alone",
     .access = at<&JobSpec::data, &DataSpec::split, &SplitSpec::seed>(),
     .fallback = "that of the job"},

    {.path = "columns",
     .type = Type::column_map,
     .doc = "name or glob of columns to how they are read; the first match "
            "wins",
     .fallback = "{}",
     .rule = "a pattern never touches the target"},
    {.path = "columns.*.type",
     .type = Type::word,
     .doc = "instead of what the values look like; id and ignore are never "
            "features",
     .words = "auto integer real category boolean text id ignore",
     .words_later = "date time",
     .fallback = "auto"},
    {.path = "target",
     .type = Type::text,
     .doc = "the column to predict",
     .access = at<&JobSpec::target>(),
     .fallback = "required",
     .required = true},
    {.path = "features", .doc = "which columns are learnt from"},
    {.path = "features.include",
     .type = Type::text_list,
     .doc = "names or globs; none: every column but the target",
     .access = at<&JobSpec::features, &Features::include>()},
    {.path = "features.exclude",
     .type = Type::text_list,
     .doc = "names or globs",
     .access = at<&JobSpec::features, &Features::exclude>()},

    {.path = "model",
     .doc = "what is trained",
     .rule = "a type alone has its defaults: model: net",
     .short_key = "type",
     .required = true},
    {.path = "model.type",
     .type = Type::word,
     .doc = "net: feed-forward layers; ridge: linear regression in closed "
            "form",
     .access = kModelType,
     .words = "net ridge",
     .words_later = "logistic linear_svm svm svr random_forest boosted_trees "
                    "kmeans knn naive_bayes pca baseline",
     .fallback = "required",
     .required = true},
    {.path = "model.net", .doc = "keys of model with type: net"},
    {.path = "model.net.layers",
     .type = Type::layer_list,
     .doc = "from the features on; the output layer is added from the task",
     .rule = "at most 256; a layer is a word or a map with one key"},
    {.path = "model.net.layers.dense",
     .doc = "weighted sums of all inputs",
     .rule = "dense: 64 means dense: {units: 64}",
     .short_key = "units"},
    {.path = "model.net.layers.dense.units",
     .type = Type::integer,
     .doc = "outputs",
     .range = {1, 65536},
     .fallback = "64"},
    {.path = "model.net.layers.dense.bias",
     .type = Type::boolean,
     .doc = "with a constant added to each output",
     .fallback = "true"},
    {.path = "model.net.layers.relu", .doc = "max(0, x)"},
    {.path = "model.net.layers.tanh", .doc = "hyperbolic tangent"},
    {.path = "model.net.layers.sigmoid", .doc = "1 / (1 + exp(-x))"},
    {.path = "model.net.layers.dropout",
     .doc = "while learning, sets inputs to zero at random and scales the "
            "rest up",
     .rule = "dropout: 0.3 means dropout: {p: 0.3}",
     .short_key = "p"},
    {.path = "model.net.layers.dropout.p",
     .type = Type::real,
     .doc = "probability of zero",
     .range = {0, 1, false, true},
     .fallback = "0.5"},
    {.path = "model.ridge",
     .doc = "keys of model with type: ridge; minimises the sum of squared "
            "errors + lambda |w|^2"},
    {.path = "model.ridge.lambda",
     .type = Type::real,
     .doc = "strength of the penalty",
     .access = in_model<RidgeSpec, &RidgeSpec::lambda>(),
     .range = {0, 1e12},
     .words_later = "auto"},
    {.path = "model.ridge.intercept",
     .type = Type::boolean,
     .doc = "with a constant term, which is not penalised",
     .access = in_model<RidgeSpec, &RidgeSpec::intercept>()},

    {.path = "train", .doc = "how a net is trained"},
    {.path = "train.epochs",
     .type = Type::integer,
     .doc = "passes over the training rows, at most",
     .access = at<&JobSpec::train, &TrainSpec::epochs>(),
     .range = {1, 1e6}},
    {.path = "train.batch_size",
     .type = Type::integer,
     .doc = "rows between two changes of the weights",
     .access = at<&JobSpec::train, &TrainSpec::batch_size>(),
     .range = {1, 1e6}},
    {.path = "train.optimizer",
     .doc = "how gradients change the weights",
     .short_key = "type"},
    {.path = "train.optimizer.type",
     .type = Type::word,
     .doc = "stochastic gradient descent with momentum, or Adam",
     .access = at<&JobSpec::train, &TrainSpec::optimizer, &Optimizer::type>(),
     .words = "sgd adam",
     .words_later = "adamw rmsprop"},
    {.path = "train.optimizer.learning_rate",
     .type = Type::real,
     .doc = "size of a step",
     .access = at<&JobSpec::train, &TrainSpec::optimizer,
                  &Optimizer::learning_rate>(),
     .range = {0, 10, true, false},
     .also = "lr"},
    {.path = "train.optimizer.weight_decay",
     .type = Type::real,
     .doc = "L2 penalty, added to the gradient",
     .access =
         at<&JobSpec::train, &TrainSpec::optimizer, &Optimizer::weight_decay>(),
     .range = {0, 10}},
    {.path = "train.optimizer.sgd", .doc = "keys of optimizer of type sgd"},
    {.path = "train.optimizer.sgd.momentum",
     .type = Type::real,
     .doc = "share of the last step that is kept",
     .access =
         at<&JobSpec::train, &TrainSpec::optimizer, &Optimizer::momentum>(),
     .range = {0, 1, false, true}},
    {.path = "train.optimizer.sgd.nesterov",
     .type = Type::boolean,
     .doc = "look ahead along the momentum",
     .access =
         at<&JobSpec::train, &TrainSpec::optimizer, &Optimizer::nesterov>()},
    {.path = "train.optimizer.adam", .doc = "keys of optimizer of type adam"},
    {.path = "train.optimizer.adam.beta1",
     .type = Type::real,
     .doc = "decay of the mean of gradients",
     .access = at<&JobSpec::train, &TrainSpec::optimizer, &Optimizer::beta1>(),
     .range = {0, 1, false, true}},
    {.path = "train.optimizer.adam.beta2",
     .type = Type::real,
     .doc = "decay of the mean of squared gradients",
     .access = at<&JobSpec::train, &TrainSpec::optimizer, &Optimizer::beta2>(),
     .range = {0, 1, false, true}},
    {.path = "train.optimizer.adam.eps",
     .type = Type::real,
     .doc = "keeps the division finite",
     .access =
         at<&JobSpec::train, &TrainSpec::optimizer, &Optimizer::epsilon>(),
     .range = {0, 1, true, false}},
    {.path = "train.shuffle",
     .type = Type::boolean,
     .doc = "a new order of the training rows in every epoch",
     .access = at<&JobSpec::train, &TrainSpec::shuffle>()},
    {.path = "train.early_stop",
     .doc = "end when the metric has not improved for some epochs; the best "
            "weights are kept",
     .fallback = "auto",
     .rule = "a map, false, or auto: on when there are validation rows"},
    {.path = "train.early_stop.metric",
     .type = Type::text,
     .doc = "valid.METRIC; loss, log_loss, rmse and mae fall, the others rise",
     .access =
         at<&JobSpec::train, &TrainSpec::early_stop, &EarlyStop::metric>()},
    {.path = "train.early_stop.patience",
     .type = Type::integer,
     .doc = "epochs without an improvement",
     .access =
         at<&JobSpec::train, &TrainSpec::early_stop, &EarlyStop::patience>(),
     .range = {1, 1e6}},
    {.path = "train.early_stop.min_delta",
     .type = Type::real,
     .doc = "smaller improvements do not count",
     .access =
         at<&JobSpec::train, &TrainSpec::early_stop, &EarlyStop::min_delta>(),
     .range = {0, 1e12}},

    {.path = "metrics",
     .type = Type::word_list,
     .doc = "computed on every split at the end",
     .access = at<&JobSpec::metrics>(),
     .words = "accuracy f1 log_loss auc rmse mae r2",
     .words_later = "balanced_accuracy precision recall brier ece mcc "
                    "confusion mape medae inertia silhouette",
     .fallback = "those of the task: accuracy f1 log_loss (and auc for two "
                 "classes), or rmse mae r2"},
};
// clang-format on

constexpr std::string_view kReserved[] = {
    // of every job
    "priority", "after", "after_any", "array", "extends", "vars", "matrix",
    "notify", "resources.gpus", "resources.queue_timeout", "resources.labels",
    "retry.factor", "retry.jitter", "keep.ttl",
    // data and preparation
    "data.name", "data.sample", "data.split.column", "data.split.by_time",
    "data.split.group", "csv", "columns.*.missing", "columns.*.scale",
    "columns.*.encode", "columns.*.max_levels", "columns.*.unknown",
    "columns.*.clip", "columns.*.date_format", "columns.*.dates",
    "target_transform", "positive", "task", "features.id", "features.weight",
    // models
    "model.preset", "model.input", "model.init", "model.loss",
    "model.label_smoothing", "model.pca", "model.net.layers.dense.init",
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

std::span<const Field> all_fields() {
  return kFields;
}
std::span<const std::string_view> reserved_fields() {
  return kReserved;
}

}  // namespace mlb::spec
