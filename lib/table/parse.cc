// See parse.h.
#include "table/parse.h"

#include <fast_float/fast_float.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace mlb::table {
namespace {

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

bool has_two_signs(std::string_view text) {
  return text.size() > 1 && text[0] == '+' && text[1] == '-';
}

bool equals_folded(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

/// Digits of a decimal number: up to 19, so that they fit into 64 bits.
struct Decimal {
  std::uint64_t digits = 0;
  std::int64_t exponent = 0;
  bool negative = false;
};

constexpr int kMostDigits = 19;

/// Eight digits at once, after Johnny Lee; false when there are others.
bool read_eight(const char* p, std::uint64_t& value) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  constexpr std::uint64_t kZeros = 0x3030303030303030;
  const std::uint64_t low = word - kZeros;
  const std::uint64_t high = word + 0x4646464646464646;
  if (((low | high) & 0x8080808080808080) != 0) return false;
  word = low * 10 + (low >> 8);
  constexpr std::uint64_t kMask = 0x000000ff000000ff;
  word = ((word & kMask) * 0x000f424000000064 +
          ((word >> 16) & kMask) * 0x0000271000000001) >>
         32;
  value = value * 100000000 + word;
  return true;
}

const char* read_digits(const char* p, const char* end, std::uint64_t& value) {
  while (std::endian::native == std::endian::little && end - p >= 8 &&
         read_eight(p, value)) {
    p += 8;
  }
  for (; p != end && is_digit(*p); ++p) {
    value = value * 10 + static_cast<std::uint64_t>(*p - '0');
  }
  return p;
}

/// [e|E][+|-]digits up to the end, added to the exponent.
bool read_exponent(const char* p, const char* end, std::int64_t& exponent) {
  const bool negative = p != end && *p == '-';
  if (p != end && (*p == '-' || *p == '+')) ++p;
  if (p == end || end - p > 4) return false;
  std::uint64_t value = 0;
  if (read_digits(p, end, value) != end) return false;
  exponent += negative ? -static_cast<std::int64_t>(value)
                       : static_cast<std::int64_t>(value);
  return true;
}

/// The usual forms only: [-]digits[.digits][e..] without a leading zero.
bool read_decimal(std::string_view text, Decimal& out) {
  const char* p = text.data();
  const char* const end = p + text.size();
  out.negative = p != end && *p == '-';
  p += out.negative ? 1 : 0;
  const char* const begin = p;
  p = read_digits(p, end, out.digits);
  auto count = p - begin;
  if (count == 0 || (*begin == '0' && count > 1)) return false;
  if (p != end && *p == '.') {
    const char* const point = ++p;
    p = read_digits(p, end, out.digits);
    out.exponent = -(p - point);
    count += p - point;
  }
  if (count > kMostDigits) return false;
  if (p == end) return true;
  return (*p == 'e' || *p == 'E') && read_exponent(p + 1, end, out.exponent);
}

/// Correctly rounded; false where that takes more than 64 bits.  Clinger, "How
/// to read floating point numbers accurately" (1990), else Lemire, "Number
/// parsing at a gigabyte per second" (2021) in fast_float.
bool make_real(const Decimal& d, double& out) {
  constexpr std::uint64_t kExact = std::uint64_t{1} << 53;
  static constexpr std::array<double, 23> kPowers{
      1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (d.digits <= kExact && d.exponent >= -22 && d.exponent <= 22) {
    const auto value = static_cast<double>(d.digits);
    const double power =
        kPowers[static_cast<std::size_t>(std::abs(d.exponent))];
    out = d.exponent < 0 ? value / power : value * power;
    if (d.negative) out = -out;
    return true;
  }
  using Format = fast_float::binary_format<double>;
  const auto answer = fast_float::compute_float<Format>(d.exponent, d.digits);
  if (answer.power2 < 0 || answer.power2 == Format::infinite_power()) {
    return false;
  }
  fast_float::to_float(d.negative, answer, out);
  return true;
}

/// All the forms, inf included.
std::optional<double> any_real(std::string_view text) {
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

/// Takes thousands out of a whole part; nothing unless all groups are of
/// three digits.
std::optional<std::string> without_groups(std::string_view whole, char mark) {
  if (whole.find(mark) == whole.npos) return std::string(whole);
  const std::string_view digits = without_sign(whole);
  const std::string sign(whole.substr(0, whole.size() - digits.size()));
  std::string out = sign;
  std::size_t group = 0;
  bool first = true;
  for (std::size_t i = 0; i <= digits.size(); ++i) {
    if (i < digits.size() && is_digit(digits[i])) {
      out += digits[i];
      ++group;
      continue;
    }
    if (i < digits.size() && digits[i] != mark) return std::nullopt;
    if (first ? group < 1 || group > 3 : group != 3) return std::nullopt;
    first = false;
    group = 0;
  }
  return out;
}

/// The number as it is written with a point and without thousands.
std::optional<std::string> normal(std::string_view text,
                                  const NumberForm& form) {
  const std::size_t end = text.find_first_of(
      form.decimal == ',' ? std::string_view(",eE") : std::string_view(".eE"));
  const std::string_view whole = text.substr(0, end);
  std::string_view rest = end == text.npos ? "" : text.substr(end);
  std::optional<std::string> out = std::string(whole);
  if (form.thousands) out = without_groups(whole, *form.thousands);
  if (!out || (form.decimal != '.' && out->find('.') != out->npos)) {
    return std::nullopt;
  }
  if (!rest.empty() && rest.front() == form.decimal) {
    *out += '.';
    rest.remove_prefix(1);
    if (form.decimal != '.' && rest.find('.') != rest.npos) return std::nullopt;
  }
  return *out + std::string(rest);
}

}  // namespace

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  const std::string_view digits = without_sign(text);
  if (digits.empty() || (digits[0] == '0' && digits.size() > 1)) {
    return std::nullopt;
  }
  if (digits.size() < kMostDigits) {
    std::uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    if (read_digits(digits.data(), end, value) != end) return std::nullopt;
    const auto out = static_cast<std::int64_t>(value);
    return negative ? -out : out;
  }
  if (has_two_signs(text)) return std::nullopt;
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
  Decimal decimal;
  double value = 0;
  if (read_decimal(text, decimal) && make_real(decimal, value)) return value;
  return any_real(text);
}

std::optional<std::int64_t> parse_integer(std::string_view text,
                                          const NumberForm& form) {
  if (form.is_plain()) return parse_integer(text);
  const auto plain = normal(text, form);
  return plain ? parse_integer(*plain) : std::nullopt;
}

std::optional<double> parse_real(std::string_view text,
                                 const NumberForm& form) {
  if (form.is_plain()) return parse_real(text);
  const auto plain = normal(text, form);
  return plain ? parse_real(*plain) : std::nullopt;
}

bool decimal_real(std::uint64_t digits, std::int64_t exponent, double& out) {
  return make_real({.digits = digits, .exponent = exponent, .negative = false},
                   out);
}

bool is_other_form(std::string_view text) {
  constexpr NumberForm kForms[] = {
      {'.', ','}, {',', '.'}, {',', {}}, {'.', ' '}, {'.', '\''}};
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || c == '+' || (c >= ',' && c <= '.') || c == '\'' ||
           c == ' ' || (c | 0x20) == 'e';
  });
  return digits &&
         std::any_of(std::begin(kForms), std::end(kForms), [&](const auto& f) {
           return parse_real(text, f).has_value();
         });
}

