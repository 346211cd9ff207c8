// The typed values of one block of a column.  Private to lib/table.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "table/convert.h"
#include "table/csv_blocks.h"
#include "table/date.h"
#include "table/levels.h"
#include "table/parse.h"

namespace mlb::table {

/// Bytes of one value in a file: 8 (int64, float64, microseconds), 4 (code), 1
/// (boolean); 0 for texts.
std::size_t width_of(const ColumnReport& report);

struct Piece {
  std::vector<char> values;           ///< rows of width_of() bytes
  std::vector<std::uint8_t> missing;  ///< 1: missing
  std::string texts;                  ///< each with a NUL behind it
  std::vector<std::uint32_t> ends;    ///< of each text, behind its NUL

  void clear();
  std::string_view text(std::size_t row) const {
    const std::uint32_t begin = row == 0 ? 0 : ends[row - 1];
    return std::string_view(texts).substr(begin, ends[row] - begin);
  }
  template <class T>
  void put(std::size_t row, T value) {
    std::memcpy(values.data() + row * sizeof value, &value, sizeof value);
  }
};

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

 private:
  struct Value {
    std::string_view text;
    bool missing = false;
  };
  Value value(const Block& block, const Index& index, std::size_t row,
              std::size_t column);
  bool make_tile(const Block& block, const Index& index, std::size_t column,
                 std::size_t begin, std::size_t end, Piece& piece);
  template <class Put>
  bool each(const Block& block, const Index& index, std::size_t column,
            std::size_t begin, std::size_t end, Piece& piece, Put put);

  Syntax syntax_;
  const MissingWords& missing_;
  NumberForm form_;
  std::span<const ColumnReport> reports_;
  std::span<const Levels> levels_;
  std::vector<std::optional<DateFormat>> dates_;  ///< one a column
  std::string scratch_;
};

}  // namespace mlb::table
