// See dataset.h.
#include "table/dataset.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/file.h"
#include "table/date.h"
#include "table/h5.h"
#include "table/seal.h"

namespace mlb::table {
namespace {

constexpr std::int64_t kNewestVersion = 1;
/// A file may not make us allocate more than it could hold.
constexpr std::int64_t kMostRows = std::int64_t{1} << 40;

std::optional<Type> type_named(const std::string& name) {
  for (const Type t : {Type::integer, Type::real, Type::boolean, Type::date,
                       Type::time, Type::category, Type::text, Type::id}) {
    if (name == name_of(t)) return t;
  }
  return std::nullopt;
}

/// Whether `object` has a value of this kind under `key`.
using Kind = bool (Json::*)() const noexcept;
bool has(const Json& object, const char* key, Kind kind) {
  if (!object.is_object()) return false;
  const auto found = object.find(key);
  return found != object.end() && ((*found).*kind)();
}

template <class F>
bool all_of(const Json& list, F good) {
  return list.is_array() && std::all_of(list.begin(), list.end(), good);
}

bool is_schema(const Json& schema) {
  return all_of(schema, [](const Json& c) {
    return has(c, "name", &Json::is_string) &&
           has(c, "type", &Json::is_string) &&
           has(c, "integral", &Json::is_boolean);
  });
}

/// Has all that `inspect` prints.
bool is_report(const Json& report) {
  const auto is_column = [](const Json& c) {
    for (const char* key : {"missing", "distinct", "min", "max", "mean"}) {
      if (!c.is_object() || !c.contains(key)) return false;
    }
    return has(c, "name", &Json::is_string) &&
           has(c, "type", &Json::is_string) &&
           has(c, "examples", &Json::is_array) &&
           all_of(c["examples"], [](const Json& e) { return e.is_string(); });
  };
  const auto is_warning = [](const Json& w) {
    return has(w, "message", &Json::is_string) && w.contains("line") &&
           w.contains("column") &&
           (w["column"].is_null() || w["column"].is_string());
  };
  return has(report, "rows", &Json::is_number) &&
         has(report, "dialect", &Json::is_object) &&
         has(report["dialect"], "delimiter", &Json::is_string) &&
         has(report["dialect"], "header", &Json::is_boolean) &&
         has(report, "columns", &Json::is_array) &&
         all_of(report["columns"], is_column) &&
         has(report, "warnings", &Json::is_array) &&
         all_of(report["warnings"], is_warning);
}

}  // namespace

struct Dataset::Impl {
  std::string path;
  h5::Handle file;
  std::uint64_t rows = 0;
  Json schema;
  Json report;
  std::string source;

