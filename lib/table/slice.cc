// See slice.h.
#include "table/slice.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <span>

#include "table/levels.h"
#include "table/quick_number.h"

namespace mlb::table {
namespace {

constexpr std::size_t kTileBytes = 128u << 10;
/// At least: else a wide table has more to do for the columns than for rows.
constexpr std::size_t kTileRows = 32;
/// All of a thread together, 4 MiB.
constexpr std::size_t kRecentHashes = 512u << 10;
constexpr std::size_t kMostRecent = 4096;
constexpr std::size_t kLeastRecent = 16;
constexpr std::size_t kAllValues = 2u << 20;
constexpr std::size_t kAllBytes = 64u << 20;
constexpr std::size_t kLeastValues = 64;
constexpr std::size_t kLeastBytes = 64u << 10;
/// A number of fewer bytes fits into int64 if it is whole.
constexpr std::size_t kLongWhole = 19;

/// Of one column; a power of two.
std::size_t recent_hashes(std::size_t columns, std::uint64_t text) {
  const std::size_t most =
      std::min(kMostRecent, std::bit_floor(kRecentHashes / (columns + 1)));
  const bool known = text > 0 && text < kMostRecent;
  return std::max(kLeastRecent, known ? std::bit_floor(text) : most);
}

void see(ColumnSlice& slice, Odd what, std::uint32_t row) {
  Sighting& s = slice.odd[static_cast<std::size_t>(what)];
  if (s.count++ == 0) s.row = row;
}

}  // namespace

DistinctLimit DistinctLimit::of(std::size_t columns) {
  DistinctLimit out;
  out.values = std::clamp(kAllValues / columns, kLeastValues, out.values);
  out.bytes = std::clamp(kAllBytes / columns, kLeastBytes, out.bytes);
  return out;
}

DistinctLimit DistinctLimit::of_codes(std::size_t columns) {
  DistinctLimit out = of(columns);
  out.bytes /= 4;
  return out;
}

void ColumnSlice::clear() {
  values = missing = missing_words = 0;
  odd = {};
  increasing = true;
  numbers.clear();
  candidates.clear();
  dates.clear();
  kept = Kept::nothing;
  spoilt = false;
  new_codes = 0;
  piece.clear();
}

std::size_t tile_rows(const Block& block, const Index& index) {
  const std::size_t row = block.size / std::max<std::size_t>(1, index.rows());
  return std::max(kTileRows, kTileBytes / std::max<std::size_t>(1, row));
}

SliceScanner::SliceScanner(const Syntax& syntax, const MissingWords& missing,
                           const NumberForm& form, std::vector<Keep> keep,
                           std::uint64_t text, std::uint32_t number)
    : syntax_(syntax),
      missing_(missing),
      form_(form),
      keep_(std::move(keep)),
      recent_(recent_hashes(keep_.size(), text)),
      hashes_(recent_ * keep_.size()),
      number_(number),
      most_codes_(DistinctLimit::of_codes(keep_.size())),
      codes_(keep_.size()) {
  static_assert(kQuickPadding <= kScanPadding);
  for (const char c : std::string_view("-0123456789")) {
    begins_number_[static_cast<unsigned char>(c)] =
        form.is_plain() && !syntax.escape && c != syntax.quote &&
        !missing.may_begin(c);
  }
}

/// Before the first value of a block.
void SliceScanner::begin(const Index& index, std::size_t column,
                         ColumnSlice& slice) {
  slice.clear();
  if (keep_[column] == Keep::nothing) return;
  slice.kept = Kept::missing;
  slice.piece.missing.assign(index.rows(), 0);
}

/// Behind the last value: what turned out to be of another kind is kept as
/// texts.
void SliceScanner::end(const Block& block, const Index& index,
                       std::size_t column, ColumnSlice& slice) {
  Piece& piece = slice.piece;
  slice.coder = number_;
  slice.codes = static_cast<std::uint32_t>(codes_[column].size());
  if (!slice.spoilt) return;
  slice.kept = Kept::texts;
  piece.clear();
  for (std::size_t row = 0; row < index.rows(); ++row) {
    const bool missing = piece.missing[row] != 0;
    piece.put_text(missing ? std::string_view()
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
    this->begin(index, c, slices[c]);
  }
  for (std::size_t begin = 0; begin < index.rows(); begin += tile) {
    const std::size_t end = std::min(index.rows(), begin + tile);
    for (std::size_t c = 0; c < slices.size(); ++c) {
      scan_tile(block, index, c, begin, end,
                {slices[c], hashes_.data() + c * recent_, codes_[c], bits[c],
                 keep_[c]});
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

bool are_texts(Kept kept) {
  return kept == Kept::texts || kept == Kept::coded;
}

/// How a block is kept that begins with such a value; `full`: no more codes.
Kept kept_as(Sort first, Keep keep, unsigned char known, bool full) {
  const auto is = [&](Known::Bit bit) { return (known & bit) != 0; };
  const Kept text = full || is(Known::many) ? Kept::texts : Kept::coded;
  const bool dated = first == Sort::moment && !is(Known::not_dated);
  switch (keep) {
    case Keep::nothing: return Kept::nothing;
    case Keep::integers: return Kept::integers;
    case Keep::reals: return Kept::reals;
    case Keep::booleans: return Kept::booleans;
    case Keep::moments: return dated ? Kept::moments : text;
    case Keep::texts: return text;
    case Keep::found: break;
  }
  const bool number = first == Sort::integer || first == Sort::real;
  if (number && is(Known::not_number)) return text;
  switch (first) {
    case Sort::integer:
      return is(Known::not_integer) ? Kept::reals : Kept::integers;
    case Sort::real: return Kept::reals;
    case Sort::boolean: return is(Known::not_boolean) ? text : Kept::booleans;
    case Sort::moment: return dated ? Kept::moments : text;
    case Sort::text: return text;
  }
  return text;
}

constexpr double kMissingReal = std::numeric_limits<double>::quiet_NaN();

/// A missing value, as `kept` says.
void put_nothing(ColumnSlice& slice, std::size_t row) {
  switch (slice.kept) {
    case Kept::nothing:
    case Kept::missing: break;
    case Kept::integers:
    case Kept::moments: slice.piece.put(row, std::int64_t{0}); break;
    case Kept::reals: slice.piece.put(row, kMissingReal); break;
    case Kept::booleans: slice.piece.put(row, '\0'); break;
    case Kept::coded: slice.piece.put(row, kNoCode); break;
    case Kept::texts: slice.piece.put_text({}); break;
  }
}

std::size_t width_of(Kept kept) {
  switch (kept) {
    case Kept::nothing:
    case Kept::missing:
    case Kept::texts: break;
    case Kept::integers:
    case Kept::moments: return sizeof(std::int64_t);
    case Kept::reals: return sizeof(double);
    case Kept::booleans: return 1;
    case Kept::coded: return sizeof kNoCode;
  }
  return 0;
}

/// From `row` on, the first value; those before it are missing.
void keep_as(Kept kept, std::size_t row, ColumnSlice& slice) {
  slice.kept = kept;
  slice.piece.values.resize(slice.piece.missing.size() * width_of(kept));
  for (std::size_t i = 0; i < row; ++i) put_nothing(slice, i);
}

void put_missing(ColumnSlice& slice, std::size_t row) {
  ++slice.missing;
  if (slice.piece.missing.empty()) return;
  slice.piece.missing[row] = 1;
  put_nothing(slice, row);
}

/// A number among what is none, unless texts are kept or nothing is.
void spoil(ColumnSlice& slice) {
  slice.spoilt |= slice.kept == Kept::booleans || slice.kept == Kept::moments;
}

/// Of a settled column: nothing but the numbers is of interest.
void add_numbers(ColumnSlice& slice, std::span<const double> numbers) {
  const auto count = static_cast<std::uint32_t>(numbers.size());
  slice.values += count;
  slice.numbers.insert(slice.numbers.end(), numbers.begin(), numbers.end());
  slice.odd[static_cast<std::size_t>(Odd::not_boolean)].count += count;
  slice.dates.numbers(count);
}

/// "-0" is a whole number, but another one as a real: its text tells both.
void put_whole(ColumnSlice& slice, std::string_view text, std::size_t row,
               std::int64_t whole) {
  const bool minus_zero = whole == 0 && text.front() == '-';
  if (slice.kept == Kept::integers) {
    slice.piece.put(row, whole);
    slice.spoilt |= minus_zero;
  } else if (slice.kept == Kept::reals) {
    slice.piece.put(row, minus_zero ? -0.0 : static_cast<double>(whole));
  } else {
    spoil(slice);
  }
}

/// Of a column that is not one of whole numbers any more.
void put_real(ColumnSlice& slice, std::size_t row, double real) {
  if (slice.kept == Kept::integers) {
    // A real among values that were whole so far.
    slice.piece.widen(row);
    slice.kept = Kept::reals;
  }
  if (slice.kept == Kept::reals) {
    slice.piece.put(row, real);
  } else {
    spoil(slice);
  }
}

/// Of what is no number: nothing where it is no moment, or no truth value.
void put_moment_or_truth(ColumnSlice& slice, std::size_t row,
                         const std::optional<DateJudge::Reading>& moment,
                         std::optional<bool> truth) {
  switch (slice.kept) {
    case Kept::moments:
      slice.spoilt |= !moment || moment->format != slice.format;
      slice.piece.put(row, moment ? moment->micros : 0);
      return;
    case Kept::booleans:
      slice.spoilt |= !truth;
      slice.piece.put(row, static_cast<char>(truth.value_or(false) ? 1 : 0));
      return;
    case Kept::integers:
    case Kept::reals: slice.spoilt = true; return;
    case Kept::nothing:
    case Kept::missing:
    case Kept::coded:
    case Kept::texts: return;
  }
}

/// Of a block of moments; false: it is not as simple as that.
bool one_more_moment(ColumnSlice& slice, std::string_view text,
                     std::uint32_t row) {
  const auto iso = DateFormat::read_iso(text);
  if (!iso || !slice.dates.one_more(*iso, row + 1)) return false;
  see(slice, Odd::not_integer, row);
  see(slice, Odd::not_number, row);
  slice.piece.put(row, iso->micros);
  return true;
}

}  // namespace

namespace {

/// Rows [row, end) of a column, in a block whose rows are all of one width.
FieldRun fields_of(const Block& block, const Index& index, std::size_t column,
                   std::size_t row, std::size_t end) {
  const std::size_t at = row * index.width + column;
  FieldRun out{.bytes = block.bytes.data(),
               .begins = index.starts.data() + row,
               .begin_step = 1,
               .behind = 0,
               .ends = index.ends.data() + at,
               .end_step = index.width,
               .rows = end - row};
  if (column == 0) return out;
  out.begins = index.ends.data() + at - 1;
  out.begin_step = index.width;
  out.behind = 1;
  return out;
}

}  // namespace

/// As many rows as are usual whole numbers, or missing; gives the first other
/// one.
std::size_t SliceScanner::quick_integers(const Block& block, const Index& index,
                                         std::size_t column, std::size_t row,
                                         std::size_t end, const Place& place) {
  ColumnSlice& slice = place.slice;
  const bool many = (place.known & Known::many) != 0;
  const bool keeps = slice.kept == Kept::integers;
  if (!keeps && slice.kept != Kept::nothing) return row;
  double* number = stretch(end - row);
  for (; row < end; ++row) {
    const std::string_view raw = raw_field(block, index, row, column);
    if (raw.empty()) {
      put_missing(slice, row);
      continue;
    }
    if (!begins_number_[static_cast<unsigned char>(raw.front())]) break;
    std::int64_t value = 0;
    if (!quick_integer(raw.data(), raw.size(), value)) break;
    slice.increasing &= value > slice.last;
    slice.last = value;
    if (!many) distinct(place, raw, static_cast<std::uint32_t>(row));
    *number++ = static_cast<double>(value);
    if (keeps) slice.piece.put(row, value);
  }
  add_numbers(slice, {stretch_.data(), number});
  return row;
}

/// The same of reals.
std::size_t SliceScanner::quick_reals(const Block& block, const Index& index,
                                      std::size_t column, std::size_t row,
                                      std::size_t end, const Place& place) {
  ColumnSlice& slice = place.slice;
  const bool many = (place.known & Known::many) != 0;
  const bool keeps = slice.kept == Kept::reals;
  if (!keeps && slice.kept != Kept::nothing) return row;
  if (index.width == 0) return row;  // rows of several widths are rare
  double* number = stretch(end - row);
  while (row < end) {
    FieldRun run = fields_of(block, index, column, row, end);
    run.begins_number = begins_number_.data();
    const std::size_t count = read_reals_(run, number);
    if (keeps && count > 0) {
      std::memcpy(slice.piece.values.data() + row * sizeof *number, number,
                  count * sizeof *number);
    }
    for (std::size_t i = 0; i < count && !many; ++i) {
      distinct(place, raw_field(block, index, row + i, column),
               static_cast<std::uint32_t>(row + i));
    }
    number += count;
    row += count;
    if (row == end || !raw_field(block, index, row, column).empty()) break;
    put_missing(slice, row++);
  }
  add_numbers(slice, {stretch_.data(), number});
  slice.odd[static_cast<std::size_t>(Odd::not_integer)].count +=
      static_cast<std::uint32_t>(number - stretch_.data());
  return row;
}

/// Hashes the texts that are plain, and has their slots fetched: that takes
/// longer than all else.
void SliceScanner::expect_codes(const Block& block, const Index& index,
                                std::size_t column, std::size_t begin,
                                std::size_t end, const Place& place) {
  hash_of_.assign(end - begin, 0);
  for (std::size_t row = begin; row < end; ++row) {
    const std::string_view raw = raw_field(block, index, row, column);
    if (raw.empty() || raw.front() == syntax_.quote || syntax_.escape) continue;
    hash_of_[row - begin] = hash_text(raw);
    place.codes.expect(hash_of_[row - begin]);
  }
}

void SliceScanner::scan_tile(const Block& block, const Index& index,
                             std::size_t column, std::size_t begin,
                             std::size_t end, const Place& place) {
  ColumnSlice& slice = place.slice;
  tile_ = begin;
  hash_of_.clear();
  if (slice.kept == Kept::coded) {
    expect_codes(block, index, column, begin, end, place);
  }
  for (std::size_t row = begin; row < end; ++row) {
    if (is_settled(slice, place.known)) {
      row = slice.seen(Odd::not_integer)
                ? quick_reals(block, index, column, row, end, place)
            : (place.known & Known::not_integer) == 0
                ? quick_integers(block, index, column, row, end, place)
                : row;
      if (row == end) return;
    }
    const std::string_view raw = raw_field(block, index, row, column);
    const RawValue v = raw_value(raw, syntax_, missing_, scratch_);
    if (!v.missing) {
      value(place, v.text, static_cast<std::uint32_t>(row));
      continue;
    }
    put_missing(slice, row);
    if (!raw.empty()) ++slice.missing_words;
  }
}

namespace {

Candidate candidate(std::uint64_t hash, std::string_view raw,
                    std::uint32_t row) {
  return {hash, row, static_cast<std::uint32_t>(raw.size())};
}

}  // namespace

/// Counts it among the different values.
void SliceScanner::distinct(const Place& place, std::string_view raw,
                            std::uint32_t row) {
  if ((place.known & Known::many) != 0) return;
  const std::uint64_t hash = hash_text(raw);
  std::uint64_t& recent = place.recent[hash & (recent_ - 1)];
  // This thread handed it on in an earlier block or row: blocks come to a
  // thread in their order, so its first place is known.
  if (recent == hash) return;
  recent = hash;
  place.slice.candidates.push_back(candidate(hash, raw, row));
}

void SliceScanner::keep_text(const Place& place, std::string_view raw,
                             std::uint32_t row) {
  ColumnSlice& slice = place.slice;
  if (slice.kept == Kept::texts) {
    slice.piece.put_text(raw);
    distinct(place, raw, row);
    return;
  }
  const std::size_t at = row - tile_;
  const std::uint64_t known = at < hash_of_.size() ? hash_of_[at] : 0;
  const std::uint64_t hash = known != 0 ? known : hash_text(raw);
  const std::size_t before = place.codes.size();
  slice.piece.put(row, place.codes.add(hash, raw));
  if (place.codes.size() == before) return;
  slice.candidates.push_back(candidate(hash, raw, row));
  ++slice.new_codes;
  if (is_full(place.codes)) {
    slice.kept = Kept::nothing;  // from here on; the block becomes texts
    slice.spoilt = true;
  }
}

void SliceScanner::value(const Place& place, std::string_view raw,
                         std::uint32_t row) {
  ColumnSlice& slice = place.slice;
  ++slice.values;
  if (are_texts(slice.kept)) {
    keep_text(place, raw, row);
  } else if (slice.kept != Kept::missing) {
    distinct(place, raw, row);
  }
  if (slice.kept == Kept::moments && one_more_moment(slice, raw, row)) return;
  if (raw.empty() ||
      !(may_be_number(raw.front(), form_) || is_blank(raw.front()))) {
    if (!raw.empty() && is_blank(raw.back())) see(slice, Odd::blanks, row);
    not_a_number(place, raw, trimmed(raw), row);
    return;
  }
  const bool blanks = is_blank(raw.front()) || is_blank(raw.back());
  if (blanks) see(slice, Odd::blanks, row);
  number(place, raw, blanks ? trimmed(raw) : raw, row);
}

/// Decides how the block is kept, if this is its first value.
void SliceScanner::begin_keeping(const Place& place, Sort first,
                                 std::string_view raw, std::uint32_t row) {
  if (place.slice.kept != Kept::missing) return;
  const Kept kept =
      kept_as(first, place.keep, place.known, is_full(place.codes));
  keep_as(kept, row, place.slice);
  if (are_texts(place.slice.kept)) {
    keep_text(place, raw, row);
  } else {
    distinct(place, raw, row);
  }
}

void SliceScanner::number(const Place& place, std::string_view raw,
                          std::string_view text, std::uint32_t row) {
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
      begin_keeping(place, Sort::integer, raw, row);
      put_whole(slice, text, row, *whole);
      see(slice, Odd::not_boolean, row);
      slice.dates.number(text, row + 1);
      return;
    }
  }
  const auto real = parse_real(text, form_);
  if (!real) {
    not_a_number(place, raw, text, row);
    return;
  }
  see(slice, Odd::not_boolean, row);
  slice.dates.number(text, row + 1);
  if (text.size() >= kLongWhole && looks_whole(text) &&
      !parse_integer(text, form_)) {
    see(slice, Odd::too_large, row);
  }
  see(slice, Odd::not_integer, row);
  begin_keeping(place, Sort::real, raw, row);
  put_real(slice, row, *real);
  if (std::isinf(*real)) {
    see(slice, Odd::infinite, row);
  } else if (wanted) {
    slice.numbers.push_back(*real);
  }
}

void SliceScanner::not_a_number(const Place& place, std::string_view raw,
                                std::string_view text, std::uint32_t row) {
  ColumnSlice& slice = place.slice;
  see(slice, Odd::not_integer, row);
  see(slice, Odd::not_number, row);
  slice.numbers.clear();
  const auto read = slice.dates.value(text, row + 1);
  if (read.formats == 0) explain(place, text, row);
  std::optional<bool> truth;
  if ((place.known & Known::not_boolean) == 0 &&
      !slice.seen(Odd::not_boolean)) {
    truth = parse_boolean(text);
    if (!truth) see(slice, Odd::not_boolean, row);
  }
  // With a format that was asked for there may be two readings.
  const bool moment = read.formats == 1 && !slice.dates.has_asked();
  const bool first = slice.kept == Kept::missing;
  begin_keeping(place,
                truth    ? Sort::boolean
                : moment ? Sort::moment
                         : Sort::text,
                raw, row);
  if (first) slice.format = read.format;
  put_moment_or_truth(slice, row, moment ? std::optional(read) : std::nullopt,
                      truth);
}

/// Why it may have been meant as a number.
void SliceScanner::explain(const Place& place, std::string_view text,
                           std::uint32_t row) {
  if (text.empty()) return;
  ColumnSlice& slice = place.slice;
  if (is_marked_number(text)) see(slice, Odd::marked, row);
  if (!may_be_number(text.front(), form_)) return;
  if (is_leading_zero_number(text)) {
    see(slice, Odd::leading_zero, row);
  } else if (is_other_form(text)) {
    see(slice, Odd::other_form, row);
  } else if (is_beyond_reals(text)) {
    see(slice, Odd::too_great, row);
  }
}

}  // namespace mlb::table
