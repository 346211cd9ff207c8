// Reading a data set file.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "table/column_digest.h"
#include "table/table.h"

namespace mlb::table {

/// An open data set.  Checks format and version when opened; a damaged file
/// gives an Error, never a crash.  One thread.
class Dataset {
 public:
  static Result<Dataset> open(const std::string& path);
  ~Dataset();
  Dataset(Dataset&&) noexcept;
  Dataset& operator=(Dataset&&) noexcept;

  std::uint64_t rows() const;
  std::size_t columns() const;
  std::string column_name(std::size_t index) const;
  /// None: one that this version does not know.
  std::optional<Type> column_type(std::size_t index) const;
  /// Column `index` of them, whole.
  Result<Column> read_column(std::size_t index) const;
  /// The numbers of the rows: 1, 2, ... in a sound file.
  Result<std::vector<std::int64_t>> read_row_numbers() const;
  /// What was stored to check the columns by; an error when there is none.
  Result<StoredDigests> digests() const;
  /// Every column, typed, in order.
  Result<Table> read_table() const;
  /// What was found when it was made: the shape of `inspect --json`.
  const Json& report() const;
  std::string source_name() const;

 private:
  struct Impl;
  explicit Dataset(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Whether the file begins like an HDF5 file.
bool is_dataset_file(const std::string& path);

}  // namespace mlb::table
