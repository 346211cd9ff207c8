// See piece.h.
#include "table/piece.h"

#include <limits>
#include <optional>

#include "table/date_judge.h"

namespace mlb::table {
namespace {

bool stores_integers(const ColumnReport& report) {
  return report.type == Type::integer ||
         (report.type == Type::id && report.integral);
}

std::optional<Instant> read_moment(const std::optional<DateFormat>& format,
                                   std::string_view text) {
  return format ? format->read(trimmed(text)) : std::nullopt;
}

}  // namespace

std::size_t width_of(const ColumnReport& report) {
  switch (report.type) {
    case Type::integer:
    case Type::date:
    case Type::time:
    case Type::real: return 8;
    case Type::boolean: return 1;
    case Type::category: return 4;
    case Type::text: return 0;
    case Type::id: return report.integral ? 8 : 0;
  }
  return 0;
}

bool can_become(const StoredAs& as, const ColumnReport& report) {
  const bool moment = report.type == Type::date || report.type == Type::time;
  switch (as.kept) {
    case Kept::nothing: return false;
    case Kept::integers:
      return stores_integers(report) || report.type == Type::real;
    case Kept::reals: return report.type == Type::real;
    case Kept::booleans: return report.type == Type::boolean;
    case Kept::moments:
      return moment &&
             report.date_format == known_date_formats()[as.format].pattern();
    case Kept::missing:
    case Kept::coded:
    case Kept::texts: return true;
  }
  return false;
}

PieceMaker::PieceMaker(const Syntax& syntax, const MissingWords& missing,
                       const NumberForm& form, const Judged& judged)
    : syntax_(syntax),
      missing_(missing),
      form_(form),
      judged_(judged),
      reports_(judged.inspection.columns) {
  for (const auto& report : reports_) {
    auto& date = dates_.emplace_back();
    if (report.date_format.empty()) continue;
    auto format = DateFormat::parse(report.date_format);
    if (format) date = std::move(*format);
  }
}

namespace {

void begin_piece(std::size_t rows, const ColumnReport& report, Piece& piece) {
  piece.clear();
  piece.values.resize(rows * width_of(report));
  piece.missing.resize(rows);
}

}  // namespace

std::optional<Cells> PieceMaker::make(const Block& block, const Index& index,
                                      std::size_t column, Piece& piece) {
  begin_piece(index.rows(), reports_[column], piece);
  const bool good = make_rows(
      column, index.rows(),
      [&](std::size_t row) {
        return raw_value(raw_field(block, index, row, column), syntax_,
                         missing_, scratch_);
      },
      piece);
  return good ? std::optional(Cells(piece)) : std::nullopt;
}

namespace {

/// The whole numbers, or codes, of few bytes each as others.
template <class From, class To>
void convert(const Cells& from, std::size_t rows, Piece& piece) {
  piece.values.resize(rows * sizeof(To));
  for (std::size_t row = 0; row < rows; ++row) {
    piece.put(row, static_cast<To>(from.value<From>(row)));
  }
}

template <class To>
void convert_integers(const StoredColumn& from, std::size_t rows,
                      Piece& piece) {
  switch (from.width) {
    case 1: return convert<std::int8_t, To>(from.cells, rows, piece);
    case 2: return convert<std::int16_t, To>(from.cells, rows, piece);
    case 4: return convert<std::int32_t, To>(from.cells, rows, piece);
    default: return convert<std::int64_t, To>(from.cells, rows, piece);
  }
}

/// Reals that are missing are nan.
void blank_missing(const Cells& from, std::size_t rows, Piece& piece) {
  if (from.missing == nullptr) return;
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t row = 0; row < rows; ++row) {
    if (from.is_missing(row)) piece.put(row, kMissing);
  }
}

/// Calls use(row, code), with kNoCode where there is none.
template <class Code, class Use>
void each_code(const Cells& from, std::size_t rows, Use use) {
  constexpr Code kNone = std::numeric_limits<Code>::max();
  for (std::size_t row = 0; row < rows; ++row) {
    const Code code = from.value<Code>(row);
    use(row, code == kNone ? kNoCode : std::uint32_t{code});
  }
}

template <class Use>
void each_code(const StoredColumn& from, std::size_t rows, Use use) {
  switch (from.width) {
    case 1: return each_code<std::uint8_t>(from.cells, rows, use);
    case 2: return each_code<std::uint16_t>(from.cells, rows, use);
    default: return each_code<std::uint32_t>(from.cells, rows, use);
  }
}

std::string_view without_nul(std::string_view text) {
  return text.substr(0, text.size() - 1);
}

}  // namespace

