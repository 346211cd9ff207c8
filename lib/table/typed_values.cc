// See typed_values.h.
#include "table/typed_values.h"

#include <limits>

#include "table/quick_number.h"

namespace mlb::table {
namespace {

static_assert(kScanPadding >= kQuickPadding);

}  // namespace

/// put(text, row, in_block) says whether the value is one of the type; of a
/// text in the block, bytes behind it may be read.
template <class Put>
std::optional<std::size_t> TypedValues::each(const Rows& rows, Column& to,
                                             Put put) {
  const std::size_t count = rows.index.rows();
  to.missing.assign(count, 0);
  for (std::size_t row = 0; row < count; ++row) {
    const RawValue v =
        raw_value(raw_field(rows.block, rows.index, row, rows.place), syntax_,
                  missing_, scratch_);
    if (v.missing) {
      to.missing[row] = 1;
    } else if (!put(v.text, row, v.in_block)) {
      return row;
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> TypedValues::read_reals(const Rows& rows,
                                                   Column& to) {
  to.reals.assign(rows.index.rows(), std::numeric_limits<double>::quiet_NaN());
  const bool plain = form_.is_plain();
  return each(
      rows, to, [&](std::string_view text, std::size_t row, bool in_block) {
        double& x = to.reals[row];
        if (plain && in_block && quick_real(text.data(), text.size(), x)) {
          return true;
        }
        const auto parsed = parse_real(trimmed(text), form_);
        if (parsed) x = *parsed;
        return parsed.has_value();
      });
}

std::optional<std::size_t> TypedValues::read_integers(const Rows& rows,
                                                      Column& to) {
  to.integers.assign(rows.index.rows(), 0);
  return each(rows, to, [&](std::string_view text, std::size_t row, bool) {
    const auto parsed = parse_integer(trimmed(text), form_);
    if (parsed) to.integers[row] = *parsed;
    return parsed.has_value();
  });
}

std::optional<std::size_t> TypedValues::read_booleans(const Rows& rows,
                                                      Column& to) {
  to.integers.assign(rows.index.rows(), 0);
  return each(rows, to, [&](std::string_view text, std::size_t row, bool) {
    const auto parsed = parse_boolean(trimmed(text));
    if (parsed) to.integers[row] = *parsed ? 1 : 0;
    return parsed.has_value();
  });
}

std::optional<std::size_t> TypedValues::read_moments(const Rows& rows,
                                                     const DateFormat& format,
                                                     Column& to) {
  to.integers.assign(rows.index.rows(), 0);
  return each(rows, to, [&](std::string_view text, std::size_t row, bool) {
    const auto parsed = format.read(trimmed(text));
    if (parsed) to.integers[row] = parsed->micros;
    return parsed.has_value();
  });
}

/// Texts as codes of the block's own levels.
std::optional<std::size_t> TypedValues::read_levels(const Rows& rows,
                                                    Column& to) {
  levels_.clear();
  to.codes.assign(rows.index.rows(), -1);
  const auto misfit =
      each(rows, to, [&](std::string_view text, std::size_t row, bool) {
        const std::uint64_t hash = hash_text(text);
        std::uint32_t code = levels_.find(hash, text);
        if (code == Levels::kNone) {
          code = static_cast<std::uint32_t>(levels_.size());
          levels_.add(hash, text);
        }
        to.codes[row] = static_cast<std::int32_t>(code);
        return true;
      });
  to.levels.resize(levels_.size());
  for (std::uint32_t i = 0; i < levels_.size(); ++i) {
    to.levels[i] = levels_.text(i);
  }
  return misfit;
}

std::optional<std::size_t> TypedValues::read(
    const Block& block, const Index& index, std::size_t place,
    const std::optional<DateFormat>& format, Column& to) {
  const Rows rows{block, index, place};
  switch (to.type) {
    case Type::real: return read_reals(rows, to);
    case Type::integer: return read_integers(rows, to);
    case Type::boolean: return read_booleans(rows, to);
    case Type::date:
    case Type::time: return read_moments(rows, *format, to);
    case Type::category:
    case Type::text:
    case Type::id: break;
  }
  return read_levels(rows, to);
}

}  // namespace mlb::table
