// Writes the data set file chunk by chunk.  Private to lib/table.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "table/convert.h"
#include "table/table.h"

namespace mlb::table {

class DatasetWriter {
 public:
  /// Begins a temporary file beside `path`.
  static Result<DatasetWriter> create(const std::string& path,
                                      const Inspection& inspection,
                                      const std::string& source, bool compress);
  ~DatasetWriter();
  DatasetWriter(DatasetWriter&&) noexcept;
  DatasetWriter& operator=(DatasetWriter&&) noexcept;

  /// Rows that one chunk holds; append() takes at most so many.
  std::uint64_t chunk_rows() const;
  Result<> append(const Table& chunk);
  /// Writes the categories (levels of `last`), syncs, renames.
  Result<> finish(const Table& last);

 private:
  struct Impl;
  explicit DatasetWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlb::table
