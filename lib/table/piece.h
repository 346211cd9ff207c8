// The typed values of one block of a column.  Private to lib/table.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "table/cells.h"
#include "table/convert.h"
#include "table/csv_blocks.h"
#include "table/date.h"
#include "table/judging.h"
#include "table/parse.h"
#include "table/spool.h"

namespace mlb::table {

/// Bytes of one value in a file: 8 (int64, float64, microseconds), 4 (code), 1
/// (boolean); 0 for texts.
std::size_t width_of(const ColumnReport& report);

/// Whether values that were stored so can become those of a column.
bool can_become(const StoredAs& as, const ColumnReport& report);

/// Converts blocks; one a thread.
class PieceMaker {
 public:
  PieceMaker(const Syntax& syntax, const MissingWords& missing,
             const NumberForm& form, const Judged& judged);

  /// The values of one column, which can_become() what it is; they are in
  /// `piece` or where they were.  Nothing when a value does not fit the column:
  /// the file is not the one that was judged.
  std::optional<Cells> make(std::size_t column, std::size_t rows,
                            const StoredColumn& from, Piece& piece);
  /// The same of one column of a block.
  std::optional<Cells> make(const Block& block, const Index& index,
                            std::size_t column, Piece& piece);

 private:
  template <class ValueAt>
  bool make_rows(std::size_t column, std::size_t rows, ValueAt value_at,
                 Piece& piece);
  bool make_coded(std::size_t column, std::size_t rows,
                  const StoredColumn& from, Piece& piece);
  void pick_levels(std::size_t column, std::size_t rows,
                   const StoredColumn& from, Piece& piece) const;

  Syntax syntax_;
  const MissingWords& missing_;
  NumberForm form_;
  const Judged& judged_;
  std::span<const ColumnReport> reports_;
  std::vector<std::optional<DateFormat>> dates_;  ///< one a column
  std::string scratch_;
};

}  // namespace mlb::table
