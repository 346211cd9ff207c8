// See dataset_writer.h and docs/dataset-format.md.
#include "table/dataset_writer.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "base/file.h"
#include "table/checksum.h"
#include "table/chunk_queue.h"
#include "table/column_digest.h"
#include "table/column_sets.h"
#include "table/h5.h"
#include "table/seal.h"

namespace mlb::table {
namespace {

constexpr std::int64_t kFormatVersion = 1;
constexpr std::uint64_t kOpenChunkBytes = 64u << 20;
constexpr std::uint64_t kLeastChunk = 256;
constexpr std::uint64_t kMostChunk = 65536;
constexpr std::size_t kMostStoredWarnings = 1000;
/// HDF5 takes 25 kB for each open data set, so more columns are not all open.
constexpr std::size_t kMostOpen = 256;
/// Texts are handed to HDF5 after so many rows or bytes: fixed, for the order
/// of its heap is part of the file.
constexpr std::uint64_t kTextRows = 4096;
constexpr std::size_t kTextBytes = 4u << 20;

/// The largest power of two in [256, 65536] with all open chunks <= 64 MiB.
std::uint64_t chunk_for(std::size_t columns) {
  std::uint64_t rows = kMostChunk;
  while (rows > kLeastChunk && rows * 9 * (columns + 1) > kOpenChunkBytes) {
    rows /= 2;
  }
  return rows;
}

}  // namespace

/// Memory of a chunk that was written, for the one after the next.
struct Spare {
  std::vector<char> raw;
  std::string packed;
};

/// One column, and its rows that are not yet written.
struct OpenColumn {
  OpenSets sets;
  bool created = false;
  bool has_mask = false;
  std::size_t width = 0;  ///< of a value; 0: texts
  std::vector<char> chunk;
  std::vector<char> missing;
  Spare spare_chunk;
  Spare spare_missing;
  std::string texts;
  std::vector<std::size_t> text_ends;
  std::uint64_t text_sum = 0;  ///< of the chunk's texts that are written
};

struct DatasetWriter::Impl {
  std::string path;
  std::string temporary;
  Inspection inspection;
  std::string source;
  bool compress = true;
  std::uint64_t chunk = 0;
  std::uint64_t begun = 0;   ///< first row of the chunk that is being filled
  std::uint64_t filled = 0;  ///< rows in it
  std::uint64_t texts_written = 0;
  std::uint64_t text_rows = 0;  ///< that wait to be written
  std::size_t text_bytes = 0;
  bool has_texts = false;
  h5::Handle file;
  std::optional<TableGroup> table;
  h5::Handle index;
  std::vector<OpenColumn> columns;
  std::unique_ptr<ChunkQueue> queue;
  std::vector<ColumnDigest> digests;  ///< of what was appended

  ~Impl() {
    queue.reset();
    columns.clear();
    index.reset();
    table.reset();
    file.reset();
    if (!temporary.empty()) ::unlink(temporary.c_str());
  }
  h5::ColumnShape shape() const {
    return {inspection.rows, std::min(chunk, inspection.rows), compress, true};
  }
  Result<> open_table();
  Result<> use(std::size_t column);
  void release(std::size_t column);
  Result<> append(std::span<const Cells> cells, std::size_t from,
                  std::size_t to);
  Result<> append_texts(std::span<const Cells> cells, std::size_t from,
                        std::size_t to);
  Result<> write_texts();
  Result<> close_chunk();
  Result<> write_ready();
  Result<> describe_root();
  Result<> finish(std::span<const Levels> levels);
  Result<> write_levels(std::size_t column, std::span<const std::string> texts);
};

/// The table with its index; its columns are created when they are written.
Result<> DatasetWriter::Impl::open_table() {
  table.emplace(file.get());
  auto done = describe(table->get(), "dataframe", "0.2.0");
  if (done)
    done = h5::write_attribute(table->get(), "_index", std::string("row"));
  std::vector<std::string> order;
  for (const auto& c : inspection.columns) {
    order.push_back(h5::link_name(c.name));
  }
  if (done) done = h5::write_attribute(table->get(), "column-order", order);
  index = h5::create_column(table->get(), "row", H5T_STD_I64LE, shape());
  if (done) done = describe(index.get(), "array", "0.2.0");
  for (const auto& report : inspection.columns) {
    OpenColumn column;
    column.width = width_of(report);
    column.has_mask = has_mask(report);
    has_texts |= column.width == 0;
    columns.push_back(std::move(column));
    digests.emplace_back(report.name, report.type);
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (done && columns.size() <= kMostOpen) done = use(i);
  }
  return done;
}

/// Before the data sets of a column are written to.
Result<> DatasetWriter::Impl::use(std::size_t column) {
  OpenColumn& c = columns[column];
  if (c.sets.values) return {};
  const ColumnReport& report = inspection.columns[column];
  auto opened =
      c.created ? table->reopen(report) : table->create(report, shape());
  if (!opened) return std::move(opened).fail();
  c.sets = std::move(*opened);
  c.created = true;
  return {};
}

void DatasetWriter::Impl::release(std::size_t column) {
  if (columns.size() > kMostOpen) columns[column].sets = {};
}

/// Rows [from, to) of the cells into the chunk, which has room for them.
Result<> DatasetWriter::Impl::append(std::span<const Cells> cells,
                                     std::size_t from, std::size_t to) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    OpenColumn& column = columns[i];
    const std::size_t width = column.width;
    if (width > 0) {
      const char* const values = cells[i].values;
      column.chunk.insert(column.chunk.end(), values + from * width,
                          values + to * width);
    }
    if (!column.has_mask) continue;
    if (const char* const mask = cells[i].missing) {
      column.missing.insert(column.missing.end(), mask + from, mask + to);
    } else {
      column.missing.resize(column.missing.size() + to - from, '\0');
    }
  }
  filled += to - from;
  return has_texts ? append_texts(cells, from, to) : Result<>();
}

