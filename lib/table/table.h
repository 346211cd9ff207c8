// A typed table in memory, and what its columns may be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlb::table {

/// One type a column, decided on the whole file.
enum class Type { integer, real, boolean, date, time, category, text, id };
std::string_view name_of(Type type);

/// A column's values: one vector is in use, as `type` says; an id column uses
/// `integers` when `integral`, else `texts`.
struct Column {
  std::string name;
  Type type = Type::text;
  bool integral = false;               ///< id: whole numbers
  std::string date_format = {};        ///< date and time: how they were written
  std::vector<std::int64_t> integers;  ///< integer; boolean as 0 and 1; date
                                       ///< and time: microseconds, see date.h
  std::vector<double> reals;           ///< real; missing is nan
  std::vector<std::int32_t> codes;     ///< category; missing is -1
  std::vector<std::string> levels;     ///< category, by first appearance
  std::vector<std::string> texts;      ///< text
  std::vector<std::uint8_t> missing;   ///< 1 = missing; empty: none is

  bool is_missing(std::size_t row) const {
    return !missing.empty() && missing[row] != 0;
  }
  bool is_moment() const { return type == Type::date || type == Type::time; }
  bool stores_integers() const {
    return type == Type::integer || type == Type::boolean || is_moment() ||
           (type == Type::id && integral);
  }
  /// The value as CSV would show it; empty when missing.
  std::string text_of(std::size_t row) const;
};

struct Table {
  std::vector<Column> columns;
  std::uint64_t rows = 0;

  const Column* find(std::string_view name) const;
};

/// The shortest text that reads back as the same number.
std::string number_text(double value);

/// At most `most` bytes of a text, cut between characters, and "..." behind a
/// cut: for messages and examples.
std::string shortened(std::string_view text, std::size_t most = 60);

/// A text as a field of a CSV: quoted where it must be.
std::string csv_field(std::string_view text);
/// In quotes, which a reader takes for a text whatever it says.
std::string quoted_field(std::string_view text);
/// A value as a field of a CSV that reads back as the same value: empty when
/// missing, words like NA in quotes, a real with a point.
std::string csv_field(const Column& column, std::size_t row);

}  // namespace mlb::table
