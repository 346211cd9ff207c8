// See progress.h.
#include "term/progress.h"

#include <unistd.h>

#include <cstdio>

namespace mlb::term {
namespace {

constexpr Millis kFirst{1000};
constexpr Millis kRedraw{100};
constexpr Millis kPlainLine{10000};

}  // namespace

std::string progress_text(std::uint64_t done, std::uint64_t total,
                          double seconds, const std::string& unit) {
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string out = unit.empty() ? bytes_text(static_cast<double>(done))
                                 : std::to_string(done) + " " + unit;
  if (total > 0) out += "  " + std::to_string(100 * done / total) + "%";
  if (unit.empty()) out += "  " + bytes_text(rate) + "/s";
  if (total > done && rate > 0) {
    out += "  ETA " + clock_text(static_cast<double>(total - done) / rate);
  }
  return out;
}

ProgressLine::ProgressLine(std::string what, bool quiet, std::string unit)
    : what_(std::move(what)),
      quiet_(quiet),
      unit_(std::move(unit)),
      terminal_(look_at(STDERR_FILENO, Color::automatic)),
      begun_(read_clock().mono) {}

void ProgressLine::show(std::uint64_t done, std::uint64_t total) {
  const Millis now = read_clock().mono;
  const Millis every = terminal_.is_tty ? kRedraw : kPlainLine;
  if (quiet_ || now - begun_ < kFirst || now - shown_ < every) return;
  shown_ = now;
  const double seconds = static_cast<double>((now - begun_).count()) / 1000;
  const std::string text =
      what_ + "  " + progress_text(done, total, seconds, unit_);
  if (terminal_.is_tty) {
    std::fprintf(stderr, "\r%s\x1b[K", fit(text, terminal_.width - 1).c_str());
    drawn_ = true;
  } else {
    std::fprintf(stderr, "%s\n", text.c_str());
  }
}

void ProgressLine::clear() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

}  // namespace mlb::term
