// Reading a data set file.
#pragma once

#include <memory>
#include <string>

#include "base/json.h"
#include "base/result.h"
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
