// Strict conversions of plain scalars, as mlbatch-jobspec(5) has them.  Each
// returns the value or a Wrong that says what to write instead.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "job/spec.h"

namespace mlb::spec {

/// Why a text is not the value that was wanted.
struct Wrong {
  std::string code;     ///< E201 ...
  std::string message;  ///< "'ten' is not a whole number"
  std::string hint = {};
};

template <class T>
using Converted = std::variant<T, Wrong>;

/// A whole number of up to 64 bits with its sign: covers int64 and uint64.
struct Whole {
  bool negative = false;
  std::uint64_t magnitude = 0;
  double real() const {
    const auto value = static_cast<double>(magnitude);
    return negative ? -value : value;
  }
};

Converted<Whole> to_whole(std::string_view text);
Converted<double> to_real(std::string_view text);
Converted<bool> to_boolean(std::string_view text);
Converted<Millis> to_duration(std::string_view text);
/// A size needs its unit: 16 would be taken for megabytes by some.
Converted<std::uint64_t> to_size(std::string_view text);

/// "10 epochs", "500 steps", "60s"; `units` are the words of SpanUnit that may
/// be used.
Converted<TrainSpan> to_span(std::string_view text, std::string_view units);
/// "1 epoch", "500 steps", "1m".
std::string span_text(const TrainSpan& span);

/// Would YAML take this plain scalar for a number, a boolean or null?
bool looks_typed(std::string_view text);

/// The shortest text that reads back as the same number.
std::string real_text(double value);
/// As a YAML scalar: plain where that is safe, else in double quotes.
std::string yaml_text(std::string_view text);
/// For messages: at most 60 characters, control characters escaped.
std::string shown(std::string_view text);

}  // namespace mlb::spec
