// See dataset_writer.h and docs/dataset-format.md.
#include "table/dataset_writer.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <numeric>

#include "base/file.h"
#include "table/column_digest.h"
#include "table/h5.h"
#include "table/seal.h"

namespace mlb::table {
namespace {

constexpr std::int64_t kFormatVersion = 1;
constexpr std::uint64_t kOpenChunkBytes = 64u << 20;
constexpr std::uint64_t kLeastChunk = 256;
constexpr std::uint64_t kMostChunk = 65536;
constexpr std::size_t kMostStoredWarnings = 1000;
constexpr const char* kUnits = "microseconds since 1970-01-01T00:00:00Z";

/// The largest power of two in [256, 65536] with all open chunks <= 64 MiB.
std::uint64_t chunk_for(std::size_t columns) {
  std::uint64_t rows = kMostChunk;
  while (rows > kLeastChunk && rows * 9 * (columns + 1) > kOpenChunkBytes) {
    rows /= 2;
  }
  return rows;
}

Result<> describe(hid_t object, const char* encoding, const char* version) {
  auto done =
      h5::write_attribute(object, "encoding-type", std::string(encoding));
  if (!done) return done;
  return h5::write_attribute(object, "encoding-version", std::string(version));
}

}  // namespace

/// The open data sets of one column.
struct OpenColumn {
  h5::Handle object;  ///< what carries the attributes
  h5::Handle values;
  h5::Handle mask;
};

struct DatasetWriter::Impl {
  std::string path;
  std::string temporary;
  Inspection inspection;
  std::string source;
  bool compress = true;
  std::uint64_t chunk = 0;
  std::uint64_t written = 0;
  h5::Handle file;
  h5::Handle table;
  h5::Handle missing;
  h5::Handle index;
  std::vector<OpenColumn> columns;
  std::vector<ColumnDigest> digests;  ///< of what was appended

