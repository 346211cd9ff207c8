// See infer.h.
#include "table/infer.h"

#include <algorithm>

namespace mlb::table {
namespace {

constexpr std::size_t kExamples = 3;
constexpr std::uint64_t kFewRows = 20;
constexpr std::size_t kAhead = 8;       // values whose slots are fetched early
constexpr std::size_t kStretch = 4096;  // bytes whose lines are counted at once

/// As a word: at its edges or beside a separator or a capital.
bool contains_word(const std::string& name, std::string_view word) {
  std::string folded;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c >= 'A' && c <= 'Z' && i > 0 && name[i - 1] >= 'a' &&
        name[i - 1] <= 'z') {
      folded += ' ';
    }
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    folded += letter ? static_cast<char>(c | 0x20) : ' ';
  }
  const std::string padded = " " + folded + " ";
  return padded.find(" " + std::string(word) + " ") != std::string::npos;
}

}  // namespace

std::string_view BlockTexts::text(std::size_t row, std::size_t column) {
  const std::string_view raw = raw_field(block_, index_, row, column);
  const bool plain = raw.empty() || raw.front() != syntax_.quote;
  if (plain && !syntax_.escape) return raw;
  return field_text(raw, syntax_, scratch_).text;
}

std::uint64_t BlockTexts::line_at(std::size_t place) {
  const std::string_view text = block_.text();
  if (lines_.empty()) lines_.push_back(line_);
  // A stretch never ends between CR and LF: the count looks one byte ahead.
  while (lines_.size() * kStretch <= place) {
    const std::size_t begin = (lines_.size() - 1) * kStretch;
    lines_.push_back(lines_.back() + count_lines(text.substr(begin), kStretch));
  }
  const std::size_t begin = place / kStretch * kStretch;
  return lines_[place / kStretch] +
         count_lines(text.substr(begin), place - begin);
}

void ColumnJudge::add_order(const ColumnSlice& slice) {
  if (slice.values == 0) return;
  const bool goes_on = values_ == 0 || slice.first > last_;
  increasing_ = increasing_ && slice.increasing && goes_on &&
                is(Odd::not_integer) && !slice.seen(Odd::not_integer);
  last_ = slice.last;
}

/// The values are too many: none is kept.
bool ColumnJudge::is_beyond_limit() {
  too_many_ =
      distinct() > limit_.values || hashed_ + levels_.bytes() > limit_.bytes;
  if (!too_many_) return false;
  hashes_.clear();
  levels_.clear();
  places_.clear();
  return true;
}

/// Whether this and what follows is kept.
bool ColumnJudge::has_levels(const ColumnSlice& slice) {
  if (different_ != Different::if_texts) return different_ == Different::kept;
  // Whole numbers that do not fit into 64 bits are texts in the end.
  if (!slice.seen(Odd::not_number) && !slice.seen(Odd::too_large)) return false;
  lacks_levels_ = hashes_.size() > 0;
  different_ = Different::kept;
  return true;
}

void ColumnJudge::add_levels(const ColumnSlice& slice, std::size_t column,
                             BlockTexts& texts) {
  const auto& candidates = slice.candidates;
  if (slice.new_codes > 0 && places_.size() <= slice.coder) {
    places_.resize(slice.coder + 1);
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    // The dictionaries of a wide table are beyond the cache.
    if (i + 2 * kAhead < candidates.size()) {
      const Candidate& soon = candidates[i + kAhead];
      levels_.expect(soon.hash);
      __builtin_prefetch(texts.begin(soon.row, column));
      __builtin_prefetch(texts.place(candidates[i + 2 * kAhead].row, column));
    }
    const std::string_view text = texts.text(candidate.row, column);
    const std::size_t before = levels_.size();
    const std::uint32_t level = levels_.add(candidate.hash, text);
    if (i < slice.new_codes) places_[slice.coder].push_back(level);
    if (levels_.size() == before) continue;
    if (examples_.size() < kExamples) examples_.push_back(shortened(text));
    if (is_beyond_limit()) return;
  }
}

void ColumnJudge::add_distinct(const ColumnSlice& slice, std::size_t column,
                               BlockTexts& texts) {
  if (has_levels(slice)) return add_levels(slice, column, texts);
  const auto& candidates = slice.candidates;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    if (i + kAhead < candidates.size()) {
      hashes_.expect(candidates[i + kAhead].hash);
    }
    if (!hashes_.add(candidate.hash)) continue;
    hashed_ += candidate.size;
    if (examples_.size() < kExamples) {
      examples_.push_back(shortened(texts.text(candidate.row, column)));
    }
    if (is_beyond_limit()) return;
  }
}

