// What the output is connected to, and how numbers look on it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace mlb::term {

enum class Color { automatic, always, never };

struct Terminal {
  bool is_tty = false;
  bool utf8 = false;
  bool color = false;
  int width = 80;
};

/// Looks at descriptor `fd` and the environment (NO_COLOR, CLICOLOR_FORCE,
/// TERM, COLUMNS, LC_ALL, LC_CTYPE, LANG).
Terminal look_at(int fd, Color color);

/// "12.3 MB": powers of 1000, three digits.
std::string bytes_text(double bytes);
/// "02:14", "1:02:14".
std::string clock_text(double seconds);
/// "3m12s", "45s", "1.8s", "2h05m".
std::string span_text(double seconds);
/// `digits` significant digits, no leading zero of fractions when `compact`:
/// .4362
std::string number_text(double value, int digits);
/// "142 k", "1.20 M", "850": a count to three digits.
std::string count_text(double count);
/// `cells` wide; `fraction` in [0, 1].
std::string bar(double fraction, int cells, bool utf8);

/// How many cells a text takes: code points, of which ours take one each.
std::size_t cells(std::string_view text);
/// The text, cut to at most `width` cells.
std::string fit(std::string_view text, int width);

}  // namespace mlb::term
