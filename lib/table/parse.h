// Values from texts: what counts as a number or a truth value, and which words
// mean missing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlb::table {

/// How numbers are written.
struct NumberForm {
  char decimal = '.';
  std::optional<char> thousands;  ///< between groups of three digits

  bool is_plain() const { return decimal == '.' && !thousands; }
};

inline bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
std::string_view without_blanks(std::string_view text);
/// Blanks around a number or a truth value do not count.
inline std::string_view trimmed(std::string_view text) {
  const bool none =
      text.empty() || !(is_blank(text.front()) || is_blank(text.back()));
  return none ? text : without_blanks(text);
}
/// A whole number in the range of int64 without a leading zero.
std::optional<std::int64_t> parse_integer(std::string_view text);
/// A decimal number, inf included; nothing for 1e400 and for "0123".
std::optional<double> parse_real(std::string_view text);
/// digits * 10^exponent, correctly rounded; false where it is no finite double,
/// or 64 bits do not tell.
bool decimal_real(std::uint64_t digits, std::int64_t exponent, double& out);
/// A decimal number that only infinity could stand for: "1e400".
bool is_beyond_reals(std::string_view text);
/// 1,234.5 or 1.234,5 or 1 234 or 0,5: a number to somebody.
bool is_other_form(std::string_view text);
/// 12 %, $1,234.50, 0x1f: a number with something beside it.
bool is_marked_number(std::string_view text);
std::optional<bool> parse_boolean(std::string_view text);
/// The same in another form; the thousands, if any, must be groups of three.
std::optional<std::int64_t> parse_integer(std::string_view text,
                                          const NumberForm& form);
std::optional<double> parse_real(std::string_view text, const NumberForm& form);

/// Digits only, perhaps with a sign.
bool looks_whole(std::string_view text);
/// A number but for a zero in front.
bool is_leading_zero_number(std::string_view text);
/// Whether a number can begin so: a digit, sign, point or the i of inf.
bool may_be_number(char first, const NumberForm& form);

/// The words that mean missing where they are not quoted.
class MissingWords {
 public:
  explicit MissingWords(const std::vector<std::string>& words);
  bool may_begin(char c) const {
    return may_begin_[static_cast<unsigned char>(c)];
  }
  /// `text`: not empty and not quoted; blanks around it do not count.
  bool contains(std::string_view text) const {
    return may_begin(text.front()) && is_listed(trimmed(text));
  }

 private:
  bool is_listed(std::string_view word) const;
  std::vector<std::string> words_;
  std::array<bool, 256> may_begin_{};
};

}  // namespace mlb::table
