// See slice.h.
#include "table/slice.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "table/levels.h"

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
}

std::size_t tile_rows(const Block& block, const Index& index) {
  const std::size_t row = block.size / std::max<std::size_t>(1, index.rows());
  return std::max<std::size_t>(1, kTileBytes / std::max<std::size_t>(1, row));
}

SliceScanner::SliceScanner(const Syntax& syntax, const MissingWords& missing,
                           const NumberForm& form, std::size_t columns)
    : syntax_(syntax),
      missing_(missing),
      form_(form),
      recent_(std::clamp(std::bit_floor(kRecentHashes / (columns + 1)),
                         kLeastRecent, kMostRecent)),
      hashes_(recent_ * columns) {}

void SliceScanner::scan(const Block& block, const Index& index,
                        const Known& known, std::vector<ColumnSlice>& slices) {
  const std::size_t tile = tile_rows(block, index);
  for (auto& slice : slices) slice.clear();
  for (std::size_t begin = 0; begin < index.rows(); begin += tile) {
    const std::size_t end = std::min(index.rows(), begin + tile);
    for (std::size_t c = 0; c < slices.size(); ++c) {
      scan_tile(block, index, c, begin, end,
                {slices[c], hashes_.data() + c * recent_, known.of(c)});
    }
  }
}

void SliceScanner::scan_tile(const Block& block, const Index& index,
                             std::size_t column, std::size_t begin,
                             std::size_t end, Place place) {
  ColumnSlice& slice = place.slice;
  for (std::size_t row = begin; row < end; ++row) {
    const std::string_view raw = raw_field(block, index, row, column);
    if (raw.empty()) {
      ++slice.missing;
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
    ++slice.missing;
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
