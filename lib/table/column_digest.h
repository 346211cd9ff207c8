// What a column holds, as one digest that does not depend on how it is
// compressed: for `verify`.  docs/dataset-format.md has the exact rule.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/json.h"
#include "table/table.h"

namespace mlb::table {

/// Takes the checksum() of each of a column's pieces, in order: the bytes of
/// its values as they are stored, and of its mask if it has one.  A piece is as
/// long as a chunk of the file, the last one shorter; any thread may sum it up.
class ColumnDigest {
 public:
  ColumnDigest(const std::string& name, Type type);
  void add_values(std::uint64_t piece) { values_.number(piece); }
  void add_mask(std::uint64_t piece) { mask_.number(piece); }
  /// `levels`: of a category, else none.  The object is spent afterwards.
  Digest finish(std::span<const std::string> levels);

 private:
  Digest header_;
  Writer values_;
  Writer mask_;
};

/// Rows [first, end) as they are stored, little-endian; a text as its bytes and
/// a NUL, which no text holds.
Bytes packed_values(const Column& column, std::size_t first, std::size_t end);
/// One byte a row, 1 where the value is missing.
Bytes packed_mask(const Column& column, std::size_t first, std::size_t end);

/// Of a whole column in memory, as Dataset::read_column gives it.
Digest column_digest(const Column& column, std::uint64_t rows,
                     std::uint64_t rows_of_piece);

/// The attribute `digests` of a file.
struct StoredDigests {
  std::uint64_t rows_of_piece = 0;
  std::vector<Digest> columns;
};
Json to_json(const StoredDigests& digests);
/// Fault::data when it is not of that form.
Result<StoredDigests> digests_of(const Json& json);

}  // namespace mlb::table