bool PieceMaker::make_coded(std::size_t column, std::size_t rows,
                            const StoredColumn& from, Piece& piece) {
  if (reports_[column].type == Type::category) {
    pick_levels(column, rows, from, piece);
    return true;
  }
  std::vector<std::uint32_t> codes(rows);
  each_code(from, rows,
            [&](std::size_t row, std::uint32_t code) { codes[row] = code; });
  const Levels& texts = judged_.codes[from.coder][column];
  return make_rows(
      column, rows,
      [&](std::size_t row) {
        const bool none = codes[row] == kNoCode;
        return RawValue{none ? "" : texts.text(codes[row]), none};
      },
      piece);
}

/// The levels of codes; of a category.
void PieceMaker::pick_levels(std::size_t column, std::size_t rows,
                             const StoredColumn& from, Piece& piece) const {
  const auto& of_coder = judged_.places[column];
  // Without a code in any row, the coder may be unknown.
  const std::uint32_t* const places =
      from.coder < of_coder.size() ? of_coder[from.coder].data() : nullptr;
  each_code(from, rows, [&](std::size_t row, std::uint32_t code) {
    piece.put(row, code == kNoCode ? kNoCode : places[code]);
  });
}

std::optional<Cells> PieceMaker::make(std::size_t column, std::size_t rows,
                                      const StoredColumn& from, Piece& piece) {
  const ColumnReport& report = reports_[column];
  const auto with_mask = [&](const Piece& values) {
    Cells out(values);
    out.missing = from.cells.missing;
    return out;
  };
  switch (from.as.kept) {
    case Kept::integers:
      if (report.type == Type::real) {
        convert_integers<double>(from, rows, piece);
        blank_missing(from.cells, rows, piece);
        return with_mask(piece);
      }
      if (from.width == sizeof(std::int64_t)) return from.cells;
      convert_integers<std::int64_t>(from, rows, piece);
      return with_mask(piece);
    case Kept::reals:
    case Kept::booleans:
    case Kept::moments: return from.cells;
    case Kept::coded:
      begin_piece(rows, report, piece);
      if (!make_coded(column, rows, from, piece)) return std::nullopt;
      return with_mask(piece);
    case Kept::texts:
      if (width_of(report) == 0) return from.cells;
      break;
    case Kept::nothing:
    case Kept::missing: break;
  }
  begin_piece(rows, report, piece);
  const bool none = from.as.kept == Kept::missing;
  const bool good = make_rows(
      column, rows,
      [&](std::size_t row) {
        const bool missing = none || from.cells.is_missing(row);
        return RawValue{missing ? "" : without_nul(from.cells.text(row)),
                        missing};
      },
      piece);
  return good ? std::optional(Cells(piece)) : std::nullopt;
}

/// One typed loop a type, so that nothing is decided value by value.
template <class ValueAt>
bool PieceMaker::make_rows(std::size_t column, std::size_t rows,
                           ValueAt value_at, Piece& piece) {
  const ColumnReport& report = reports_[column];
  const auto run = [&](auto put) {
    bool good = true;
    for (std::size_t row = 0; row < rows; ++row) {
      const RawValue v = value_at(row);
      piece.missing[row] = v.missing ? 1 : 0;
      good &= put(v, row);
    }
    return good;
  };
  if (stores_integers(report)) {
    return run([&](RawValue v, std::size_t row) {
      using Whole = std::optional<std::int64_t>;
      const Whole x =
          v.missing ? Whole(0) : parse_integer(trimmed(v.text), form_);
      piece.put(row, x.value_or(0));
      return x.has_value();
    });
  }
  switch (report.type) {
    case Type::real:
      return run([&](RawValue v, std::size_t row) {
        constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
        using Real = std::optional<double>;
        const Real x =
            v.missing ? Real(kMissing) : parse_real(trimmed(v.text), form_);
        piece.put(row, x.value_or(kMissing));
        return x.has_value();
      });
    case Type::boolean:
      return run([&](RawValue v, std::size_t row) {
        using Truth = std::optional<bool>;
        const Truth x =
            v.missing ? Truth(false) : parse_boolean(trimmed(v.text));
        piece.put(row, static_cast<char>(x.value_or(false) ? 1 : 0));
        return x.has_value();
      });
    case Type::date:
    case Type::time:
      return run([&](RawValue v, std::size_t row) {
        const auto x = v.missing ? std::optional(Instant{})
                                 : read_moment(dates_[column], v.text);
        piece.put(row, x.value_or(Instant{}).micros);
        return x.has_value();
      });
    case Type::category:
      return run([&](RawValue v, std::size_t row) {
        const std::uint32_t level =
            v.missing ? Levels::kNone
                      : judged_.levels[column].find(hash_text(v.text), v.text);
        piece.put(row, static_cast<std::int32_t>(level));
        return v.missing || level != Levels::kNone;
      });
    case Type::integer:
    case Type::text:
    case Type::id:
      return run([&](RawValue v, std::size_t) {
        piece.put_text(v.missing ? std::string_view() : v.text);
        return true;
      });
  }
  return false;
}

}  // namespace mlb::table