void ColumnJudge::add(const ColumnSlice& slice, std::size_t column,
                      BlockTexts& texts) {
  if (!too_many_) add_distinct(slice, column, texts);
  add_order(slice);
  dates_.merge(slice.dates, [&](std::uint64_t n) { return texts.line(n - 1); });
  values_ += slice.values;
  missing_ += slice.missing;
  missing_words_ += slice.missing_words;
  for (std::size_t i = 0; i < kOdds; ++i) {
    const Sighting& sighting = slice.odd[i];
    Seen& seen = odd_[i];
    if (sighting.count > 0 && seen.count == 0) {
      seen.line = texts.line(sighting.row);
      seen.value = shortened(texts.text(sighting.row, column));
    }
    seen.count += sighting.count;
  }
  if (is(Odd::not_number)) {
    moments_.add(slice.numbers);
  } else {
    moments_.clear();
  }
}

unsigned char ColumnJudge::known() const {
  unsigned out = 0;
  out |= is(Odd::not_integer) ? 0 : Known::not_integer;
  out |= is(Odd::not_number) ? 0 : Known::not_number;
  out |= is(Odd::not_boolean) ? 0 : Known::not_boolean;
  out |= too_many_ ? Known::many : 0;
  out |= values_ == 0 || dates_.is_of_one() ? 0 : Known::not_dated;
  return static_cast<unsigned char>(out);
}

bool ColumnJudge::name_says_id() const {
  return contains_word(name_, "id") || contains_word(name_, "key") ||
         contains_word(name_, "uuid");
}

void ColumnJudge::warn(Verdict& verdict, std::string code, std::string message,
                       const Seen* odd) const {
  verdict.warnings.push_back({std::move(code), std::move(message),
                              odd == nullptr ? 0 : odd->line, name_});
}

/// Every value another one, and none missing, in rows enough to say so.
bool ColumnJudge::is_unique() const {
  const bool different = too_many_ ? increasing_ : distinct() == values_;
  return different && missing_ == 0 && values_ >= kFewRows;
}

/// Why a column that looks like numbers is none.
void ColumnJudge::explain_text(Verdict& v) const {
  const Seen& not_number = seen(Odd::not_number);
  const std::uint64_t numbers = values_ - not_number.count;
  const auto is_mostly = [&](Odd what, const char* is, const char* advice) {
    const Seen& odd = seen(what);
    if (odd.count == 0 || (numbers + odd.count) * 100 < values_ * 95) {
      return false;
    }
    warn(v, "number_format",
         "'" + odd.value + "' is " + is + " (" + std::to_string(odd.count) +
             " such values)" + advice + "; the column is kept as text",
         &odd);
    return true;
  };
  if (is_mostly(Odd::marked, "a number with something beside it",
                ": %, a currency and 0x are not read") ||
      is_mostly(Odd::other_form, "no number as numbers are read now",
                "; if it is one, say so with --decimal or --thousands")) {
    return;
  }
  const Seen& great = seen(Odd::too_great);
  if ((numbers + great.count) * 2 > values_ && great.count > 0) {
    warn(v, "number_overflow",
         "'" + great.value + "' is beyond every number that can be kept (" +
             std::to_string(great.count) +
             " such values); the column is kept as text",
         &great);
    return;
  }
  if (numbers * 2 <= values_) return;
  const bool zero = !is(Odd::leading_zero);
  const Seen& odd = zero ? seen(Odd::leading_zero) : not_number;
  warn(v, zero ? "leading_zero" : "not_a_number",
       "'" + odd.value + "' is not a number (" + std::to_string(odd.count) +
           " such values); the column is kept as text",
       &odd);
}

Type ColumnJudge::automatic(Verdict& v) const {
  const std::uint64_t rows = values_ + missing_;
  const bool unique = is_unique();
  const Seen& too_large = seen(Odd::too_large);
  if (values_ == 0) {
    warn(v, "all_missing", "every value is missing");
    return Type::text;
  }
  if (!too_many_ && distinct() == 1 && rows > 1) {
    warn(v, "constant", "every value is '" + examples_.front() + "'");
  }
  if (const auto type = date_type(v)) return *type;
  if (too_large.count > 0 && is(Odd::not_number)) {
    warn(v, "integer_overflow",
         "'" + too_large.value + "' does not fit into 64 bits (" +
             std::to_string(too_large.count) +
             " such values); the column is kept as text",
         &too_large);
  } else if (is(Odd::not_integer)) {
    v.integral = unique && name_says_id();
    return v.integral ? Type::id : Type::integer;
  } else if (is(Odd::not_number)) {
    const Seen& infinite = seen(Odd::infinite);
    if (infinite.count > 0) {
      warn(v, "infinite", std::to_string(infinite.count) + " infinite values",
           &infinite);
    }
    return Type::real;
  } else if (is(Odd::not_boolean)) {
    return Type::boolean;
  } else {
    explain_text(v);
  }
  if (hint_at_dates(v)) return Type::text;
  if (unique) return Type::id;
  const std::uint64_t most = std::max(kFewRows, rows / 2);
  const bool few = !too_many_ && levels_.size() <= most;
  return few ? Type::category : Type::text;
}

DateJudge::Verdict ColumnJudge::date_verdict() const {
  return dates_demanded_ ? dates_.verdict_of_asked() : dates_.verdict();
}

