// See scalar.h.
#include "spec/scalar.h"

#include <array>
#include <charconv>
#include <cmath>
#include <span>

#include "base/units.h"

namespace mlb::spec {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (!is_digit(c)) return false;
  }
  return true;
}

/// The parts of -12.5e3; `ok` only if the text is such a number.
struct Decimal {
  bool ok = false;
  bool negative = false;
  std::string_view whole, fraction;
  bool has_point = false;
  std::string_view exponent;  // with its sign
  bool has_exponent = false;
};

std::string_view take_digits(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  const std::string_view out = text.substr(0, n);
  text.remove_prefix(n);
  return out;
}

Decimal split_decimal(std::string_view text) {
  Decimal out;
  if (text.starts_with('-')) {
    out.negative = true;
    text.remove_prefix(1);
  }
  out.whole = take_digits(text);
  if (text.starts_with('.')) {
    out.has_point = true;
    text.remove_prefix(1);
    out.fraction = take_digits(text);
  }
  if (out.whole.empty() && out.fraction.empty()) return out;
  if (text.starts_with('e') || text.starts_with('E')) {
    out.has_exponent = true;
    text.remove_prefix(1);
    const std::size_t sign = text.starts_with('-') || text.starts_with('+');
    if (!all_digits(text.substr(sign))) return out;
    out.exponent = text;
    text = {};
  }
  out.ok = text.empty();
  return out;
}

/// 030m: elsewhere that might be octal.
bool is_padded(std::string_view text) {
  return text.size() > 1 && text[0] == '0' && is_digit(text[1]);
}

bool has_leading_zero(const Decimal& d) {
  return d.whole.size() > 1 && d.whole[0] == '0';
}

/// Tells 0e5 from 1e-400, which underflows.
bool is_zero(const Decimal& d) {
  const auto zeros = [](std::string_view digits) {
    return digits.find_first_not_of('0') == digits.npos;
  };
  return zeros(d.whole) && zeros(d.fraction);
}

std::string without_underscores(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '_') out += c;
  }
  return out;
}

/// What to write instead of a number that other YAML readers would accept.
std::string number_hint(std::string_view text) {
  const std::string plain = without_underscores(text);
  if (plain.size() != text.size() && split_decimal(plain).ok) {
    return "write " + plain;
  }
  std::string_view digits = text;
  if (digits.starts_with('+')) {
    digits.remove_prefix(1);
    if (split_decimal(digits).ok) return "write " + std::string(digits);
  }
  if (text.starts_with("0x") || text.starts_with("0X")) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto got = std::from_chars(text.data() + 2, end, value, 16);
    if (got.ptr == end && got.ec == std::errc{}) {
      return "hexadecimal is not read; write " + std::to_string(value);
    }
  }
  const Decimal d = split_decimal(text);
  if (d.ok && has_leading_zero(d)) {
    const std::size_t first = d.whole.find_first_not_of('0');
    std::string rest =
        first == d.whole.npos ? "0" : std::string(d.whole.substr(first));
    if (d.negative) rest = "-" + rest;
    if (d.has_point) rest += "." + std::string(d.fraction);
    if (d.has_exponent) rest += "e" + std::string(d.exponent);
    return "a leading zero is not read; write " + rest;
  }
  return {};
}

Wrong not_a(std::string_view what, std::string_view text) {
  return {"E201", "'" + shown(text) + "' is not " + std::string(what),
          number_hint(text)};
}

double parse_double(std::string_view text) {
  double value = 0;
  const auto got =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (got.ec == std::errc::result_out_of_range) {
    // from_chars does not say which way; a negative exponent underflows.
    return text.find("e-") != text.npos || text.find("E-") != text.npos
               ? 0
               : HUGE_VAL;
  }
  return value;
}

