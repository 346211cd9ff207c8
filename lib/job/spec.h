// JobSpec: what one job is, as plain structs with the defaults of
// mlbatch-jobspec(5).  lib/spec makes it from YAML, lib/wire carries it,
// lib/prep and lib/learn obey it.  The broker never looks inside.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "base/time.h"

namespace mlb {

enum class Kind { train, prep, evaluate, predict };

struct Resources {
  int cpus = 1;                             ///< slots, threads of the job
  std::uint64_t memory = 2ull << 30;        ///< bytes, enforced
  Millis timeout = std::chrono::hours(24);  ///< of running time
  bool operator==(const Resources&) const = default;
};

struct Retry {
  int max = 3;  ///< further attempts after the first; 0 is absolute
  bool on_worker_lost = true;
  bool on_signal = false;
  Millis backoff = 1s;  ///< before the first retry; doubles each time
  bool operator==(const Retry&) const = default;
};

enum class Comparison { at_least, above, at_most, below, between };

/// One line of `require`: `metric` must satisfy the condition.
struct Gate {
  std::string metric;  ///< "test.accuracy"
  Comparison comparison = Comparison::at_least;
  double low = 0;         ///< the bound; the lower one of `between`
  double high = 0;        ///< the upper bound of `between`, else unused
  std::string condition;  ///< as written: ">= 0.85"
  bool operator==(const Gate&) const = default;
};

enum class KeptModel { best, last, none };

struct Keep {
  KeptModel model = KeptModel::best;
  bool predictions = true;
  bool operator==(const Keep&) const = default;
};

/// How rows are divided.  stored: as /split of the data set says; automatic,
/// of a job that evaluates: so if there is one, else all are test rows.
enum class SplitBy { fractions, column, time, group, stored, automatic };

struct SplitSpec {
  double train = 0.7;
  double valid = 0.15;
  double test = 0.15;
  std::optional<bool> stratify = {};       ///< none: yes for classification
  std::optional<std::uint64_t> seed = {};  ///< none: the job's seed
  SplitBy by = SplitBy::fractions;
  std::string column = {};  ///< of by column, time and group
  // by column: its values that go to each part
  std::vector<std::string> train_values = {};
  std::vector<std::string> valid_values = {};
  std::vector<std::string> test_values = {};
  bool operator==(const SplitSpec&) const = default;
};

enum class DataSource { csv, dataset };

struct DataSpec {
  DataSource source = DataSource::csv;
  std::string path;  ///< as resolved by the client; "" with only a digest
  Digest digest;     ///< of the file's bytes; none before submit
  std::uint64_t bytes = 0;  ///< size of the file; 0 before submit
  SplitSpec split;
  /// In (0, 1): that share of the rows; a whole number from 2 on: so many;
  /// none: all.
  std::optional<double> sample;
  bool operator==(const DataSpec&) const = default;
};

/// automatic: UTF-8, or UTF-16 when the file begins with its byte order mark.
enum class CsvEncoding { automatic, utf8, utf16, latin1, cp1252 };
/// What becomes of a row with another number of fields than the first one.
enum class CsvRagged { error, fill, skip };

/// How a CSV is read: the words of mlprep's options.  A character is one of
/// ASCII, "tab" or "space".
struct CsvSpec {
  std::string delimiter = "auto";   ///< a character or "auto"
  std::string quote = "\"";         ///< a character or "none"
  std::optional<bool> header = {};  ///< none: there is one
  /// Unquoted words that mean "missing"; the empty field always does.
  std::vector<std::string> missing{"NA",  "N/A",  "n/a", "NaN",
                                   "nan", "null", "NULL"};
  std::uint64_t max_field = 64ull << 20;  ///< bytes of one record
  std::string escape = "none";            ///< makes the next character ordinary
  std::string comment = "none";           ///< begins records that are left out
  CsvEncoding encoding = CsvEncoding::automatic;
  std::string decimal = ".";       ///< "." or ","
  std::string thousands = "none";  ///< between groups of three digits
  int skip = 0;                    ///< lines before the header
  CsvRagged ragged = CsvRagged::error;
  bool operator==(const CsvSpec&) const = default;
};

enum class ColumnType {
  automatic,
  integer,
  real,
  category,
  boolean,
  text,
  id,
  ignore,
  date,
  time
};

/// What stands in for a missing value.
enum class Missing {
  automatic,  ///< median for numbers, level for categories
  mean,
  median,
  mode,
  level,      ///< missing is a level of its own
  indicator,  ///< filled with median or mode, and a 0/1 feature
  error,
  constant
};
enum class Scale { automatic, standard, minmax, robust, log1p, none };
enum class Encode {
  automatic,  ///< onehot up to max_levels, else hash
  onehot,
  ordinal,
  hash,
  frequency,
  target
};
enum class Unknown { other, error };
/// What of a date or time becomes a feature; dow: 1 Monday to 7 Sunday.
enum class DatePart { year, month, day, dow, hour, epoch };

struct ColumnRule {
  std::string pattern;  ///< a name or a glob; the first match wins
  ColumnType type = ColumnType::automatic;
  Missing missing = Missing::automatic;
  std::string missing_value = {};  ///< of Missing::constant, as written
  Scale scale = Scale::automatic;
  Encode encode = Encode::automatic;
  int buckets = 64;     ///< of Encode::hash
  int max_levels = 50;  ///< of one-hot
  Unknown unknown = Unknown::other;
  std::optional<std::pair<double, double>> clip = {};  ///< low, high
  std::string date_format = {};  ///< date_pattern.h; empty: found out
  std::vector<DatePart> dates = {DatePart::epoch};  ///< one feature each
  bool operator==(const ColumnRule&) const = default;
};

enum class TargetTransform { automatic, none, log1p, standard };

enum class TaskAsked { automatic, classification, regression };

struct Features {
  std::vector<std::string> include;  ///< globs; empty: all
  std::vector<std::string> exclude;  ///< globs
  std::string id = {};               ///< a column that names rows; "" = none
  std::string weight = {};           ///< a column of row weights; "" = none
  bool operator==(const Features&) const = default;
};

enum class LayerType {
  dense,
  relu,
  tanh,
  sigmoid,
  dropout,
  softmax,
  conv2d,
  maxpool,
  avgpool,
  global_avgpool,
  batchnorm,
  layernorm,
  leaky_relu,
  elu,
  gelu,
  silu,
  mish,
  flatten,
  residual,
  concat,
  repeat
};

/// How weights begin; "he": He et al. 2015, "xavier": Glorot, Bengio 2010,
/// "lecun": LeCun et al. 1998.
enum class Init { he, xavier, lecun };
/// How an image is framed with zeros before a convolution.
enum class Padding { same, valid, fixed };

/// One layer; which members count depends on the type.
struct Layer {
  LayerType type = LayerType::dense;
  int units = 0;                  ///< dense: outputs; conv2d: filters
  bool bias = true;               ///< dense
  double rate = 0;                ///< dropout: probability of zero, [0, 1)
  std::optional<Init> init = {};  ///< dense; none: that of the net
  int size = 0;                   ///< side of the kernel or the window
  int stride = 0;                 ///< 0: as size
  Padding padding = Padding::same;
  int pad = 0;          ///< Padding::fixed: zeros at each side
  int groups = 1;       ///< conv2d
  double momentum = 0;  ///< batchnorm: share of the newest batch
  double epsilon = 0;   ///< batchnorm
  int times = 0;        ///< repeat
  /// residual, repeat: one list of layers; concat: one a branch.
  std::vector<std::vector<Layer>> branches = {};
  bool operator==(const Layer&) const = default;
};

/// Rows that are images: row by row, the channels of a pixel side by side.
struct ImageSize {
  int height = 1;
  int width = 1;
  int channels = 1;
  bool operator==(const ImageSize&) const = default;
};

/// automatic: cross_entropy for classes, mse for numbers.
enum class LossType { automatic, cross_entropy, mse, huber, mae };

/// A feed-forward net; the output layer is added from the task.
struct NetSpec {
  std::vector<Layer> layers{{.type = LayerType::dense, .units = 64},
                            {.type = LayerType::relu},
                            {.type = LayerType::dense, .units = 32},
                            {.type = LayerType::relu}};
  std::optional<ImageSize> input = {};  ///< none: a flat row of features
  Init init = Init::he;
  LossType loss = LossType::automatic;
  double huber_delta = 1;
  double label_smoothing = 0;  ///< [0, 1); cross_entropy
  bool operator==(const NetSpec&) const = default;
};

/// A number, or a word that says how it is found: Word's last enumerator is
/// `number`.
template <class Word>
struct NumberOr {
  Word word{};
  double number = 0;
  bool operator==(const NumberOr&) const = default;
};

/// Minimises sum (y - yhat)^2 + lambda |w|^2; the intercept is free.
struct RidgeSpec {
  std::optional<double> lambda = 1.0;  ///< none: by leave-one-out
  bool intercept = true;
  bool operator==(const RidgeSpec&) const = default;
};

enum class BaselineStrategy { automatic, most_frequent, prior, mean, median };

/// Predicts without looking at the features.
struct BaselineSpec {
  BaselineStrategy strategy = BaselineStrategy::automatic;
  bool operator==(const BaselineSpec&) const = default;
};

/// Minimises the log loss summed over rows + lambda |w|^2 / 2.
struct LogisticSpec {
  double lambda = 1.0;
  int max_iter = 200;
  double tol = 1e-6;  ///< on the gradient of the mean over rows
  bool operator==(const LogisticSpec&) const = default;
};

/// Minimises |w|^2 / 2 + C times the squared hinge summed over rows.
struct LinearSvmSpec {
  double c = 1.0;
  bool operator==(const LinearSvmSpec&) const = default;
};

enum class KnnWeights { uniform, distance };

struct KnnSpec {
  int k = 5;
  KnnWeights weights = KnnWeights::uniform;
  bool operator==(const KnnSpec&) const = default;
};

/// Gaussian: each feature normal within a class, independent of the others.
struct NaiveBayesSpec {
  bool operator==(const NaiveBayesSpec&) const = default;
};

enum class FeatureFraction { automatic, sqrt, third, number };

struct RandomForestSpec {
  int trees = 500;
  /// Of the features, looked at for a split; automatic: sqrt for classes,
  /// third for numbers.
  NumberOr<FeatureFraction> feature_fraction;
  std::optional<int> min_leaf;  ///< none: 1 for classes, 5 for numbers
  int max_depth = 0;            ///< 0: unlimited
  bool bootstrap = true;
  bool operator==(const RandomForestSpec&) const = default;
};

/// By XGBoost.
struct BoostedTreesSpec {
  int trees = 500;
  double learning_rate = 0.1;
  int max_depth = 6;
  double min_child_weight = 1;
  double subsample = 1;
  double colsample = 1;
  double l1 = 0;
  double l2 = 1;
  double gamma = 0;  ///< least gain of a split
  int bins = 256;
  std::map<std::string, int> monotone;  ///< column -> +1 or -1
  bool operator==(const BoostedTreesSpec&) const = default;
};

enum class KernelType { linear, rbf, poly, sigmoid };

enum class Gamma { scale, automatic, number };

struct KernelSpec {
  KernelType type = KernelType::rbf;
  NumberOr<Gamma> gamma;
  int degree = 3;
  double coef0 = 0;
  std::uint64_t cache = 200ull << 20;  ///< bytes
  bool operator==(const KernelSpec&) const = default;
};

enum class Multiclass { ovo };

/// |w|^2 / 2 + C times the hinge summed over rows, w in the kernel's space.
struct SvmSpec {
  double c = 1.0;
  KernelSpec kernel;
  Multiclass multiclass = Multiclass::ovo;
  bool probability = true;
  bool operator==(const SvmSpec&) const = default;
};

struct SvrSpec {
  double c = 1.0;
  KernelSpec kernel;
  double epsilon = 0.1;  ///< errors below it cost nothing
  bool operator==(const SvrSpec&) const = default;
};

enum class KmeansInit { plus_plus, random };

struct KmeansSpec {
  int k = 8;
  KmeansInit init = KmeansInit::plus_plus;
  int n_init = 10;
  int max_iter = 300;
  double tol = 1e-4;  ///< of the mean variance of the features
  bool operator==(const KmeansSpec&) const = default;
};

using ModelSpec =
    std::variant<NetSpec, RidgeSpec, BaselineSpec, LogisticSpec, LinearSvmSpec,
                 KnnSpec, NaiveBayesSpec, RandomForestSpec, BoostedTreesSpec,
                 SvmSpec, SvrSpec, KmeansSpec>;

enum class OptimizerType { sgd, adam, adamw, rmsprop };

struct Optimizer {
  OptimizerType type = OptimizerType::adam;
  double learning_rate = 1e-3;
  double momentum = 0.9;  ///< sgd
  bool nesterov = false;  ///< sgd
  double beta1 = 0.9;     ///< adam, adamw
  double beta2 = 0.999;   ///< adam, adamw
  double epsilon = 1e-8;  ///< adam, adamw, rmsprop
  double rho = 0.9;       ///< rmsprop
  double weight_decay = 0;
  bool operator==(const Optimizer&) const = default;
};

enum class SpanUnit { epochs, steps, time };

/// A length of training; of time, count is in milliseconds.
struct TrainSpan {
  SpanUnit unit = SpanUnit::epochs;
  std::int64_t count = 1;
  bool operator==(const TrainSpan&) const = default;
};

enum class ScheduleType { constant, step, cosine, exp, plateau, onecycle };

/// How the learning rate changes while learning.
struct Schedule {
  ScheduleType type = ScheduleType::constant;
  TrainSpan warmup{SpanUnit::epochs, 0};  ///< from 0 up, before the schedule
  TrainSpan every{SpanUnit::epochs, 10};  ///< step
  double gamma = 0.1;                     ///< step
  double decay = 0.95;                    ///< exp: its gamma, an epoch
  double factor = 0.1;                    ///< plateau
  int patience = 10;                      ///< plateau: validations
  double min_rate = 0;                    ///< cosine, plateau
  bool operator==(const Schedule&) const = default;
};

enum class OnNanType { fail, rollback };

/// What is done when the loss is no number.
struct OnNan {
  OnNanType type = OnNanType::fail;
  double factor = 0.5;  ///< rollback: of the learning rate
  int max = 3;          ///< rollback: so many times
  bool operator==(const OnNan&) const = default;
};

enum class ClassWeightsType { none, balanced, given };

struct ClassWeights {
  ClassWeightsType type = ClassWeightsType::none;
  std::map<std::string, double> weights;  ///< given: of labels; others 1
  bool operator==(const ClassWeights&) const = default;
};

struct EarlyStop {
  std::string metric = "valid.loss";
  int patience = 10;  ///< epochs without an improvement
  double min_delta = 0;
  bool operator==(const EarlyStop&) const = default;
};

/// Whether training stops early: as jobspec says, by default it does for a
/// net that has validation rows.
enum class EarlyStopMode { automatic, off, on };

/// When a training is saved, so that another attempt goes on there.
struct CheckpointRule {
  TrainSpan every{SpanUnit::time, 60'000};  ///< time or epochs
  int keep = 2;                             ///< files; older ones are removed
  bool operator==(const CheckpointRule&) const = default;
};

/// A model that a spec names.  See job/model_ref.h.
struct ModelRef {
  /// A path as resolved by the client, or a job as one names it; "": none, or
  /// only the digest.
  std::string name;
  Digest digest;            ///< of the file's bytes; none before submit
  std::uint64_t bytes = 0;  ///< size of the file; 0 before submit
  bool operator==(const ModelRef&) const = default;

