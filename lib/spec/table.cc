// The rows of the field table, in the order of to_yaml and of the manual; those
// of models, nets and training stand in files of their own.
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

constexpr Access kCsv{[](JobSpec& spec, const Value& v) {
                        spec.data.source = DataSource::csv;
                        spec.data.path = std::get<std::string>(v);
                      },
                      [](const JobSpec& spec) -> Value {
                        if (spec.data.source != DataSource::csv) return {};
                        return spec.data.path;
                      }};

/// A digest stands for a data set that the broker has.
constexpr Access kDataset{
    [](JobSpec& spec, const Value& v) {
      const std::string& text = std::get<std::string>(v);
      spec.data.source = DataSource::dataset;
      spec.data.path = text;
      if (!text.starts_with(kDigestMark)) return;
      spec.data.path.clear();
      spec.data.digest =
          Digest::parse(std::string_view(text).substr(kDigestMark.size()))
              .value_or(Digest{});
    },
    [](const JobSpec& spec) -> Value {
      const DataSpec& data = spec.data;
      if (data.source != DataSource::dataset) return {};
      if (!data.path.empty() || data.digest.is_none()) return data.path;
      return std::string(kDigestMark) + data.digest.text();
    }};

/// A part of the split: its fraction, or the values of a column.
template <double SplitSpec::*fraction,
          std::vector<std::string> SplitSpec::*values>
constexpr Access part() {
  return {[](JobSpec& spec, const Value& v) {
            SplitSpec& split = spec.data.split;
            if (const auto* share = std::get_if<double>(&v)) {
              split.*fraction = *share;
            } else {
              split.*values = std::get<std::vector<std::string>>(v);
            }
          },
          [](const JobSpec& spec) -> Value {
            const SplitSpec& split = spec.data.split;
            if (split.by == SplitBy::column) return split.*values;
            return split.*fraction;
          }};
}

template <SplitBy by>
constexpr Access split_by() {
  return {[](JobSpec& spec, const Value& v) {
            spec.data.split.by = by;
            spec.data.split.column = std::get<std::string>(v);
          },
          [](const JobSpec& spec) -> Value {
            if (spec.data.split.by != by) return {};
            return spec.data.split.column;
          }};
}

/// A column that may be left out.
template <std::string Features::*column>
constexpr Access role() {
  return {[](JobSpec& spec, const Value& v) {
            spec.features.*column = std::get<std::string>(v);
          },
          [](const JobSpec& spec) -> Value {
            if ((spec.features.*column).empty()) return {};
            return spec.features.*column;
          }};
}

