// See piece.h.
#include "table/piece.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace mlb::table {
namespace {

bool stores_integers(const ColumnReport& report) {
  return report.type == Type::integer ||
         (report.type == Type::id && report.integral);
}

/// trimmed(), quick where there is nothing to trim.
std::string_view unblanked(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  const bool any = !text.empty() && (blank(text.front()) || blank(text.back()));
  return any ? trimmed(text) : text;
}

std::optional<Instant> read_moment(const std::optional<DateFormat>& format,
                                   std::string_view text) {
  return format ? format->read(unblanked(text)) : std::nullopt;
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

bool can_become(Kept kept, const ColumnReport& report) {
  switch (kept) {
    case Kept::nothing: return false;
    case Kept::integers:
      return stores_integers(report) || report.type == Type::real;
    case Kept::reals: return report.type == Type::real;
    case Kept::missing:
    case Kept::texts: return true;
  }
  return false;
}

PieceMaker::PieceMaker(const Syntax& syntax, const MissingWords& missing,
                       const NumberForm& form,
                       std::span<const ColumnReport> reports,
                       std::span<const Levels> levels)
    : syntax_(syntax),
      missing_(missing),
      form_(form),
      reports_(reports),
      levels_(levels) {
  for (const auto& report : reports) {
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

bool PieceMaker::make(const Block& block, const Index& index,
                      std::size_t column, Piece& piece) {
  begin_piece(index.rows(), reports_[column], piece);
  return make_rows(
      column, 0, index.rows(),
      [&](std::size_t row) { return value(block, index, row, column); }, piece);
}

bool PieceMaker::make(std::size_t column, std::size_t rows, Kept kept,
                      Piece& from, Piece& piece) {
  const ColumnReport& report = reports_[column];
  const bool as_is = (kept == Kept::integers && stores_integers(report)) ||
                     (kept == Kept::reals && report.type == Type::real) ||
                     (kept == Kept::texts && width_of(report) == 0);
  if (as_is) {
    std::swap(from, piece);
    return true;
  }
  if (kept == Kept::integers) {
    std::swap(from, piece);
    piece.widen(rows);
    return true;
  }
  begin_piece(rows, report, piece);
  return make_rows(
      column, 0, rows,
      [&](std::size_t row) {
        const bool missing = kept == Kept::missing || from.missing[row] != 0;
        const std::string_view text = missing ? "" : from.text(row);
        return Value{text.substr(0, text.size() - (missing ? 0 : 1)), missing};
      },
      piece);
}

bool PieceMaker::make(const Block& block, const Index& index,
                      std::vector<Piece>& pieces) {
  const std::size_t tile = tile_rows(block, index);
  for (std::size_t c = 0; c < pieces.size(); ++c) {
    begin_piece(index.rows(), reports_[c], pieces[c]);
  }
  for (std::size_t begin = 0; begin < index.rows(); begin += tile) {
    const std::size_t end = std::min(index.rows(), begin + tile);
    for (std::size_t c = 0; c < pieces.size(); ++c) {
      const bool good = make_rows(
          c, begin, end,
          [&](std::size_t row) { return value(block, index, row, c); },
          pieces[c]);
      if (!good) return false;
    }
  }
  return true;
}

PieceMaker::Value PieceMaker::value(const Block& block, const Index& index,
                                    std::size_t row, std::size_t column) {
  const std::string_view raw = raw_field(block, index, row, column);
  if (raw.empty()) return {raw, true};
  if (raw.front() != syntax_.quote && !syntax_.escape) {
    return {raw, missing_.contains(raw)};
  }
  const Field field = field_text(raw, syntax_, scratch_);
  return {field.text, !field.quoted && missing_.contains(field.text)};
}

/// One typed loop a type, so that nothing is decided value by value.
template <class ValueAt>
bool PieceMaker::make_rows(std::size_t column, std::size_t begin,
                           std::size_t end, ValueAt value_at, Piece& piece) {
  const ColumnReport& report = reports_[column];
  const auto run = [&](auto put) {
    bool good = true;
    for (std::size_t row = begin; row < end; ++row) {
      const Value v = value_at(row);
      piece.missing[row] = v.missing ? 1 : 0;
      good &= put(v, row);
    }
    return good;
  };
  if (stores_integers(report)) {
    return run([&](Value v, std::size_t row) {
      using Whole = std::optional<std::int64_t>;
      const Whole x =
          v.missing ? Whole(0) : parse_integer(unblanked(v.text), form_);
      piece.put(row, x.value_or(0));
      return x.has_value();
    });
  }
  switch (report.type) {
    case Type::real:
      return run([&](Value v, std::size_t row) {
        constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
        using Real = std::optional<double>;
        const Real x =
            v.missing ? Real(kMissing) : parse_real(unblanked(v.text), form_);
        piece.put(row, x.value_or(kMissing));
        return x.has_value();
      });
    case Type::boolean:
      return run([&](Value v, std::size_t row) {
        using Truth = std::optional<bool>;
        const Truth x =
            v.missing ? Truth(false) : parse_boolean(unblanked(v.text));
        piece.put(row, static_cast<char>(x.value_or(false) ? 1 : 0));
        return x.has_value();
      });
    case Type::date:
    case Type::time:
      return run([&](Value v, std::size_t row) {
        const auto x = v.missing ? std::optional(Instant{})
                                 : read_moment(dates_[column], v.text);
        piece.put(row, x.value_or(Instant{}).micros);
        return x.has_value();
      });
    case Type::category:
      return run([&](Value v, std::size_t row) {
        const std::uint32_t level =
            v.missing ? Levels::kNone
                      : levels_[column].find(hash_text(v.text), v.text);
        piece.put(row, static_cast<std::int32_t>(level));
        return v.missing || level != Levels::kNone;
      });
    case Type::integer:
    case Type::text:
    case Type::id:
      return run([&](Value v, std::size_t) {
        piece.put_text(v.missing ? std::string_view() : v.text);
        return true;
      });
  }
  return false;
}

}  // namespace mlb::table
