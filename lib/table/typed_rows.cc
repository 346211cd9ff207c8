// See typed_rows.h; here also the typed rows of a data set.
#include "table/typed_rows.h"

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "table/csv_pipeline.h"
#include "table/dataset.h"
#include "table/typed_csv.h"

namespace mlb::table {
namespace {

/// Of a CSV, for the number of rows that a block of a data set has.
constexpr std::size_t kBytesOfRow = 64;

template <class T>
void copy_part(const std::vector<T>& from, std::size_t first, std::size_t count,
               std::vector<T>& to) {
  if (from.empty()) return;
  to.assign(from.begin() + static_cast<long>(first),
            from.begin() + static_cast<long>(first + count));
}

/// Rows first..first+count of a column.
void copy_rows(const Column& from, std::size_t first, std::size_t count,
               Column& to) {
  if (to.name.empty()) {
    to.name = from.name;
    to.type = from.type;
    to.integral = from.integral;
    to.levels = from.levels;
  }
  copy_part(from.integers, first, count, to.integers);
  copy_part(from.reals, first, count, to.reals);
  copy_part(from.codes, first, count, to.codes);
  copy_part(from.texts, first, count, to.texts);
  copy_part(from.missing, first, count, to.missing);
}

/// Where there are none, the stored type tells nothing.
bool has_values(const Dataset& dataset, std::size_t column) {
  const Json& columns = dataset.report()["columns"];
  if (column >= columns.size()) return true;
  return columns[column].value("missing", std::uint64_t{0}) != dataset.rows();
}

struct SliceLoad {
  Block block;  ///< only its number
  TypedRows rows;
};

class DatasetPass {
 public:
  DatasetPass(const std::string& path, const CsvOptions& options,
              const RowSource::Work& work, const RowSource::Take& take,
              const ReadProgress& progress)
      : path_(path),
        work_(work),
        take_(take),
        progress_(progress),
        slice_(std::max<std::size_t>(1, options.block / kBytesOfRow)),
        threads_(thread_count(options)) {}

  Result<RowSource::Read> run(const Dataset& dataset, const Places& places) {
    rows_ = dataset.rows();
    auto read = read_columns(dataset, places.columns, columns_);
    if (read) read = read_columns(dataset, places.copied, copied_);
    if (!read) return std::move(read).fail();
    if (rows_ == 0) return Error{Fault::data, path_ + ": has no row"};
    Pipeline<SliceLoad> pipeline(
        [&](SliceLoad& load) -> Result<bool> {
          load.block.number = next_;
          return next_++ * slice_ < rows_;
        },
        threads_, [&](SliceLoad& load, unsigned worker) { make(load, worker); },
        [&](SliceLoad& load) { return commit(load); });
    auto done = pipeline.run();
    if (!done) return std::move(done).fail();
    return RowSource::Read{rows_, {}};
  }

 private:
  Result<> read_columns(const Dataset& dataset,
                        const std::vector<std::size_t>& places,
                        std::vector<Column>& to) const {
    for (const std::size_t place : places) {
      auto column = dataset.read_column(place);
      if (!column) return std::move(column).fail();
      to.push_back(std::move(*column));
    }
    return {};
  }

  void make(SliceLoad& load, unsigned worker) const {
    TypedRows& rows = load.rows;
    const std::size_t first = load.block.number * slice_;
    const std::size_t count = std::min<std::size_t>(slice_, rows_ - first);
    rows.problem.reset();
    rows.made.clear();
    rows.table.rows = count;
    rows.table.columns.resize(columns_.size());
    rows.copied.resize(copied_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      copy_rows(columns_[i], first, count, rows.table.columns[i]);
    }
    for (std::size_t i = 0; i < copied_.size(); ++i) {
      rows.copied[i].clear();
      for (std::size_t row = first; row < first + count; ++row) {
        rows.copied[i].bytes += csv_field(copied_[i], row);
        rows.copied[i].end();
      }
    }
    work_(rows, worker);
  }