  ~Impl() {
    columns.clear();
    index.reset();
    missing.reset();
    table.reset();
    file.reset();
    if (!temporary.empty()) ::unlink(temporary.c_str());
  }
  h5::ColumnShape shape() const {
    return {inspection.rows, std::min(chunk, inspection.rows), compress};
  }
  Result<> open_all();
  Result<OpenColumn> open(const ColumnReport& report);
  Result<OpenColumn> open_nullable(const ColumnReport& report,
                                   const std::string& name, hid_t type);
  Result<OpenColumn> open_moment(const ColumnReport& report,
                                 const std::string& name);
  Result<OpenColumn> open_text(const ColumnReport& report,
                               const std::string& name);
  Result<> append(const Column& column, const OpenColumn& open,
                  std::uint64_t rows);
  Result<> describe_root();
  Result<> store_digests(const Table& last);
};

Result<OpenColumn> DatasetWriter::Impl::open_nullable(
    const ColumnReport& report, const std::string& name, hid_t type) {
  OpenColumn out;
  const bool boolean = report.type == Type::boolean;
  const bool moment = report.type == Type::date || report.type == Type::time;
  if (report.stats.missing == 0 && !moment) {
    out.values = h5::create_column(table.get(), name, type, shape());
    auto done = describe(out.values.get(), "array", "0.2.0");
    if (!done) return std::move(done).fail();
    return out;
  }
  out.object = h5::create_group(table.get(), name);
  out.values = h5::create_column(out.object.get(), "values", type, shape());
  out.mask = h5::create_column(out.object.get(), "mask",
                               h5::boolean_type().get(), shape());
  auto done =
      describe(out.object.get(),
               boolean ? "nullable-boolean" : "nullable-integer", "0.1.0");
  for (const auto* part : {&out.values, &out.mask}) {
    if (done) done = describe(part->get(), "array", "0.2.0");
  }
  if (!done) return std::move(done).fail();
  return out;
}

Result<OpenColumn> DatasetWriter::Impl::open_moment(const ColumnReport& report,
                                                    const std::string& name) {
  auto out = open_nullable(report, name, H5T_STD_I64LE);
  if (!out) return out;
  Result<> done;
  for (const hid_t owner : {out->object.get(), out->values.get()}) {
    if (done) done = h5::write_attribute(owner, "units", std::string(kUnits));
  }
  if (done && !report.date_format.empty()) {
    done = h5::write_attribute(out->object.get(), "date_format",
                               report.date_format);
  }
  if (!done) return std::move(done).fail();
  return out;
}

Result<OpenColumn> DatasetWriter::Impl::open_text(const ColumnReport& report,
                                                  const std::string& name) {
  OpenColumn out;
  h5::ColumnShape plain = shape();
  plain.compress = false;  // the texts lie in the heap, filters miss them
  out.values =
      h5::create_column(table.get(), name, h5::text_type().get(), plain);
  auto done = describe(out.values.get(), "string-array", "0.2.0");
  if (report.stats.missing > 0) {
    if (!missing) missing = h5::create_group(file.get(), "table_missing");
    out.mask = h5::create_column(missing.get(), name, h5::boolean_type().get(),
                                 shape());
  }
  if (!done) return std::move(done).fail();
  return out;
}

Result<OpenColumn> DatasetWriter::Impl::open(const ColumnReport& report) {
  const std::string name = h5::link_name(report.name);
  switch (report.type) {
    case Type::integer: return open_nullable(report, name, H5T_STD_I64LE);
    case Type::date:
    case Type::time: return open_moment(report, name);
    case Type::boolean:
      return open_nullable(report, name, h5::boolean_type().get());
    case Type::real: {
      OpenColumn out;
      out.values =
          h5::create_column(table.get(), name, H5T_IEEE_F64LE, shape());
      auto done = describe(out.values.get(), "array", "0.2.0");
      if (!done) return std::move(done).fail();
      return out;
    }
    case Type::category: {
      OpenColumn out;
      out.object = h5::create_group(table.get(), name);
      out.values =
          h5::create_column(out.object.get(), "codes", H5T_STD_I32LE, shape());
      auto done = describe(out.object.get(), "categorical", "0.2.0");
      if (done) {
        done = h5::write_boolean_attribute(out.object.get(), "ordered", false);
      }
      if (done) done = describe(out.values.get(), "array", "0.2.0");
      if (!done) return std::move(done).fail();
      return out;
    }
    case Type::text: return open_text(report, name);
    case Type::id:
      return report.integral ? open_nullable(report, name, H5T_STD_I64LE)
                             : open_text(report, name);
  }
  return Error{Fault::bug, "a column of no type"};
}

Result<> DatasetWriter::Impl::open_all() {
  table = h5::create_group(file.get(), "table");
  auto done = describe(table.get(), "dataframe", "0.2.0");
  if (done)
    done = h5::write_attribute(table.get(), "_index", std::string("row"));
  std::vector<std::string> order;
  for (const auto& c : inspection.columns) {
    order.push_back(h5::link_name(c.name));
  }
  if (done) done = h5::write_attribute(table.get(), "column-order", order);
  index = h5::create_column(table.get(), "row", H5T_STD_I64LE, shape());
  if (done) done = describe(index.get(), "array", "0.2.0");
  for (const auto& report : inspection.columns) {
    if (!done) break;
    auto opened = open(report);
    if (!opened) return std::move(opened).fail();
    const hid_t owner =
        opened->object ? opened->object.get() : opened->values.get();
    done = h5::write_attribute(owner, "mlbatch-type",
                               std::string(name_of(report.type)));
    if (done) done = h5::write_attribute(owner, "mlbatch-name", report.name);
    columns.push_back(std::move(*opened));
    digests.emplace_back(report.name, report.type);
  }
  return done;
}

Result<> DatasetWriter::Impl::append(const Column& column,
                                     const OpenColumn& open,
                                     std::uint64_t rows) {
  Result<> done;
  const hid_t values = open.values.get();
  if (column.type == Type::category) {
    done = h5::write_rows(values, H5T_NATIVE_INT32, written, rows,
                          column.codes.data());
  } else if (column.type == Type::real) {
    done = h5::write_rows(values, H5T_NATIVE_DOUBLE, written, rows,
                          column.reals.data());
  } else if (column.type == Type::boolean) {
    std::vector<signed char> bytes(column.integers.begin(),
                                   column.integers.end());
    done = h5::write_rows(values, h5::boolean_type().get(), written, rows,
                          bytes.data());
  } else if (column.stores_integers()) {
    done = h5::write_rows(values, H5T_NATIVE_INT64, written, rows,
                          column.integers.data());
  } else {
    done = h5::write_texts(values, written, column.texts);
  }
  if (done && open.mask) {
    done = h5::write_rows(open.mask.get(), h5::boolean_type().get(), written,
                          rows, column.missing.data());
  }
  return done;
}

Result<> DatasetWriter::Impl::describe_root() {
  Json schema = Json::array();
  for (const auto& c : inspection.columns) {
    schema.push_back({{"name", c.name},
                      {"type", name_of(c.type)},
                      {"integral", c.integral}});
  }
  Json report = to_json(inspection);
  const Json dialect = report["dialect"];
  if (report["warnings"].size() > kMostStoredWarnings) {
    report["warnings"].erase(report["warnings"].begin() + kMostStoredWarnings,
                             report["warnings"].end());
  }
  const hid_t root = file.get();
  auto done =
      h5::write_attribute(root, "format", std::string("mlbatch-dataset"));
  if (done) done = h5::write_attribute(root, "version", kFormatVersion);
  if (done) {
    done = h5::write_attribute(root, "rows",
                               static_cast<std::int64_t>(inspection.rows));
  }
  const auto name = std::filesystem::path(source).filename().string();
  if (done) done = h5::write_attribute(root, "source_name", name);
  if (done) {
    done = h5::write_attribute(root, "source_bytes",
                               static_cast<std::int64_t>(inspection.bytes));
  }
  if (done) {
    done = h5::write_attribute(root, "source_sha256", inspection.digest.text());
  }
  if (done) done = h5::write_attribute(root, "schema", schema.dump());
  if (done) done = h5::write_attribute(root, "dialect", dialect.dump());
  if (done) done = h5::write_attribute(root, "report", report.dump());
  return done;
}

Result<> DatasetWriter::Impl::store_digests(const Table& last) {
  StoredDigests out{.rows_of_piece = chunk, .columns = {}};
  for (std::size_t i = 0; i < digests.size(); ++i) {
    out.columns.push_back(digests[i].finish(last.columns[i].levels));
  }
  return h5::write_attribute(file.get(), "digests", to_json(out).dump());
}

DatasetWriter::DatasetWriter(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
DatasetWriter::~DatasetWriter() = default;
DatasetWriter::DatasetWriter(DatasetWriter&&) noexcept = default;
DatasetWriter& DatasetWriter::operator=(DatasetWriter&&) noexcept = default;

Result<DatasetWriter> DatasetWriter::create(const std::string& path,
                                            const Inspection& inspection,
                                            const std::string& source,
                                            bool compress) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->inspection = inspection;
  impl->source = source;
  impl->compress = compress;
  impl->chunk = chunk_for(inspection.columns.size());
  impl->temporary = path + ".tmp." + std::to_string(::getpid());
  impl->file = h5::create_file(impl->temporary);
  if (!impl->file) {
    return Error{Fault::data, path + ": cannot be written"};
  }
  auto opened = impl->open_all();
  if (!opened) return std::move(opened).context(path);
  return DatasetWriter(std::move(impl));
}

std::uint64_t DatasetWriter::chunk_rows() const {
  return impl_->chunk;
}

Result<> DatasetWriter::append(const Table& chunk) {
  std::vector<std::int64_t> rows(chunk.rows);
  std::iota(rows.begin(), rows.end(),
            static_cast<std::int64_t>(impl_->written) + 1);
  auto done = h5::write_rows(impl_->index.get(), H5T_NATIVE_INT64,
                             impl_->written, chunk.rows, rows.data());
  for (std::size_t i = 0; i < chunk.columns.size() && done; ++i) {
    done = impl_->append(chunk.columns[i], impl_->columns[i], chunk.rows);
    if (chunk.rows == 0) continue;
    impl_->digests[i].add_values(
        sha256(packed_values(chunk.columns[i], 0, chunk.rows)));
    if (!impl_->columns[i].mask) continue;
    impl_->digests[i].add_mask(
        sha256(packed_mask(chunk.columns[i], 0, chunk.rows)));
  }
  impl_->written += chunk.rows;
  if (!done) return std::move(done).context(impl_->path);
  return done;
}

Result<> DatasetWriter::finish(const Table& last) {
  Result<> done;
  for (std::size_t i = 0; i < last.columns.size() && done; ++i) {
    const Column& column = last.columns[i];
    if (column.type != Type::category) continue;
    const h5::Handle categories = h5::create_column(
        impl_->columns[i].object.get(), "categories", h5::text_type().get(),
        {column.levels.size(), 0, false});
    done = describe(categories.get(), "string-array", "0.2.0");
    if (done) done = h5::write_texts(categories.get(), 0, column.levels);
  }
  if (done) done = impl_->describe_root();
  if (done) done = impl_->store_digests(last);
  if (!done) return std::move(done).context(impl_->path);
  impl_->columns.clear();
  impl_->index.reset();
  impl_->missing.reset();
  impl_->table.reset();
  const bool flushed = H5Fflush(impl_->file.get(), H5F_SCOPE_GLOBAL) >= 0;
  impl_->file.reset();
  if (!flushed) {
    return Error{Fault::data,
                 impl_->path + ": HDF5 cannot write it; is the disk full?"};
  }
  auto sealed = seal_file(impl_->temporary);
  if (!sealed) return std::move(sealed).context(impl_->path);
  if (std::rename(impl_->temporary.c_str(), impl_->path.c_str()) != 0) {
    return Error{Fault::data,
                 impl_->path + ": cannot be written: " + errno_text(errno)};
  }
  impl_->temporary.clear();
  const auto parent = std::filesystem::path(impl_->path).parent_path().string();
  return sync_directory(parent.empty() ? "." : parent);
}

}  // namespace mlb::table