  bool is_none() const { return name.empty() && digest.is_none(); }
};

struct TrainSpec {
  int epochs = 100;
  std::optional<int> steps;    ///< of the optimiser; the first reached stops
  std::optional<Millis> time;  ///< of training
  int batch_size = 64;
  Optimizer optimizer;
  Schedule schedule;
  double clip_norm = 0;  ///< of the gradient; 0: none
  double l1 = 0;         ///< adds l1 |w| of weights, not of biases
  double l2 = 0;         ///< adds l2/2 w^2
  ClassWeights class_weights;
  std::optional<int> threads;  ///< none: resources.cpus
  TrainSpan validate_every;    ///< epochs or steps
  CheckpointRule checkpoint;
  ModelRef init_from;
  OnNan on_nan;
  bool shuffle = true;
  EarlyStopMode early_stop_mode = EarlyStopMode::automatic;
  EarlyStop early_stop;
  bool operator==(const TrainSpec&) const = default;
};

/// Intervals around metrics: of rows drawn again, with replacement.
struct Bootstrap {
  int samples = 1000;  ///< 0: none
  double ci = 0.95;    ///< share of the samples inside the interval
  bool operator==(const Bootstrap&) const = default;
};

enum class ImportanceType { none, permutation };

/// How much worse a metric becomes without a column.
struct Importance {
  ImportanceType type = ImportanceType::none;
  int repeats = 5;  ///< permutation
  bool operator==(const Importance&) const = default;
};

struct EvaluateSpec {
  ModelRef model;
  Bootstrap bootstrap;
  std::vector<std::string> slices;  ///< columns whose values are groups
  Importance importance;
  bool operator==(const EvaluateSpec&) const = default;
};

enum class PredictFormat { csv, h5 };

struct PredictSpec {
  ModelRef model;
  PredictFormat format = PredictFormat::csv;
  bool probabilities = true;       ///< of a classification
  std::string id;                  ///< column that names the rows; "": none
  std::vector<std::string> input;  ///< globs: columns that are copied
  bool operator==(const PredictSpec&) const = default;
};

struct JobSpec {
  Kind kind = Kind::train;
  std::string name;
  std::string description;
  std::vector<std::string> tags;
  std::map<std::string, std::string> labels;
  std::uint64_t seed = 0;
  Resources resources;
  Retry retry;
  std::vector<Gate> require;
  Keep keep;
  DataSpec data;
  CsvSpec csv;
  std::vector<ColumnRule> columns;
  std::string target;  ///< "": prep: none; evaluate, predict: the model's
  TargetTransform target_transform = TargetTransform::automatic;
  TaskAsked task = TaskAsked::automatic;
  std::optional<std::string> positive;  ///< none: the last class
  Features features;
  ModelSpec model;
  /// Principal components before the model: a share of the variance below 1,
  /// else their number; none: the features themselves.
  std::optional<double> pca;
  TrainSpec train;
  EvaluateSpec evaluate;
  PredictSpec predict;
  std::vector<std::string> metrics;  ///< empty: the defaults of the task
  bool operator==(const JobSpec&) const = default;
};

}  // namespace mlb
