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
#include "table/levels.h"
#include "table/parse.h"

namespace mlb::table {

/// Bytes of one value in a file: 8 (int64, float64, microseconds), 4 (code), 1
/// (boolean); 0 for texts.
std::size_t width_of(const ColumnReport& report);

/// Whether values that were kept so can become those of a column.
bool can_become(Kept kept, const ColumnReport& report);

/// Converts blocks; one a thread.
class PieceMaker {
 public:
  /// `levels`: of every column, used for categories.
  PieceMaker(const Syntax& syntax, const MissingWords& missing,
             const NumberForm& form, std::span<const ColumnReport> reports,
             std::span<const Levels> levels);

  /// Fills one piece a column.  False when a value does not fit its column:
  /// the file is not the one that was judged.
  bool make(const Block& block, const Index& index, std::vector<Piece>& pieces);

  /// The same of one column, whose values were kept when they were judged and
  /// can_become() what it is.
  bool make(std::size_t column, std::size_t rows, Kept kept, Piece& from,
            Piece& piece);
  /// The same of one column of a block.
  bool make(const Block& block, const Index& index, std::size_t column,
            Piece& piece);

 private:
  struct Value {
    std::string_view text;
    bool missing = false;
  };
  Value value(const Block& block, const Index& index, std::size_t row,
              std::size_t column);
  template <class ValueAt>
  bool make_rows(std::size_t column, std::size_t begin, std::size_t end,
                 ValueAt value_at, Piece& piece);

  Syntax syntax_;
  const MissingWords& missing_;
  NumberForm form_;
  std::span<const ColumnReport> reports_;
  std::span<const Levels> levels_;
  std::vector<std::optional<DateFormat>> dates_;  ///< one a column
  std::string scratch_;
};

}  // namespace mlb::table