/// The texts of rows [from, to), one behind the other.
std::string_view texts_of(const Cells& cells, std::size_t from,
                          std::size_t to) {
  const std::size_t begin = cells.begin(from);
  return {cells.texts + begin, cells.begin(to) - begin};
}

void copy_texts(const Cells& cells, std::size_t from, std::size_t to,
                OpenColumn& column) {
  // May wrap around.
  const std::size_t shift = column.texts.size() - cells.begin(from);
  column.texts += texts_of(cells, from, to);
  for (std::size_t row = from; row < to; ++row) {
    column.text_ends.push_back(shift + cells.end(row));
  }
}

Result<> DatasetWriter::Impl::append_texts(std::span<const Cells> cells,
                                           std::size_t from, std::size_t to) {
  while (from < to) {
    const auto bytes_upto = [&](std::size_t row) {
      std::size_t out = 0;
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].width == 0) out += texts_of(cells[i], from, row).size();
      }
      return out;
    };
    // Up to the first row that fills up what is written at once.
    std::size_t end = std::min(to, from + (kTextRows - text_rows));
    while (end > from + 1 && text_bytes + bytes_upto(end - 1) >= kTextBytes) {
      --end;
    }
    text_bytes += bytes_upto(end);
    text_rows += end - from;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].width == 0) copy_texts(cells[i], from, end, columns[i]);
    }
    from = end;
    if (text_rows < kTextRows && text_bytes < kTextBytes) continue;
    auto written = write_texts();
    if (!written) return written;
  }
  return {};
}

Result<> DatasetWriter::Impl::write_texts() {
  auto done = write_ready();
  std::vector<const char*> pointers;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    OpenColumn& column = columns[i];
    if (column.width > 0 || text_rows == 0 || !done) continue;
    done = use(i);
    if (!done) return done;
    pointers.clear();
    std::size_t begin = 0;
    for (const std::size_t end : column.text_ends) {
      pointers.push_back(column.texts.data() + begin);
      begin = end;
    }
    column.text_sum = checksum(view_of(column.texts), column.text_sum);
    done = h5::write_texts(column.sets.values.get(), texts_written, pointers);
    release(i);
    column.texts.clear();
    column.text_ends.clear();
  }
  texts_written += text_rows;
  text_rows = 0;
  text_bytes = 0;
  return done;
}

/// The chunks that were handed to the queue, in their order.
Result<> DatasetWriter::Impl::write_ready() {
  Result<> done;
  while (!queue->is_empty()) {
    Chunk next = queue->take();
    const std::string_view bytes =
        compress ? std::string_view(next.packed)
                 : std::string_view(next.raw.data(), next.raw.size());
    const std::size_t at = next.target / 2;
    if (at == columns.size()) {
      if (done) done = h5::write_chunk(index.get(), next.first, bytes);
      continue;
    }
    const bool mask = next.target % 2 != 0;
    if (mask) {
      digests[at].add_mask(next.sum);
    } else {
      digests[at].add_values(next.sum);
    }
    if (done) done = use(at);
    const OpenSets& sets = columns[at].sets;
    const h5::Handle& target = mask ? sets.mask : sets.values;
    if (done) done = h5::write_chunk(target.get(), next.first, bytes);
    if (mask || !columns[at].has_mask) release(at);
    (mask ? columns[at].spare_missing : columns[at].spare_chunk) = {
        std::move(next.raw), std::move(next.packed)};
  }
  return done;
}