namespace {

/// What people write beside numbers; the sign of the pound is two bytes.
constexpr std::string_view kMarks[] = {"%", "$", "\xe2\x82\xac", "\xc2\xa3",
                                       "\xc2\xa5"};

bool is_hex(std::string_view text) {
  constexpr std::size_t kPrefix = 2;
  return text.size() > kPrefix && text[0] == '0' && (text[1] | 0x20) == 'x' &&
         std::all_of(text.begin() + kPrefix, text.end(), [](char c) {
           return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
         });
}

/// By the first and last bytes of the marks.
bool may_be_marked(char first, char last) {
  const bool sign =
      first == '-' || first == '$' || first == '\xe2' || first == '\xc2';
  return sign || last == '%' || last == '$' || last == '\xac' ||
         last == '\xa3' || last == '\xa5';
}

}  // namespace

bool is_marked_number(std::string_view text) {
  if (is_hex(text)) return true;
  if (text.empty() || !may_be_marked(text.front(), text.back())) return false;
  const bool digit = is_digit(text.back());
  for (const std::string_view mark : kMarks) {
    std::string_view rest = text;
    if (text.ends_with(mark)) {
      rest.remove_suffix(mark.size());
    } else if (digit && text.starts_with(mark)) {
      rest.remove_prefix(mark.size());
    } else if (digit && text.size() > mark.size() && text.front() == '-' &&
               text.substr(1).starts_with(mark)) {
      rest.remove_prefix(mark.size() + 1);
    } else {
      continue;
    }
    rest = trimmed(rest);
    return parse_real(rest).has_value() ||
           (!rest.empty() && is_other_form(rest));
  }
  return false;
}

bool is_beyond_reals(std::string_view text) {
  if (text.find_first_not_of("0123456789.eE+-") != text.npos) return false;
  const std::string number(text);
  char* end = nullptr;
  const double value = std::strtod(number.c_str(), &end);
  return end == number.c_str() + number.size() && std::isinf(value);
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (equals_folded(text, "true")) return true;
  if (equals_folded(text, "false")) return false;
  return std::nullopt;
}

bool looks_whole(std::string_view text) {
  text = without_sign(text);
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_leading_zero_number(std::string_view text) {
  return has_leading_zero(text) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || c == '.' || c == '+' || c == '-' ||
                  (c | 0x20) == 'e';
         });
}

bool may_be_number(char first, const NumberForm& form) {
  return is_digit(first) || first == '-' || first == '+' ||
         first == form.decimal || (first | 0x20) == 'i';
}

MissingWords::MissingWords(const std::vector<std::string>& words)
    : words_(words) {
  for (const auto& word : words) {
    if (word.empty()) continue;
    may_begin_[static_cast<unsigned char>(word.front())] = true;
  }
  may_begin_[static_cast<unsigned char>(' ')] = !words.empty();
  may_begin_[static_cast<unsigned char>('\t')] = !words.empty();
}

bool MissingWords::is_listed(std::string_view word) const {
  return std::any_of(words_.begin(), words_.end(),
                     [&](const auto& w) { return w == word; });
}

}  // namespace mlb::table