bool is_word(std::string_view text, std::span<const std::string_view> words) {
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace

Converted<Whole> to_whole(std::string_view text) {
  const Decimal d = split_decimal(text);
  if (!d.ok || has_leading_zero(d)) return not_a("a whole number", text);
  if (!d.has_point && !d.has_exponent) {
    Whole out{d.negative, 0};
    const char* end = d.whole.data() + d.whole.size();
    const auto got = std::from_chars(d.whole.data(), end, out.magnitude);
    if (got.ec != std::errc{} || (d.negative && out.magnitude > 1ull << 63)) {
      return Wrong{"E201", "'" + shown(text) + "' has more than 64 bits"};
    }
    return out;
  }
  // 1e3 and 8.0: exact up to 2^53.
  const double value = parse_double(text);
  const double size = std::fabs(value);
  if (!(size <= 9007199254740992.0) || std::floor(size) != size ||
      (size == 0 && !is_zero(d))) {
    return not_a("a whole number", text);
  }
  return Whole{d.negative, static_cast<std::uint64_t>(size)};
}

Converted<double> to_real(std::string_view text) {
  const Decimal d = split_decimal(text);
  if (!d.ok || has_leading_zero(d)) return not_a("a number", text);
  const double value = parse_double(text);
  if (!std::isfinite(value)) {
    return Wrong{"E201", "'" + shown(text) + "' is too large a number"};
  }
  return value;
}

Converted<bool> to_boolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  constexpr std::string_view yes[] = {"true", "yes", "on", "y", "1"};
  constexpr std::string_view no[] = {"false", "no", "off", "n", "0"};
  const std::string word = lower(text);
  Wrong wrong{"E203", "'" + shown(text) + "' is not true or false"};
  if (is_word(word, yes)) wrong.hint = "write true";
  if (is_word(word, no)) wrong.hint = "write false";
  return wrong;
}

Converted<Millis> to_duration(std::string_view text) {
  if (const auto value = parse_duration(text); value && !is_padded(text)) {
    return *value;
  }
  Wrong wrong{"E204", "'" + shown(text) + "' is not a duration"};
  wrong.hint = all_digits(text)
                   ? "say the unit: " + shown(text) + "s, " + shown(text) + "m"
                   : "write a whole number and ms, s, m, h or d: 90s, 30m, 2h";
  return wrong;
}

Converted<std::uint64_t> to_size(std::string_view text) {
  const bool bare = all_digits(text);
  if (const auto value = parse_size(text); value && !bare && !is_padded(text)) {
    return *value;
  }
  Wrong wrong{"E205", "'" + shown(text) + "' is not a size"};
  wrong.hint = bare ? "say the unit: " + shown(text) + "M, " + shown(text) + "G"
                    : "write a whole number and K, M, G or T: 512M, 2G";
  return wrong;
}

Converted<TrainSpan> to_span(std::string_view text, std::string_view units) {
  const auto may_be = [&](std::string_view unit) {
    return units.find(unit) != units.npos;
  };
  if (may_be("time")) {
    const auto time = to_duration(text);
    if (const auto* ms = std::get_if<Millis>(&time)) {
      return TrainSpan{SpanUnit::time, ms->count()};
    }
  }
  const std::size_t gap = text.find(' ');
  const auto whole = to_whole(text.substr(0, gap));
  const auto* number = std::get_if<Whole>(&whole);
  constexpr std::uint64_t kMost = 1'000'000'000'000;
  const bool counts =
      number != nullptr && !number->negative && number->magnitude <= kMost;
  const Wrong wrong{"E221", "'" + shown(text) + "' is not a length of training",
                    counts && gap == text.npos
                        ? "say of what: " + std::string(text) + " epochs"
                        : ""};
  if (!counts || gap == text.npos) return wrong;
  const std::string_view unit = text.substr(gap + 1);
  const auto count = static_cast<std::int64_t>(number->magnitude);
  if (may_be("epochs") && (unit == "epochs" || unit == "epoch")) {
    return TrainSpan{SpanUnit::epochs, count};
  }
  if (may_be("steps") && (unit == "steps" || unit == "step")) {
    return TrainSpan{SpanUnit::steps, count};
  }
  return wrong;
}

std::string span_text(const TrainSpan& span) {
  if (span.unit == SpanUnit::time) return duration_text(Millis(span.count));
  const std::string unit = span.unit == SpanUnit::epochs ? "epoch" : "step";
  return std::to_string(span.count) + " " + unit + (span.count == 1 ? "" : "s");
}

bool looks_typed(std::string_view text) {
  constexpr std::string_view words[] = {"",      "~",    "null", "true",
                                        "false", ".nan", ".inf", "-.inf"};
  return is_word(lower(text), words) || split_decimal(text).ok ||
         !number_hint(text).empty();
}

std::string real_text(double value) {
  std::array<char, 32> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  std::string out(buffer.data(), end);
  const std::size_t e = out.find('e');
  if (e == out.npos) return out;
  // 1e-04 -> 1e-4
  const bool negative = out[e + 1] == '-';
  std::size_t digits = e + 2;
  while (digits + 1 < out.size() && out[digits] == '0') ++digits;
  return out.substr(0, e) + (negative ? "e-" : "e") + out.substr(digits);
}

}  // namespace mlb::spec