/// A character of the CSV's form; those that are hard to see have one name.
template <std::string CsvSpec::*mark>
constexpr Access character() {
  return {
      [](JobSpec& spec, const Value& v) {
        const auto& text = std::get<std::string>(v);
        spec.csv.*mark = text == "\t" ? "tab" : text == " " ? "space" : text;
      },
      [](const JobSpec& spec) -> Value { return spec.csv.*mark; }};
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

// clang-format off: one row, one paragraph
constexpr Field kBeforeModel[] = {
    {.path = "mlbatch",
     .type = Type::integer,
     .doc = "version of this format",
     .access = kSchemaVersion,
     .range = {1, 1}},
    {.path = "kind",
     .type = Type::word,
     .doc = "what the job does",
     .access = at<&JobSpec::kind>(),
     .words = "train prep evaluate predict",
     .words_later = "exec cv tune pipeline",
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
             "(inclusive); NaN never meets one; of kind evaluate also "
             "test.auc.lo and \"test.auc[country=DE]\""},

    {.path = "keep", .doc = "what the broker keeps of the result"},
    {.path = "keep.model",
     .type = Type::word,
     .doc = "the weights with the best early_stop metric, the last, or none",
     .access = at<&JobSpec::keep, &Keep::model>(),
     .words = "best last none"},
    {.path = "keep.predictions",
     .type = Type::boolean,
     .doc = "for the rows of the valid and test splits; of a clustering "
            "without them for all rows",
     .access = at<&JobSpec::keep, &Keep::predictions>()},

    {.path = "data",
     .doc = "where the rows come from: one of csv and dataset",
     .rule = "X.csv alone means {csv: X.csv}, X.h5 means {dataset: X.h5}",
     .required = true},
    {.path = "data.csv",
     .type = Type::path,
     .doc = "a CSV file",
     .access = kCsv,
     .fallback = "none",
     .rule = "relative to the spec file; ~ and $VAR are not expanded"},
    {.path = "data.dataset",
     .type = Type::path,
     .doc = "a data set that mlprep wrote",
     .access = kDataset,
     .fallback = "none",
     .rule = "as for data.csv; or sha256: and the digest of one that the "
             "broker has"},
    {.path = "data.split",
     .doc = "which rows are learnt from: fractions that add up to 1, drawn "
            "with the seed, or as column, by_time or group says",
     .rule = "a map, or stored: as the data set's own /split says; evaluate: "
             "or auto, its default: as stored, and without a /split all are "
             "test rows"},
    {.path = "data.split.train",
     .type = Type::share,
     .doc = "rows that are learnt from: a fraction, or with column a list of "
            "its values",
     .access = part<&SplitSpec::train, &SplitSpec::train_values>(),
     .range = {0, 1, true, false}},
    {.path = "data.split.valid",
     .type = Type::share,
     .doc = "rows that are watched while learning; may be 0 or []",
     .access = part<&SplitSpec::valid, &SplitSpec::valid_values>(),
     .range = {0, 1, false, true}},
    {.path = "data.split.test",
     .type = Type::share,
     .doc = "rows that are only judged by; may be 0 or []",
     .access = part<&SplitSpec::test, &SplitSpec::test_values>(),
     .range = {0, 1, false, true}},
    {.path = "data.split.stratify",
     .type = Type::boolean_or_auto,
     .doc = "each split gets its share of every class; auto: for "
            "classification by fractions",
     .access = at<&JobSpec::data, &DataSpec::split, &SplitSpec::stratify>()},
    {.path = "data.split.seed",
     .type = Type::seed,
     .doc = "another seed for the split alone",
     .access = at<&JobSpec::data, &DataSpec::split, &SplitSpec::seed>(),
     .fallback = "that of the job"},
    {.path = "data.split.column",
     .type = Type::text,
     .doc = "the column that says where a row goes; every value must be in "
            "the list of train, valid or test",
     .access = split_by<SplitBy::column>(),
     .fallback = "none"},
    {.path = "data.split.by_time",
     .type = Type::text,
     .doc = "the oldest rows by this column train, the newest test; rows of "
            "one time stay together",
     .access = split_by<SplitBy::time>(),
     .fallback = "none"},
    {.path = "data.split.group",
     .type = Type::text,
     .doc = "rows with the same value in this column stay together",
     .access = split_by<SplitBy::group>(),
     .fallback = "none"},
    {.path = "data.sample",
     .type = Type::sample,
     .doc = "use only some rows, chosen by a hash of their number",
     .access = at<&JobSpec::data, &DataSpec::sample>(),
     .range = {0, 1e15},
     .fallback = "all",
     .rule = "all, a share between 0 and 1, or a whole number of rows from 2 "
             "on"},

    {.path = "csv",
     .doc = "how a CSV is read: the words and values of the options of mlprep"},
    {.path = "csv.delimiter",
     .type = Type::text,
     .doc = "between two fields",
     .access = character<&CsvSpec::delimiter>(),
     .rule = "one character, tab, space, or auto: found out"},
    {.path = "csv.quote",
     .type = Type::text,
     .doc = "around a field that holds delimiters",
     .access = character<&CsvSpec::quote>(),
     .rule = "one character, or none"},
    {.path = "csv.escape",
     .type = Type::text,
     .doc = "makes the next character an ordinary one",
     .access = character<&CsvSpec::escape>(),
     .rule = "one character, or none"},
    {.path = "csv.comment",
     .type = Type::text,
     .doc = "begins lines that are left out",
     .access = character<&CsvSpec::comment>(),
     .rule = "one character, or none"},
    {.path = "csv.header",
     .type = Type::boolean_or_auto,
     .doc = "the first row holds the names; auto: it does, with a warning "
            "when it looks like data",
     .access = at<&JobSpec::csv, &CsvSpec::header>()},
    {.path = "csv.encoding",
     .type = Type::word,
     .doc = "of the bytes; auto: UTF-8, or UTF-16 with a byte order mark",
     .access = at<&JobSpec::csv, &CsvSpec::encoding>(),
     .words = "auto utf-8 utf-16 latin1 cp1252"},
    {.path = "csv.decimal",
     .type = Type::text,
     .doc = "the decimal mark of numbers",
     .access = at<&JobSpec::csv, &CsvSpec::decimal>(),
     .rule = "\".\" or \",\""},
    {.path = "csv.thousands",
     .type = Type::text,
     .doc = "the mark between groups of three digits",
     .access = character<&CsvSpec::thousands>(),
     .rule = "one character, space, or none"},
    {.path = "csv.skip",
     .type = Type::integer,
     .doc = "lines before the header that are left out",
     .access = at<&JobSpec::csv, &CsvSpec::skip>(),
     .range = {0, 1e9}},
    {.path = "csv.missing",
     .type = Type::text_list,
     .doc = "unquoted words that mean missing; an empty field always does",
     .access = at<&JobSpec::csv, &CsvSpec::missing>()},
    {.path = "csv.ragged",
     .type = Type::word,
     .doc = "rows of another width than the first: an error, short ones filled "
            "with missing values, or left out; both are counted and listed",
     .access = at<&JobSpec::csv, &CsvSpec::ragged>(),
     .words = "error fill skip"},
    {.path = "csv.max_field",
     .type = Type::size,
     .doc = "longest record",
     .access = at<&JobSpec::csv, &CsvSpec::max_field>(),
     .range = {1024, 1024 * kMega}},

    {.path = "columns",
     .type = Type::column_map,
     .doc = "name or glob of columns to how they are read and prepared; the "
            "first match wins",
     .fallback = "{}",
     .rule = "a pattern that matches no column is an error; a glob never "
             "touches the target, its name alone takes only type"},
    {.path = "columns.*.type",
     .type = Type::word,
     .doc = "instead of what the values look like; id and ignore are never "
            "features",
     .words = "auto integer real category boolean text id ignore date time",
     .fallback = "auto"},
    {.path = "columns.*.date_format",
     .type = Type::text,
     .doc = "how a date or time is written, as of mlprep --date-format",
     .fallback = "none",
     .rule = "such as \"%d.%m.%Y\" or \"%Y-%m-%d %H:%M\"; mlprep(1) has the "
             "codes"},
    {.path = "columns.*.dates",
     .type = Type::word_list,
     .doc = "what of a date or time becomes a feature, in UTC: dow is 1 on "
            "Monday to 7 on Sunday, epoch microseconds since 1970",
     .words = "year month day dow hour epoch",
     .fallback = "[epoch]",
     .rule = "at least one"},
    {.path = "columns.*.missing",
     .type = Type::word,
     .doc = "what stands in for a missing value; auto: median for numbers, "
            "level (missing is a level of its own) for categories; "
            "indicator: median or mode, and a feature that is 0 or 1",
     .words = "auto mean median mode level indicator error",
     .fallback = "auto",
     .rule = "or {const: VALUE}"},
    {.path = "columns.*.scale",
     .type = Type::word,
     .doc = "standard: by mean and deviation; minmax: to 0..1; robust: by "
            "median and quartiles; log1p: log(1 + x); auto: standard for "
            "numbers, none for what encode makes",
     .words = "auto standard minmax robust log1p none",
     .fallback = "auto"},
    {.path = "columns.*.encode",
     .type = Type::word,
     .doc = "how a category becomes numbers; auto: onehot up to max_levels, "
            "else hash; target is computed out of fold",
     .words = "auto onehot ordinal hash frequency target",
     .fallback = "auto",
     .rule = "hash alone means {hash: 64} features, at most 65536"},
    {.path = "columns.*.max_levels",
     .type = Type::integer,
     .doc = "levels of one-hot; with encode: onehot rarer ones count as other",
     .range = {1, 65536},
     .fallback = "50"},
    {.path = "columns.*.unknown",
     .type = Type::word,
     .doc = "a level that no training row has: other (all zeros in one-hot) "
            "or an error",
     .words = "other error",
     .fallback = "other"},
    {.path = "columns.*.clip",
     .type = Type::bounds,
     .doc = "numbers beyond are taken as the bound",
     .fallback = "none",
     .rule = "[low, high] in the units of the column"},
    {.path = "target",
     .type = Type::text,
     .doc = "the column to predict; a prep job may do without, a clustering "
            "has none",
     .access = at<&JobSpec::target>(),
     .fallback = "required",
     .rule = "kinds evaluate and predict: by default the model's",
     .required = true},
    {.path = "target_transform",
     .type = Type::word,
     .doc = "what a regression learns instead of the target; predictions and "
            "metrics are in original units; auto: standard for a net, else "
            "none; log1p is standardised after the logarithm",
     .access = at<&JobSpec::target_transform>(),
     .words = "auto none log1p standard"},
    {.path = "task",
     .type = Type::word,
     .doc = "auto: clustering for kmeans; else classification for text, true "
            "and false, or at most 20 distinct whole numbers",
     .access = at<&JobSpec::task>(),
     .words = "auto classification regression clustering"},
    {.path = "positive",
     .type = Type::text,
     .doc = "of two classes, the one that f1 and auc are of; none: the last "
            "in their order",
     .access = at<&JobSpec::positive>(),
     .fallback = "none"},
    {.path = "features", .doc = "which columns are learnt from"},
    {.path = "features.include",
     .type = Type::text_list,
     .doc = "names or globs; none: every column but the target",
     .access = at<&JobSpec::features, &Features::include>()},
    {.path = "features.exclude",
     .type = Type::text_list,
     .doc = "names or globs",
     .access = at<&JobSpec::features, &Features::exclude>()},
    {.path = "features.id",
     .type = Type::text,
     .doc = "a column that names the rows; never a feature",
     .access = role<&Features::id>(),
     .fallback = "none"},
    {.path = "features.weight",
     .type = Type::text,
     .doc = "a column of weights of the rows, in training and metrics; never "
            "a feature",
     .access = role<&Features::weight>(),
     .fallback = "none",
     .rule = "numbers from 0 on, scaled to a mean of 1 over training rows"},
};

constexpr Field kAfterTrain[] = {
    {.path = "metrics",
     .type = Type::word_list,
     .doc = "computed on every split at the end; inertia adds up the squared "
            "distances to the nearest centres, silhouette is of 5000 rows at "
            "most, drawn by the seed",
     .access = at<&JobSpec::metrics>(),
     .words = "accuracy balanced_accuracy precision recall f1 auc log_loss "
              "brier ece mcc confusion rmse mae r2 mape medae inertia "
              "silhouette",
     .fallback = "those of the task: accuracy f1 log_loss (and auc for two "
                 "classes), or rmse mae r2, or inertia",
     .rule = "confusion is a table: confusion.csv"},
};
// clang-format on

}  // namespace

std::span<const Field> all_fields() {
  static const std::vector<Field> rows = [] {
    std::vector<Field> out;
    const auto add = [&](std::span<const Field> more) {
      out.insert(out.end(), more.begin(), more.end());
    };
    add(kBeforeModel);
    add(model_fields());
    add(train_fields());
    add(judge_fields());
    add(kAfterTrain);
    return out;
  }();
  return rows;
}

}  // namespace mlb::spec
