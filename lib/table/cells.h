// The values of one column of one block, in rows.  Private to lib/table.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace mlb::table {

struct Piece {
  std::vector<char> values;           ///< rows of values of one width
  std::vector<std::uint8_t> missing;  ///< 1: missing
  std::string texts;                  ///< each with a NUL behind it
  std::vector<std::uint32_t> ends;    ///< of each text, behind its NUL

  void clear() {
    texts.clear();
    ends.clear();
  }
  std::string_view text(std::size_t row) const {
    const std::uint32_t begin = row == 0 ? 0 : ends[row - 1];
    return std::string_view(texts).substr(begin, ends[row] - begin);
  }
  template <class T>
  void put(std::size_t row, T value) {
    std::memcpy(values.data() + row * sizeof value, &value, sizeof value);
  }
  /// The whole numbers of the first rows become reals, each the one nearest to
  /// its text; a missing one becomes nan.
  void widen(std::size_t rows) {
    constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t row = 0; row < rows; ++row) {
      std::int64_t whole = 0;
      std::memcpy(&whole, values.data() + row * sizeof whole, sizeof whole);
      put(row, missing[row] != 0 ? kMissing : static_cast<double>(whole));
    }
  }
  void put_text(std::string_view text) {
    texts += text;
    texts += '\0';
    ends.push_back(static_cast<std::uint32_t>(texts.size()));
  }
};

/// How a block's values are kept while the type of their column is not known.
enum class Kept : unsigned char {
  nothing,  ///< they are to be read again
  missing,  ///< every value is missing
  integers,
  reals,
  texts
};

}  // namespace mlb::table
