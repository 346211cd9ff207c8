// See slice.h.
#include "table/slice.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "table/levels.h"
#include "table/quick_number.h"

namespace mlb::table {
namespace {

constexpr std::size_t kTileBytes = 128u << 10;
/// All of a thread together, 4 MiB.
constexpr std::size_t kRecentHashes = 512u << 10;
constexpr std::size_t kMostRecent = 4096;
constexpr std::size_t kLeastRecent = 16;
/// A number of fewer bytes fits into int64 if it is whole.
constexpr std::size_t kLongWhole = 19;

void see(ColumnSlice& slice, Odd what, std::uint32_t row) {
  Sighting& s = slice.odd[static_cast<std::size_t>(what)];
  if (s.count++ == 0) s.row = row;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// 1,234.5 or 1.234,5 or 1 234 or 0,5: a number to somebody.
bool is_other_form(std::string_view text) {
  constexpr NumberForm kForms[] = {
      {'.', ','}, {',', '.'}, {',', {}}, {'.', ' '}, {'.', '\''}};
  const bool digits = text.find_first_not_of("0123456789+-.,' eE") == text.npos;
  return digits &&
         std::any_of(std::begin(kForms), std::end(kForms), [&](const auto& f) {
           return parse_real(text, f).has_value();
         });
}

}  // namespace

void ColumnSlice::clear() {
  values = missing = missing_words = 0;
  odd = {};
  increasing = true;
  numbers.clear();
  candidates.clear();
  dates.clear();
  kept = Kept::nothing;
  piece.clear();
}

std::size_t tile_rows(const Block& block, const Index& index) {
  const std::size_t row = block.size / std::max<std::size_t>(1, index.rows());
  return std::max<std::size_t>(1, kTileBytes / std::max<std::size_t>(1, row));
}

SliceScanner::SliceScanner(const Syntax& syntax, const MissingWords& missing,
                           const NumberForm& form, std::vector<Keep> keep)
    : syntax_(syntax),
      missing_(missing),
      form_(form),
      keep_(std::move(keep)),
      recent_(std::clamp(std::bit_floor(kRecentHashes / (keep_.size() + 1)),
                         kLeastRecent, kMostRecent)),
      hashes_(recent_ * keep_.size()) {
  static_assert(kQuickPadding <= kScanPadding);
  for (const char c : std::string_view("-0123456789")) {
    begins_number_[static_cast<unsigned char>(c)] =
        form.is_plain() && !syntax.escape && c != syntax.quote &&
        !missing.may_begin(c);
  }
}

/// Before the first value of a block.
void SliceScanner::begin(const Index& index, unsigned char known, Keep keep,
                         ColumnSlice& slice) const {
  slice.clear();
  if (keep == Keep::nothing) return;
  const bool texts = keep == Keep::texts || (known & Known::not_number) != 0;
  const bool reals = keep == Keep::reals || (known & Known::not_integer) != 0;
  slice.minus_zero_is_zero = keep == Keep::integers;
  slice.kept = texts ? Kept::texts : reals ? Kept::reals : Kept::integers;
  slice.piece.missing.assign(index.rows(), 0);
  if (!texts) slice.piece.values.resize(index.rows() * sizeof(double));
}

/// Behind the last value: what turned out to be no numbers is kept as texts.
void SliceScanner::end(const Block& block, const Index& index,
                       std::size_t column, ColumnSlice& slice) {
  if (keep_[column] == Keep::nothing) return;
  if (slice.values == 0) slice.kept = Kept::missing;
  const bool numbers =
      slice.kept == Kept::integers || slice.kept == Kept::reals;
  if (!numbers || !slice.seen(Odd::not_number)) return;
  slice.kept = Kept::texts;
  slice.piece.clear();
  for (std::size_t row = 0; row < index.rows(); ++row) {
    const bool missing = slice.piece.missing[row] != 0;
    slice.piece.put_text(missing
                             ? std::string_view()
                             : field_text(raw_field(block, index, row, column),
                                          syntax_, scratch_)
                                   .text);
  }
}

void SliceScanner::scan(const Block& block, const Index& index,
                        const Known& known, std::vector<ColumnSlice>& slices) {
  const std::size_t tile = tile_rows(block, index);
  std::vector<unsigned char> bits(slices.size());
  for (std::size_t c = 0; c < slices.size(); ++c) {
    bits[c] = known.of(c);
    this->begin(index, bits[c], keep_[c], slices[c]);
  }
  for (std::size_t begin = 0; begin < index.rows(); begin += tile) {
    const std::size_t end = std::min(index.rows(), begin + tile);
    for (std::size_t c = 0; c < slices.size(); ++c) {
      scan_tile(block, index, c, begin, end,
                {slices[c], hashes_.data() + c * recent_, bits[c]});
    }
  }
  for (std::size_t c = 0; c < slices.size(); ++c) {
    this->end(block, index, c, slices[c]);
  }
}

namespace {

/// Nothing of the value but the number is of interest any more.
bool is_settled(const ColumnSlice& slice, unsigned char known) {
  return slice.values > 0 && (known & Known::not_number) == 0 &&
         !slice.seen(Odd::not_number) && slice.dates.only_counts_numbers();
}

void put_missing(ColumnSlice& slice, std::size_t row) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  ++slice.missing;
  if (slice.kept == Kept::nothing) return;
  slice.piece.missing[row] = 1;
  switch (slice.kept) {
    case Kept::integers: slice.piece.put(row, std::int64_t{0}); break;
    case Kept::reals: slice.piece.put(row, kNone); break;
    case Kept::texts: slice.piece.put_text({}); break;
    case Kept::nothing:
    case Kept::missing: break;
  }
}

/// "-0" is a whole number, but another one as a real.
void put_whole(ColumnSlice& slice, std::string_view text, std::size_t row,
               std::int64_t whole) {
  if (slice.kept == Kept::integers) {
    if (whole == 0 && text.front() == '-' && !slice.minus_zero_is_zero) {
      slice.kept = Kept::nothing;
    } else {
      slice.piece.put(row, whole);
    }
  } else if (slice.kept == Kept::reals) {
    const bool minus_zero = whole == 0 && text.front() == '-';
    slice.piece.put(row, minus_zero ? -0.0 : static_cast<double>(whole));
  }
}

}  // namespace

/// As many rows as are usual numbers, or missing; gives the first other one.
template <class Number>
std::size_t SliceScanner::quick_rows(const Block& block, const Index& index,
                                     std::size_t column, std::size_t row,
                                     std::size_t end, Place place) {
  constexpr bool kWhole = std::is_same_v<Number, std::int64_t>;
  ColumnSlice& slice = place.slice;
  const bool many = (place.known & Known::many) != 0;
  const bool keeps = slice.kept == (kWhole ? Kept::integers : Kept::reals);
  if (!keeps && slice.kept != Kept::nothing) return row;
  const std::size_t before = slice.values;
  for (; row < end; ++row) {
    const std::string_view raw = raw_field(block, index, row, column);
    if (raw.empty()) {
      put_missing(slice, row);
      continue;
    }
    if (!begins_number_[static_cast<unsigned char>(raw.front())]) break;
    Number value = 0;
    if constexpr (kWhole) {
      if (!quick_integer(raw.data(), raw.size(), value)) break;
      slice.increasing &= value > slice.last;
      slice.last = value;
    } else {
      if (!quick_real(raw.data(), raw.size(), value)) break;
    }
    ++slice.values;
    if (!many) distinct(place, raw, static_cast<std::uint32_t>(row));
    slice.numbers.push_back(static_cast<double>(value));
    if (keeps) slice.piece.put(row, value);
  }
  const auto count = static_cast<std::uint32_t>(slice.values - before);
  slice.odd[static_cast<std::size_t>(Odd::not_boolean)].count += count;
  if (!kWhole) {
    slice.odd[static_cast<std::size_t>(Odd::not_integer)].count += count;
  }
  slice.dates.numbers(count);
  return row;
}

void SliceScanner::scan_tile(const Block& block, const Index& index,
                             std::size_t column, std::size_t begin,
                             std::size_t end, Place place) {
  ColumnSlice& slice = place.slice;
  for (std::size_t row = begin; row < end; ++row) {
    if (is_settled(slice, place.known)) {
      row =
          slice.seen(Odd::not_integer)
              ? quick_rows<double>(block, index, column, row, end, place)
          : (place.known & Known::not_integer) == 0
              ? quick_rows<std::int64_t>(block, index, column, row, end, place)
              : row;
      if (row == end) return;
    }
    const std::string_view raw = raw_field(block, index, row, column);
    if (raw.empty()) {
      put_missing(slice, row);
      continue;
    }
    const auto number = static_cast<std::uint32_t>(row);
    if (raw.front() == syntax_.quote || syntax_.escape) {
      const Field field = field_text(raw, syntax_, scratch_);
      if (field.quoted || !missing_.contains(field.text)) {
        value(place, field.text, number);
        continue;
      }
    } else if (!missing_.contains(raw)) {
      value(place, raw, number);
      continue;
    }
    put_missing(slice, row);
    ++slice.missing_words;
  }
}

void SliceScanner::distinct(const Place& place, std::string_view text,
                            std::uint32_t row) {
  const std::uint64_t hash = hash_text(text);
  std::uint64_t& recent = place.recent[hash & (recent_ - 1)];
  // This thread handed it on in an earlier block or row: blocks come to a
  // thread in their order, so its first place is known.
  if (recent == hash) return;
  recent = hash;
  place.slice.candidates.push_back({hash, row});
}

void SliceScanner::value(const Place& place, std::string_view raw,
                         std::uint32_t row) {
  ColumnSlice& slice = place.slice;
  ++slice.values;
  if (slice.kept == Kept::texts) slice.piece.put_text(raw);
  if ((place.known & Known::many) == 0) distinct(place, raw, row);
  if (raw.empty() ||
      !(may_be_number(raw.front(), form_) || is_blank(raw.front()))) {
    if (!raw.empty() && is_blank(raw.back())) see(slice, Odd::blanks, row);
    not_a_number(place, trimmed(raw), row);
    return;
  }
  const bool blanks = is_blank(raw.front()) || is_blank(raw.back());
  const std::string_view text = blanks ? trimmed(raw) : raw;
  if (blanks) see(slice, Odd::blanks, row);
  number(place, text, row);
}

void SliceScanner::number(const Place& place, std::string_view text,
                          std::uint32_t row) {
  ColumnSlice& slice = place.slice;
  const bool wanted =
      (place.known & Known::not_number) == 0 && !slice.seen(Odd::not_number);
  if ((place.known & Known::not_integer) == 0 &&
      !slice.seen(Odd::not_integer)) {
    if (const auto whole = parse_integer(text, form_)) {
      const bool first = slice.values == 1;
      slice.increasing &= first || *whole > slice.last;
      if (first) slice.first = *whole;
      slice.last = *whole;
      if (wanted) slice.numbers.push_back(static_cast<double>(*whole));
      put_whole(slice, text, row, *whole);
      see(slice, Odd::not_boolean, row);
      slice.dates.number(text, row + 1);
      return;
    }
  }
  const auto real = parse_real(text, form_);
  if (!real) {
    not_a_number(place, text, row);
    return;
  }
  see(slice, Odd::not_boolean, row);
  slice.dates.number(text, row + 1);
  if (text.size() >= kLongWhole && looks_whole(text) &&
      !parse_integer(text, form_)) {
    see(slice, Odd::too_large, row);
  }
  see(slice, Odd::not_integer, row);
  // A real among values that were whole so far.
  if (slice.kept == Kept::integers) {
    slice.piece.widen(row);
    slice.kept = Kept::reals;
  }
  if (slice.kept == Kept::reals) slice.piece.put(row, *real);
  if (std::isinf(*real)) {
    see(slice, Odd::infinite, row);
  } else if (wanted) {
    slice.numbers.push_back(*real);
  }
}

void SliceScanner::not_a_number(const Place& place, std::string_view text,
                                std::uint32_t row) {
  ColumnSlice& slice = place.slice;
  see(slice, Odd::not_integer, row);
  see(slice, Odd::not_number, row);
  slice.numbers.clear();
  const bool date = slice.dates.value(text, row + 1);
  if (!date && !text.empty() && may_be_number(text.front(), form_)) {
    if (is_leading_zero_number(text)) {
      see(slice, Odd::leading_zero, row);
    } else if (is_other_form(text)) {
      see(slice, Odd::other_form, row);
    } else if (is_beyond_reals(text)) {
      see(slice, Odd::too_great, row);
    }
  }
  if ((place.known & Known::not_boolean) == 0 &&
      !slice.seen(Odd::not_boolean) && !parse_boolean(text)) {
    see(slice, Odd::not_boolean, row);
  }
}

}  // namespace mlb::table
