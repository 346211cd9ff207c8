// Writes the data set file, piece by piece.  Private to lib/table.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "table/convert.h"
#include "table/levels.h"
#include "table/piece.h"
#include "table/table.h"

namespace mlb::table {

struct WriteOptions {
  std::string source;    ///< path of the CSV; its last part is stored
  bool compress = true;  ///< shuffle + deflate level 1
  unsigned threads = 1;  ///< that compress
};

/// The bytes of the file depend on the rows only, not on how they are cut into
/// pieces nor on the threads.  One thread.
class DatasetWriter {
 public:
  /// Begins a temporary file beside `path`.
  static Result<DatasetWriter> create(const std::string& path,
                                      const Inspection& inspection,
                                      const WriteOptions& options);
  ~DatasetWriter();
  DatasetWriter(DatasetWriter&&) noexcept;
  DatasetWriter& operator=(DatasetWriter&&) noexcept;

  /// The next rows: of every column so many cells.
  Result<> append(std::span<const Cells> cells, std::size_t rows);
  /// Writes the categories (one a column, used where it is one), syncs,
  /// renames.
  Result<> finish(std::span<const Levels> levels);

 private:
  struct Impl;
  explicit DatasetWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlb::table
