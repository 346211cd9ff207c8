// Writes float32 matrices for programs that read nothing but numbers: Keras,
// PyTorch, MATLAB.  docs/dataset-format.md describes the file.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace mlb::table {

/// What the columns of the matrices are.
struct MatrixInfo {
  std::vector<std::string> features{};  ///< one a column of X
  std::string target{};
  std::vector<std::string>
      classes{};           ///< y counts them from 0; empty: a number
  std::string source{};    ///< file name of the data set
  std::uint64_t seed = 0;  ///< of the split
};

/// The file appears whole or not at all; the same input gives the same bytes.
/// One thread.
class MatrixWriter {
 public:
  static Result<MatrixWriter> create(const std::string& path,
                                     const MatrixInfo& info);
  ~MatrixWriter();
  MatrixWriter(MatrixWriter&&) noexcept;
  MatrixWriter& operator=(MatrixWriter&&) noexcept;

  /// Begins the group `name` of exactly `rows` rows.
  Result<> begin_part(const std::string& name, std::uint64_t rows);
  /// The next rows of it: x is rows x features, row-major; `row` numbers them
  /// in the table, from 1.
  Result<> append(std::span<const float> x, std::span<const float> y,
                  std::span<const std::int64_t> row);
  /// Syncs and renames.
  Result<> finish();

 private:
  struct Impl;
  explicit MatrixWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Rows of a chunk of X: the largest power of two that makes at most 512 KiB,
/// in [64, 16384].
std::uint64_t matrix_chunk_rows(std::size_t features);

}  // namespace mlb::table