Result<> DatasetWriter::Impl::close_chunk() {
  auto done = write_texts();
  if (!done) return done;
  const std::uint64_t whole = shape().chunk;
  // The full memory goes, the spare one comes.
  const auto add = [&](std::size_t target, std::vector<char>& raw,
                       std::size_t width, Spare& spare) {
    raw.resize(whole * width);  // the last chunk may not be full
    queue->add({.target = target,
                .first = begun,
                .element = width,
                .used = filled * width,
                .raw = std::exchange(raw, std::exchange(spare.raw, {})),
                .packed = std::exchange(spare.packed, {})});
    raw.clear();
    raw.reserve(whole * width);
  };
  std::vector<char> rows(whole * sizeof(std::int64_t));
  auto* const numbers = reinterpret_cast<std::int64_t*>(rows.data());
  std::iota(numbers, numbers + filled, static_cast<std::int64_t>(begun) + 1);
  Spare none;
  add(2 * columns.size(), rows, sizeof(std::int64_t), none);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    OpenColumn& column = columns[i];
    if (column.width > 0) {
      add(2 * i, column.chunk, column.width, column.spare_chunk);
    } else {
      digests[i].add_values(std::exchange(column.text_sum, 0));
    }
    if (column.has_mask) {
      add(2 * i + 1, column.missing, 1, column.spare_missing);
    }
  }
  h5::begin_writeback(file.get());
  begun += filled;
  filled = 0;
  return {};
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

Result<> DatasetWriter::Impl::write_levels(std::size_t column,
                                           std::span<const std::string> texts) {
  auto done = use(column);
  if (!done) return done;
  const h5::Handle categories =
      h5::create_column(columns[column].sets.object.get(), "categories",
                        h5::text_type().get(), {texts.size(), 0, false, false});
  done = describe(categories.get(), "string-array", "0.2.0");
  if (done) done = h5::write_texts(categories.get(), 0, texts);
  release(column);
  return done;
}

/// What is left of the rows, the categories and the attributes of the file.
Result<> DatasetWriter::Impl::finish(std::span<const Levels> levels) {
  StoredDigests stored{.rows_of_piece = chunk, .columns = {}};
  Result<> done;
  if (filled > 0) done = close_chunk();
  if (done) done = write_ready();
  for (std::size_t i = 0; i < columns.size() && done; ++i) {
    std::vector<std::string> texts;
    if (inspection.columns[i].type == Type::category) {
      for (std::uint32_t k = 0; k < levels[i].size(); ++k) {
        texts.emplace_back(levels[i].text(k));
      }
      done = write_levels(i, texts);
    }
    stored.columns.push_back(digests[i].finish(texts));
  }
  if (done) done = describe_root();
  if (!done) return done;
  return h5::write_attribute(file.get(), "digests", to_json(stored).dump());
}

DatasetWriter::DatasetWriter(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
DatasetWriter::~DatasetWriter() = default;
DatasetWriter::DatasetWriter(DatasetWriter&&) noexcept = default;
DatasetWriter& DatasetWriter::operator=(DatasetWriter&&) noexcept = default;

Result<DatasetWriter> DatasetWriter::create(const std::string& path,
                                            const Inspection& inspection,
                                            const WriteOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->inspection = inspection;
  impl->source = options.source;
  impl->compress = options.compress;
  impl->chunk = chunk_for(inspection.columns.size());
  impl->queue = std::make_unique<ChunkQueue>(options.threads, options.compress);
  impl->temporary = path + ".tmp." + std::to_string(::getpid());
  impl->file = h5::create_file(impl->temporary);
  if (!impl->file) {
    return Error{Fault::data, path + ": cannot be written"};
  }
  auto opened = impl->open_table();
  if (!opened) return std::move(opened).context(path);
  return DatasetWriter(std::move(impl));
}

Result<> DatasetWriter::append(std::span<const Cells> cells, std::size_t rows) {
  for (std::size_t from = 0; from < rows;) {
    const auto room = static_cast<std::size_t>(impl_->chunk - impl_->filled);
    const std::size_t to = std::min(rows, from + room);
    auto done = impl_->append(cells, from, to);
    if (done && impl_->filled == impl_->chunk) done = impl_->close_chunk();
    if (!done) return std::move(done).context(impl_->path);
    from = to;
  }
  return {};
}

Result<> DatasetWriter::finish(std::span<const Levels> levels) {
  auto done = impl_->finish(levels);
  if (!done) return std::move(done).context(impl_->path);
  impl_->columns.clear();
  impl_->index.reset();
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
