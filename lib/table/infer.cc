// See infer.h.
#include "table/infer.h"

#include <fast_float/fast_float.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace mlb::table {
namespace {

constexpr std::size_t kExamples = 3;
constexpr std::uint64_t kFewRows = 20;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    text.remove_prefix(1);
  }
  return text;
}

bool has_leading_zero(std::string_view text) {
  text = without_sign(text);
  return text.size() > 1 && text[0] == '0' && is_digit(text[1]);
}

/// Digits only, perhaps with a sign.
bool looks_whole(std::string_view text) {
  text = without_sign(text);
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_leading_zero_number(std::string_view text) {
  return has_leading_zero(text) &&
         without_sign(text).find_first_not_of("0123456789.eE+-") == text.npos;
}

bool has_two_signs(std::string_view text) {
  return text.size() > 1 && text[0] == '+' && text[1] == '-';
}

bool equals_folded(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

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

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.empty() || has_leading_zero(text) || has_two_signs(text)) {
    return std::nullopt;
  }
  if (text[0] == '+') text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<double> parse_real(std::string_view text) {
  if (text.empty() || has_leading_zero(text) || has_two_signs(text)) {
    return std::nullopt;
  }
  if (text[0] == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] =
      fast_float::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() ||
      std::isnan(value)) {
    return std::nullopt;
  }
  // fast_float 3.9 answers 1e400 with infinity: that is no number of ours.
  if (std::isinf(value) && text.find_first_of("0123456789") != text.npos) {
    return std::nullopt;
  }
  return value;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (equals_folded(text, "true")) return true;
  if (equals_folded(text, "false")) return false;
  return std::nullopt;
}

void ColumnJudge::Odd::see(std::string_view text, std::uint64_t at) {
  if (count++ > 0) return;
  line = at;
  value = shortened(text);
}

void ColumnJudge::number(double value) {
  ++reals_;
  if (std::isinf(value)) return;
  if (++finite_ == 1) min_ = max_ = value;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
  // Welford, "Note on a method for calculating corrected sums of squares",
  // Technometrics 4 (1962).
  const double delta = value - mean_;
  mean_ += delta / static_cast<double>(finite_);
  squares_ += delta * (value - mean_);
}

void ColumnJudge::see_forms(std::string_view raw, std::uint64_t line) {
  const std::string_view text = trimmed(raw);
  if (text.size() != raw.size()) blanks_.see(raw, line);
  const auto whole = parse_integer(text);
  const auto real = whole ? static_cast<double>(*whole) : parse_real(text);
  if (whole) {
    ++integers_;
  } else {
    not_integer_.see(raw, line);
  }
  if (real) {
    if (!whole && looks_whole(text)) too_large_.see(raw, line);
    if (std::isinf(*real)) infinite_.see(raw, line);
    number(*real);
  } else {
    not_number_.see(raw, line);
    if (is_leading_zero_number(text)) leading_zero_.see(raw, line);
  }
  dates_.value(text, line);
  if (parse_boolean(text)) {
    ++booleans_;
  } else {
    not_boolean_.see(raw, line);
  }
}

void ColumnJudge::value(std::string_view raw, std::uint64_t line) {
  ++values_;
  see_forms(raw, line);
  if (too_many_) return;
  const auto [it, is_new] = distinct_.try_emplace(std::string(raw), 0);
  if (is_new && examples_.size() < kExamples) {
    examples_.push_back(shortened(raw));
  }
  ++it->second;
  if (distinct_.size() > kDistinctLimit) {
    too_many_ = true;
    distinct_.clear();
  }
}

bool ColumnJudge::name_says_id() const {
  return contains_word(name_, "id") || contains_word(name_, "key") ||
         contains_word(name_, "uuid");
}

void ColumnJudge::warn(Verdict& verdict, std::string code, std::string message,
                       const Odd* odd) const {
  verdict.warnings.push_back({std::move(code), std::move(message),
                              odd == nullptr ? 0 : odd->line, name_});
}

Type ColumnJudge::automatic(Verdict& v) const {
  const std::uint64_t rows = values_ + missing_;
  const bool unique = !too_many_ && distinct_.size() == values_ &&
                      missing_ == 0 && rows >= kFewRows;
  if (values_ == 0) {
    warn(v, "all_missing", "every value is missing");
    return Type::text;
  }
  if (!too_many_ && distinct_.size() == 1 && rows > 1) {
    warn(v, "constant", "every value is '" + examples_.front() + "'");
  }
  if (const auto type = date_type(v)) return *type;
  if (too_large_.count > 0 && reals_ == values_) {
    warn(v, "integer_overflow",
         "'" + too_large_.value + "' does not fit into 64 bits (" +
             std::to_string(too_large_.count) +
             " such values); the column is kept as text",
         &too_large_);
  } else if (integers_ == values_) {
    v.integral = unique && name_says_id();
    return v.integral ? Type::id : Type::integer;
  } else if (reals_ == values_) {
    if (infinite_.count > 0) {
      warn(v, "infinite", std::to_string(infinite_.count) + " infinite values",
           &infinite_);
    }
    return Type::real;
  } else if (booleans_ == values_) {
    return Type::boolean;
  } else if (reals_ * 2 > values_) {
    const Odd& odd = leading_zero_.count > 0 ? leading_zero_ : not_number_;
    warn(v, leading_zero_.count > 0 ? "leading_zero" : "not_a_number",
         "'" + odd.value + "' is not a number (" + std::to_string(odd.count) +
             " such values); the column is kept as text",
         &odd);
  }
  if (hint_at_dates(v)) return Type::text;
  if (unique) return Type::id;
  const std::uint64_t most = std::max(kFewRows, rows / 2);
  const bool few = !too_many_ && distinct_.size() <= most;
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
  const auto demand = [&](Type type, const Odd& odd, std::string_view what) {
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
      demand(Type::integer, not_integer_, "a whole number");
      break;
    case ColumnType::real: demand(Type::real, not_number_, "a number"); break;
    case ColumnType::boolean:
      demand(Type::boolean, not_boolean_, "true or false");
      break;
    case ColumnType::date: demand_date(v, Type::date); break;
    case ColumnType::time: demand_date(v, Type::time); break;
    case ColumnType::category: v.type = Type::category; break;
    case ColumnType::text: v.type = Type::text; break;
    case ColumnType::id:
      v.type = Type::id;
      v.integral = integers_ == values_ && values_ > 0;
      break;
  }
  const bool moment = v.type == Type::date || v.type == Type::time;
  const bool numeric =
      v.type == Type::integer || v.type == Type::real || moment;
  if (numeric && blanks_.count > 0) {
    warn(v, "blanks",
         "blanks around " + std::to_string(blanks_.count) +
             (moment ? " dates were dropped" : " numbers were dropped"),
         &blanks_);
  }
  if (v.type == Type::id && asked == ColumnType::automatic) {
    warn(v, "id", "every value is different: kept in the table, not a feature");
  }
  return v;
}

ColumnStats ColumnJudge::stats(Type type) const {
  ColumnStats out;
  out.missing = missing_;
  out.distinct = too_many_ ? kDistinctLimit : distinct_.size();
  out.examples = examples_;
  if (type == Type::date || type == Type::time) {
    const auto found = date_verdict();
    out.first = found.min;
    out.last = found.max;
  }
  if (type == Type::integer || type == Type::real) {
    out.min = min_;
    out.max = max_;
    out.mean = mean_;
    out.std =
        finite_ > 0 ? std::sqrt(squares_ / static_cast<double>(finite_)) : 0;
  }
  return out;
}

}  // namespace mlb::table