  Result<> commit(SliceLoad& load) const {
    load.rows.first_row = load.block.number * slice_;
    auto taken = take_(load.rows);
    if (!taken) return taken;
    if (const auto& p = load.rows.problem) {
      return Error{Fault::data,
                   path_ + ": row " +
                       std::to_string(load.rows.first_row + p->row + 1) + ": " +
                       p->what};
    }
    const std::uint64_t done = load.rows.first_row + load.rows.table.rows;
    if (progress_ && !progress_(done, rows_)) {
      return Error{Fault::cancelled, "interrupted"};
    }
    return {};
  }

  const std::string& path_;
  const RowSource::Work& work_;
  const RowSource::Take& take_;
  const ReadProgress& progress_;
  std::vector<Column> columns_;
  std::vector<Column> copied_;
  std::size_t slice_;
  unsigned threads_;
  std::uint64_t rows_ = 0;
  std::uint64_t next_ = 0;
};

}  // namespace

struct RowSource::Impl {
  CsvOptions options;
  std::string path;
  std::vector<std::string> names;
  std::vector<std::optional<Type>> types;
  std::optional<CsvFile> csv;
  std::optional<Dataset> dataset;

  Result<Places> places(const WantedRows& wanted) const;
};

/// A name that stands there twice is the first.
Result<Places> RowSource::Impl::places(const WantedRows& wanted) const {
  std::unordered_map<std::string_view, std::size_t> known;
  for (std::size_t i = 0; i < names.size(); ++i) known.emplace(names[i], i);
  Places out;
  std::string lacking;
  const auto add = [&](const std::string& name, std::vector<std::size_t>& to) {
    const auto found = known.find(name);
    if (found != known.end()) {
      to.push_back(found->second);
    } else if (lacking.empty()) {
      lacking = name;
    }
  };
  for (const auto& column : wanted.columns) add(column.name, out.columns);
  for (const auto& name : wanted.copied) add(name, out.copied);
  if (lacking.empty()) return out;
  return Error{Fault::data, path + ": has no column '" + lacking + "'"};
}

RowSource::RowSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RowSource::~RowSource() = default;
RowSource::RowSource(RowSource&&) noexcept = default;
RowSource& RowSource::operator=(RowSource&&) noexcept = default;

Result<RowSource> RowSource::open(const std::string& path, CsvOptions options) {
  auto impl = std::make_unique<Impl>();
  options.once = true;
  options.schema.clear();
  options.columns.clear();
  impl->options = std::move(options);
  std::error_code error;
  // Looking into a pipe would take from it.
  const bool file = std::filesystem::is_regular_file(path, error);
  if (file && is_dataset_file(path)) {
    auto dataset = Dataset::open(path);
    if (!dataset) return std::move(dataset).fail();
    impl->path = path;
    for (std::size_t i = 0; i < dataset->columns(); ++i) {
      impl->names.push_back(dataset->column_name(i));
      impl->types.push_back(has_values(*dataset, i) ? dataset->column_type(i)
                                                    : std::nullopt);
    }
    impl->dataset.emplace(std::move(*dataset));
    return RowSource(std::move(impl));
  }
  auto csv = CsvFile::open(path, impl->options);
  if (!csv) return std::move(csv).fail();
  impl->path = csv->path();
  impl->names = csv->names();
  impl->csv.emplace(std::move(*csv));
  return RowSource(std::move(impl));
}

const std::vector<std::string>& RowSource::names() const {
  return impl_->names;
}

bool RowSource::is_last_nameless() const {
  return impl_->csv && impl_->csv->is_last_nameless();
}

const std::vector<std::optional<Type>>& RowSource::types() const {
  return impl_->types;
}

const std::string& RowSource::path() const {
  return impl_->path;
}

unsigned RowSource::threads() const {
  return impl_->csv ? impl_->csv->threads() : thread_count(impl_->options);
}

Result<RowSource::Read> RowSource::run(const WantedRows& wanted,
                                       const Work& work, const Take& take,
                                       const ReadProgress& progress) {
  auto places = impl_->places(wanted);
  if (!places) return std::move(places).fail();
  if (impl_->csv) {
    return run_typed_csv(*impl_->csv, wanted, *places, work, take, progress);
  }
  return DatasetPass(impl_->path, impl_->options, work, take, progress)
      .run(*impl_->dataset, *places);
}

}  // namespace mlb::table
