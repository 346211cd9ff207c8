// From the input file to designs: rows, features, targets.
#include <filesystem>

#include "run_job.h"
#include "table/convert.h"
#include "table/dataset.h"

namespace mlb::job_program {
namespace {

/// Messages name the user's file, not the link in the job's directory.
Error with_true_name(Error error, const Work& work) {
  const std::string input = work.dir + "/input";
  const auto name =
      std::filesystem::path(work.spec.data.path).filename().string();
  for (std::size_t at = error.message.find(input); at != std::string::npos;
       at = error.message.find(input)) {
    error.message.replace(at, input.size(), name);
  }
  return error;
}

Result<learn::Design> design(const Work& work, const prep::Rows& rows) {
  auto x = prep::apply(work.plan, work.table, rows);
  if (!x) return std::move(x).fail();
  auto y = prep::target_of(work.plan, work.table, rows);
  if (!y) return std::move(y).fail();
  return learn::Design{std::move(*x), std::move(*y)};
}

Result<std::string> dataset_path(Work& work) {
  const std::string input = work.dir + "/input";
  if (work.spec.data.source == DataSource::dataset) return input;
  table::ConvertOptions options;
  options.csv.columns = work.spec.columns;
  options.compress = false;
  const std::string path = work.dir + "/dataset.h5";
  auto done = table::convert_csv(
      input, path, options,
      [](std::uint64_t, std::uint64_t) { return !stop_asked(); });
  if (!done) return std::move(done).fail();
  for (const auto& w : done->warnings) {
    const std::string place =
        w.line == 0 ? "" : "line " + std::to_string(w.line) + ": ";
    const std::string column =
        w.column.empty() ? "" : "column '" + w.column + "': ";
    work.outcome.warnings.push_back(place + column + w.message);
  }
  return path;
}

}  // namespace

Result<> load_data(Work& work, Reporter&) {
  auto path = dataset_path(work);
  if (!path) return with_true_name(std::move(path).fail(), work);
  auto dataset = table::Dataset::open(*path);
  if (!dataset) return with_true_name(std::move(dataset).fail(), work);
  auto table = dataset->read_table();
  if (!table) return with_true_name(std::move(table).fail(), work);
  work.table = std::move(*table);
  return {};
}

Result<> prepare(Work& work) {
  const table::Column* target = work.table.find(work.spec.target);
  if (target == nullptr) {
    return Error{Fault::data, "the data has no column '" + work.spec.target +
                                  "' for the target"};
  }
  auto split = prep::split_rows(work.table, work.spec, prep::task_of(*target));
  if (!split) return std::move(split).fail();
  work.split = std::move(*split);
  if (work.split.without_target > 0) {
    work.outcome.warnings.push_back(std::to_string(work.split.without_target) +
                                    " rows have no target; they are left out");
  }
  auto plan =
      prep::fit(work.table, work.split.train, work.spec, work.outcome.warnings);
  if (!plan) return std::move(plan).fail();
  work.plan = std::move(*plan);
  for (auto [rows, to] : {std::pair(&work.split.train, &work.train),
                          std::pair(&work.split.valid, &work.valid),
                          std::pair(&work.split.test, &work.test)}) {
    auto made = design(work, *rows);
    if (!made) return std::move(made).fail();
    *to = std::move(*made);
  }
  return {};
}

}  // namespace mlb::job_program