  Result<> read_root();
  Result<Column> read_column(const Json& entry) const;
  Result<> check_length(hid_t column) const;
  Result<> read_values(Column& column, hid_t values) const;
  Result<> read_mask(Column& column, hid_t mask) const;
};

Result<> Dataset::Impl::read_root() {
  const hid_t root = file.get();
  const auto format = h5::read_text_attribute(root, "format");
  if (!format || *format != "mlbatch-dataset") {
    return Error{Fault::data, "is not a data set of mlbatch"};
  }
  auto version = h5::read_integer_attribute(root, "version");
  auto count = h5::read_integer_attribute(root, "rows");
  auto schema_text = h5::read_text_attribute(root, "schema");
  auto report_text = h5::read_text_attribute(root, "report");
  auto name = h5::read_text_attribute(root, "source_name");
  if (!version || !count || !schema_text || !report_text || !name) {
    return Error{Fault::data, "lacks an attribute; is the file damaged?"};
  }
  if (*version < 1 || *version > kNewestVersion) {
    return Error{Fault::data, "is of version " + std::to_string(*version) +
                                  "; this program reads up to " +
                                  std::to_string(kNewestVersion)};
  }
  if (*count < 0 || *count > kMostRows) {
    return Error{Fault::data, "claims an impossible number of rows"};
  }
  rows = static_cast<std::uint64_t>(*count);
  schema = Json::parse(*schema_text, nullptr, false);
  report = Json::parse(*report_text, nullptr, false);
  source = *name;
  if (!is_schema(schema) || !is_report(report)) {
    return Error{Fault::data, "has a damaged schema or report"};
  }
  return {};
}

Result<> Dataset::Impl::check_length(hid_t column) const {
  auto length = h5::length_of(column);
  if (!length) return std::move(length).fail();
  if (*length == rows) return {};
  return Error{Fault::data, "has " + std::to_string(*length) + " rows; want " +
                                std::to_string(rows)};
}

Result<> Dataset::Impl::read_mask(Column& column, hid_t mask) const {
  auto right = check_length(mask);
  if (!right) return right;
  std::vector<signed char> bytes(rows);
  auto read = h5::read_rows(mask, h5::boolean_type().get(), rows, bytes.data());
  if (!read) return read;
  column.missing.assign(bytes.begin(), bytes.end());
  return {};
}

Result<> Dataset::Impl::read_values(Column& column, hid_t values) const {
  auto right = check_length(values);
  if (!right) return right;
  if (column.type == Type::real) {
    column.reals.resize(rows);
    return h5::read_rows(values, H5T_NATIVE_DOUBLE, rows, column.reals.data());
  }
  if (column.type == Type::boolean) {
    std::vector<signed char> bytes(rows);
    auto read =
        h5::read_rows(values, h5::boolean_type().get(), rows, bytes.data());
    column.integers.assign(bytes.begin(), bytes.end());
    return read;
  }
  if (column.type == Type::category) {
    column.codes.resize(rows);
    return h5::read_rows(values, H5T_NATIVE_INT32, rows, column.codes.data());
  }
  if (column.stores_integers()) {
    column.integers.resize(rows);
    return h5::read_rows(values, H5T_NATIVE_INT64, rows,
                         column.integers.data());
  }
  auto texts = h5::read_texts(values, rows);
  if (!texts) return std::move(texts).fail();
  column.texts = std::move(*texts);
  return {};
}

/// Missing values of types that carry them in the value itself.
void mark_missing(Column& column) {
  if (column.type == Type::real) {
    for (std::size_t i = 0; i < column.reals.size(); ++i) {
      if (column.reals[i] == column.reals[i]) continue;
      column.missing.resize(column.reals.size());
      column.missing[i] = 1;
    }
  } else if (column.type == Type::category) {
    for (std::size_t i = 0; i < column.codes.size(); ++i) {
      if (column.codes[i] >= 0) continue;
      column.missing.resize(column.codes.size());
      column.missing[i] = 1;
    }
  }
}

/// A number outside of the years that have a text is no date.
Result<> check_moments(const Column& column) {
  for (std::size_t row = 0; row < column.integers.size(); ++row) {
    const std::int64_t value = column.integers[row];
    const bool good =
        column.type == Type::date ? is_date(value) : is_time(value);
    if (good || column.is_missing(row)) continue;
    return Error{Fault::data, "row " + std::to_string(row + 1) + " holds " +
                                  std::to_string(value) + ", which is no " +
                                  std::string(name_of(column.type))};
  }
  return {};
}

Result<Column> Dataset::Impl::read_column(const Json& entry) const {
  Column column;
  column.name = entry.value("name", "");
  const auto type = type_named(entry.value("type", ""));
  if (!type) return Error{Fault::data, "is of an unknown type"};
  column.type = *type;
  column.integral = entry.value("integral", false);
  const std::string link = "/table/" + h5::link_name(column.name);
  const h5::Handle object(H5Oopen(file.get(), link.c_str(), H5P_DEFAULT));
  if (!object) return Error{Fault::data, "is missing"};
  if (H5Iget_type(object.get()) != H5I_GROUP) {
    auto read = read_values(column, object.get());
    if (!read) return std::move(read).fail();
    const std::string mask_link =
        "/table_missing/" + h5::link_name(column.name);
    const h5::Handle mask(H5Dopen2(file.get(), mask_link.c_str(), H5P_DEFAULT));
    if (mask) read = read_mask(column, mask.get());
    if (!read) return std::move(read).fail();
    mark_missing(column);
    return column;
  }
  const bool category = column.type == Type::category;
  const h5::Handle values(
      H5Dopen2(object.get(), category ? "codes" : "values", H5P_DEFAULT));
  const h5::Handle extra(
      H5Dopen2(object.get(), category ? "categories" : "mask", H5P_DEFAULT));
  if (!values || !extra) return Error{Fault::data, "lacks a part"};
  auto read = read_values(column, values.get());
  if (!read) return std::move(read).fail();
  if (!category) {
    read = read_mask(column, extra.get());
    if (read && column.is_moment()) {
      auto format = h5::read_text_attribute(object.get(), "date_format");
      if (format && DateFormat::parse(*format)) column.date_format = *format;
      read = check_moments(column);
    }
    if (!read) return std::move(read).fail();
    return column;
  }
  auto count = h5::length_of(extra.get());
  if (!count) return std::move(count).fail();
  auto levels = h5::read_texts(extra.get(), *count);
  if (!levels) return std::move(levels).fail();
  column.levels = std::move(*levels);
  for (const auto code : column.codes) {
    if (code < -1 || code >= static_cast<std::int64_t>(column.levels.size())) {
      return Error{Fault::data, "has a code without a category"};
    }
  }
  mark_missing(column);
  return column;
}

Dataset::Dataset(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Dataset::~Dataset() = default;
Dataset::Dataset(Dataset&&) noexcept = default;
Dataset& Dataset::operator=(Dataset&&) noexcept = default;

Result<Dataset> Dataset::open(const std::string& path) {
  h5::be_quiet();
  if (const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); !fd) {
    return Error{Fault::data, path + ": " + errno_text(errno)};
  }
  const Error foreign{Fault::data,
                      path + ": is not an HDF5 file, or is damaged"};
  if (!is_dataset_file(path)) return foreign;
  auto sealed = check_seal(path);
  if (!sealed) return std::move(sealed).context(path);
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->file = h5::Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  if (!impl->file) return foreign;
  auto read = impl->read_root();
  if (!read) return std::move(read).context(path);
  return Dataset(std::move(impl));
}

std::uint64_t Dataset::rows() const {
  return impl_->rows;
}
const Json& Dataset::report() const {
  return impl_->report;
}
std::string Dataset::source_name() const {
  return impl_->source;
}

std::size_t Dataset::columns() const {
  return impl_->schema.size();
}

std::string Dataset::column_name(std::size_t index) const {
  return impl_->schema[index].value("name", "");
}

std::optional<Type> Dataset::column_type(std::size_t index) const {
  return type_named(impl_->schema[index].value("type", ""));
}

Result<Column> Dataset::read_column(std::size_t index) const {
  const Json& entry = impl_->schema[index];
  auto column = impl_->read_column(entry);
  if (column) return column;
  return std::move(column).context(impl_->path + ": column '" +
                                   entry.value("name", "?") + "'");
}

Result<std::vector<std::int64_t>> Dataset::read_row_numbers() const {
  const h5::Handle numbers(
      H5Dopen2(impl_->file.get(), "/table/row", H5P_DEFAULT));
  if (!numbers) return Error{Fault::data, impl_->path + ": lacks /table/row"};
  auto right = impl_->check_length(numbers.get());
  std::vector<std::int64_t> out;
  if (right) {
    out.resize(impl_->rows);
    right =
        h5::read_rows(numbers.get(), H5T_NATIVE_INT64, impl_->rows, out.data());
  }
  if (!right) return std::move(right).context(impl_->path + ": /table/row");
  return out;
}

Result<StoredDigests> Dataset::digests() const {
  auto text = h5::read_text_attribute(impl_->file.get(), "digests");
  if (!text) {
    return Error{Fault::data, impl_->path +
                                  ": has no digests: it was written by an "
                                  "older version; convert it again"};
  }
  auto out = digests_of(Json::parse(*text, nullptr, false));
  if (!out) return std::move(out).context(impl_->path);
  return out;
}

Result<Table> Dataset::read_table() const {
  Table out;
  out.rows = impl_->rows;
  for (std::size_t i = 0; i < columns(); ++i) {
    auto column = read_column(i);
    if (!column) return std::move(column).fail();
    out.columns.push_back(std::move(*column));
  }
  return out;
}

bool is_dataset_file(const std::string& path) {
  h5::be_quiet();
  return H5Fis_hdf5(path.c_str()) > 0;
}

}  // namespace mlb::table
