// See terminal.h.
#include "term/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace mlb::term {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const auto value = variable(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != value.npos ||
           value.find("utf8") != value.npos;
  }
  return false;
}

bool wants_color(Color color, bool tty) {
  if (color != Color::automatic) return color == Color::always;
  if (!variable("NO_COLOR").empty() || variable("TERM") == "dumb") return false;
  return tty || !variable("CLICOLOR_FORCE").empty();
}

/// Whether this byte goes on with a code point of UTF-8.
bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

template <class... A>
std::string print(const char* format, A... values) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, format, values...);
  return buffer;
}

}  // namespace

Terminal look_at(int fd, Color color) {
  Terminal out;
  out.is_tty = ::isatty(fd) == 1 && variable("TERM") != "dumb";
  out.utf8 = locale_is_utf8();
  out.color = wants_color(color, out.is_tty);
  winsize size{};
  const int columns = std::atoi(std::string(variable("COLUMNS")).c_str());
  if (columns > 0) {
    out.width = columns;
  } else if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    out.width = size.ws_col;
  }
  return out;
}

std::string bytes_text(double bytes) {
  constexpr std::array units{"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < units.size()) {
    bytes /= 1000;
    ++unit;
  }
  const int decimals = unit == 0 || bytes >= 99.95 ? 0 : bytes >= 9.995 ? 1 : 2;
  return print("%.*f %s", decimals, bytes, units[unit]);
}

std::string clock_text(double seconds) {
  const long s = std::lround(std::max(0.0, seconds));
  if (s >= 3600) return print("%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
  return print("%02ld:%02ld", s / 60, s % 60);
}

std::string span_text(double seconds) {
  if (seconds < 9.95) return print("%.1fs", seconds);
  const long s = std::lround(seconds);
  if (s < 60) return print("%lds", s);
  if (s < 3600) return print("%ldm%02lds", s / 60, s % 60);
  return print("%ldh%02ldm", s / 3600, s / 60 % 60);
}

std::string number_text(double value, int digits) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  const double size = std::fabs(value);
  if (size < 1 && size >= 1e-3) {
    std::string text = print("%.*f", digits, value);
    const std::size_t digit = value < 0 ? 1 : 0;
    if (text[digit] == '0') text.erase(digit, 1);
    return text;
  }
  return print("%.*g", digits, value);
}

std::string count_text(double count) {
  constexpr std::array units{"", " k", " M", " G"};
  std::size_t unit = 0;
  while (count >= 999.5 && unit + 1 < units.size()) {
    count /= 1000;
    ++unit;
  }
  const int decimals = unit == 0 || count >= 99.95 ? 0 : count >= 9.995 ? 1 : 2;
  return print("%.*f%s", decimals, count, units[unit]);
}

std::string bar(double fraction, int cells, bool utf8) {
  constexpr std::array parts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  fraction = std::clamp(fraction, 0.0, 1.0);
  const int eighths = static_cast<int>(fraction * cells * 8);
  std::string out;
  int used = 0;
  for (; used < eighths / 8; ++used) out += utf8 ? "█" : "#";
  if (utf8 && eighths % 8 != 0 && used < cells) {
    out += parts[static_cast<std::size_t>(eighths % 8)];
    ++used;
  }
  for (; used < cells; ++used) out += utf8 ? "░" : ".";
  return out;
}

std::size_t cells(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::string fit(std::string_view text, int width) {
  std::size_t left = static_cast<std::size_t>(std::max(0, width));
  std::size_t end = 0;
  while (end < text.size()) {
    if (!continues(text[end]) && left-- == 0) break;
    ++end;
  }
  return std::string(text.substr(0, end));
}

}  // namespace mlb::term
