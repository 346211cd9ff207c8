// The values of a column of a block, read as a type that is given.  Private to
// lib/table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "table/csv_blocks.h"
#include "table/date.h"
#include "table/levels.h"
#include "table/parse.h"
#include "table/table.h"

namespace mlb::table {

/// One a thread.
class TypedValues {
 public:
  /// Keeps `missing`.
  TypedValues(const Syntax& syntax, const MissingWords& missing,
              const NumberForm& form)
      : syntax_(syntax), missing_(missing), form_(form) {}

  /// Fills `to`, whose type is not text or id, with column `place` of the
  /// block.  A row whose value the type does not have ends it: the first one.
  /// `format`: of dates and times.
  std::optional<std::size_t> read(const Block& block, const Index& index,
                                  std::size_t place,
                                  const std::optional<DateFormat>& format,
                                  Column& to);
  /// Valid until the next call.
  Field field(const Block& block, const Index& index, std::size_t row,
              std::size_t place) {
    return field_text(raw_field(block, index, row, place), syntax_, scratch_);
  }

 private:
  struct Rows {
    const Block& block;
    const Index& index;
    std::size_t place;
  };
  template <class Put>
  std::optional<std::size_t> each(const Rows& rows, Column& to, Put put);
  std::optional<std::size_t> read_reals(const Rows& rows, Column& to);
  std::optional<std::size_t> read_integers(const Rows& rows, Column& to);
  std::optional<std::size_t> read_booleans(const Rows& rows, Column& to);
  std::optional<std::size_t> read_moments(const Rows& rows,
                                          const DateFormat& format, Column& to);
  std::optional<std::size_t> read_levels(const Rows& rows, Column& to);

  Syntax syntax_;
  const MissingWords& missing_;
  NumberForm form_;
  Levels levels_;  ///< of the block
  std::string scratch_;
};

}  // namespace mlb::table
