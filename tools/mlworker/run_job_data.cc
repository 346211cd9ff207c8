// From the input file to designs: rows, features, targets.
#include <algorithm>
#include <filesystem>

#include "base/build.h"
#include "prep/columns.h"
#include "run_job.h"
#include "table/convert.h"
#include "table/csv_line.h"
#include "table/dataset.h"
#include "table/prepared.h"
#include "wire/wire.h"

namespace mlb::job_program {

namespace {

std::string file_name(const Work& work) {
  return std::filesystem::path(work.spec.data.path).filename().string();
}

}  // namespace

std::string with_true_name(std::string text, const Work& work) {
  const std::string input = work.dir + "/input";
  const std::string name = file_name(work);
  for (std::size_t at = text.find(input); at != std::string::npos;
       at = text.find(input)) {
    text.replace(at, input.size(), name);
  }
  return text;
}

Error with_true_name(Error error, const Work& work) {
  error.message = with_true_name(std::move(error.message), work);
  return error;
}

namespace {

Result<> convert(const Work& work, Reporter& reporter,
                 const table::CsvOptions& csv, const std::string& path) {
  table::CsvOptions granted = csv;
  granted.threads =
      static_cast<unsigned>(std::max(1, work.spec.resources.cpus));
  const bool is_result = work.spec.kind == Kind::prep;
  auto done = table::convert_csv(
      work.dir + "/input", path,
      {.csv = granted, .compress = is_result, .source_name = file_name(work)},
      [&](std::uint64_t read, std::uint64_t all) {
        reporter.stage("convert", share_of(read, all));
        return !stop_asked();
      });
  if (!done) return std::move(done).fail();
  return {};
}

/// What the bytes of a conversion follow from.
std::string cache_key(const Work& work, const table::CsvOptions& csv) {
  JobSpec key;
  key.csv = work.spec.csv;
  key.columns = csv.columns;
  key.columns.insert(key.columns.end(), csv.expected.begin(),
                     csv.expected.end());
  key.data.digest = work.spec.data.digest;
  Writer w;
  w.text(build_id());
  w.block(wire::encode_spec(key));
  // A data set that is a result is compressed and says what it was made from.
  if (work.spec.kind == Kind::prep) w.text(file_name(work));
  return sha256(w.bytes()).text();
}

struct Found {
  std::string path;
  bool converted_before = false;
};

/// The data set itself, or the conversion of the CSV: made once a worker.
Result<Found> find_dataset(Work& work, Reporter& reporter) {
  const std::string input = work.dir + "/input";
  if (work.spec.data.source == DataSource::dataset) return Found{input};
  auto csv = prep::csv_options(work.spec);
  if (!csv) return std::move(csv).fail();
  prep::expect_inputs(work.plan, *csv);
  const auto make = [&](const std::string& path) {
    return convert(work, reporter, *csv, path);
  };
  if (work.cache.dir.empty()) {
    const std::string path = work.dir + "/dataset.h5";
    auto done = make(path);
    if (!done) return std::move(done).fail();
    return Found{path};
  }
  auto found =
      find_or_convert(work.cache, cache_key(work, *csv), make, stop_asked);
  if (!found) return std::move(found).fail();
  work.dataset_lock = std::move(found->lock);
  return Found{found->path, !found->made_here};
}

/// One that was damaged since it was made is made again.
Result<table::Dataset> open_dataset(Work& work, Reporter& reporter) {
  auto found = find_dataset(work, reporter);
  if (!found) return std::move(found).fail();
  work.dataset = found->path;
  auto dataset = table::Dataset::open(found->path);
  if (dataset && found->converted_before) {
    reporter.message("the CSV was converted before");
  }
  if (dataset || !work.dataset_lock) return dataset;
  work.dataset_lock.reset();
  forget_conversion(work.cache,
                    std::filesystem::path(found->path).stem().string());
  found = find_dataset(work, reporter);
  if (!found) return std::move(found).fail();
  return table::Dataset::open(found->path);
}

/// What was noticed when the CSV was read, as mlprep says it.
void add_warnings(Work& work, const Json& report) {
  if (work.spec.data.source == DataSource::dataset) return;
  for (const auto& w : report["warnings"]) {
    const std::string place =
        w["line"].is_null() ? "" : "line " + w["line"].dump() + ": ";
    const std::string column =
        w["column"].is_null()
            ? ""
            : "column '" + w["column"].get<std::string>() + "': ";
    work.outcome.warnings.push_back(place + column +
                                    w["message"].get<std::string>());
  }
}

/// Training rows weigh 1 on average, so that lambda and the learning rate
/// keep their meaning.
Result<> weigh(Work& work) {
  auto weights = prep::weights_of(work.table, work.split.train, work.spec);
  if (!weights) return std::move(weights).fail();
  double sum = 0;
  for (const float w : *weights) sum += static_cast<double>(w);
  if (weights->empty()) return {};
  if (!(sum > 0)) {
    return Error{Fault::data,
                 "features.weight: no training row has a weight above 0"};
  }
  const double factor = static_cast<double>(weights->size()) / sum;
  for (auto [rows, to] : {std::pair(&work.split.train, &work.train),
                          std::pair(&work.split.valid, &work.valid),
                          std::pair(&work.split.test, &work.test)}) {
    auto own = prep::weights_of(work.table, *rows, work.spec);
    if (!own) return std::move(own).fail();
    for (float& w : *own) {
      w = static_cast<float>(static_cast<double>(w) * factor);
    }
    to->weights = std::move(*own);
  }
  return {};
}

Result<> make_designs(Work& work) {
  auto train = prep::apply_to_training(work.plan, work.table, work.split.train,
                                       work.spec);
  if (!train) return std::move(train).fail();
  work.train.x = std::move(*train);
  for (auto [rows, to] : {std::pair(&work.split.valid, &work.valid),
                          std::pair(&work.split.test, &work.test)}) {
    auto x = prep::apply(work.plan, work.table, *rows);
    if (!x) return std::move(x).fail();
    to->x = std::move(*x);
  }
  for (auto [rows, to] : {std::pair(&work.split.train, &work.train),
                          std::pair(&work.split.valid, &work.valid),
                          std::pair(&work.split.test, &work.test)}) {
    auto y = prep::target_of(work.plan, work.table, *rows);
    if (!y) return std::move(y).fail();
    to->y = std::move(*y);
  }
  return weigh(work);
}

}  // namespace

Result<> load_data(Work& work, Reporter& reporter) {
  reporter.stage("convert");
  auto dataset = open_dataset(work, reporter);
  if (!dataset) return with_true_name(std::move(dataset).fail(), work);
  add_warnings(work, dataset->report());
  auto table = dataset->read_table();
  if (!table) return with_true_name(std::move(table).fail(), work);
  work.table = std::move(*table);
  const SplitBy by = work.spec.data.split.by;
  if (by != SplitBy::stored && by != SplitBy::automatic) return {};
  auto split = table::read_split(work.dataset);
  if (!split) return with_true_name(std::move(split).fail(), work);
  work.stored_split = std::move(*split);
  return {};
}

std::string message_of(const Work& work, const Error& error) {
  if (error.row == 0 || work.spec.data.source == DataSource::dataset) {
    return error.message;
  }
  const auto csv = prep::csv_options(work.spec);
  if (!csv) return error.message;
  return table::with_place(error, file_name(work), work.dir + "/input", *csv)
      .message;
}

Result<> take_split(Work& work, prep::Task task) {
  auto split = prep::split_of(work.table, work.spec, task, work.stored_split);
  if (!split) return std::move(split).fail();
  work.split = std::move(*split);
  if (work.split.without_target > 0) {
    work.outcome.warnings.push_back(std::to_string(work.split.without_target) +
                                    " rows have no target; they are left out");
  }
  return {};
}

Result<> divide(Work& work) {
  auto task = prep::task_of(work.table, work.spec);
  if (!task) return std::move(task).fail();
  auto done = take_split(work, *task);
  if (!done) return done;
  auto plan =
      prep::fit(work.table, work.split.train, work.spec, work.outcome.warnings);
  if (!plan) return std::move(plan).fail();
  work.plan = std::move(*plan);
  return {};
}

Result<> prepare(Work& work) {
  auto divided = divide(work);
  if (!divided) return divided;
  return make_designs(work);
}

}  // namespace mlb::job_program