/// The type of a column that is all dates of one form.
std::optional<Type> ColumnJudge::date_type(Verdict& v) const {
  const auto found = date_verdict();
  if (found.fit != DateJudge::Fit::one) return std::nullopt;
  v.date_format = found.pattern;
  if (!found.has_time) return Type::date;
  if (found.without_offset > 0) {
    v.warnings.push_back(
        {"no_offset",
         std::to_string(found.without_offset) +
             " times have no offset such as Z or +01:00; taken as UTC",
         found.without_offset_line, name_});
  }
  return Type::time;
}

/// Two forms that cannot be told apart, or a form that most values have.
bool ColumnJudge::hint_at_dates(Verdict& v) const {
  const auto found = date_verdict();
  if (found.fit == DateJudge::Fit::ambiguous) {
    v.warnings.push_back(
        {"ambiguous_date",
         "'" + found.first + "' may be " + found.pattern + " or " +
             found.other +
             "; the column is kept as text: say which with --date-format",
         found.first_line, name_});
    return true;
  }
  if (found.fits * 2 <= values_) return false;
  v.warnings.push_back({"not_a_date",
                        "'" + found.misfit + "' is no date of the form " +
                            found.pattern + " (" +
                            std::to_string(found.misfits) +
                            " such values); the column is kept as text",
                        found.misfit_line, name_});
  return true;
}

void ColumnJudge::demand_date(Verdict& v, Type wanted) const {
  v.type = wanted;
  const auto found = date_verdict();
  if (values_ == 0) return;
  if (const auto type = date_type(v)) {
    // A day alone is a time at midnight; a time is more than a day.
    if (*type == Type::time && wanted == Type::date) {
      v.refusal = "'" + found.first + "' has a time of day; want type time";
      v.refusal_line = found.first_line;
    }
    return;
  }
  if (found.fit == DateJudge::Fit::ambiguous) {
    v.refusal = "'" + found.first + "' may be " + found.pattern + " or " +
                found.other + "; say which with --date-format";
    v.refusal_line = found.first_line;
    return;
  }
  const bool form = found.fits > 0 || dates_demanded_;
  v.refusal = "'" + (form ? found.misfit : found.first) + "' is not a date" +
              (form ? " of the form " + found.pattern : "");
  v.refusal_line = form ? found.misfit_line : found.first_line;
}

ColumnJudge::Verdict ColumnJudge::decide(ColumnType asked) const {
  Verdict v;
  const auto demand = [&](Type type, const Seen& odd, std::string_view what) {
    v.type = type;
    if (odd.count == 0) return;
    v.refusal = "'" + odd.value + "' is not " + std::string(what);
    v.refusal_line = odd.line;
  };
  switch (asked) {
    case ColumnType::automatic:
    case ColumnType::ignore:
      if (dates_demanded_) {
        const bool clock = date_verdict().has_time;
        demand_date(v, clock ? Type::time : Type::date);
      } else {
        v.type = automatic(v);
      }
      break;
    case ColumnType::integer:
      demand(Type::integer, seen(Odd::not_integer), "a whole number");
      break;
    case ColumnType::real:
      demand(Type::real, seen(Odd::not_number), "a number");
      break;
    case ColumnType::boolean:
      demand(Type::boolean, seen(Odd::not_boolean), "true or false");
      break;
    case ColumnType::category:
      v.type = Type::category;
      if (too_many_) v.refusal = "has more distinct texts than fit into 1 GiB";
      break;
    case ColumnType::date: demand_date(v, Type::date); break;
    case ColumnType::time: demand_date(v, Type::time); break;
    case ColumnType::text: v.type = Type::text; break;
    case ColumnType::id:
      v.type = Type::id;
      v.integral = is(Odd::not_integer) && values_ > 0;
      break;
  }
  const bool moment = v.type == Type::date || v.type == Type::time;
  const bool numeric = v.type == Type::integer || v.type == Type::real;
  const Seen& blanks = seen(Odd::blanks);
  if ((numeric || moment) && blanks.count > 0) {
    warn(v, "blanks",
         "blanks around " + std::to_string(blanks.count) +
             (moment ? " dates were dropped" : " numbers were dropped"),
         &blanks);
  }
  if (v.type == Type::id && asked == ColumnType::automatic) {
    warn(v, "id", "every value is different: kept in the table, not a feature");
  }
  return v;
}

ColumnStats ColumnJudge::stats(Type type) const {
  ColumnStats out;
  out.missing = missing_;
  out.distinct = too_many_ ? limit_.values : distinct();
  out.examples = examples_;
  if (type == Type::date || type == Type::time) {
    const auto found = date_verdict();
    out.first = found.min;
    out.last = found.max;
  }
  if (type == Type::integer || type == Type::real) {
    const auto s = moments_.summary();
    out.min = s.min;
    out.max = s.max;
    out.mean = s.mean;
    out.std = s.std;
  }
  return out;
}

}  // namespace mlb::table
