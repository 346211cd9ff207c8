// The values of one column of one block, row by row.  Private to lib/table.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace mlb::table {

/// Values of one width, or texts.
struct Piece {
  std::vector<char> values;           ///< rows of values of one width
  std::vector<std::uint8_t> missing;  ///< 1: missing
  std::string texts;                  ///< each with a NUL behind it
  std::vector<std::uint32_t> ends;    ///< of each text, behind its NUL

  void clear() {
    texts.clear();
    ends.clear();
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

/// A loan of a piece, at any address.
struct Cells {
  const char* values = nullptr;
  const char* missing = nullptr;  ///< none: nothing is
  const char* texts = nullptr;
  const char* ends = nullptr;

  Cells() = default;
  explicit Cells(const Piece& piece)
      : values(piece.values.data()),
        missing(reinterpret_cast<const char*>(piece.missing.data())),
        texts(piece.texts.data()),
        ends(reinterpret_cast<const char*>(piece.ends.data())) {}
  bool is_missing(std::size_t row) const {
    return missing != nullptr && missing[row] != 0;
  }
  template <class T>
  T value(std::size_t row) const {
    T out;
    std::memcpy(&out, values + row * sizeof out, sizeof out);
    return out;
  }
  /// With the NUL behind it.
  std::string_view text(std::size_t row) const {
    return {texts + begin(row), end(row) - begin(row)};
  }
  /// Where a text begins in `texts`, and where it ends.
  std::uint32_t begin(std::size_t row) const {
    return row == 0 ? 0 : end(row - 1);
  }
  std::uint32_t end(std::size_t row) const {
    std::uint32_t out;
    std::memcpy(&out, ends + row * sizeof out, sizeof out);
    return out;
  }
};

/// How a block's values are kept while the type of their column is not known.
enum class Kept : unsigned char {
  nothing,  ///< they are to be read again
  missing,  ///< every value is missing
  integers,
  reals,
  booleans,  ///< a byte each
  moments,   ///< microseconds, all of one format
  coded,     ///< uint32: the places of texts among those of a coder
  texts
};

/// The code of a missing value.
inline constexpr std::uint32_t kNoCode = 0xffffffff;

}  // namespace mlb::table
